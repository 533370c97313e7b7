package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/synth"
)

// The seed of the demonstration's people: the same people every time.
const demoSeed = 2024

// demoClinics is how many clinics send in a demonstration.
const demoClinics = 4

// demoCommand is `openiis demo`: a registry with made-up people in it, ready to
// sign in.
func demoCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	people := f.Int("people", 10000, "how many made-up people")
	c := defaults()
	f.StringVar(&c.DB, "db", "", "database; a temporary file without it")
	f.StringVar(&c.HTTP, "http", c.HTTP, "address of SOAP, HTTP and the pages")
	f.StringVar(&c.MLLP, "mllp", "", "address of the MLLP listener; none without it")
	f.StringVar(&c.State, "state", "", "state policy: ma, mn or ms; neutral without it")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if err := demoUsable(f, &c, *people); err != nil {
		return failUsage(stderr, "demo", err)
	}
	c.tellState(stderr, "demo")
	ctx, stop := stopSignal()
	defer stop()
	clean, err := demoDatabase(&c)
	if err != nil {
		return fail(stderr, "demo", err)
	}
	defer clean()
	r, err := openRegistry(ctx, c.DB)
	if err != nil {
		return fail(stderr, "demo", err)
	}
	err = demo(ctx, c, r, *people, stdout, stderr)
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
	case people < 1:
		return fmt.Errorf("%d people: want a number above zero", people)
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
	password := rand.Text()[:12]
	if err := r.gate.AddUser(ctx, "admin", "Demonstration administrator", "administrator", password); err != nil {
		return err
	}
	population := synth.People(demoSeed)
	population.Today = cal.On(time.Now())
	senders, err := demoSenders(ctx, r, population, password)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "Making up %d people …\n", people)
	if err := populate(ctx, r, population, senders, people); err != nil {
		if ctx.Err() != nil {
			fmt.Fprintln(stderr, "Stopped before everybody was made up.")
			return nil
		}
		return err
	}
	first := population.Person(0)
	fmt.Fprintf(stdout, `
OpenIIS runs at http://%s with %d made-up people in it. Nobody in it is real.

  Pages      user admin, password %s
  Messages   user clinic1, password %s: POST /hl7, /hl7/batch or /soap
  Try        search for: %s %s %s

Press Ctrl-C to stop.

`, c.HTTP, people, password, password, first.Name.Family, first.Name.Given, first.Birth)
	lines := newLogWriter(stderr)
	defer lines.Flush()
	return serve(ctx, c, r, lines.logger())
}

// demoSenders registers the clinics: users clinic1, clinic2, …
func demoSenders(ctx context.Context, r *registry, p *synth.Population, password string) ([]iis.Sender, error) {
	var out []iis.Sender
	for i := range demoClinics {
		clinic := p.Clinic(i)
		s, err := r.gate.AddSender(ctx, iis.Sender{Facility: clinic.Code, Name: clinic.Name}, fmt.Sprintf("clinic%d", i+1), password)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// populate sends every person's message as their clinic would, and for one in
// five a second message from another clinic that knows of the same doses.
func populate(ctx context.Context, r *registry, p *synth.Population, senders []iis.Sender, people int) error {
	var group sync.WaitGroup
	var mu sync.Mutex
	var first error
	next := make(chan int)
	for range 8 {
		group.Go(func() {
			for i := range next {
				if err := demoMessages(ctx, r, p, senders, i); err != nil {
					mu.Lock()
					first = err
					mu.Unlock()
				}
			}
		})
	}
	for i := 0; i < people && ctx.Err() == nil; i++ {
		next <- i
	}
	close(next)
	group.Wait()
	return cmp.Or(first, ctx.Err())
}

func demoMessages(ctx context.Context, r *registry, p *synth.Population, senders []iis.Sender, i int) error {
	person := p.Person(i)
	at := time.Now()
	home := person.Household % len(senders)
	clinics := []int{home}
	if i%5 == 0 {
		clinics = append(clinics, (home+1)%len(senders))
	}
	for _, c := range clinics {
		msg := person.VXU(p.Clinic(c), fmt.Sprintf("DEMO-%d-%d", i, c), at)
		if _, err := r.desk.Message(ctx, senders[c], iis.DoorFile, msg); err != nil {
			return err
		}
	}
	return nil
}
