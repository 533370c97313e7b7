package record

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// throng is a registry of people of whom it is hard to say who is who, in which people
// and the clean-up decide by chance, and another that gets the same messages and in
// which nobody decides anything.
type throng struct {
	*town
	r       *rand.Rand
	calm    *town
	told    []toldBy
	ids     []iis.PersonID
	sources map[iis.SourceID]bool
	number  map[string]iis.SourceID // of each patient, by its clinic's own number
	apart   map[iis.DecisionID][2][]iis.SourceID
	tales   []string
	serial  int
}

// TestAnySequenceAboutTroublesomePeopleCanBeUndone is about twins, namesakes, newborns
// without a name, people who are protected or left out. Whatever comes and whatever is
// decided, by people and by the clean-up: no source is lost or in two records, no row is
// without a person, what was decided apart is apart. When everything is undone, every
// record says what it says where nobody decided anything.
func TestAnySequenceAboutTroublesomePeopleCanBeUndone(t *testing.T) {
	first, seeds, steps := sequences(t, 2, 40)
	for seed := first; seed < first+seeds; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				c := newThrong(t, s, uint64(seed))
				defer func() {
					if t.Failed() {
						t.Logf("after:\n%s", strings.Join(c.tales, "\n"))
					}
				}()
				for range steps {
					c.step()
					if c.check(); t.Failed() {
						return
					}
				}
				c.verify()
				c.undoAll()
			})
		})
	}
}

// sequences are the first seed, how many, and how long each is: OPENIIS_TEST_DECISIONS says
// how many, "60" or "60 from 1000", and then they are long.
func sequences(t *testing.T, many, steps int) (first, seeds, each int) {
	t.Helper()
	asked := os.Getenv("OPENIIS_TEST_DECISIONS")
	if asked == "" {
		return 0, many, steps
	}
	count, from, _ := strings.Cut(asked, " from ")
	seeds, err := strconv.Atoi(count)
	is.NoError(t, "OPENIIS_TEST_DECISIONS", err)
	if from != "" {
		first, err = strconv.Atoi(from)
		is.NoError(t, "OPENIIS_TEST_DECISIONS", err)
	}
	return first, seeds, 200
}

func newThrong(t *testing.T, s *store.Store, seed uint64) *throng {
	c := &throng{
		town: newTown(t, s), calm: newTown(t, storetest.Open(t, storetest.SQLite(t))), r: rand.New(rand.NewPCG(seed, 9)),
		sources: map[iis.SourceID]bool{}, number: map[string]iis.SourceID{}, apart: map[iis.DecisionID][2][]iis.SourceID{},
	}
	for _, w := range []*town{c.town, c.calm} {
		is.NoError(t, "senders", w.s.Write(t.Context(), func(tx *store.Tx) error {
			for _, name := range []string{"FIR", "YEW"} {
				more, err := tx.EnsureSender(name, name, w.s.Now())
				if err != nil {
					return err
				}
				w.clinics = append(w.clinics, more)
			}
			return nil
		}))
	}
	c.told = troublesome(c.r, 6)
	for i := range c.told {
		switch who := &c.told[i].who; c.r.IntN(12) {
		case 0:
			protected(who)
		case 1:
			who.OptOut = "Y"
		}
		c.tell(i, c.told[i].dose)
	}
	return c
}

// tell sends what a clinic tells to both registries.
func (c *throng) tell(n int, doses ...iis.Dose) {
	m := &c.told[n]
	r := c.sendPerson(m.clinic, m.who, doses...)
	c.calm.sendPerson(m.clinic, m.who, doses...)
	c.ids, c.sources[r.Source] = append(c.ids, r.Person), true
	number := m.who.IDs[0].Value
	if had, known := c.number[number]; known && had != r.Source {
		c.t.Errorf("a message of %s made source %d of %d, and %d is there: %+v, %s", number, r.Source, r.Person, had, r, r.Why)
	}
	c.number[number] = r.Source
}

