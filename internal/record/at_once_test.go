package record

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// bustle is a few children of two families, with keys in common, about whom many send,
// decide and undo at once.
type bustle struct {
	*town
	kids    []whose
	mu      sync.Mutex
	ids     []iis.PersonID
	sources map[iis.SourceID]bool
	made    []iis.DecisionID
	refused map[fault.Kind]int
	did     map[string]int
}

// TestManyDecideAndSendAtOnce has several programs' worth of messages, merges, moves, pins
// and undoing run at once about a few people: nothing fails but what is refused with a
// reason, nobody waits in a circle, no source is lost or in two records, and each record
// is what its reports and decisions come to. In the end all of it is undone, by several at
// once too.
func TestManyDecideAndSendAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := &bustle{town: newTown(t, s), sources: map[iis.SourceID]bool{}, refused: map[fault.Kind]int{}, did: map[string]int{}}
		for i := range 8 {
			family := []string{"Birdsong", "Calloway"}[i%2]
			c.kids = append(c.kids, whose{i % 3, fmt.Sprint("N", i), family, []string{"Ada", "Ada", "Bea", "Bea", "Cleo", "Cleo", "Dora", "Dora"}[i], fmt.Sprintf("201%d-04-1%d", i/2, i%2)})
			c.message(rand.New(rand.NewPCG(uint64(i), 1)), i)
		}
		c.each(6, func(r *rand.Rand) {
			for range 30 {
				c.act(r)
			}
		})
		c.settledWell()
		for range 40 { // what builds on what: the newest cannot always be undone first
			all := c.standing()
			if len(all) == 0 {
				break
			}
			c.each(4, func(r *rand.Rand) {
				for _, id := range all[:min(len(all), 8)] {
					_, err := c.k.Undo(context.Background(), id, steward, "as it was")
					c.was("undo", 0, err)
				}
			})
		}
		for _, id := range c.standing() {
			_, err := c.k.Undo(context.Background(), id, steward, "as it was")
			t.Errorf("decision %s is left: %v", id.Public(), err)
		}
		c.settledWell()
		for id := range c.sources {
			if in := c.where()[id]; len(c.linkedOf(in)) != 1 {
				t.Errorf("source %d is with others in %d after all was undone", id, in)
			}
		}
		t.Logf("done: %v; refused, by kind: %v", c.did, c.refused)
		c.deadlocks()
	})
}

// each has several do something at once.
func (c *bustle) each(many int, do func(*rand.Rand)) {
	var all sync.WaitGroup
	for n := range many {
		all.Go(func() { do(rand.New(rand.NewPCG(uint64(n), 77))) })
	}
	all.Wait()
}

// was notes what came of something.
func (c *bustle) was(what string, id iis.DecisionID, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch kind := fault.KindOf(err); {
	case err == nil:
		c.did[what]++
		if id != 0 {
			c.made = append(c.made, id)
		}
	case kind == fault.Conflict || kind == fault.Invalid || kind == fault.NotFound || kind == fault.Busy: // too many at once on a slow machine: asked to try again
		c.refused[kind]++
	default:
		c.t.Errorf("%s: %v", what, err)
	}
}

func (c *bustle) message(r *rand.Rand, kid int) {
	day := time.Date(2022, 1, 1+r.IntN(300), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	got := c.send(c.kids[kid], shot(fmt.Sprint(kid, "-", r.Int64()), day, []string{"03", "21", "08", "10"}[r.IntN(4)], fmt.Sprint("L", r.IntN(3))))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.did["message"]++
	c.ids, c.sources[got.Source] = append(c.ids, got.Person), true
}

func (c *bustle) anyone(r *rand.Rand) iis.PersonID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ids[r.IntN(len(c.ids))]
}

func (c *bustle) anyDecision(r *rand.Rand) iis.DecisionID {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.made) == 0 {
		return 0
	}
	return c.made[max(0, len(c.made)-1-r.IntN(12))]
}

// act is one thing that somebody does.
func (c *bustle) act(r *rand.Rand) {
	ctx := context.Background()
	a, b := c.anyone(r), c.anyone(r)
	var id iis.DecisionID
	var err error
	what := ""
	switch n := r.IntN(20); {
	case n < 6:
		c.message(r, r.IntN(len(c.kids)))
		return
	case n < 9:
		what = "merge"
		id, err = c.k.Merge(ctx, a, b, steward, "one")
	case n < 12:
		what = "move"
		to := b
		if n == 11 {
			to = 0
		}
		if linked := c.linkedOf(a); len(linked) > 0 {
			id, err = c.k.Move(ctx, linked[r.IntN(len(linked))], a, to, steward, "hers")
		}
	case n < 13:
		what = "apart"
		id, err = c.k.Apart(ctx, a, b, steward, "two")
	case n < 14:
		what = "flag"
		id, err = c.k.Flag(ctx, a, b, steward, "one?")
	case n < 15:
		what = "unite"
		id, err = c.k.Unite(ctx, a, b, steward, "one")
	case n < 16:
		what = "pin doses"
		if said := c.reportsOf(a); len(said) > 1 {
			err = c.k.PinDoses(ctx, a, said[0], said[1], []iis.PinVerdict{iis.PinSame, iis.PinDifferent}[r.IntN(2)], steward, "the vials were seen")
		}
	default:
		what = "undo"
		_, err = c.k.Undo(ctx, c.anyDecision(r), steward, "no")
	}
	c.was(what, id, err)
}

