package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/jobs"
	"openiis/internal/sheet"
)

// flatImport is one run of `openiis import flat`: a file of a practice or billing
// system without HL7, a row a dose. It is answered row by row in the report, and in
// short on standard output, as JSON.
type flatImport struct {
	db, sender, mapping, doses, report string
	dry                                bool
	file                               string
	stdin                              io.Reader
	stdout, stderr                     io.Writer

	from   iis.Sender
	told   time.Time
	rows   int
	lines  *sheet.Writer // of the report; nil without one
	header []string      // of the file, for the report
}

func importFlat(db string, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	im := &flatImport{stdin: stdin, stdout: stdout, stderr: stderr}
	f := flag.NewFlagSet("import flat", flag.ContinueOnError)
	f.StringVar(&im.db, "db", db, "database: a file, or postgres://…")
	f.StringVar(&im.sender, "sender", "", "the sender whose rows these are: a user name of theirs, or their facility code")
	f.StringVar(&im.mapping, "mapping", "", "a file with a column and its field a line, a tab between them; it is remembered for the sender")
	f.StringVar(&im.doses, "doses", "", "given (by the sender) or historical: what doses are of which no column says it; else as remembered, or given")
	f.BoolVar(&im.dry, "dry-run", false, "say what would become of each row, and store nothing")
	f.StringVar(&im.report, "report", "", "a CSV file for the answer to each row, without its values")
	files, status, ok := parseFiles(f, args, stderr)
	switch {
	case !ok:
		return status
	case !need(stderr, f, "db", "sender"):
		return exitUsage
	case len(files) != 1:
		return failUsage(stderr, f.Name(), errors.New("name one file, or - for standard input"))
	case im.doses != "" && im.doses != string(flat.GivenHere) && im.doses != string(flat.Elsewhere):
		return failUsage(stderr, f.Name(), errors.New("--doses is given or historical"))
	}
	im.file = files[0]
	if err := isThere(im.db); err != nil {
		return failUsage(stderr, f.Name(), err)
	}
	ctx, stop := stopSignal()
	defer stop()
	r, err := openRegistry(ctx, im.db)
	if err != nil {
		return fail(stderr, f.Name(), err)
	}
	err = im.run(ctx, r)
	if err := errors.Join(err, r.Close()); err != nil {
		return fail(stderr, f.Name(), err)
	}
	return exitOK
}

// run imports the file, and seals the audit beside it, as a server would.
func (im *flatImport) run(ctx context.Context, r *registry) (err error) {
	raw, err := im.read()
	if err != nil {
		return err
	}
	if im.from, err = im.senderOf(ctx, r); err != nil {
		return err
	}
	if err := im.openReport(); err != nil {
		return err
	}
	work, finish := context.WithCancel(context.WithoutCancel(ctx))
	var sealing sync.WaitGroup
	sealing.Go(func() { jobs.Seal(work, r.store.NewSealer(), slog.New(slog.NewTextHandler(im.stderr, nil))) })
	defer sealing.Wait()
	defer finish()
	if err := im.rememberMapping(ctx, r); err != nil {
		return err
	}
	return im.store(ctx, r, raw)
}

// read reads the file, as far as one may be long.
func (im *flatImport) read() (raw []byte, err error) {
	in := im.stdin
	if im.file != "-" {
		file, err := os.Open(im.file)
		if err != nil {
			return nil, fmt.Errorf("open the file: %w", errors.Unwrap(err))
		}
		defer file.Close()
		in = file
	}
	raw, err = io.ReadAll(io.LimitReader(in, int64(intake.CommandLimits.Bytes)+1))
	if err == nil && len(raw) > intake.CommandLimits.Bytes {
		err = fmt.Errorf("the file is larger than %d MB: split it into smaller files, each with the row of column names", intake.CommandLimits.Bytes/1_000_000)
	}
	return raw, err
}

// senderOf is the sender by a user name of theirs, or by their facility code.
func (im *flatImport) senderOf(ctx context.Context, r *registry) (iis.Sender, error) {
	from, err := r.quality.SenderOf(ctx, im.sender)
	if fault.KindOf(err) != fault.NotFound {
		return from, err
	}
	from, err = importSender(ctx, r.store, im.sender)
	if err != nil {
		return from, fmt.Errorf("there is no sender with the user name or facility code %s; register it with `openiis sender add`", im.sender)
	}
	return from, nil
}

// rememberMapping keeps the mapping that --mapping names as the sender's, unless
// nothing shall be stored.
func (im *flatImport) rememberMapping(ctx context.Context, r *registry) error {
	if im.mapping == "" || im.dry {
		return nil
	}
	m, err := im.givenMapping()
	if err != nil {
		return err
	}
	return r.desk.SetFileMapping(ctx, byCommand, im.from.ID, m)
}

func (im *flatImport) givenMapping() (flat.Mapping, error) {
	text, err := os.ReadFile(im.mapping)
	if err != nil {
		return flat.Mapping{}, fmt.Errorf("read the mapping: %w", errors.Unwrap(err))
	}
	return flat.ParseMapping(string(text))
}

