package legacy

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// person is a patient with their doses, read.
type person struct {
	id       string
	facility string
	person   iis.Person
	updated  cal.Date
	doses    []dose
	rows     []sortedRow // as they stand in the files, the patient's first
}

type dose struct {
	facility string
	dose     iis.Dose
}

// chunk are people who are taken together, and rows that were rejected.
type chunk struct {
	number   int64
	people   []person
	codes    []string // of their facilities, each once
	optedOut []person // of whom a record that is there is closed; their rows are rejected
	rejected []rejected
	lost     map[string]int // values that were left out
}

// chunks reads the parts one after the other, cuts them into chunks and hands
// those on that are not taken yet. Of the others only the rejected rows are told
// again: they are the same each time.
func (i *importing) chunks(ctx context.Context, take func(context.Context, *chunk) error) error {
	work, ctx := errgroup.WithContext(ctx)
	ready, there := make(chan *chunk, 2), i.run.Chunks
	work.Go(func() error {
		defer close(ready)
		number := int64(0)
		for part := 0; part <= i.sorted.n; part++ {
			if err := i.cut(ctx, part, &number, ready); err != nil {
				return err
			}
		}
		return nil
	})
	work.Go(func() error {
		var done int64
		for c := range ready {
			c.codes = i.codesOf(c)
			if c.number > there && !c.empty() {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := take(ctx, c); err != nil {
					return fmt.Errorf("take chunk %d: %w", c.number, err)
				}
			}
			if err := i.reject(c); err != nil {
				return err
			}
			for _, code := range c.codes {
				i.facilities[code] = true
			}
			done += int64(len(c.people)) + c.patientsRejected()
			i.Tell(Progress{Patients: done, Of: i.sorted.files[ofPatients].rows})
		}
		return nil
	})
	return work.Wait()
}

// cut reads a part.
func (i *importing) cut(ctx context.Context, part int, number *int64, ready chan<- *chunk) error {
	rows, err := i.sorted.read(part)
	if err != nil {
		return err
	}
	all, first := i.group(rows)
	for next := first; next != nil; {
		if !next.empty() {
			*number++
			next.number = *number
		}
		select {
		case ready <- next:
		case <-ctx.Done():
			return ctx.Err()
		}
		if next = nil; len(all) > 0 {
			n := min(len(all), i.plan.People)
			next = i.read(all[:n])
			all = all[n:]
		}
	}
	return nil
}

// bundle are the rows of a patient.
type bundle struct {
	id    string
	rows  []sortedRow // the patient's first
	doses map[string][]byte
}

// group brings the rows of each patient of a part together. Those that are
// nobody's, and those that stand twice, are rejected in a chunk without people.
func (i *importing) group(rows []sortedRow) ([]bundle, *chunk) {
	var out []bundle
	c := &chunk{}
	at := map[string]int{}
	reader := rowReader{}
	for _, row := range rows { // patients first: so they were sorted
		reader.table = &i.sorted.files[row.kind]
		reader.cells, _ = split(row.text, reader.table.comma, reader.cells)
		if why := unfit(&reader, row); why != "" {
			c.reject(row, why)
			continue
		}
		id := reader.text(reader.table.id)
		n, known := at[id]
		switch {
		case row.kind == ofPatients && !known:
			at[id] = len(out)
			out = append(out, bundle{id: id, rows: []sortedRow{row}})
		case row.kind == ofPatients:
			c.reject(row, again(out[n].rows[0].text, row.text, idAgain+reader.table.id))
		case !known:
			c.reject(row, noPatient)
		default:
			if why := out[n].add(row, reader.text("dose_id")); why != "" {
				c.reject(row, why)
			}
		}
	}
	return out, c
}

// again is the reason for a second row with a number.
func again(first, second []byte, otherwise string) string {
	if bytes.Equal(first, second) {
		return sameAgain
	}
	return otherwise
}

