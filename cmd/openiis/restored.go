package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/store"
)

const restoredUse = `openiis restored: of a registry that was restored from a backup, want one of
  openiis restored list --db …                                  from when it is, and who is paused
  openiis restored let-in --db … --user U --why "…"             a user of the list
  openiis restored let-in --db … --sender FACILITY --why "…"    the passwords and certificates of a sender of the list
  openiis restored let-in --db … --everybody --why "…"          all of the list, after a look at it
  openiis restored confirm --db … --why "…"                     others than administrators can sign in, and queries are answered
`

// restoredCommand is `openiis restored`.
func restoredCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 || !slices.Contains([]string{"list", "let-in", "confirm"}, args[0]) {
		fmt.Fprint(stderr, restoredUse)
		return exitUsage
	}
	f := flag.NewFlagSet("restored "+args[0], flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	var t lettingIn
	wanted := []string{"db"}
	if args[0] != "list" {
		f.StringVar(&t.why, "why", "", "the reason: the audit has a digest of it")
		wanted = append(wanted, "why")
	}
	if args[0] == "let-in" {
		f.StringVar(&t.user, "user", "", "user name of whom the restore paused")
		f.StringVar(&t.sender, "sender", "", "facility code of a sender of whom the restore paused something")
		f.BoolVar(&t.everybody, "everybody", false, "all users and senders that the restore paused")
	}
	if status, ok := parse(f, args[1:], stderr); !ok {
		return status
	}
	if !need(stderr, f, wanted...) {
		return exitUsage
	}
	if args[0] == "let-in" && t.given() != 1 {
		return failUsage(stderr, f.Name(), errors.New("want one of --user, --sender and --everybody"))
	}
	return withRegistry(*db, mustBeThere, stderr, f.Name(), func(ctx context.Context, r *registry) error {
		switch args[0] {
		case "list":
			return listRestored(ctx, r, stdout)
		case "let-in":
			return t.letIn(ctx, r, stdout)
		}
		if err := r.gate.ConfirmRestored(ctx, access.ByCommand(), t.why); err != nil {
			return err
		}
		fmt.Fprintln(stdout, "confirmed: whoever is let in can sign in, and queries are answered")
		return nil
	})
}

// lettingIn says who is let in again.
type lettingIn struct {
	user, sender, why string
	everybody         bool
}

func (t *lettingIn) given() (n int) {
	for _, is := range []bool{t.user != "", t.sender != "", t.everybody} {
		if is {
			n++
		}
	}
	return n
}

func (t *lettingIn) letIn(ctx context.Context, r *registry, w io.Writer) error {
	paused, err := r.gate.Restored(ctx)
	if err != nil {
		return err
	}
	if paused == nil {
		return errors.New("this registry was not restored from a backup")
	}
	n := 0
	for i := range paused.Users {
		u := &paused.Users[i]
		if !t.everybody && u.Username != t.user {
			continue
		}
		if err := r.gate.LetInPaused(ctx, access.ByCommand(), u.ID, t.why); err != nil {
			return err
		}
		fmt.Fprintf(w, "user %s is let in, with the password that they had when the backup was made\n", u.Username)
		n++
	}
	for i := range paused.Senders {
		s := &paused.Senders[i]
		if !t.everybody && s.Facility != t.sender {
			continue
		}
		if err := r.gate.ResumeSender(ctx, access.ByCommand(), s.ID); err != nil {
			return err
		}
		fmt.Fprintf(w, "sender %s is let in: %s\n", s.Facility, proofsOf(s))
		n++
	}
	if n == 0 && !t.everybody {
		return errors.New("the restore paused nobody of that name, or they are let in: `openiis restored list` tells who is paused")
	}
	return nil
}

// letAdministratorIn lets in an administrator whom a restore paused.
func letAdministratorIn(ctx context.Context, r *registry, username string) error {
	paused, err := r.gate.Restored(ctx)
	if err != nil {
		return err
	}
	if paused == nil || !slices.Contains(paused.AdministratorsPaused(), username) {
		return fmt.Errorf("--administrator %s: the backup has no administrator of that name whose access had not ended, and so nobody is let in: let in one of the list below with `openiis restored let-in`, or make one with `openiis user add`", username)
	}
	id, err := r.gate.Numbered(ctx, username)
	if err != nil {
		return err
	}
	return r.gate.LetInPaused(ctx, access.ByCommand(), id, "The operator named them when the registry was restored")
}

// proofsOf is by what a sender shows who it is, of what a restore paused.
func proofsOf(s *store.PausedSender) string {
	var out []string
	if len(s.Usernames) > 0 {
		out = append(out, "user names "+strings.Join(s.Usernames, ", "))
	}
	if s.Certificates > 0 {
		out = append(out, fmt.Sprintf("certificates: %d", s.Certificates))
	}
	return strings.Join(out, "; ")
}

// listRestored prints from when a registry is, and everybody who is paused.
func listRestored(ctx context.Context, r *registry, w io.Writer) error {
	paused, err := r.gate.Restored(ctx)
	if err != nil {
		return err
	}
	if paused == nil {
		fmt.Fprintln(w, "this registry was not restored from a backup")
		return nil
	}
	sayRestored(w, paused)
	for i := range paused.Users {
		u := &paused.Users[i]
		fmt.Fprintf(w, "user %s  %s  %s  %s\n", u.Username, u.Name, access.RoleWords(u.Role), dash(u.Facility))
	}
	for i := range paused.Senders {
		s := &paused.Senders[i]
		fmt.Fprintf(w, "sender %s  %s  %s\n", s.Facility, s.Name, proofsOf(s))
	}
	return nil
}

// tellRestored prints what is to be done after a restore.
func tellRestored(ctx context.Context, r *registry, w io.Writer) error {
	paused, err := r.gate.Restored(ctx)
	if err == nil && paused != nil {
		sayRestored(w, paused)
	}
	return err
}

func sayRestored(w io.Writer, r *access.Restored) {
	fmt.Fprintf(w, "This registry is as it was at %s, and was restored at %s.\n", r.Taken.Local().Format(time.DateTime), r.At.Local().Format(time.DateTime))
	if r.Carried {
		fmt.Fprintln(w, "Who may do what is as in the registry that it replaces.")
	} else {
		fmt.Fprintf(w, "It does not know what came since: who left, which passwords and certificates were changed, who objected to sharing, what was marked confidential or sealed.\nPaused until they are let in: %d users and %d senders (`openiis restored list`, `openiis restored let-in`). All designations have ended: sites designate anew.\n", len(r.Users), len(r.Senders))
		fmt.Fprintf(w, "Ask every sender to send again what they sent since that moment, protections (PD1-12) above all; ask sites for the objections, withdrawals and confidential marks that they recorded since.\n")
	}
	if r.Waits() {
		fmt.Fprintln(w, "It is not confirmed: only administrators who are let in can sign in, and no query is answered, until `openiis restored confirm`.")
		if names := r.AdministratorsPaused(); len(names) > 0 {
			fmt.Fprintf(w, "Administrators who are paused: %s\n", strings.Join(names, ", "))
		}
	}
}
