package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"openiis/internal/cal"
	"openiis/internal/synth"
)

// mostGenerated is how many people are generated at most.
const mostGenerated = 100_000_000

// chunk is how many people are made up together. It decides the order of rows,
// and so the bytes: it is not a setting.
const chunk = 2048

// memoryWanted is how much memory a run may take before it works harder to take
// less; what it needs is a fraction of it, however many people there are.
const memoryWanted = 256 << 20

// generation is what `openiis generate` is asked for.
type generation struct {
	people      *synth.Population
	dir         string
	gzip, force bool
}

// generateCommand is `openiis generate`: the tables of an old registry with
// made-up people, for `openiis import legacy` and for tests of it.
func generateCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("generate", flag.ContinueOnError)
	people := f.Int("people", 10_000, "how many people to make up")
	seed := f.Uint64("seed", 1, "another seed gives other people; the same seed the same bytes")
	out := f.String("out", "", "folder for patients.csv, doses.csv, truth.csv and facilities.csv; made when it is not there")
	ages := f.String("ages", "state", "state: everybody of a state; children: mostly children, as registries of childhood vaccinations have them")
	twice := f.Float64("duplicate-people", 5, "rows of patients beyond the first of their person, for 100 people")
	again := f.Float64("duplicate-doses", 10, "rows of doses beyond the first of their shot, for 100 shots")
	today := f.String("today", "2025-06-30", "the last day of the data, YYYY-MM-DD")
	var g generation
	f.BoolVar(&g.gzip, "gzip", false, "write .csv.gz")
	f.BoolVar(&g.force, "force", false, "overwrite files of these names, and what an interrupted run left")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "out") {
		return exitUsage
	}
	if f.NArg() > 0 {
		return failUsage(stderr, "generate", fmt.Errorf("%q is not expected here", f.Arg(0)))
	}
	var err error
	if g.people, err = populationOf(*people, *seed, *ages, *today); err != nil {
		return failUsage(stderr, "generate", err)
	}
	if g.people.DuplicatePeople, err = perMille("duplicate-people", *twice, 20); err != nil {
		return failUsage(stderr, "generate", err)
	}
	if g.people.DuplicateDoses, err = perMille("duplicate-doses", *again, 50); err != nil {
		return failUsage(stderr, "generate", err)
	}
	g.dir = *out
	ctx, stop := stopSignal()
	defer stop()
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryWanted)
	begun := time.Now()
	t, err := g.run(ctx, stderr)
	if err != nil {
		return fail(stderr, "generate", err)
	}
	fmt.Fprintf(stdout, "%d people with %d records (%d people have more than one), and %d shots with %d more rows of doses (%d rows with refusals) in %s, in %.1f s\n",
		t.Persons, t.PatientRows, t.Twos, t.Shots, t.Agains, t.DoseRows, g.dir, time.Since(begun).Seconds())
	return exitOK
}

// perMille is a share of a hundred, as an option gives it, of a thousand.
func perMille(option string, percent float64, most int) (int, error) {
	n := math.Round(percent * 10)
	if !(percent >= 0 && percent <= float64(most)) || math.Abs(n-percent*10) > 1e-6 {
		return 0, fmt.Errorf("--%s %v: want 0 to %d per cent, with one decimal at most", option, percent, most)
	}
	return int(n), nil
}

// populationOf is the population of a command line.
func populationOf(people int, seed uint64, ages, today string) (*synth.Population, error) {
	if people < 1 || people > mostGenerated {
		return nil, fmt.Errorf("--people %d: want 1 to %d", people, mostGenerated)
	}
	p := synth.People(seed)
	p.Size = people
	switch ages {
	case "state":
		p.Ages = synth.WholeState
	case "children":
		p.Ages = synth.MostlyChildren
	default:
		return nil, fmt.Errorf("--ages %s: want state or children", ages)
	}
	day, err := cal.Parse(today)
	if err != nil || day < cal.Of(2000, 1, 1) || day > cal.Of(2099, 12, 31) {
		return nil, fmt.Errorf("--today %s: want a day of this century, as YYYY-MM-DD", today)
	}
	p.Today = day
	return p, nil
}

// table is one file while it is written.
type table struct {
	name    string // when it is whole
	columns []string
	rows    func(*synth.Tables) []byte // of a chunk
	file    *os.File
}

// run writes the tables under names of their own and gives them their names
// when all are whole and on the disk: an interrupted run leaves nothing that
// looks like a result.
func (g *generation) run(ctx context.Context, progress io.Writer) (total synth.Tables, err error) {
	tables := []*table{ // patients last: when they are there, everything is
		{name: "facilities.csv", columns: synth.FacilityColumns, rows: func(*synth.Tables) []byte { return nil }},
		{name: "truth.csv", columns: synth.TruthColumns, rows: func(t *synth.Tables) []byte { return t.Truth }},
		{name: "doses.csv", columns: synth.DoseColumns, rows: func(t *synth.Tables) []byte { return t.Doses }},
		{name: "patients.csv", columns: synth.PatientColumns, rows: func(t *synth.Tables) []byte { return t.Patients }},
	}
	if err := os.MkdirAll(g.dir, 0o777); err != nil {
		return total, err
	}
	if err := g.free(tables); err != nil {
		return total, err
	}
	defer func() { err = errors.Join(err, discard(tables)) }()
	for _, t := range tables {
		if err := g.open(t); err != nil {
			return total, err
		}
	}
	if err := g.write(tables[0], g.people.FacilityTable()); err != nil {
		return total, err
	}
	if total, err = g.fill(ctx, tables, progress); err != nil {
		return total, err
	}
	return total, g.keep(tables)
}

