package store

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Filling is the first filling of a registry that has nobody yet, with people who
// come by the million. While nobody else changes a record, all that they may be
// found by is known to this program: it is kept in memory, so that nobody is looked
// for in the database; people are judged ahead of the transaction that stores
// them; and keys, which fall anywhere in their tables, are held back in the order
// in which they came (held_key), and stored in their own order at the end. A page
// of a large table is so written once, and not once a chunk.
//
// Whether anybody else changed a record is asked in each transaction
// (ErrNotAlone). Whoever does meanwhile does not find the people whose keys are
// held back: what comes of that is found when records are looked at again.
//
// Store, Stored and Alone, and Close of a batch, may run beside the judging of others;
// nothing else may.
type Filling struct {
	s       *Store
	run     string
	began   time.Time
	lines   int64 // of the audit that were about records then
	keys    *keyIndex
	own     *ownIndex
	sources []heldSource // by their numbers, from 1; in the order of their ids
	cards   cards        // by the number of each person's first source

	mu   sync.Mutex
	open map[iis.PersonID]opened // people of batches that are not stored
	next int64                   // batch
}

// opened is a record that a batch has changed last.
type opened struct {
	folder *Folder
	batch  int64
}

// ErrNotAlone says that somebody else has changed a record since a filling began.
var ErrNotAlone = fault.New(fault.Conflict, "Others have changed records while the registry was filled.")

// ErrHalfFilled says that a registry has people who cannot be found yet.
var ErrHalfFilled = fault.New(fault.Busy, "An old registry is being brought in, and its people cannot be found yet. If that import was interrupted, start it again with the same files and let it end.")

// Parts of what is held back of a chunk.
const (
	heldMatch = iota
	heldOwn
	heldSearch
	heldParts
)

// FillingLines is how many lines of the audit are about records, from some time
// before an instant on.
func (tx *Tx) FillingLines(began time.Time) (n int64, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT COUNT(*) FROM audit WHERE id > $1 AND (person_id IS NOT NULL OR act = $2)`,
		Args: []any{idAt(began.Add(-clockWithin)), ActImport},
		Each: func(r db.Row) error { n = r.Int(0); return nil },
	})
	return n, err
}

// ActImport is what the audit calls the taking of a chunk of people.
const ActImport = "import people"

// CanFill reports that a registry may be filled: nobody is in it, sealed or not,
// and nobody is held back.
func (tx *Tx) CanFill(keyVersion int64) (bool, error) {
	people, err := tx.PersonCount()
	if err != nil || people > 0 {
		return false, err
	}
	err = tx.Select(db.Query{SQL: `SELECT COUNT(*) FROM sealed`, Each: func(r db.Row) error { people = r.Int(0); return nil }})
	if err != nil || people > 0 {
		return false, err
	}
	return tx.Rekeyed(keyVersion)
}

// HeldBy is the import whose people cannot be found yet; "" for none.
func (tx *Tx) HeldBy() (run string, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT run FROM held_key ORDER BY run LIMIT 1`,
		Each: func(r db.Row) error { run = r.Text(0); return nil },
	})
	return run, err
}

// Filled is ErrHalfFilled when there are people who cannot be found yet: who looks for
// others like somebody, or decides who is who, would do so by half of them, and what is
// held back would lead to records that are no more.
func (tx *Tx) Filled() error {
	held, err := tx.HeldBy()
	if err == nil && held != "" {
		err = ErrHalfFilled
	}
	return err
}

// Fill begins a filling, or goes on with one: by an import, which began at an
// instant and of which so many lines about records were in the audit then.
func (s *Store) Fill(ctx context.Context, run string, began time.Time, lines int64) (*Filling, error) {
	f := &Filling{
		s: s, run: run, began: began, lines: lines,
		keys: &keyIndex{}, own: newOwnIndex(), open: map[iis.PersonID]opened{},
	}
	if err := f.load(ctx); err != nil {
		return nil, fmt.Errorf("read keys that are held back: %w", err)
	}
	return f, nil
}

