package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/enrol"
	"openiis/internal/helpdesk"
	"openiis/internal/inbox"
	"openiis/internal/intake"
	"openiis/internal/mail"
	"openiis/internal/notice"
	"openiis/internal/quality"
	"openiis/internal/record"
	"openiis/internal/roster"
	"openiis/internal/steward"
	"openiis/internal/store"
	"openiis/internal/training"
)

// registry is an open database with the acts over it.
type registry struct {
	store *store.Store
	gate  *access.Gate
	desk  *intake.Desk
	chart *chart.Desk
	inbox *inbox.Desk
	// quality watches what senders send.
	quality *quality.Desk
	keeper  *record.Keeper
	steward *steward.Desk
	notices *notice.Desk
	enrol   *enrol.Desk
	audit   *audit.Desk
	// What users learn, and what they ask.
	training *training.Desk
	rosters  *roster.Desk
	help     *helpdesk.Desk
	mails    *mail.Box
}

// isThere is an error when no database is at an address: opening one would create
// it, and say of an empty registry what was asked of another.
func isThere(address string) error {
	if strings.Contains(address, "://") {
		return nil
	}
	_, err := os.Stat(address)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database %s: check its name; `openiis serve` makes a new one", address)
	}
	return err
}

// absence is what a command does when no database is where it was told.
type absence bool

const (
	mustBeThere absence = false // it refuses
	mayMake     absence = true  // it makes a new registry, and says so
)

// leastSecret is the shortest secret that is taken, in bytes.
const leastSecret = 16

// sealFactors has second factors encrypted with the secret in a file; "": they are not.
func (r *registry) sealFactors(ctx context.Context, file string) error {
	if file == "" {
		return nil
	}
	secret, err := readSecret(file)
	if err == nil && len(secret) < leastSecret {
		err = fmt.Errorf("it has %d characters, and at least %d are wanted", len(secret), leastSecret)
	}
	if err != nil {
		return fmt.Errorf("--secret-file %s: %w", file, err)
	}
	return r.gate.SealFactors(ctx, []byte(secret))
}

// matching has updates matched by a profile.
func (r *registry) matching(name string) error {
	err := mayMatch(name)
	if err == nil {
		r.desk.Matching(name)
		r.keeper.Matching(name)
	}
	return err
}

// withRegistry opens a registry for one act.
func withRegistry(db string, absent absence, stderr io.Writer, command string, do func(context.Context, *registry) error) int {
	err := isThere(db)
	if err != nil && absent == mustBeThere {
		return failUsage(stderr, command, err)
	}
	ctx := context.Background()
	r, opened := openRegistry(ctx, db)
	if opened != nil {
		return fail(stderr, command, opened)
	}
	if err != nil {
		sayMade(stderr, command, db)
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

// sayMade tells that a registry was made: whoever mistyped its name shall see it.
func sayMade(stderr io.Writer, command, db string) {
	fmt.Fprintf(stderr, "openiis %s: %s was not there; a new registry was made\n", command, db)
}

// openRegistry opens, creates or migrates the registry at an address.
func openRegistry(ctx context.Context, address string) (*registry, error) {
	codes, err := codeset.Load()
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	gate, err := access.NewGate(s)
	if err != nil {
		_ = s.Close() // the first error tells more
		return nil, err
	}
	keeper := record.New(s, codes)
	gate.GoBy(keeper.Policy)
	sites := enrol.New(s, keeper)
	sites.InviteBy(gate.InviteFor)
	gate.HoldBy(sites.Bars)
	messages := intake.New(s, codes)
	messages.HoldBy(sites.BarsSite)
	help, mails, courses := helpdesk.New(s, keeper), mail.New(s, keeper.Policy), training.New(s, keeper)
	gate.MailBy(mails)
	sites.MailBy(mails)
	help.MailBy(mails)
	courses.MailBy(mails)
	return &registry{
		store: s, gate: gate, desk: messages, chart: chart.New(s, codes),
		inbox: inbox.New(s, codes, intake.Name), quality: quality.New(s, codes),
		keeper: keeper, steward: steward.New(s, keeper, codes), notices: notice.New(s, keeper), enrol: sites,
		audit: audit.New(s, keeper), training: courses, help: help, mails: mails, rosters: roster.New(s, keeper),
	}, nil
}

func (r *registry) Close() error { return r.store.Close() }

// parse reads a command's flags; ok is false when the command should end with
// the status.
func parse(f *flag.FlagSet, args []string, stderr io.Writer) (status int, ok bool) {
	f.SetOutput(stderr)
	switch err := f.Parse(args); {
	case err == flag.ErrHelp:
		return exitOK, false
	case err != nil:
		return exitUsage, false
	}
	return exitOK, true
}

// need tells which required flags are empty.
func need(stderr io.Writer, f *flag.FlagSet, names ...string) bool {
	ok := true
	for _, n := range names {
		if f.Lookup(n).Value.String() == "" {
			fmt.Fprintf(stderr, "openiis %s: --%s is required\n", f.Name(), n)
			ok = false
		}
	}
	return ok
}