// add adds a row of a dose, unless its number is there.
func (b *bundle) add(row sortedRow, id string) (why string) {
	if id != "" {
		if first, twice := b.doses[id]; twice {
			return again(first, row.text, doseAgain)
		}
		if b.doses == nil {
			b.doses = map[string][]byte{}
		}
		b.doses[id] = row.text
	}
	b.rows = append(b.rows, row)
	return ""
}

// unfit is why a row cannot be told apart into cells, or names nobody.
func unfit(r *rowReader, row sortedRow) string {
	switch {
	case row.broken:
		return rowBroken
	case len(r.cells) != len(r.table.header):
		return rowShifted
	case r.text(r.table.id) == "":
		return r.table.id + " is missing"
	}
	return ""
}

// read reads the rows of some patients.
func (i *importing) read(all []bundle) *chunk {
	c := &chunk{people: make([]person, 0, len(all)), lost: map[string]int{}}
	reader := rowReader{
		codes: i.Codes, today: i.today, law: i.law, optOut: i.kept.Plan.OptOut, lost: func(reason string) { c.lost[reason]++ },
	}
	for n := range all {
		b := &all[n]
		reader.on(i.sorted, b.rows[0])
		p, told, why := i.rules().read(&reader, i.Registry)
		if why != "" {
			c.reject(b.rows[0], why)
			for _, row := range b.rows[1:] {
				c.reject(row, patientRejected)
			}
			if why == optedClosed {
				c.optedOut = append(c.optedOut, person{id: b.id, person: p, rows: b.rows[:1:1]})
			}
			continue
		}
		one := person{
			id: b.id, facility: reader.text("facility"), person: p, updated: reader.dayIfAny("updated"),
			doses: make([]dose, 0, len(b.rows)-1), rows: b.rows[:1:1],
		}
		for _, d := range told {
			one.doses = append(one.doses, dose{one.facility, d})
		}
		for _, row := range b.rows[1:] {
			reader.on(i.sorted, row)
			d, why := reader.dose(p.Birth, i.Registry)
			if why != "" {
				c.reject(row, why)
				continue
			}
			one.doses = append(one.doses, dose{reader.text("facility"), d})
			one.rows = append(one.rows, row)
		}
		c.people = append(c.people, one)
	}
	return c
}

// on turns to a row.
func (r *rowReader) on(s *sorted, row sortedRow) {
	r.table = &s.files[row.kind]
	r.cells, _ = split(row.text, r.table.comma, r.cells)
}

func (c *chunk) reject(row sortedRow, why string) {
	c.rejected = append(c.rejected, rejected{row, why})
}

// empty reports a chunk of which nobody is to be taken.
func (c *chunk) empty() bool { return len(c.people)+len(c.optedOut) == 0 }

func (c *chunk) patientsRejected() (n int64) {
	for _, r := range c.rejected {
		if r.row.kind == ofPatients {
			n++
		}
	}
	return n
}

// take takes a chunk in one transaction with how far the import has come then.
func (i *importing) take(ctx context.Context, c *chunk) error {
	if err := i.senders(ctx, c); err != nil {
		return err
	}
	s := i.step(c)
	return s.done(i.keeper.Bulk(ctx, func(t *record.Bulk) error {
		if err := s.begin(t.Tx()); err != nil {
			return err
		}
		sub, all, err := i.takeIn(t, c)
		if err != nil {
			return err
		}
		i.tell(c, all)
		return s.end(t.Tx(), sub, t.Written())
	}))
}

// step is how an import comes a chunk further, in a transaction that may run more
// than once.
type step struct {
	i      *importing
	c      *chunk
	before kept
	head   string // of what is to be written to placed.csv
	run    store.LegacyRun
	next   kept
}

func (i *importing) step(c *chunk) *step {
	return &step{i: i, c: c, before: i.kept, head: i.out.placed.String()}
}

