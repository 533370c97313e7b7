package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"openiis/internal/access"
	"openiis/internal/role"
)

// userCommand is `openiis user`: add someone who signs in, or give them another
// role, facility or name.
func userCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	switch {
	case len(args) > 0 && args[0] == "add":
		return userAdd(args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "set":
		return userSet(args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "list":
		return userList(args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "completed":
		return userCompleted(args[1:], stdout, stderr)
	case len(args) > 0 && userActs[args[0]].do != nil:
		return userAct(args[0], args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "invite":
		return userInvite(args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "password":
		return userPassword(args[1:], stdout, stderr)
	}
	fmt.Fprint(stderr, "openiis user: want\n"+
		"  openiis user add --db … --username U --name \"…\" [--email E] --role clinic-staff --facility CODE --password-file F\n"+
		"  openiis user set --db … --username U [--name \"…\"] [--email E] [--role …] [--facility CODE] [--region CODE] [--seals[=false]]   (the password stays)\n"+
		"  openiis user list --db …\n"+
		"  openiis user invite --db … --username U --name \"…\" --email E --role … [--facility CODE]   (prints the path of a link)\n"+
		"  openiis user end|let-in|drop-factor|unlink --db … --username U --why \"…\"\n"+
		"  openiis user password --db … --username U --use on|off [--break-glass[=false]] --why \"…\"\n"+
		"  openiis user completed --db … --username U --course CODE   (they have proof of having completed it)\n")
	return exitUsage
}

// userAdd is `openiis user add`. The same user name again is replaced.
func userAdd(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("user add", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…; made for a first administrator")
	username := f.String("username", "", "user name")
	name := f.String("name", "", "the person's name")
	email := f.String("email", "", "the person's e-mail address")
	named := f.String("role", "", roleUse())
	facility := f.String("facility", "", "code of the sender that they belong to, whose messages and reviews are theirs")
	seals := f.Bool("seals", false, "may seal former identities; for administrators only")
	password := f.String("password-file", "", "file that holds the password")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "username", "role", "password-file") || !usable(stderr, f, *username) {
		return exitUsage
	}
	is, ok := roleOf(stderr, f, *named)
	if !ok {
		return exitUsage
	}
	secret, err := readSecret(*password)
	if err != nil {
		return failUsage(stderr, "user add", err)
	}
	if *name == "" {
		*name = *username
	}
	absent := absence(is.ID == access.Administrator) // the first of a new registry; nobody else can be
	return withRegistry(*db, absent, stderr, "user add", func(ctx context.Context, r *registry) error {
		err := r.gate.AddUser(ctx, access.NewUser{Username: *username, Name: *name, Email: *email, Role: is.ID, Facility: *facility, Seals: *seals}, secret)
		if err == nil {
			fmt.Fprintf(stdout, "user %s may sign in as %s%s\n", *username, access.RoleAt(is.ID, *facility), andSeal(*seals))
		}
		return err
	})
}

// userSet is `openiis user set`: what is not given stays, and so do the password
// and the sessions.
func userSet(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("user set", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	username := f.String("username", "", "user name")
	name := f.String("name", "", "the person's name")
	email := f.String("email", "", "the person's e-mail address")
	named := f.String("role", "", roleUse())
	facility := f.String("facility", "", "code of the sender whose messages and reviews are theirs; \"\" for none")
	region := f.String("region", "", "whose sites they look after, by its code in the state's file; '' for none")
	seals := f.Bool("seals", false, "may seal former identities; for administrators only")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "username") || !usable(stderr, f, *username) {
		return exitUsage
	}
	var c access.UserChange
	f.Visit(func(given *flag.Flag) {
		switch given.Name {
		case "name":
			c.Name = name
		case "email":
			c.Email = email
		case "role":
			c.Role = named
		case "facility":
			c.Facility = facility
		case "seals":
			c.Seals = seals
		case "region":
			c.Region = region
		}
	})
	switch {
	case c == access.UserChange{}:
		return failUsage(stderr, "user set", fmt.Errorf("say what to change: --name, --email, --role, --facility, --region or --seals"))
	case c.Name != nil && *name == "":
		return failUsage(stderr, "user set", fmt.Errorf("--name: nobody is without a name"))
	case c.Role != nil:
		is, ok := roleOf(stderr, f, *named)
		if !ok {
			return exitUsage
		}
		c.Role = &is.ID
	}
	return withRegistry(*db, mustBeThere, stderr, "user set", func(ctx context.Context, r *registry) error {
		law, err := r.keeper.Policy(ctx)
		if err != nil {
			return err
		}
		if *region != "" && law.Region(*region) == nil {
			return fmt.Errorf("there is no region %q in the policy by which this registry goes (%s): `openiis state show` tells its regions", *region, law.Name)
		}
		u, err := r.gate.ChangeUser(ctx, *username, c)
		if err == nil {
			fmt.Fprintf(stdout, "user %s (%s) may sign in as %s%s\n", u.Username, u.Name, access.RoleAt(u.Role, u.Facility), andSeal(u.Seals))
		}
		return err
	})
}

// andSeal ends the sentence about somebody who may seal.
func andSeal(may bool) string {
	if may {
		return ", and may seal former identities"
	}
	return ""
}

// roleUse says what --role takes.
func roleUse() string { return "one of " + strings.Join(role.IDs(), ", ") }

// roleOf is the role that a command names, by its present name or a former one; false
// when there is none, which it tells.
func roleOf(stderr io.Writer, f *flag.FlagSet, word string) (*role.Role, bool) {
	if r := role.Find(word); r != nil {
		return r, true
	}
	fmt.Fprintf(stderr, "openiis %s: there is no role %q: want %s\n", f.Name(), word, roleUse())
	return nil, false
}