// A decision has a greater number than each that was taken before about the same records, also by a server whose clock is
// behind: by their numbers decisions are undone.
func TestANumberFollowsThoseOfServersWhoseClocksAreAhead(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		w := newTown(t, storetest.Open(t, address))
		behind := storetest.Open(t, address)
		behind.SetClock(func() time.Time { return time.Now().Add(-time.Minute) })
		late := New(behind, codeset.Default())
		ctx := context.Background()
		person := func(clinic int, number, family, given, born string) iis.PersonID {
			return w.send(whose{clinic, number, family, given, born}).Person
		}
		a, b := person(0, "N1", "Birdsong", "Ada", "2014-04-11"), person(1, "N2", "Calloway", "Bea", "2015-05-12")
		c, d := person(2, "N3", "Dunmore", "Cleo", "2016-06-13"), person(0, "N4", "Everly", "Dora", "2017-07-14")

		var made []iis.DecisionID
		was := func(id iis.DecisionID, err error) {
			t.Helper()
			is.NoError(t, "decide", err)
			made = append(made, id)
		}
		was(w.k.Merge(ctx, a, b, steward, "one"))
		was(late.Merge(ctx, a, c, steward, "one too"))
		was(w.k.Apart(ctx, a, d, steward, "the mother says so"))
		was(late.Merge(ctx, d, person(1, "N5", "Everly", "Dorothea", "2018-08-15"), steward, "one"))
		for _, id := range slices.Backward(slices.Clone(made)) {
			was(late.Undo(ctx, id, steward, "as it was"))
		}
		sealing, _, err := late.Seal(ctx, Sealing{
			Person: a, New: whose{2, "", "Moorland", "Sorrel", "2014-04-12"}.person(), Order: "2026-17", Why: "An adoption.", By: steward, Sender: w.clinics[2],
		})
		is.NoError(t, "seal", err)
		was(iis.DecisionID(sealing), nil)
		is.Equal(t, "in the order in which they were taken", slices.IsSorted(made), true)
		w.verify()
	})
}

// reportsOf are the reports of a person; none of one who was parted from another, or joined, between the
// two statements by which a number is followed.
func (c *bustle) reportsOf(id iis.PersonID) (out []iis.SourceDoseID) {
	err := c.s.Read(context.Background(), func(tx *store.Tx) error {
		f, err := tx.Folder(id)
		if err == nil {
			out = reportsHere(f)
		}
		return err
	})
	if fault.KindOf(err) != fault.NotFound || err == nil {
		is.NoError(c.t, "read", err)
	}
	return out
}

// linkedOf are the sources of a person, by whatever number.
func (c *bustle) linkedOf(id iis.PersonID) (out []iis.SourceID) {
	_, all, err := c.k.Sources(context.Background(), id)
	if fault.KindOf(err) != fault.NotFound || err == nil {
		is.NoError(c.t, "sources", err)
	}
	for _, l := range all {
		out = append(out, l.Source)
	}
	return out
}

// where is in which record each source is.
func (c *bustle) where() map[iis.SourceID]iis.PersonID {
	out := map[iis.SourceID]iis.PersonID{}
	for _, id := range c.persons() {
		for _, s := range c.linkedOf(id) {
			if out[s] != 0 {
				c.t.Errorf("source %d is in %d and in %d", s, out[s], id)
			}
			out[s] = id
		}
	}
	return out
}

// settledWell requires that nothing is lost, and that each record is what it comes to.
func (c *bustle) settledWell() {
	where := c.where()
	for s := range c.sources {
		if where[s] == 0 {
			c.t.Errorf("source %d is in no record", s)
		}
	}
	is.Equal(c.t, "sources", len(where), len(c.sources))
	is.NoError(c.t, "read", c.s.Read(context.Background(), func(tx *store.Tx) error {
		for _, sql := range orphans {
			err := tx.Select(db.Query{SQL: sql, Each: func(r db.Row) error {
				c.t.Errorf("%d rows: %s", r.Int(0), sql)
				return nil
			}})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	c.verify()
}

// standing are the decisions that hold, the newest first.
func (c *bustle) standing() (out []iis.DecisionID) {
	is.NoError(c.t, "read", c.s.Read(context.Background(), func(tx *store.Tx) error {
		out = nil
		return tx.Select(db.Query{
			SQL:  `SELECT DISTINCT id FROM identity_decision WHERE undoes = 0 AND id NOT IN (SELECT undoes FROM identity_decision) ORDER BY id DESC`,
			Each: func(r db.Row) error { out = append(out, iis.DecisionID(r.Int(0))); return nil },
		})
	}))
	return slices.Clip(out)
}

// deadlocks requires that nobody waited in a circle: the server would have ended one of
// them, and the store tried it again, after a second in which others waited too.
func (c *bustle) deadlocks() {
	if c.s.Engine() != db.PostgreSQL {
		return
	}
	is.NoError(c.t, "read", c.s.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Select(db.Query{
			SQL:  `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`,
			Each: func(r db.Row) error { is.Equal(c.t, "deadlocks", r.Int(0), int64(0)); return nil },
		})
	}))
}