// begin goes back to where the import was, and requires that nobody else goes on
// with it.
func (s *step) begin(tx *store.Tx) error {
	i := s.i
	i.kept, s.run = s.before, i.run
	i.kept.Done = s.before.Done.clone()
	i.out.placed.Reset()
	i.out.placed.WriteString(s.head)
	return tx.HoldLegacyRun(&s.run)
}

// end stores how far the import has come, and its line of the audit.
func (s *step) end(tx *store.Tx, sub iis.SubmissionID, written []byte) error {
	i := s.i
	if err := i.audit(tx, sub, written); err != nil {
		return err
	}
	if err := i.out.flush(&i.kept); err != nil { // ahead of the commit: what is behind its length is cut off
		return err
	}
	s.run.Chunks, s.next = s.c.number, i.kept
	return i.putRun(tx, &s.run, &s.next)
}

// done is what becomes of it when the transaction is over.
func (s *step) done(err error) error {
	if err != nil {
		s.i.kept = s.before
		return err
	}
	s.i.run, s.i.kept = s.run, s.next
	s.i.out.placed.Reset()
	return nil
}

// senders makes those facilities of a chunk senders that are none yet: in a
// transaction of their own, so that nobody counts on one that was undone.
func (i *importing) senders(ctx context.Context, c *chunk) error {
	codes := slices.DeleteFunc(slices.Clone(c.codes), func(code string) bool { return i.from[code].ID != 0 })
	if len(codes) == 0 {
		return nil
	}
	made := map[string]iis.Sender{}
	err := i.store.Write(ctx, func(tx *store.Tx) error {
		for _, code := range codes {
			var err error
			if made[code], err = i.ensure(tx, code); err != nil {
				return err
			}
		}
		return nil
	})
	maps.Copy(i.from, made)
	return err
}

// codesOf are the codes of a chunk's facilities, each once.
func (i *importing) codesOf(c *chunk) []string {
	codes := map[string]bool{}
	for n := range c.people {
		p := &c.people[n]
		last := p.facility
		codes[i.code(last)] = true
		for k := range p.doses {
			if f := p.doses[k].facility; f != last { // one after the other is often of the same
				codes[i.code(f)], last = true, f
			}
		}
	}
	return slices.Sorted(maps.Keys(codes))
}

// ensure is the sender of one of the old registry's facilities, made when there
// is none.
func (i *importing) ensure(tx *store.Tx, code string) (iis.Sender, error) {
	now := i.store.Now()
	make := tx.EnsureSender
	if i.rules().office {
		make = tx.EnsureOffice
	}
	s, err := make(code, cmp.Or(i.names[code], code), now)
	if err != nil {
		return s, err
	}
	return s, tx.AddAudit(store.Audit{At: now, Actor: i.By, Act: "set sender", Subject: int64(s.ID)})
}

// taken is what became of one who was taken.
type taken struct {
	receipt iis.Receipt
	rows    int64  // of doses
	deletes []bool // which of the reports of the sender's own delete; nil for none
}

// deletes are those reports that delete; nil for none.
func deletes(reports []record.Report) (out []bool) {
	for n := range reports {
		if reports[n].Dose.Action == iis.Delete {
			if out == nil {
				out = make([]bool, len(reports))
			}
			out[n] = true
		}
	}
	return out
}