// free refuses to write over what is there, packed or not.
func (g *generation) free(tables []*table) error {
	for _, t := range tables {
		for _, name := range []string{t.name, t.name + ".gz"} {
			path := filepath.Join(g.dir, name)
			if _, err := os.Lstat(path); !g.force && err == nil {
				return fmt.Errorf("%s is there already: choose another folder, or overwrite it with --force", path)
			}
		}
		if g.gzip {
			t.name += ".gz"
		}
	}
	return nil
}

func (g *generation) path(t *table) string { return filepath.Join(g.dir, t.name) }

// partial ends the names of files that are being written.
const partial = ".partial"

// open begins a table with its header.
func (g *generation) open(t *table) (err error) {
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if g.force {
		how = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	t.file, err = os.OpenFile(g.path(t)+partial, how, 0o666)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there: another run is writing it, or one was cut off; remove it, or write over it with --force", g.path(t)+partial)
	}
	if err != nil {
		return err
	}
	return g.write(t, []byte(strings.Join(t.columns, ",")+"\r\n"))
}

// write writes rows, packed where packing is wanted: one gzip member a piece.
func (g *generation) write(t *table, rows []byte) (err error) {
	if g.gzip {
		var packed bytes.Buffer
		if err := pack(&packed, rows); err != nil {
			return err
		}
		rows = packed.Bytes()
	}
	_, err = t.file.Write(rows)
	return err
}

func pack(to *bytes.Buffer, rows []byte) error {
	z, err := gzip.NewWriterLevel(to, gzip.BestSpeed) // a quarter of the time for a third more bytes
	if err != nil {
		return err
	}
	if _, err := z.Write(rows); err != nil {
		return err
	}
	return z.Close()
}

// piece is a chunk on its way from a worker to the files.
type piece struct {
	synth.Tables
	packed []bytes.Buffer // of the tables, where packing is wanted
	first  int
	done   chan error
}

// fill makes the people up on all processors and writes them in order. As many
// pieces are in memory as it takes to keep everyone busy.
func (g *generation) fill(ctx context.Context, tables []*table, progress io.Writer) (total synth.Tables, err error) {
	workers := runtime.GOMAXPROCS(0)
	idle := make(chan *piece, workers+2)
	for range cap(idle) {
		idle <- &piece{packed: make([]bytes.Buffer, len(tables)), done: make(chan error, 1)}
	}
	work, ordered := make(chan *piece), make(chan *piece, cap(idle))
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(work)
		defer close(ordered)
		for first := 0; first < g.people.Size; first += chunk {
			select {
			case p := <-idle:
				p.first = first
				ordered <- p
				work <- p
			case <-ctx.Done():
			}
			if ctx.Err() != nil {
				return fmt.Errorf("stopped; nothing was kept: %w", context.Cause(ctx))
			}
		}
		return nil
	})
	for range workers {
		group.Go(func() error {
			for p := range work {
				p.done <- g.make(p, tables)
			}
			return nil
		})
	}
	group.Go(func() error {
		told := time.Now()
		for p := range ordered {
			if err := errors.Join(<-p.done, g.put(p, tables)); err != nil {
				return err
			}
			total.Persons, total.Twos = total.Persons+p.Persons, total.Twos+p.Twos
			total.PatientRows, total.DoseRows = total.PatientRows+p.PatientRows, total.DoseRows+p.DoseRows
			total.Shots, total.Agains = total.Shots+p.Shots, total.Agains+p.Agains
			if time.Since(told) > 2*time.Second {
				told = time.Now()
				fmt.Fprintf(progress, "%d of %d people\n", total.Persons, g.people.Size)
			}
			idle <- p
		}
		return nil
	})
	return total, group.Wait()
}

// make makes up the people of a piece.
func (g *generation) make(p *piece, tables []*table) error {
	p.Tables = synth.Tables{Patients: p.Patients[:0], Doses: p.Doses[:0], Truth: p.Truth[:0]}
	g.people.Legacy(&p.Tables, p.first, min(chunk, g.people.Size-p.first))
	if !g.gzip {
		return nil
	}
	for i, t := range tables {
		p.packed[i].Reset()
		if rows := t.rows(&p.Tables); len(rows) > 0 {
			if err := pack(&p.packed[i], rows); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes a piece.
func (g *generation) put(p *piece, tables []*table) error {
	for i, t := range tables {
		rows := t.rows(&p.Tables)
		if g.gzip {
			rows = p.packed[i].Bytes()
		}
		if _, err := t.file.Write(rows); err != nil {
			return err
		}
	}
	return nil
}

// keep gives the whole tables their names. What they replace goes first, so
// that no file of one run stands beside one of another.
func (g *generation) keep(tables []*table) error {
	for _, t := range tables {
		if err := errors.Join(t.file.Sync(), t.file.Close()); err != nil {
			return err
		}
	}
	for _, t := range tables {
		plain := strings.TrimSuffix(g.path(t), ".gz")
		for _, old := range []string{plain, plain + ".gz"} {
			if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	for _, t := range tables {
		if err := os.Rename(t.file.Name(), g.path(t)); err != nil {
			return err
		}
		t.file = nil
	}
	return nil
}

// discard removes what did not become a result.
func discard(tables []*table) error {
	var all []error
	for _, t := range tables {
		if t.file != nil {
			_ = t.file.Close() // closed already, or of no use
			all = append(all, os.Remove(t.file.Name()))
		}
	}
	return errors.Join(all...)
}
