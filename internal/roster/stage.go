package roster

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Staged is a row of a file with what would become of it.
type Staged struct {
	row
	Line   int
	Own    string
	Name   string // as the file has it
	Birth  string
	Place  string
	Result iis.RowResult
	Say    string
	person iis.PersonID // whom it means; 0: nobody
	stays  iis.PersonID // of a row that is refused, or means the same person as another: who is in the file all the same
	entry  *iis.RosterEntry
}

// means is whom a row tells to be there; 0: nobody. A row that is invalid says so whoever is meant.
func (r *Staged) means() iis.PersonID {
	if r.Result == iis.RowTwice {
		return r.stays
	}
	return r.person
}

// Staging is a file that is looked at, or was: it stands in the memory of the server that
// looked, for stagedFor. Another server, or a later one, looks again.
type Staging struct {
	mu     sync.Mutex
	ended  time.Time // when all was looked at
	done   chan struct{}
	looked int
	// What follows is there once it is done.
	Notes  []string
	Rows   []Staged
	Absent []Line // who is on the roster and not in the file
	Err    error
	Cut    []int // lines of who opted out: nothing is kept of them
}

// Progress is how many rows were looked at, and whether all were.
func (s *Staging) Progress() (looked int, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		done = true
	default:
	}
	return s.looked, done
}

// Wait waits until all is looked at, or some time has passed.
func (s *Staging) Wait(most time.Duration) {
	select {
	case <-s.done:
	case <-time.After(most):
	}
}

// stagedFor is for how long what was looked at is kept in memory.
const stagedFor = 5 * time.Minute

// Stage looks at a file: which people its rows mean, and who of the roster is not in it.
// Nothing is stored. It goes on after the caller has gone.
func (d *Desk) Stage(by iis.Actor, f *File) *Staging {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, s := range d.staged {
		if _, done := s.Progress(); done && d.now().Sub(s.ended) > stagedFor {
			delete(d.staged, id)
		}
	}
	if s := d.staged[f.ID]; s != nil {
		return s
	}
	s := &Staging{done: make(chan struct{})}
	d.staged[f.ID] = s
	go func() {
		defer close(s.done)
		defer func() {
			if p := recover(); p != nil { // its value may hold what is in the file
				s.Err = fmt.Errorf("look at roster file %d: it panicked: %T\n%s", f.ID, p, debug.Stack())
			}
		}()
		defer func() { s.ended = d.now() }()
		s.Err = d.stage(context.Background(), by, f, s)
	}()
	return s
}

// forget has a file be looked at anew.
func (d *Desk) forget(id iis.FileID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.staged, id)
}

func (d *Desk) stage(ctx context.Context, by iis.Actor, f *File, s *Staging) error {
	p, err := f.plan(d.now())
	if err != nil {
		return err
	}
	if lacks := p.LacksPerson(); len(lacks) > 0 {
		say := ""
		for i, l := range lacks {
			if i > 0 {
				say += "; "
			}
			say += l
		}
		return fault.New(fault.Invalid, "No column holds: %s. Name the columns as in the empty file, and upload it again.", say)
	}
	s.Notes = slices.Concat(p.Table.Notes, p.Notes)
	members, lines, err := d.members(ctx, f.reader(by), f.Site)
	if err != nil {
		return err
	}
	s.Rows = make([]Staged, len(p.Table.Rows))
	if err := d.match(ctx, f.reader(by), p, members, s); err != nil {
		return err
	}
	seen := settle(s, members)
	s.Rows = append(s.Rows, f.blank(p)...)
	slices.SortStableFunc(s.Rows, func(a, b Staged) int { return cmp.Compare(a.Line, b.Line) })
	for i := range lines {
		if !seen[lines[i].Person] {
			s.Absent = append(s.Absent, lines[i])
		}
	}
	return d.cut(ctx, by, f, s)
}

// members are who is on a roster now, as far as the reader may know of them, by person.
func (d *Desk) members(ctx context.Context, by iis.Actor, site *Site) (out map[iis.PersonID]*member, lines []Line, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out = map[iis.PersonID]*member{}
		if lines, err = d.lines(tx, by, site); err != nil {
			return err
		}
		for i := range lines {
			if l := &lines[i]; out[l.Person] == nil {
				out[l.Person] = &member{entry: l.RosterEntry, names: l.names, birth: l.Birth}
			}
		}
		return nil
	})
	lines = Query{}.of(lines)
	return out, lines, err
}