// load reads what was held back before.
func (f *Filling) load(ctx context.Context) error {
	err := f.eachHeld(ctx, heldMatch, func(h *heldReader) error {
		w := h.word()
		number := f.numberOf(w.source, w.person)
		for range h.count() {
			f.keys.add(h.int(), number)
		}
		return h.err
	})
	if err != nil {
		return err
	}
	return f.eachHeld(ctx, heldOwn, func(h *heldReader) error {
		o := h.own()
		f.addOwn(&o)
		return h.err
	})
}

// Alone is ErrNotAlone when somebody else has changed a record; chunks are those
// that are stored.
func (f *Filling) Alone(tx *Tx, chunks int64) error {
	n, err := tx.FillingLines(f.began)
	if err == nil && n != f.lines+chunks {
		err = ErrNotAlone
	}
	return err
}

// numberOf is the number of a source, which it gets when it is new.
func (f *Filling) numberOf(source iis.SourceID, person iis.PersonID) uint32 {
	n := len(f.sources)
	if n == 0 || f.sources[n-1].source < source {
		f.sources = append(f.sources, heldSource{source, person})
		return uint32(n + 1)
	}
	at, there := slices.BinarySearchFunc(f.sources, source, func(s heldSource, id iis.SourceID) int {
		return cmp.Compare(s.source, id)
	})
	if !there {
		panic("store: a source came with keys after a newer one")
	}
	return uint32(at + 1)
}

// addOwn makes a sender's own number lead to a source, as AddKeys says.
func (f *Filling) addOwn(o *heldNumber) {
	at := f.own.hash(o.sender, o.k)
	was := f.own.who(at)
	now := f.numberOf(o.source, o.person)
	if o.bare && was != 0 && (was == nobody || f.sources[was-1].person != o.person) {
		now = nobody
	}
	f.own.lead(at, now)
}

// cardOf is the number under which there is a person's card; 0 for somebody without.
// A person's first source is made right after the person.
func (f *Filling) cardOf(person iis.PersonID) uint32 {
	at, _ := slices.BinarySearchFunc(f.sources, person, func(s heldSource, id iis.PersonID) int {
		return cmp.Compare(int64(s.source), int64(id))
	})
	if at == len(f.sources) || f.sources[at].person != person {
		return 0
	}
	return uint32(at + 1)
}

// Batch are people who were judged together and are stored in one transaction.
type Batch struct {
	f       *Filling
	n       int64
	ctx     context.Context
	fresh   map[iis.PersonID]*freshPerson
	touched []iis.PersonID
	people  []*freshPerson // those of fresh, in their order
	reports []reportRow
	links   []Link
	later   []statement // in their order, after the rows
	held    [heldParts]heldWriter
}

// freshPerson is a person whom the batch has made. Of what a record comes to only
// the last is stored.
type freshPerson struct {
	folder  *Folder
	changed time.Time
	doses   []doseRow
	row     []any // of the batch that is closed: the folder may be changed by the next
	said    []any // the same
}

type doseRow struct {
	id  iis.DoseID
	row []any
}

type reportRow struct {
	*Report
	body []byte
}

type statement struct {
	sql  string
	args []any
}

// Begin begins a batch, which reads what is not in memory while ctx lasts.
func (f *Filling) Begin(ctx context.Context) *Batch {
	f.next++
	return &Batch{f: f, n: f.next, ctx: ctx, fresh: map[iis.PersonID]*freshPerson{}}
}

// Tx is a transaction in which people are judged. What it writes is in the batch
// alone.
func (b *Batch) Tx() *Tx { return &Tx{Tx: &judging{b}, s: b.f.s, batch: b} }

