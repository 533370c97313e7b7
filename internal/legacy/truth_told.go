package legacy

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Truth is how the registry bears out what is known of the files from elsewhere
// (Import.Truth): what became of whatever stands in them more than once.
type Truth struct {
	Path    string
	SHA256  string
	Rows    int64 // of patients, of which it says whose they are
	Held    int64 // of those, that are in some record
	Unknown int64 // rows in records of which it says nothing

	People Fate // people with several rows
	Again  Fate // rows of patients beyond the first of their person
	Shots  bool // it says something of doses
	Doses  DoseFate

	WrongRecords int64 // that hold rows of two people or more
	WrongDoses   int64 // that hold reports of two shots or more

	// Pairs in the queue, whoever has put them off.
	PairsOfOne, PairsOfTwo, PairsUnknown int64
}

// Fate is what became of people that have several rows, or of those rows.
type Fate struct {
	Planted int64
	One     int64 // in one record
	Waiting int64 // in several, about which a person is asked
	Missed  int64 // in several, and nobody is asked
	Absent  int64 // no two of the rows are in the registry
}

// person counts a person of whose rows so many are in so many records, of which so
// many are left when all that wait in the queue are joined.
func (f *Fate) person(held, records, parts int) {
	f.Planted++
	switch {
	case held < 2:
		f.Absent++
	case parts > 1:
		f.Missed++
	case records > 1:
		f.Waiting++
	default:
		f.One++
	}
}

// add counts the rows of a person but one.
func (f *Fate) add(rows, held, records, parts int) {
	f.Planted += int64(rows - 1)
	f.Absent += int64(rows - max(held, 1))
	f.One += int64(held - records)
	f.Waiting += int64(records - parts)
	f.Missed += int64(max(parts, 1) - 1)
}

// DoseFate is what became of rows of doses beyond the first of their shot.
type DoseFate struct {
	Planted    int64
	One        int64 // of one dose
	Questioned int64 // kept apart in one record, and a person is asked
	Missed     int64 // in one record, and counted as another dose
	Waiting    int64 // in records of their person that wait in the queue
	Apart      int64 // in records of their person that nobody is asked about
	Absent     int64 // not in the registry
}

// add counts the rows of a shot but one, as far as they are in several records.
func (f *DoseFate) add(rows, held, records, parts int) {
	f.Planted += int64(rows - 1)
	f.Absent += int64(rows - max(held, 1))
	f.Waiting += int64(records - parts)
	f.Apart += int64(max(parts, 1) - 1)
}

// checks are the sums by which everything that stands in the files more than once is
// accounted for: what is planted is counted by the truth, what became of it in records.
func (t *Truth) checks() []Check {
	people := func(what string, f Fate) Check {
		return Check{
			Says: what + " = found + queued + missed + not there",
			In:   f.Planted, Out: f.One + f.Waiting + f.Missed + f.Absent,
		}
	}
	out := []Check{people("people with several rows", t.People), people("further rows of theirs", t.Again)}
	if d := t.Doses; t.Shots {
		out = append(out, Check{
			Says: "further rows of doses = found + queued + missed + not there",
			In:   d.Planted, Out: d.One + d.Questioned + d.Missed + d.Waiting + d.Apart + d.Absent,
		})
	}
	return out
}

// write tells it, in numbers alone.
func (t *Truth) write(b *strings.Builder) {
	fmt.Fprintf(b, "\nDuplicates that are known of: %s\n  SHA-256 %s\n", filepath.Base(t.Path), t.SHA256)
	count(b, 2, "rows of patients of whom it says who they are", t.Rows)
	count(b, 4, "in no record: rejected, not imported, or replaced since", t.Rows-t.Held)
	count(b, 2, "rows in records, of which it says nothing", t.Unknown)
	t.People.write(b, "people with several rows")
	t.Again.write(b, "further rows of theirs, beyond the first")
	count(b, 2, "records that hold two people or more: wrong joins", t.WrongRecords)
	count(b, 2, "pairs in the queue of possible duplicates", t.PairsOfOne+t.PairsOfTwo+t.PairsUnknown)
	count(b, 4, "of one person", t.PairsOfOne)
	count(b, 4, "of two people", t.PairsOfTwo)
	count(b, 4, "of somebody of whom nothing is known", t.PairsUnknown)
	if !t.Shots {
		b.WriteString("  of doses it says nothing: it has no column " + truthShots + "\n")
		return
	}
	d := &t.Doses
	count(b, 2, "further rows of doses, beyond the first of their shot", d.Planted)
	count(b, 4, "found: one dose with another row", d.One)
	count(b, 4, "queued: kept apart in one record, to be looked at", d.Questioned)
	count(b, 4, "queued: in records of their person that wait in the queue", d.Waiting)
	count(b, 4, "missed: in one record, and counted as another dose", d.Missed)
	count(b, 4, "missed: in records of their person that were missed", d.Apart)
	count(b, 4, "not there: rejected, not imported, or replaced since", d.Absent)
	count(b, 2, "doses that hold two shots or more: wrong joins", t.WrongDoses)
}

func (f *Fate) write(b *strings.Builder, what string) {
	count(b, 2, what, f.Planted)
	count(b, 4, "found: in one record", f.One)
	count(b, 4, "queued: in records that wait in the queue", f.Waiting)
	count(b, 4, "missed: in records about which nobody is asked", f.Missed)
	count(b, 4, "not there: no two of them are in the registry", f.Absent)
}
