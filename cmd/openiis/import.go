package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/legacy"
)

const importUse = `Use: openiis import --db DATABASE legacy --patients FILE --doses FILE
     openiis import --db DATABASE births FILE.csv [--dry-run]
     openiis import --db DATABASE deaths FILE.csv [--dry-run]
     openiis import --db DATABASE flat FILE --sender USERNAME [--mapping FILE] [--doses given|historical] [--dry-run] [--report FILE.csv]
openiis import legacy -h, and so on, tells more.
`

// importCommand is `openiis import`: files of rows into a registry, of an old one,
// of vital records or of practices without HL7.
func importCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("import", flag.ContinueOnError)
	db := f.String("db", "", "database: a file, or postgres://…")
	f.Usage = func() {
		fmt.Fprint(stderr, importUse)
		f.PrintDefaults()
	}
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	switch f.Arg(0) {
	case "legacy":
		return importLegacy(*db, f.Args()[1:], stdout, stderr)
	case "births":
		return importVital(legacy.Births, "births", *db, f.Args()[1:], stdout, stderr)
	case "deaths":
		return importVital(legacy.Deaths, "deaths", *db, f.Args()[1:], stdout, stderr)
	case "flat":
		return importFlat(*db, f.Args()[1:], stdin, stdout, stderr)
	case "":
		return failUsage(stderr, "import", errors.New("say what to import: legacy, births, deaths or flat"))
	}
	return failUsage(stderr, "import", fmt.Errorf("%q cannot be imported: want legacy, births, deaths or flat", f.Arg(0)))
}

// registryCode is the sender of what names no facility when --registry says
// nothing else.
const registryCode = "OLD-REGISTRY"

// importMemory is how much memory an import may take before it works harder to
// take less: 2.5 million people who fill an empty registry hold two thirds of it (ADR
// 18). What SQLite keeps, some 250 MB, comes on top. Below that it grows to twice what
// it needs: most of what fills a registry is passed over by the collector.
const (
	importMemory    = 9 << 28
	importGCPercent = 100
)

// importLegacy is `openiis import legacy`.
func importLegacy(before string, args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("import legacy", flag.ContinueOnError)
	im := &legacy.Import{By: iis.Actor{Kind: "command"}}
	db := f.String("db", before, "database: a file, or postgres://…")
	f.StringVar(&im.Patients, "patients", "", "CSV of patients, a row each; .gz is unpacked")
	f.StringVar(&im.Doses, "doses", "", "CSV of doses, a row each; .gz is unpacked")
	f.StringVar(&im.Facilities, "facilities", "", "CSV of facility,name: what facilities are called")
	f.StringVar(&im.Truth, "truth", "", "CSV of which rows are of one person, as openiis generate writes it: the report says what became of each duplicate")
	f.StringVar(&im.Registry, "registry", registryCode, "code of the old registry: the sender of what names no facility")
	f.StringVar(&im.Out, "out", "", "folder for report.txt, placed.csv and the rejected rows (default: one of its own in import, beside the patients)")
	f.BoolVar(&im.DryRun, "dry-run", false, "say what would happen; the registry stays as it is")
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	if !need(stderr, f, "db", "patients", "doses") {
		return exitUsage
	}
	if f.NArg() > 0 {
		return failUsage(stderr, "import legacy", fmt.Errorf("%q is not expected here", f.Arg(0)))
	}
	return importPeople("import legacy", *db, im, stdout, stderr)
}

// vitalCode is the sender of births and deaths when --registry says nothing else.
const vitalCode = "VITAL-RECORDS"

