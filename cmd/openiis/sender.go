package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"openiis/internal/access"
	"openiis/internal/iis"
)

// senderCommand is `openiis sender`: add a sender, or give rules other severities
// for one.
func senderCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	switch {
	case len(args) > 0 && args[0] == "add":
		return senderAdd(args[1:], stdout, stderr)
	case len(args) > 0 && args[0] == "severities":
		return senderSeverities(args[1:], stdout, stderr)
	}
	fmt.Fprint(stderr, "openiis sender: want\n"+
		"  openiis sender add --db … --facility CODE --name \"…\" --username U --password-file F\n"+
		"  openiis sender severities --db … (--username U | --everyone) (--show | --file FILE.tsv)\n")
	return exitUsage
}

// senderAdd is `openiis sender add`: it registers a sending facility and its
// credential. The same user name again is replaced.
func senderAdd(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("sender add", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	facility := f.String("facility", "", "the registry's code for the facility")
	name := f.String("name", "", "the facility's name")
	username := f.String("username", "", "user name for SOAP, HTTP and MLLP")
	password := f.String("password-file", "", "file that holds the password")
	enforce := f.Bool("enforce", false, "refuse messages whose MSH-4 or MSH-22 names another facility")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "facility", "username", "password-file") || !usable(stderr, f, *username) {
		return exitUsage
	}
	secret, err := readSecret(*password)
	if err != nil {
		return failUsage(stderr, "sender add", err)
	}
	if *name == "" {
		*name = *facility
	}
	return withGate(*db, stderr, "sender add", func(ctx context.Context, g *access.Gate) error {
		s, err := g.AddSender(ctx, iis.Sender{Facility: *facility, Name: *name, Enforce: *enforce}, *username, secret)
		if err == nil {
			fmt.Fprintf(stdout, "sender %s (%s) may send as user %s\n", s.Facility, s.Name, *username)
		}
		return err
	})
}

// userCommand is `openiis user add`: it adds someone who signs in. The same
// user name again is replaced.
func userCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] != "add" {
		fmt.Fprintln(stderr, "openiis user: want `openiis user add --db … --username U --name \"…\" --role clinic --facility CODE --password-file F`")
		return exitUsage
	}
	f := flag.NewFlagSet("user add", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	username := f.String("username", "", "user name")
	name := f.String("name", "", "the person's name")
	role := f.String("role", "", fmt.Sprintf("one of %v", access.Roles))
	facility := f.String("facility", "", "code of the sender whose messages and reviews are theirs; none for administrators")
	password := f.String("password-file", "", "file that holds the password")
	if status, ok := parse(f, args[1:], stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "username", "role", "password-file") || !usable(stderr, f, *username) {
		return exitUsage
	}
	if !slices.Contains(access.Roles, *role) {
		fmt.Fprintf(stderr, "openiis user add: there is no role %q: want one of %v\n", *role, access.Roles)
		return exitUsage
	}
	secret, err := readSecret(*password)
	if err != nil {
		return failUsage(stderr, "user add", err)
	}
	if *name == "" {
		*name = *username
	}
	return withGate(*db, stderr, "user add", func(ctx context.Context, g *access.Gate) error {
		err := g.AddUser(ctx, access.NewUser{Username: *username, Name: *name, Role: *role, Facility: *facility}, secret)
		if err == nil {
			fmt.Fprintf(stdout, "user %s may sign in as %s\n", *username, of(*role, *facility))
		}
		return err
	})
}

// of is a role with the facility that it is for.
func of(role, facility string) string {
	if facility == "" {
		return role
	}
	return role + " of " + facility
}

// usable tells what is wrong with a user name or left over on a command line. A
// colon would end the name in HTTP Basic and in MSH-8.
func usable(stderr io.Writer, f *flag.FlagSet, username string) bool {
	if f.NArg() > 0 {
		fmt.Fprintf(stderr, "openiis %s: %q is not expected here\n", f.Name(), f.Arg(0))
		return false
	}
	if strings.ContainsAny(username, ":^ ") {
		fmt.Fprintf(stderr, "openiis %s: a user name has no blank, colon or ^\n", f.Name())
		return false
	}
	return true
}

// withGate opens a registry's gate for one act.
func withGate(db string, stderr io.Writer, command string, do func(context.Context, *access.Gate) error) int {
	return withRegistry(db, stderr, command, func(ctx context.Context, r *registry) error { return do(ctx, r.gate) })
}

// withRegistry opens a registry for one act.
func withRegistry(db string, stderr io.Writer, command string, do func(context.Context, *registry) error) int {
	ctx := context.Background()
	r, err := openRegistry(ctx, db)
	if err != nil {
		return fail(stderr, command, err)
	}
	err = do(ctx, r)
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fail(stderr, command, err)
	}
	return exitOK
}