// Close makes a batch ready to be stored, and writes the bodies of its reports to
// written. It may run while others are judged.
func (b *Batch) Close(written io.Writer) {
	for i := range b.reports {
		r := &b.reports[i]
		r.body = encode(r.Report, walkNewReport)
		_, _ = written.Write(r.body) // a digest never fails
		r.Said, r.Doses = nil, nil   // which are large
	}
	for id, p := range b.fresh {
		if p.folder == nil {
			delete(b.fresh, id)
			continue
		}
		p.row, p.said = p.folder.row(p.folder.Created, p.changed), p.folder.saidRow()
		b.people = append(b.people, p)
	}
	slices.SortFunc(b.people, func(x, y *freshPerson) int { return cmp.Compare(x.folder.ID, y.folder.ID) })
	slices.SortFunc(b.reports, func(x, y reportRow) int { return cmp.Or(cmp.Compare(x.Person, y.Person), cmp.Compare(x.ID, y.ID)) })
	slices.SortFunc(b.links, func(x, y Link) int { return cmp.Or(cmp.Compare(x.Person, y.Person), cmp.Compare(x.Source, y.Source)) })
}

// Store stores a batch, and its keys as held back of a chunk.
func (f *Filling) Store(tx *Tx, b *Batch, chunk int64) error {
	if err := b.copyRows(tx); err != nil {
		return err
	}
	for _, s := range b.later {
		if err := tx.Exec(s.sql, s.args...); err != nil {
			return err
		}
	}
	return tx.Copy("held_key", []string{"run", "chunk", "part", "body"}, rowsOf(heldParts, func(i int, row []any) {
		row[0], row[1], row[2], row[3] = f.run, chunk, int64(i), s2.Encode(nil, b.held[i].out)
	}))
}

// Stored says that a batch is durable.
func (f *Filling) Stored(b *Batch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range b.touched {
		if f.open[id].batch == b.n {
			delete(f.open, id)
		}
	}
}

// rowsOf hands so many rows to Copy.
func rowsOf(n int, fill func(i int, row []any)) func([]any) (bool, error) {
	i := -1
	return func(row []any) (bool, error) {
		if i++; i >= n {
			return false, nil
		}
		fill(i, row)
		return true, nil
	}
}

// copyRows adds what is new for certain: rows of new persons, reports and links.
func (b *Batch) copyRows(tx *Tx) error {
	err := tx.Copy("person", personColumns, rowsOf(len(b.people), func(i int, row []any) { copy(row, b.people[i].row) }))
	if err != nil {
		return err
	}
	err = tx.Copy("person_said", saidColumns, rowsOf(len(b.people), func(i int, row []any) { copy(row, b.people[i].said) }))
	if err != nil {
		return err
	}
	err = tx.Copy("report", []string{"person_id", "id", "source_id", "sender_id", "submission_id", "received", "body"},
		rowsOf(len(b.reports), func(i int, row []any) {
			r := b.reports[i]
			row[0], row[1], row[2], row[3] = int64(r.Person), r.ID, int64(r.Source), int64(r.Sender)
			row[4], row[5], row[6] = int64(r.Submission), r.Received, r.body
		}))
	if err != nil {
		return err
	}
	err = tx.Copy("link", []string{"person_id", "source_id", "method", "score", "why", "since", "actor"},
		rowsOf(len(b.links), func(i int, row []any) { copy(row, b.links[i].row()) }))
	if err != nil {
		return err
	}
	return b.copyDoses(tx)
}

func (b *Batch) copyDoses(tx *Tx) error {
	p, d := 0, -1
	return tx.Copy("dose", []string{"person_id", "id", "given_on", "cvx", "mvx", "lot", "sender_id", "info_source", "completion", "review"},
		func(row []any) (bool, error) {
			for d++; p < len(b.people) && d >= len(b.people[p].doses); p++ {
				d = 0
			}
			if p == len(b.people) {
				return false, nil
			}
			copy(row, b.people[p].doses[d].row)
			return true, nil
		})
}