// importVital is `openiis import births` and `openiis import deaths`.
func importVital(feed legacy.Feed, name, before string, args []string, stdout, stderr io.Writer) int {
	f := flag.NewFlagSet("import "+name, flag.ContinueOnError)
	im := &legacy.Import{Feed: feed, By: iis.Actor{Kind: "command"}}
	db := f.String("db", before, "database: a file, or postgres://…")
	f.StringVar(&im.Registry, "registry", vitalCode, "code of the office of vital records: the sender of what the file says")
	f.StringVar(&im.Out, "out", "", "folder for report.txt, placed.csv and the rejected rows (default: one of its own in import-"+name+", beside the file)")
	f.BoolVar(&im.DryRun, "dry-run", false, "say what would happen; the registry stays as it is")
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") { // the file may stand before the flags
		im.Patients, args = args[0], args[1:]
	}
	if status, ok := parse(f, args, stderr); !ok {
		return status
	}
	rest := f.Args()
	if im.Patients == "" && len(rest) > 0 {
		im.Patients, rest = rest[0], rest[1:]
	}
	if !need(stderr, f, "db") {
		return exitUsage
	}
	switch {
	case im.Patients == "":
		return failUsage(stderr, "import "+name, errors.New("say which file: a CSV of "+name+", a row each"))
	case len(rest) > 0:
		return failUsage(stderr, "import "+name, fmt.Errorf("%q is not expected here", rest[0]))
	}
	return importPeople("import "+name, *db, im, stdout, stderr)
}

// importPeople imports, and tells what came of it.
func importPeople(command, db string, im *legacy.Import, stdout, stderr io.Writer) int {
	ctx, stop := stopSignal()
	defer stop()
	debug.SetGCPercent(importGCPercent)
	debug.SetMemoryLimit(importMemory)
	report, err := runLegacy(ctx, command, db, im, stderr)
	if err != nil {
		if ctx.Err() != nil {
			err = errors.New("interrupted; what was taken stays: start it again with the same files and it goes on")
		}
		return fail(stderr, command, err)
	}
	fmt.Fprint(stdout, report)
	fmt.Fprintf(stderr, "took %.1f s; the report and the rejected rows are in %s\n", report.Took.Seconds(), report.Folder)
	if !report.Agree() {
		return fail(stderr, command, errors.New("the sums do not agree: not every row is accounted for"))
	}
	return exitOK
}

// runLegacy opens the registry and imports. A preview of what would be a new
// registry is made in one that goes away.
func runLegacy(ctx context.Context, command, db string, im *legacy.Import, stderr io.Writer) (_ *legacy.Report, err error) {
	for _, file := range []string{im.Patients, im.Doses, im.Facilities} { // before there is a registry for nothing
		if _, err := os.Stat(file); file != "" && err != nil {
			return nil, err
		}
	}
	if isThere(db) != nil {
		if im.DryRun {
			beside := cmp.Or(im.Out, filepath.Dir(im.Patients)) // where there is room, and the rows may lie
			if err := os.MkdirAll(beside, 0o700); err != nil {
				return nil, err
			}
			dir, err := os.MkdirTemp(beside, "preview-")
			if err != nil {
				return nil, err
			}
			defer os.RemoveAll(dir)
			db, im.Passing = filepath.Join(dir, "preview.db"), true
		} else {
			sayMade(stderr, command, db)
		}
	}
	r, err := openRegistry(ctx, db)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	im.Store, im.Keeper, im.Codes, im.Tell = r.store, r.keeper, codeset.Default(), tellLegacy(stderr)
	return im.Run(ctx)
}

// tellLegacy tells every two seconds how far it is.
func tellLegacy(to io.Writer) func(legacy.Progress) {
	begun, told := time.Time{}, time.Now()
	return func(p legacy.Progress) {
		now := time.Now()
		if begun.IsZero() && !p.Reading {
			begun = now
		}
		if now.Sub(told) < 2*time.Second {
			return
		}
		told = now
		if p.Reading {
			fmt.Fprintf(to, "%d rows read and sorted\n", p.Rows)
			return
		}
		if p.Comparing {
			fmt.Fprintf(to, "%d of %d records held against the truth\n", p.Patients, p.Of)
			return
		}
		if p.Keys {
			fmt.Fprintf(to, "%d people are stored; the keys by which they are found are put in order\n", p.Patients)
			return
		}
		fmt.Fprintf(to, "%d of %d people%s\n", p.Patients, p.Of, timeLeft(now.Sub(begun), int(p.Patients), int(p.Of)))
	}
}