// store stores the rows, or says what would become of them.
func (im *flatImport) store(ctx context.Context, r *registry, raw []byte) error {
	f, err := im.keep(ctx, r, raw)
	if err != nil {
		return err
	}
	m, err := im.mappingOf(f)
	if err != nil {
		return err
	}
	im.header = f.Table.Header
	im.told = time.Now()
	begun := im.told
	var result intake.FileResult
	if im.dry {
		result, err = r.desk.RehearseFile(ctx, byCommand, f, m, im.answered)
	} else {
		result, err = r.desk.StoreFile(ctx, byCommand, f, m, im.answered)
	}
	if im.lines != nil {
		im.lines.Flush()
		err = errors.Join(err, im.lines.Error())
	}
	if fault.KindOf(err) != fault.Invalid || err == nil {
		im.tell(f, result, time.Since(begun))
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.New("interrupted: import the file again to go on from here")
	case err == nil && result.Counts[iis.RowFailed] > 0:
		return fmt.Errorf("%d rows were not stored through a failure on our side; import the file again", result.Counts[iis.RowFailed])
	case fault.KindOf(err) == fault.Invalid:
		return errors.New(fault.Public(err))
	}
	return err
}

// keep keeps the file before anything reads it, unless nothing shall be stored.
func (im *flatImport) keep(ctx context.Context, r *registry, raw []byte) (f *intake.File, err error) {
	name := filepath.Base(im.file)
	if im.dry {
		f, err = r.desk.ReadFile(ctx, im.from, name, raw)
	} else {
		f, err = r.desk.ImportedFile(ctx, byCommand, im.from, name, raw)
	}
	if err == nil && f.Unreadable != nil {
		err = errors.New(fault.Public(f.Unreadable))
	}
	return f, err
}

// mappingOf is how the file's columns are read, which is told.
func (im *flatImport) mappingOf(f *intake.File) (flat.Mapping, error) {
	known := f.Known
	if im.mapping != "" {
		var err error
		if known, err = im.givenMapping(); err != nil {
			return known, err
		}
	}
	m := f.Table.Guess(known)
	if im.doses != "" {
		m.Doses = flat.Doses(im.doses)
	} else if m.Doses == "" {
		m.Doses = flat.GivenHere
	}
	for _, n := range f.Table.Notes {
		fmt.Fprintln(im.stderr, n)
	}
	for i, a := range m.Columns {
		field := "not used"
		if a.Field != "" {
			field = flat.LabelOf(a.Field)
		}
		fmt.Fprintf(im.stderr, "column %d %q: %s\n", i+1, a.Column, field)
	}
	return m, nil
}

// openReport begins the report.
func (im *flatImport) openReport() error {
	if im.report == "" {
		return nil
	}
	file, err := os.OpenFile(im.report, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the report: %w", errors.Unwrap(err))
	}
	im.lines = sheet.New(file)
	return im.lines.Write([]string{"line", "result", "submission", "severity", "column_number", "column", "rule", "what_to_do"})
}

// answered writes answers to the report, a line a problem, and tells once a second
// how far it is.
func (im *flatImport) answered(rows []iis.FileRow) {
	im.rows += len(rows)
	for _, r := range rows {
		if im.lines != nil {
			im.reportRow(r)
		}
	}
	if now := time.Now(); now.Sub(im.told) >= time.Second {
		im.told = now
		fmt.Fprintf(im.stderr, "%d rows\n", im.rows)
	}
}

// reportRow writes the answer to one row. What the writer has to say of it is asked at
// the end.
func (im *flatImport) reportRow(r iis.FileRow) {
	submission := ""
	if r.Submission != 0 {
		submission = r.Submission.Public()
	}
	begin := []string{strconv.Itoa(r.Line), string(r.Result), submission}
	if len(r.Problems) == 0 {
		_ = im.lines.Write(append(begin, "", "", "", "", ""))
	}
	for _, p := range r.Problems {
		number, name := "", ""
		if p.Column > 0 && p.Column <= len(im.header) {
			number, name = strconv.Itoa(p.Column), inert(im.header[p.Column-1])
		}
		_ = im.lines.Write(append(slices.Clone(begin), string(p.Severity), number, name, p.Rule, p.Say))
	}
}

// inert is a text that no spreadsheet takes for a formula.
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// flatSummary is what standard output says.
type flatSummary struct {
	File    string         `json:"file,omitempty"` // the registry's number for it
	DryRun  bool           `json:"dryRun,omitempty"`
	Rows    int            `json:"rows"`
	Stored  int            `json:"stored"`
	Warned  int            `json:"warned"`
	Results map[string]int `json:"results"`
	Refused map[string]int `json:"refused"` // by rule
}

// tell tells what became of the file.
func (im *flatImport) tell(f *intake.File, r intake.FileResult, took time.Duration) {
	s := flatSummary{DryRun: im.dry, Rows: r.Rows, Stored: r.Stored(), Warned: r.Warned, Results: map[string]int{}, Refused: r.Reasons}
	if f.ID != 0 {
		s.File = f.ID.Public()
	}
	verb := "were stored"
	if im.dry {
		verb = "would be stored"
	}
	fmt.Fprintf(im.stderr, "%d rows in %.1f s: %d %s, %d of them with warnings\n", r.Rows, took.Seconds(), s.Stored, verb, r.Warned)
	for _, result := range iis.RowResults {
		if n := r.Counts[result]; n > 0 {
			s.Results[string(result)] = n
			fmt.Fprintf(im.stderr, "  %s: %d\n", result, n)
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(r.Reasons)) {
		fmt.Fprintf(im.stderr, "  refused, %s: %d\n", rule, r.Reasons[rule])
	}
	line, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("a summary cannot be written: %v", err)) // plain fields only
	}
	fmt.Fprintf(im.stdout, "%s\n", line)
}
