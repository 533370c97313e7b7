// Command load drives the real openiis program with made-up messages and tells
// how fast it answers, how long answers take, and what it uses of the machine.
//
// It is for the loopback interface only, and bounded in count and time: it
// starts the program itself, and reaches no other. It checks every answer, and
// exits 1 when one is wrong; it asserts no speed. Each run adds to the database
// it is given. Start at run.
//
//	go build -o bin/openiis ./cmd/openiis
//	go run ./test/load --bin bin/openiis --db load.db --people 100000 --senders 16 --seconds 30 --door http --mode intake
//
// A history is asked for by the clinic that told of the person, with all that it
// knows, or with --abroad by another one, with a number that leads nowhere.
//
// Modes: intake (updates, as fast as they are answered), query (histories,
// likewise), mixed (500 updates a second or --tells, come what may, and four askers: each
// as fast as it is answered, or with --asks a number of queries a second, come
// what may). The first --warm seconds are not counted: a server that has just
// been started verifies each credential by its slow hash, and its database's
// log has yet to grow.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"openiis/internal/synth"
	"openiis/test/drive"
)

// The bounds of a run.
const (
	mostPeople  = 20_000_000
	mostSenders = 256
	mostSeconds = 3600
)

// Modes of a run, and the mixed one's fixed numbers.
const (
	intakeMode = "intake"
	queryMode  = "query"
	mixedMode  = "mixed"
	pagesMode  = "pages"

	mixedPace   = 500 // updates a second
	mixedAskers = 4
)

// options are the command line.
type options struct {
	bin, db, mode string
	door          drive.Door
	people        int
	senders       int
	seconds       int
	warm          int
	asks, tells   int
	seed          uint64
	seeded        bool
	abroad        bool
	json          bool
}

func main() {
	o, err := readOptions(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
	r, err := run(o, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	if o.json {
		err = json.NewEncoder(os.Stdout).Encode(r)
	} else {
		err = r.table(os.Stdout)
	}
	if err != nil || r.wrong() > 0 {
		os.Exit(1)
	}
}

func readOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	var door string
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.bin, "bin", "bin/openiis", "the program")
	f.StringVar(&o.db, "db", "", "database: a file or postgres://…; without it, a new SQLite file that is removed afterwards")
	f.IntVar(&o.people, "people", 100_000, "people in the registry before the run is timed; 0: none")
	f.BoolVar(&o.seeded, "seeded", false, "the database has these people already, from an earlier run with the same --seed")
	f.IntVar(&o.senders, "senders", 16, "connections that send at once")
	f.IntVar(&o.seconds, "seconds", 30, "length of the timed run")
	f.StringVar(&door, "door", "http", "http, mllp or soap")
	f.StringVar(&o.mode, "mode", intakeMode, "intake, query, mixed or pages")
	f.IntVar(&o.warm, "warm", 2, "seconds before the timed run in which the same is done")
	f.BoolVar(&o.abroad, "abroad", false, "histories are asked for by a clinic that has not told of the person; without it, by the one that has")
	f.IntVar(&o.tells, "tells", mixedPace, "updates a second in the modes mixed and pages")
	f.IntVar(&o.asks, "asks", 0, "queries a second in mixed mode; 0: as fast as they are answered")
	f.Uint64Var(&o.seed, "seed", 1, "of the made-up people")
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.door = drive.Door(door)
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("%q is not expected here", f.Arg(0))
	case !slices.Contains(drive.Doors, o.door):
		return o, fmt.Errorf("--door %q: want http, mllp or soap", door)
	case !slices.Contains([]string{intakeMode, queryMode, mixedMode, pagesMode}, o.mode):
		return o, fmt.Errorf("--mode %q: want intake, query, mixed or pages", o.mode)
	case o.people < 0 || o.people > mostPeople || o.senders < 1 || o.senders > mostSenders || o.seconds < 1 || o.seconds > mostSeconds || o.warm < 0 || o.warm > mostSeconds || o.asks < 0 || o.tells < 1:
		return o, fmt.Errorf("want at most %d people, 1 to %d senders, 1 to %d seconds", mostPeople, mostSenders, mostSeconds)
	case o.mode != intakeMode && o.people < clinics:
		return o, fmt.Errorf("--mode %s asks for people of the registry: want --people of at least %d", o.mode, clinics)
	}
	return o, nil
}

// run does the whole of it:
//
//  1. register the clinics and start the program;
//  2. put the people in, not counted;
//  3. send until the time is up, and count;
//  4. stop the program, which must end well.
func run(o options, progress io.Writer) (r result, err error) {
	dir, err := os.MkdirTemp("", "openiis-load-*")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if o.db == "" {
		o.db = filepath.Join(dir, "load.db")
	}
	w := newWork(synth.People(o.seed), o.people)
	p := drive.Program{Bin: o.bin, DB: o.db}
	for _, c := range w.clinics {
		if err := p.AddSender(c.credential); err != nil {
			return r, err
		}
	}
	if o.mode == pagesMode {
		if err := errors.Join(p.AddUser(nurse, "clinic", nursePassword), p.Completed(nurse, "privacy-and-security")); err != nil {
			return r, err
		}
	}
	log, err := os.Create(filepath.Join(dir, "log")) // an operator's log is a file too: writing it is part of the work
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	server, err := p.Serve(log)
	if err != nil {
		return r, err
	}
	if r, err = measure(o, w, server, progress); err != nil {
		return r, errors.Join(err, server.Kill())
	}
	return r, server.Stop()
}

// measure seeds and runs against a server that is up.
func measure(o options, w *work, server *drive.Server, progress io.Writer) (result, error) {
	r := result{Mode: o.mode, Abroad: o.abroad, Asks: o.asks, Door: o.door, People: o.people, Senders: o.senders, Database: "SQLite"}
	if isPostgres(o.db) {
		r.Database = "PostgreSQL"
	}
	if !o.seeded {
		begun := time.Now()
		messages, err := w.seed(server, min(o.senders, 16), progress)
		if err != nil {
			return r, err
		}
		r.Seeded = seeding{messages, time.Since(begun).Seconds()}
	}
	if o.mode == pagesMode {
		v, err := newVisitor(w, server)
		if err != nil {
			return r, fmt.Errorf("sign in: %w", err)
		}
		w.visitor = v
	}
	w.run(o, server, time.Duration(o.warm)*time.Second)
	if w.visitor != nil {
		clear(w.visitor.tally)
	}
	before, err := server.Usage()
	if err != nil {
		return r, err
	}
	begun := time.Now()
	update, ask := w.run(o, server, time.Duration(o.seconds)*time.Second)
	r.Seconds = time.Since(begun).Seconds()
	r.Updates, r.Queries = update.summary(r.Seconds), ask.summary(r.Seconds)
	r.Errors = append(append([]string{}, update.errors...), ask.errors...)
	if w.visitor != nil {
		r.Pages = map[string]summary{}
		for name, t := range w.visitor.tally {
			slices.Sort(t.times)
			r.Pages[name] = t.summary(r.Seconds)
			r.Errors = append(r.Errors, t.errors...)
		}
	}
	after, err := server.Usage()
	if err != nil {
		return r, err
	}
	r.ServerMB = float64(after.Resident) / (1 << 20)
	r.ServerCPU = (after.CPU - before.CPU).Seconds()
	return r, nil
}