// takeIn takes a chunk.
func (i *importing) takeIn(t *record.Bulk, c *chunk) (iis.SubmissionID, []taken, error) {
	tx, now := t.Tx(), i.store.Now()
	sub := iis.Submission{
		ID: iis.SubmissionID(i.store.NewID()), Sender: iis.Sender{ID: i.registry}, Door: iis.DoorImport, Received: now,
	}
	arrivals, err := i.arrivals(tx, c, &sub)
	if err != nil {
		return 0, nil, err
	}
	closing, err := i.closing(tx, c, &sub)
	if err != nil {
		return 0, nil, err
	}
	if !i.undone() { // of which all is undone: it would hold too many at once
		if err := t.Lock(slices.Concat(closing, arrivals)); err != nil {
			return 0, nil, err
		}
	}
	closed, err := i.closeIn(t, c, closing)
	if err != nil {
		return 0, nil, err
	}
	all, kept := make([]taken, len(arrivals)), closed
	for n := range arrivals {
		all[n].deletes, all[n].rows = deletes(arrivals[n].Doses), int64(len(c.people[n].rows)-1)
		if all[n].receipt, err = t.Take(arrivals[n]); err != nil {
			return 0, nil, err
		}
		if all[n].receipt.Match != iis.AnsweredOptedOut { // nothing of such rows is kept
			kept = append(kept, c.people[n])
		}
	}
	sub.Raw = i.sorted.raw(kept)
	if err := tx.KeepWith(&sub); err != nil {
		return 0, nil, err
	}
	err = tx.AddReceipt(store.StoredReceipt{
		Submission: sub.ID, Sender: i.registry, Answered: now, Kind: iis.ImportReceipt, Ack: "AA",
		ControlID: fmt.Sprintf("chunk %d", c.number),
	})
	i.kept.Done.Unmade += t.Unmade()
	if err == nil {
		err = t.Close(sub.ID)
	}
	return sub.ID, all, err
}

// tell counts what became of a chunk's people, and writes down whose records they are.
func (i *importing) tell(c *chunk, all []taken) {
	for n := range all {
		i.kept.Done.count(&all[n])
		i.out.place(c.people[n].id, &all[n].receipt)
	}
}

// audit adds the line of the audit that stands for a chunk.
func (i *importing) audit(tx *store.Tx, sub iis.SubmissionID, written []byte) error {
	return tx.AddAudit(store.Audit{At: i.store.Now(), Actor: i.By, Act: store.ActImport, Subject: int64(sub), Written: written})
}

// closing are those of a chunk whose parents opted out: a record that is there is
// closed, matched as a death is, and none is made.
func (i *importing) closing(tx *store.Tx, c *chunk, sub *iis.Submission) ([]record.Arrival, error) {
	from, err := i.facility(tx, i.Registry)
	if err != nil {
		return nil, err
	}
	out := make([]record.Arrival, len(c.optedOut))
	for n := range c.optedOut {
		out[n] = record.Arrival{
			Submission: sub.ID, Sender: from, Actor: i.By, Received: sub.Received, Person: c.optedOut[n].person, KnownOnly: true,
		}
	}
	return out, nil
}

// closeIn closes the records of those of a chunk whose parents opted out, and returns
// those of whom there was one. Of the others nothing is kept.
func (i *importing) closeIn(t *record.Bulk, c *chunk, closing []record.Arrival) (closed []person, err error) {
	for n, a := range closing {
		receipt, err := t.Take(a)
		if err != nil {
			return nil, err
		}
		if receipt.Person == 0 {
			if err := t.LeaveOut(a); err != nil {
				return nil, err
			}
			continue
		}
		if err := t.Closed(a, receipt.Person); err != nil {
			return nil, err
		}
		closed = append(closed, c.optedOut[n])
		i.kept.Done.close(&receipt)
		i.out.place(c.optedOut[n].id, &receipt)
		err = t.Tx().AddAudit(store.Audit{
			At: a.Received, Actor: i.By, Act: record.ActClose, Person: receipt.Person, Subject: int64(a.Submission),
		})
		if err != nil {
			return nil, err
		}
	}
	return closed, nil
}

// raw are people as they stand in the files: of each the header and the rows.
func (s *sorted) raw(people []person) []byte {
	var b bytes.Buffer
	for k, is := range s.im.rules().sheets {
		b.WriteString(strings.ToUpper(is.rows) + "\r\n")
		b.Write(s.files[k].head)
		b.WriteString("\r\n")
		for n := range people {
			for _, r := range people[n].rows {
				if r.kind == kind(k) {
					b.Write(r.text)
					b.WriteString("\r\n")
				}
			}
		}
	}
	return b.Bytes()
}
