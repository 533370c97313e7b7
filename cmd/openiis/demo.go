package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
	"openiis/internal/synth"
)

// The seed of the demonstration's people: the same people every time.
const demoSeed = 2024

// mostDemo is how many people a demonstration has at most: its mail is sorted in
// memory. Its facilities are those of demoFacilities people at most: each has a
// credential, and making one is slow on purpose.
const (
	mostDemo       = 100_000
	demoFacilities = 12_000
)

// demoCommand is `openiis demo`: a registry with made-up people in it, ready to
// sign in.
func demoCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	people := f.Int("people", 10000, "how many made-up people")
	c := defaults()
	f.StringVar(&c.DB, "db", "", "a new database; a temporary file without it")
	f.StringVar(&c.HTTP, "http", c.HTTP, "address of SOAP, HTTP and the pages")
	f.StringVar(&c.MLLP, "mllp", "", "address of the MLLP listener; none without it")
	f.StringVar(&c.Matching, "matching", c.Matching, matchingUse)
	f.StringVar(&c.State, "state", "", stateFlag)
	f.StringVar(&c.SecretFile, "secret-file", "", secretFlag)
	f.StringVar(&c.PagesAt, "pages-at", "", "address at which the pages are reached, such as http://localhost:8080: for passkeys")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if err := demoUsable(f, &c, *people); err != nil {
		return failUsage(stderr, "demo", err)
	}
	ctx, stop := stopSignal()
	defer stop()
	if err := free(c); err != nil { // before there is a database for nothing
		return fail(stderr, "demo", err)
	}
	clean, err := demoDatabase(&c)
	if err != nil {
		return fail(stderr, "demo", err)
	}
	defer clean()
	r, err := openRegistry(ctx, c.DB)
	if err != nil {
		return fail(stderr, "demo", err)
	}
	debug.SetGCPercent(gcPercent)
	if err = errors.Join(r.matching(c.Matching), r.sealFactors(ctx, c.SecretFile), r.waysIn(ctx, c)); err == nil {
		err = demo(ctx, c, r, *people, stdout, stderr)
	}
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fail(stderr, "demo", err)
	}
	return exitOK
}

// demoUsable tells what is wrong with the arguments.
func demoUsable(f *flag.FlagSet, c *Config, people int) error {
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("%q is not expected here", f.Arg(0))
	case people < 1 || people > mostDemo:
		return fmt.Errorf("--people %d: want 1 to %d", people, mostDemo)
	}
	return c.check()
}

// demoDatabase names a temporary database when none is named; clean removes it.
func demoDatabase(c *Config) (clean func(), err error) {
	if c.DB != "" {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "openiis-demo-")
	if err != nil {
		return nil, err
	}
	c.DB = filepath.Join(dir, "registry.db")
	return func() { _ = os.RemoveAll(dir) }, nil // a leftover in the temporary folder harms nobody
}

func demo(ctx context.Context, c Config, r *registry, people int, stdout, stderr io.Writer) error {
	if err := empty(ctx, r); err != nil {
		return err
	}
	if err := r.goBy(ctx, c.State); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "Making up %d people …\n", people)
	s := newStory(r, people, time.Now())
	if err := s.tell(ctx); err != nil {
		if ctx.Err() != nil {
			fmt.Fprintln(stderr, "Stopped before everybody was made up.")
			return nil
		}
		return err
	}
	worth, err := s.worthASearch(ctx)
	if err != nil {
		return err
	}
	s.print(stdout, c, worth)
	lines := newLogWriter(stderr)
	defer lines.Flush()
	return serve(ctx, c, r, lines.logger())
}

// free tells at once, and not when everybody is made up, that an address is in
// use.
func free(c Config) error {
	l, err := listen(c)
	if err != nil {
		return err
	}
	return l.Close()
}

// empty refuses a database in which somebody keeps a registry.
func empty(ctx context.Context, r *registry) error {
	return r.store.Read(ctx, func(tx *store.Tx) error {
		names, err := tx.SenderNames()
		if err == nil && len(names) > 0 {
			return errors.New("there is a registry in this database already, and a demonstration wants a new one. `openiis serve` runs what is there")
		}
		return err
	})
}

// demoUsers sign in to the pages.
var demoUsers = []access.NewUser{
	{Username: "admin", Name: "Ada Ashgrove", Role: access.Administrator},
	{Username: "nurse", Name: "Noor Fernwick", Role: access.Clinic, Facility: nurseClinic},
	{Username: "access", Name: "Aram Hollis", Role: "access-administrator", Facility: nurseClinic},
	{Username: "vaccinator", Name: "Vera Moss", Role: "vaccinator", Facility: nurseClinic},
	{Username: "helpdesk", Name: "Hale Brook", Role: "help-desk"},
	{Username: "viewer", Name: "Vin Larkwell", Role: access.Reader},
	{Username: "reviewer", Name: "Rena Stowe", Role: "state-reviewer"},
	{Username: "auditor", Name: "Asa Quillfeather", Role: "auditor"},
	{Username: "reports", Name: "Remy Vane", Role: "reports-only"},
}

// demoStaff are those who sign in: where the state has regions, one of the region in which
// the nurse's clinic lies (houseThem) too.
func demoStaff(law *policy.Policy) []access.NewUser {
	staff := slices.Clone(demoUsers)
	if len(law.Regions) > 0 {
		staff = append(staff, access.NewUser{Username: "region", Name: "Rhea Holtwood", Role: "regional-coordinator", Region: law.Regions[0].Code})
	}
	return staff
}