func (c *throng) say(format string, args ...any) {
	c.tales = append(c.tales, fmt.Sprintf(format, args...))
}

func (c *throng) anyone() iis.PersonID { return c.folder(c.ids[c.r.IntN(len(c.ids))]).ID }

func (c *throng) of(id iis.PersonID) (out []iis.SourceID) {
	is.NoError(c.t, "linked", c.s.Read(context.Background(), func(tx *store.Tx) error {
		all, err := tx.Linked(id)
		for _, l := range all {
			out = append(out, l.Source)
		}
		return err
	}))
	return out
}

// step is one thing that happens.
func (c *throng) step() {
	ctx := context.Background()
	a, b := c.anyone(), c.anyone()
	own := c.of(a)
	source := own[c.r.IntN(len(own))]
	var id iis.DecisionID
	var err error
	what := ""
	switch n := c.r.IntN(24); {
	case n < 6:
		c.correct(c.r.IntN(len(c.told)))
		return
	case n < 8:
		what = fmt.Sprintf("undone one of %d", a)
		id, err = c.undoAny(a)
	case n < 9:
		w := &places{t: c.t.(*testing.T), s: c.s, k: c.k}
		c.say("clean-up: %+v", w.cleanUp())
		return
	case n < 12:
		what = fmt.Sprintf("merge %d %d", a, b)
		id, err = c.k.Merge(ctx, a, b, steward, "one")
	case n < 13:
		what = fmt.Sprintf("unite %d %d", a, b)
		id, err = c.k.Unite(ctx, a, b, steward, "one")
	case n < 16:
		what = fmt.Sprintf("move %d of %d to %d", source, a, b)
		id, err = c.k.Move(ctx, source, a, b, steward, "hers")
	case n < 17:
		what = fmt.Sprintf("move %d of %d to a new one", source, a)
		id, err = c.k.Move(ctx, source, a, 0, steward, "hers")
	case n < 19:
		sides := [2][]iis.SourceID{own, c.of(b)}
		what = fmt.Sprintf("apart %d %d", a, b)
		if id, err = c.k.Apart(ctx, a, b, steward, "two"); err == nil {
			c.apart[id] = sides
		}
	case n < 20:
		what = fmt.Sprintf("flag %d %d", a, b)
		id, err = c.k.Flag(ctx, a, b, steward, "one?")
	case n < 21:
		what = fmt.Sprintf("together %d %d of %d", source, own[0], a)
		id, err = c.k.Together(ctx, a, source, own[0], steward, "with")
	default:
		what, err = c.pin(a)
	}
	if c.say("%s: %d, %v", what, id, err); err != nil {
		c.expected(err)
	}
}

func (c *throng) expected(err error) {
	if k := fault.KindOf(err); k != fault.Conflict && k != fault.Invalid {
		c.t.Errorf("a decision failed: %v", err)
	}
}

// correct has a clinic tell its patient's shots anew: another one, another lot, or that one was none.
func (c *throng) correct(n int) {
	m := &c.told[n]
	switch c.r.IntN(4) {
	case 0:
		m.dose.Lot += "X"
		m.dose.Action = iis.Update
	case 1:
		m.dose.Action = iis.Delete
	case 2:
		protected(&m.who)
	default:
		c.serial++
		m.dose = shot(fmt.Sprint("S", c.serial), fmt.Sprintf("2024-%02d-11", 3+c.r.IntN(4)), []string{"21", "20", "03"}[c.r.IntN(3)], "")
	}
	c.say("%s tells of %s: %s %s", c.clinics[m.clinic].Facility, m.who.LegalName().Given, m.dose.Action, m.dose.Filler.ID)
	c.tell(n, m.dose)
}