// match finds whom each row means, several rows side by side.
func (d *Desk) match(ctx context.Context, by iis.Actor, p *plan, members map[iis.PersonID]*member, s *Staging) error {
	own := map[string][]*member{}
	for _, m := range members {
		if m.entry.Own != "" {
			own[m.entry.Own] = append(own[m.entry.Own], m)
		}
	}
	next := make(chan int)
	errs := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		work.Go(func() {
			for n := range next {
				if err := d.matchRow(ctx, by, p, own, s, n); err != nil {
					select {
					case errs <- err:
					default:
					}
					stop()
				}
			}
		})
	}
	for n := range p.Table.Rows {
		if ctx.Err() != nil {
			break
		}
		next <- n
	}
	close(next)
	work.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return ctx.Err()
	}
}

// matchRow finds whom a row means.
func (d *Desk) matchRow(ctx context.Context, by iis.Actor, p *plan, own map[string][]*member, s *Staging, n int) (err error) {
	r := p.row(n)
	out := Staged{row: r, Line: r.line, Own: r.own, Name: r.name(), Birth: r.birth(), Place: r.place, Result: iis.RowInvalid}
	defer func() {
		s.Rows[n] = out
		s.mu.Lock()
		s.looked++
		s.mu.Unlock()
	}()
	if r.refused {
		return d.refused(ctx, by, p, own, &out)
	}
	out.Result = iis.RowNobody
	if who := own[r.own]; r.own != "" && len(who) == 1 && r.of(who[0]) {
		out.person = who[0].entry.Person
		return nil
	}
	if out.person, err = d.keeper.Certain(ctx, &p.site.Organization, by, &r.person); err != nil || out.person != 0 {
		return err
	}
	left, err := d.keeper.OptedOut(ctx, 0, &r.person)
	if left {
		out.Result = iis.RowOptedOut
	}
	return err
}

// refused looks who is meant by a row that cannot be read whole: they are in the file, though
// nothing is changed by it; and of those who opted out nothing is kept.
func (d *Desk) refused(ctx context.Context, by iis.Actor, p *plan, own map[string][]*member, r *Staged) (err error) {
	for _, w := range r.problems {
		r.Say += w.Say + " "
	}
	whole := len(r.row.person.Names) > 0 && r.row.person.Birth != cal.None
	if who := own[r.Own]; r.Own != "" && len(who) == 1 && (!whole || r.of(who[0])) {
		r.stays = who[0].entry.Person
		return nil
	}
	if !whole {
		return nil
	}
	if r.stays, err = d.keeper.Certain(ctx, &p.site.Organization, by, &r.row.person); err != nil || r.stays != 0 {
		return err
	}
	left, err := d.keeper.OptedOut(ctx, 0, &r.row.person)
	if left {
		r.Result, r.Say, r.problems = iis.RowOptedOut, "", nil
	}
	return err
}

// settle says what would become of each row, and who is in the file.
func settle(s *Staging, members map[iis.PersonID]*member) map[iis.PersonID]bool {
	first := map[iis.PersonID]int{}
	seen := map[iis.PersonID]bool{}
	for i := range s.Rows {
		r := &s.Rows[i]
		if r.Result == iis.RowOptedOut {
			s.Cut = append(s.Cut, r.Line)
			r.Result = iis.RowNobody
		}
		if r.stays != 0 {
			seen[r.stays] = true
		}
		if r.person == 0 {
			continue
		}
		if line, twice := first[r.person]; twice {
			r.Result, r.Say, r.person, r.stays = iis.RowTwice, fmt.Sprintf("It means the same person as line %d.", line), 0, r.person
			continue
		}
		first[r.person], seen[r.person] = r.Line, true
		r.Result = iis.RowNew
		if m := members[r.person]; m != nil {
			e := m.entry
			r.entry, r.Result = &e, iis.RowThere
			if r.Place != "" && r.Place != e.Place || r.Own != "" && r.Own != e.Own {
				r.Result, r.Say = iis.RowMoved, moved(&e, r)
			}
		}
	}
	return seen
}

// moved says what is another of an entry.
func moved(e *iis.RosterEntry, r *Staged) string {
	was := e.Place
	if r.Place == "" || r.Place == e.Place {
		return "It has another number of your own."
	}
	if was == "" {
		was = "none"
	}
	return "It was " + was + "."
}

// cut takes the rows of those who opted out out of the file: nothing of them is kept.
func (d *Desk) cut(ctx context.Context, by iis.Actor, f *File, s *Staging) error {
	if len(s.Cut) == 0 {
		return nil
	}
	return d.store.Write(ctx, func(tx *store.Tx) error {
		raw, err := tx.FileContent(f.ID) // others may have been cut out of it meanwhile
		if err != nil {
			return err
		}
		if err = tx.Thoroughly(func() error { return tx.CutFile(f.ID, flat.Without(raw, s.Cut), s.Cut) }); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: d.now(), Actor: by, Act: record.ActSweepErase, Subject: int64(f.ID)})
	})
}