// demoState is the state in which made-up sites are: that of the policy, or Minnesota.
func demoState(law *policy.Policy) string {
	if len(law.State) != 2 { // of no state
		return "MN"
	}
	return strings.ToUpper(law.State)
}

// nurseClinic is the site of the demonstration's clinic user.
const nurseClinic = "CLINIC1"

// story is a demonstration: what happened in a registry in the last weeks.
type story struct {
	*registry
	people   *synth.Population
	size     int
	password string
	now      time.Time
	clock    clock
	senders  map[string]iis.Sender // by facility code
	places   []synth.Facility      // in the order in which they are told
	users    map[string]iis.UserID
	staff    []access.NewUser // who sign in to the pages
	sent     int              // messages
	protects bool             // somebody's clinic says by PD1-12 that they object to sharing
	known    []synth.Life
}

// newStory is a story about so many people that ends now.
func newStory(r *registry, people int, now time.Time) *story {
	p := synth.People(demoSeed)
	p.Today, p.Ages, p.Size = cal.On(now), synth.WholeState, min(people, demoFacilities)
	s := &story{
		registry: r, people: p, size: people, password: rand.Text()[:12], now: now,
		senders: map[string]iis.Sender{}, users: map[string]iis.UserID{},
	}
	for _, k := range synth.Kinds {
		for i := range p.Facilities(k) {
			s.places = append(s.places, p.Facility(k, i))
		}
	}
	return s
}

// tell has everything happen in its order, at its time.
func (s *story) tell(ctx context.Context) error {
	s.clock.set(s.daysAgo(historyDays + 3))
	s.gate.WithNobodyReal()
	s.store.SetClock(s.clock.now)
	defer s.store.SetClock(time.Now)
	law, err := s.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	s.protects = law.Sharing.Papers == nil
	if law.Notice != nil {
		s.places = append(s.places, vitalOffice)
	}
	s.staff = demoStaff(law)
	var history, recent []letter
	for _, part := range []func(context.Context) error{
		s.register,
		s.houseThem,
		func(context.Context) error { history, recent = s.mail(); return nil },
		func(ctx context.Context) error { return s.send(ctx, history) },
		s.afterGoLive,
		func(ctx context.Context) error { return s.send(ctx, recent) },
		s.notified,
		s.doubts,
		s.trusts,
		s.rostersFor,
		s.tests,
		s.looks,
		s.count,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) daysAgo(n int) time.Time { return s.now.AddDate(0, 0, -n) }

// username is a facility's, for messages: clinic1.
func username(f synth.Facility) string { return strings.ToLower(f.Code) }

// register adds those who send and those who sign in, who may belong to them.
func (s *story) register(ctx context.Context) error {
	for _, f := range s.places {
		sender, err := s.gate.AddSender(ctx, iis.Sender{Facility: f.Code, Name: f.Name}, username(f), s.password)
		if err != nil {
			return err
		}
		s.senders[f.Code] = sender
	}
	for _, u := range s.staff {
		if err := s.gate.AddUser(ctx, u, s.password); err != nil {
			return err
		}
		err := s.store.Read(ctx, func(tx *store.Tx) error {
			a, err := tx.Account(u.Username)
			s.users[u.Role] = a.ID
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := s.haveLearned(ctx); err != nil {
		return err
	}
	if err := s.designate(ctx); err != nil {
		return err
	}
	return s.goLive(ctx)
}

// designate has a site designate who records objections, where the state has sites do so.
func (s *story) designate(ctx context.Context) error {
	wanted, err := s.gate.Designates(ctx)
	if err != nil || !wanted {
		return err
	}
	for _, role := range []string{"access-administrator", access.Clinic} {
		if err := s.gate.Designate(ctx, access.ByCommand(), s.users[role], "The front desk hands out the forms, and they record them"); err != nil {
			return err
		}
	}
	return nil
}

// haveLearned notes for users the courses without which their state lets them use
// nothing: a demonstration shows the pages.
func (s *story) haveLearned(ctx context.Context) error {
	for _, u := range s.staff {
		if err := s.hasLearned(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// as is a user of a role as an actor, who sees what such a user sees on the pages.
func (s *story) as(role string) iis.Actor {
	a := iis.Actor{Kind: "user", User: s.users[role]}
	switch role {
	case access.Administrator:
		a.SeesAll, a.SeesClosed = true, true
	case access.Clinic:
		a.Site = s.senders[nurseClinic].ID
	}
	return a
}

// print tells how to get in and what to look at: whom it is worth to search for.
func (s *story) print(w io.Writer, c Config, worth []string) {
	fmt.Fprintf(w, "\nOpenIIS runs at http://%s with %d made-up people in it. Nobody in it is real.\n\n", c.HTTP, s.size)
	fmt.Fprintf(w, "The password of everybody is %s\n\n  To sign in to the pages:\n", s.password)
	for _, u := range s.staff {
		fmt.Fprintf(w, "    %-11s %s (%s)\n", u.Username, u.Name, access.RoleAt(access.RoleWords(u.Role), u.Facility))
	}
	fmt.Fprint(w, "\n  Nobody needs a second factor here, for nobody here is real. openiis serve asks for one.\n")
	fmt.Fprint(w, "\n  To send messages (POST /hl7, /hl7/batch or /soap), with the facility's code in MSH-4:\n")
	for _, f := range s.places {
		fmt.Fprintf(w, "    %-9s %s (%s)\n", username(f), f.Name, f.Code)
	}
	fmt.Fprint(w, "\n  To search for:\n")
	for _, t := range worth {
		fmt.Fprintf(w, "    %s\n", t)
	}
	fmt.Fprintf(w, "\n%d messages came in the last %d days. Press Ctrl-C to stop.\n\n", s.sent, historyDays)
}
