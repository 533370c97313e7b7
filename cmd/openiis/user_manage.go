package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
)

// userList is `openiis user list`.
func userList(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("user list", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, "user list", func(ctx context.Context, r *registry) error {
		t := tabwriter.NewWriter(stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, "USER NAME\tNAME\tE-MAIL\tROLE\tSITE\tLAST SIGN-IN\tSECOND FACTOR\tACCESS")
		for after := ""; ; {
			list, next, err := r.gate.Users(ctx, access.ByCommand(), access.UserFilter{}, after)
			if err != nil {
				return err
			}
			for _, a := range list {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.Username, a.Name, dash(a.Email), a.RoleName(), dash(a.Site), dayOr(a.SignedIn), yesNo(a.Factor), a.State)
			}
			if after = next; next == "" {
				return t.Flush()
			}
		}
	})
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func dayOr(t time.Time) string {
	if t.IsZero() {
		return "not yet"
	}
	return t.Local().Format(time.DateOnly)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// userActs are what is done to one user, with a reason.
var userActs = map[string]struct {
	do   func(*access.Gate, context.Context, access.Manager, iis.UserID, string) error
	done string
}{
	"end":         {(*access.Gate).EndAccess, "has no access any more, and is signed out everywhere"},
	"let-in":      {(*access.Gate).LetIn, "can sign in again, with the password that they had"},
	"drop-factor": {(*access.Gate).DropFactor, "has no second factor and no passkey any more, and is signed out everywhere"},
	"unlink":      {(*access.Gate).DropLinks, "is not linked to single sign-on any more, and is signed out everywhere"},
}

// userAct is `openiis user end`, `let-in`, `drop-factor` and `unlink`.
func userAct(act string, args []string, stdout, stderr io.Writer) int {
	name := "user " + act
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	username := f.String("username", "", "user name")
	why := f.String("why", "", "the reason: it stays with the account")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "username", "why") || !usable(stderr, f, *username) {
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, name, func(ctx context.Context, r *registry) error {
		id, err := r.gate.Numbered(ctx, *username)
		if err == nil {
			err = userActs[act].do(r.gate, ctx, access.ByCommand(), id, *why)
		}
		if err == nil {
			fmt.Fprintf(stdout, "user %s %s\n", *username, userActs[act].done)
		}
		return err
	})
}

// userInvite is `openiis user invite`: it prints the path of a link, behind the address
// of the registry's pages.
func userInvite(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("user invite", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	username := f.String("username", "", "user name")
	name := f.String("name", "", "the person's name")
	email := f.String("email", "", "the person's e-mail address")
	word := f.String("role", "", roleUse())
	facility := f.String("facility", "", "code of the sender that they belong to")
	region := f.String("region", "", "whose sites they look after, by its code in the state's file")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "username", "name", "email", "role") || !usable(stderr, f, *username) {
		return exitUsage
	}
	is, ok := roleOf(stderr, f, *word)
	if !ok {
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, "user invite", func(ctx context.Context, r *registry) error {
		token, err := r.gate.Invite(ctx, access.ByCommand(), access.NewUser{Username: *username, Name: *name, Email: *email, Role: is.ID, Facility: *facility, Region: *region})
		if err == nil {
			fmt.Fprintf(stdout, "/invited/%s\nThis is told once. Put the address of the registry's pages before it, and hand it to %s: it is good once and for %d days.\n",
				token, *name, int(access.InvitedFor.Hours()/24))
		}
		return err
	})
}

// userCompleted is `openiis user completed`: it notes that somebody has completed a
// course, of whom an operator has seen proof.
func userCompleted(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("user completed", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	username := f.String("username", "", "user name")
	code := f.String("course", "", "the code of the course, such as privacy-and-security")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "username", "course") || !usable(stderr, f, *username) {
		return exitUsage
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		u, err := r.gate.Named(ctx, *username)
		if err == nil {
			err = r.training.ByCommand(ctx, u.ID, u.Role, *code)
		}
		if err == nil {
			fmt.Fprintf(stdout, "user %s has completed %s\n", *username, *code)
		}
		return err
	})
}

// userPassword is `openiis user password`: whether a user's password lets in, and whether it
// does where passwords are switched off.
func userPassword(args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("user password", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	username := f.String("username", "", "user name")
	use := f.String("use", "", "on: the password lets in; off: only passkeys and single sign-on do")
	glass := f.Bool("break-glass", false, "it lets in also where passwords are switched off; for administrators only")
	why := f.String("why", "", "the reason: the audit has a digest of it")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "username", "use", "why") || !usable(stderr, f, *username) {
		return exitUsage
	}
	if *use != "on" && *use != "off" {
		return failUsage(stderr, "user password", fmt.Errorf("--use %q: want on or off", *use))
	}
	var given *bool
	f.Visit(func(one *flag.Flag) {
		if one.Name == "break-glass" {
			given = glass
		}
	})
	return withRegistry(*db, mustBeThere, stderr, "user password", func(ctx context.Context, r *registry) error {
		id, err := r.gate.Numbered(ctx, *username)
		if err == nil {
			err = r.gate.PasswordUse(ctx, access.ByCommand(), id, *use == "off", given, *why)
		}
		if err == nil {
			fmt.Fprintf(stdout, "user %s: the password is %s\n", *username, *use)
		}
		return err
	})
}
