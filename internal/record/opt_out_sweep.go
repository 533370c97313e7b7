package record

import (
	"bytes"
	"context"
	"encoding/csv"
	"regexp"
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/flat"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// What names somebody who opted out and is stored with nobody: it is found by its words,
// before the record is erased, which is where the words come from.

// named is by what a person is named. It is kept in memory while a record is erased, and
// nowhere else.
type named struct {
	person  iis.PersonID
	numbers []iis.PersonID // every number that the record had
	words   [][]string     // the names, as messages have them (namedBy)
	rows    *spelling
	hide    []*regexp.Regexp          // names, and behind them numbers
	names   int                       // how many of those are names
	about   map[iis.SubmissionID]bool // messages that are erased: rows of files are theirs
}

func newNamed(person iis.PersonID, reports []store.Report, roster []store.RosterNumber) *named {
	w := &named{person: person, rows: spelt(reports, roster), about: map[iis.SubmissionID]bool{}}
	w.words = slices.DeleteFunc(namedBy(reports), func(all []string) bool { return len(all) < 2 })
	for i := range reports {
		if p := reports[i].Said; p != nil {
			for _, n := range p.Names {
				w.hideName(n)
			}
		}
	}
	w.names = len(w.hide)
	for _, n := range ownNumbers(reports) {
		if len(n) >= leastHidden {
			w.hidden(`\b` + regexp.QuoteMeta(n) + `\b`)
		}
	}
	return w
}

// hideName has a name be taken out of what people wrote: given and family name together,
// in either order.
func (w *named) hideName(n iis.Name) {
	family, given := wordsIn(n.Family), wordsIn(n.Given)
	if len(family) == 0 || len(given) == 0 {
		return
	}
	joined := func(words []string) string {
		for i := range words {
			words[i] = regexp.QuoteMeta(words[i])
		}
		return strings.Join(words, `\W+`)
	}
	f, g := joined(family), joined(given)
	w.hidden(`\b` + g + `\W+(?:\w+\W+)?` + f + `\b`)
	w.hidden(`\b` + f + `\W+` + g + `\b`)
}

func (w *named) hidden(pattern string) {
	re, err := regexp.Compile(`(?i)` + pattern)
	if err != nil || slices.ContainsFunc(w.hide, func(have *regexp.Regexp) bool { return have.String() == re.String() }) {
		return // of quoted words: it compiles
	}
	w.hide = append(w.hide, re)
}

// redactedText is what stands where a name stood.
const redactedText = "[erased]"

// leastHidden is how many characters a number has at least that is taken out of what people
// wrote: shorter ones are anything.
const leastHidden = 6

// redact takes the person out of a text.
func (w *named) redact(text string) string { return redacted(text, w.hide) }

// redactNames takes the person's names out of a text.
func (w *named) redactNames(text string) string { return redacted(text, w.hide[:w.names]) }

func redacted(text string, hide []*regexp.Regexp) string {
	for _, re := range hide {
		text = re.ReplaceAllString(text, redactedText)
	}
	return text
}

// of takes up messages whose rows in files are to go.
func (w *named) of(about map[iis.SubmissionID]bool) {
	for id := range about {
		w.about[id] = true
	}
}

// inMessage reports that a message of a sender names the person: by name, or by that
// sender's own number, and says no other birth date.
func (w *named) inMessage(raw []byte, sender iis.SenderID) bool {
	words := slices.Clone(w.words)
	for n := range w.rows.told[sender] {
		words = append(words, []string{"|" + n + "^"}, []string{"~" + n + "^"})
	}
	return names(raw, words) && !w.bornOtherwise(raw)
}

// bornOtherwise reports a message that says a birth date that is none of the person's.
func (w *named) bornOtherwise(raw []byte) bool {
	m, err := hl7.Parse(raw)
	if err != nil {
		return false
	}
	said := ""
	for _, at := range []struct {
		segment string
		field   int
	}{{"PID", 7}, {"QPD", 6}} {
		if s := m.First(at.segment); !s.IsZero() {
			said = s.Field(at.field).String()
		}
	}
	if len(said) < 8 {
		return false
	}
	return !slices.ContainsFunc(w.rows.births, func(d cal.Date) bool { return d.Compact() == said[:8] })
}

// sweepNamed erases what names a person and is stored with nobody, from behind a
// submission: messages that were refused or answered with nobody, and queries, of whichever
// sender; and cuts rows out of imports and files.
func (k *Keeper) sweepNamed(ctx context.Context, line store.Audit, w *named, after iis.SubmissionID) error {
	for _, f := range append(slices.Clone(aboutNobody), refusedForms) {
		if err := k.sweepMessages(ctx, line, f, w, after); err != nil {
			return err
		}
	}
	if err := k.sweepImports(ctx, line, w, after); err != nil {
		return err
	}
	return k.sweepKeptFiles(ctx, line, w)
}

func (k *Keeper) sweepMessages(ctx context.Context, line store.Audit, f store.SubmissionFilter, w *named, after iis.SubmissionID) error {
	for {
		lines, err := k.store.Submissions(ctx, f, sweepAtOnce)
		if err != nil || len(lines) == 0 {
			return err
		}
		f.Before = lines[len(lines)-1].ID
		var all []iis.SubmissionID
		for _, l := range lines {
			if l.ID <= after || l.Door == iis.DoorImport {
				continue
			}
			sub, err := k.store.Submission(ctx, l.ID)
			if err != nil {
				return err
			}
			if w.inMessage(sub.Raw, l.Sender) || formAbout(sub.Raw, w.numbers) {
				all = append(all, l.ID)
				w.about[l.ID] = true
			}
		}
		if err := k.eraseMessages(ctx, line, all); err != nil {
			return err
		}
		if f.Before <= after {
			return nil
		}
	}
}

func (k *Keeper) eraseMessages(ctx context.Context, line store.Audit, all []iis.SubmissionID) error {
	if len(all) == 0 {
		return nil
	}
	return k.store.Write(ctx, func(tx *store.Tx) error {
		err := tx.Thoroughly(func() error {
			for _, id := range all {
				if err := tx.EraseSubmission(id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		line.At = k.store.Now()
		return tx.AddAudit(line)
	})
}

func (k *Keeper) sweepImports(ctx context.Context, line store.Audit, w *named, after iis.SubmissionID) error {
	for {
		var ids []iis.SubmissionID
		err := k.store.Read(ctx, func(tx *store.Tx) (err error) {
			ids, err = tx.ImportedAfter(after, sweepAtOnce)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		for _, id := range ids {
			has := false
			err := k.store.Read(ctx, func(tx *store.Tx) error {
				sub, found, err := tx.AnySubmission(id)
				if found {
					_, n := w.cut(&sub)
					has = n > 0
				}
				return err
			})
			if err != nil || !has {
				if err != nil {
					return err
				}
				continue
			}
			err = k.store.Write(ctx, func(tx *store.Tx) error {
				sub, _, err := tx.AnySubmission(id)
				if err != nil {
					return err
				}
				if _, err := cutImport(tx, &sub, w, func(string, int) {}); err != nil {
					return err
				}
				line.At = k.store.Now()
				return tx.AddAudit(line)
			})
			if err != nil {
				return err
			}
		}
	}
}

// cutImport takes a person's rows out of a submission of an import.
func cutImport(tx *store.Tx, sub *iis.Submission, w *named, count func(string, int)) (n int, err error) {
	left, n := w.cut(sub)
	if n == 0 {
		return 0, nil
	}
	count("rows of imports", n)
	return n, tx.Thoroughly(func() error { return tx.CutSubmission(sub.ID, left) })
}

// cut leaves of the rows of an import those of others: a person's are those that name the
// person, and those under the number that such a row begins with.
func (w *named) cut(sub *iis.Submission) (left []byte, n int) {
	lines := bytes.SplitAfter(sub.Raw, []byte("\r\n"))
	numbers, gone := map[string]bool{}, map[int]bool{}
	who := w.rows
	ids := make([]string, len(lines)) // the number that a row begins with, or has where its header says
	at, head := 0, false
	for i, l := range lines {
		r := csv.NewReader(bytes.NewReader(l))
		r.LazyQuotes, r.FieldsPerRecord = true, -1
		if bytes.Count(l, []byte(";")) > bytes.Count(l, []byte(",")) {
			r.Comma = ';'
		} else if bytes.Count(l, []byte("\t")) > bytes.Count(l, []byte(",")) {
			r.Comma = '\t'
		}
		row, err := r.Read()
		switch {
		case err != nil || len(row) < 2: // what rows follow: their header is next
			head = true
			continue
		case head:
			at, head = max(0, slices.IndexFunc(row, isNumberColumn)), false
			continue
		case at >= len(row):
			continue
		}
		ids[i] = row[at]
		if who.in(row) && !w.bornElse(row) || who.told[sub.Sender.ID][strings.ToUpper(strings.TrimSpace(row[at]))] {
			gone[i], numbers[row[at]] = true, row[at] != ""
		}
	}
	for i, id := range ids {
		if numbers[id] {
			gone[i] = true
		}
	}
	for i, l := range lines {
		if !gone[i] {
			left = append(left, l...)
		}
	}
	return left, len(gone)
}

// isNumberColumn reports the column by which rows of an import belong together.
func isNumberColumn(name string) bool {
	n := strings.ToLower(strings.TrimSpace(name))
	return n == "patient_id" || n == "certificate_no"
}

// bornElse reports a row in which no birth date of the person stands, and other days do:
// it is a namesake's.
func (w *named) bornElse(row []string) bool {
	days, born := w.rows.days(row)
	return days && !born
}

// filesAtOnce is how many files are looked through at once: they may be large.
const filesAtOnce = 10

// sweepKeptFiles cuts a person's rows out of uploaded files.
func (k *Keeper) sweepKeptFiles(ctx context.Context, line store.Audit, w *named) error {
	for after := iis.FileID(0); ; {
		var files []store.KeptFile
		var lines [][]int
		err := k.store.Read(ctx, func(tx *store.Tx) (err error) {
			files, lines = nil, nil
			if files, err = tx.KeptFiles(after, filesAtOnce); err != nil {
				return err
			}
			for i := range files {
				theirs, err := tx.FileLines(files[i].ID, w.about)
				if err != nil {
					return err
				}
				lines = append(lines, theirs)
			}
			return nil
		})
		if err != nil || len(files) == 0 {
			return err
		}
		after = files[len(files)-1].ID
		for i := range files {
			left, cut := w.cutFile(&files[i], lines[i])
			if len(cut) == 0 {
				continue
			}
			err := k.store.Write(ctx, func(tx *store.Tx) error {
				if err := tx.Thoroughly(func() error { return tx.CutFile(files[i].ID, left, cut) }); err != nil {
					return err
				}
				line.At = k.store.Now()
				return tx.AddAudit(line)
			})
			if err != nil {
				return err
			}
		}
	}
}

// cutFile leaves of a file the rows of others (flat.Without). A row is the person's when a
// message of theirs was made of it, or it names the person. Of a file that cannot be read
// as rows each line that names the person goes.
func (w *named) cutFile(f *store.KeptFile, lines []int) (left []byte, cut []int) {
	who := w.rows.of(&f.File)
	table, err := flat.Read(f.Raw, flat.Limits{Bytes: len(f.Raw), Rows: len(f.Raw) + 1}, flat.Mapping{})
	if err != nil {
		for i, l := range strings.Split(string(f.Raw), "\n") {
			if who.in(strings.FieldsFunc(l, cellEnds)) {
				cut = append(cut, i+1)
			}
		}
	} else {
		for i := range table.Rows {
			r := &table.Rows[i]
			if slices.Contains(lines, r.Line) || who.in(r.Cells) && !w.bornElse(r.Cells) {
				cut = append(cut, r.Line)
			}
		}
	}
	if len(cut) == 0 {
		return nil, nil
	}
	return flat.Without(f.Raw, cut), cut
}