// pin says of two reports of somebody that they are of one shot, or of two.
func (c *throng) pin(id iis.PersonID) (string, error) {
	said := reportsHere(c.folder(id))
	if len(said) < 2 {
		return "nothing to pin", nil
	}
	i := c.r.IntN(len(said) - 1)
	verdict := []iis.PinVerdict{iis.PinSame, iis.PinDifferent}[c.r.IntN(2)]
	return fmt.Sprintf("%s of doses %d and %d", verdict, said[i], said[i+1]), c.k.PinDoses(context.Background(), id, said[i], said[i+1], verdict, steward, "seen")
}

// undoAny undoes a decision about somebody that stands.
func (c *throng) undoAny(about iis.PersonID) (iis.DecisionID, error) {
	all, err := c.k.Decisions(context.Background(), about)
	if err != nil {
		return 0, err
	}
	all = slices.DeleteFunc(all, func(d iis.IdentityDecision) bool { return d.UndoneBy != 0 || d.Kind == iis.DecidedUndo })
	if len(all) == 0 {
		return 0, nil
	}
	id := all[c.r.IntN(len(all))].ID
	return id, c.undo(id)
}

func (c *throng) undo(id iis.DecisionID) error {
	_, err := c.k.Undo(context.Background(), id, steward, "no")
	if err == nil {
		delete(c.apart, id)
	}
	return err
}

// check requires what holds always.
func (c *throng) check() {
	where := map[iis.SourceID]iis.PersonID{}
	for _, id := range c.persons() {
		for _, s := range c.of(id) {
			if where[s] != 0 || !c.sources[s] {
				c.t.Errorf("source %d is in %d and in %d", s, where[s], id)
			}
			where[s] = id
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
	for id, sides := range c.apart {
		for _, a := range sides[0] {
			for _, b := range sides[1] {
				if where[a] == where[b] {
					c.t.Errorf("sources %d and %d are one's, and decision %d holds them apart", a, b, id)
				}
			}
		}
	}
}

// standing are the decisions that hold, the newest first.
func (c *throng) standing() (out []iis.DecisionID) {
	is.NoError(c.t, "read", c.s.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Select(db.Query{
			SQL:  `SELECT DISTINCT id FROM identity_decision WHERE undoes = 0 AND id NOT IN (SELECT undoes FROM identity_decision) ORDER BY id DESC`,
			Each: func(r db.Row) error { out = append(out, iis.DecisionID(r.Int(0))); return nil },
		})
	}))
	return out
}

// undoAll undoes everything, the newest first, and compares with the registry in which
// nobody decided anything.
func (c *throng) undoAll() {
	for all := c.standing(); len(all) > 0; all = c.standing() {
		undone := 0
		for _, id := range all {
			err := c.undo(id)
			if c.say("undo %d: %v", id, err); err == nil {
				undone++
			} else {
				c.expected(err)
			}
		}
		if c.check(); undone == 0 || c.t.Failed() {
			c.t.Errorf("%d decisions are left", len(all)-undone)
			return
		}
	}
	c.unpin()
	c.verify()
	is.Equal(c.t, "people", c.portraits(), c.calm.portraits())
}

func (c *throng) unpin() {
	for _, id := range c.persons() {
		for _, p := range c.folder(id).Pins {
			is.NoError(c.t, "unpin", c.k.UnpinDoses(context.Background(), id, p.A, p.B, steward, "no"))
		}
	}
}

// portraits are all records: who tells of them, and what they say.
func (w *town) portraits() string {
	var out []string
	for _, id := range w.persons() {
		f := w.folder(id)
		line := fmt.Sprint(f.Golden.Names, f.Golden.Birth, f.Golden.Protection, f.Golden.OptOut, f.Golden.Addresses)
		var who []string
		for i := range f.Sources {
			who = append(who, fmt.Sprint(f.Sources[i].Person.IDs))
		}
		slices.Sort(who)
		doses, _ := History(f)
		for _, d := range doses {
			who = append(who, fmt.Sprint(d.Dose.Date, d.Dose.CVX, d.Dose.Lot, d.Rule, d.Review, len(d.Reports)))
		}
		out = append(out, line+" "+strings.Join(who, ", "))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
