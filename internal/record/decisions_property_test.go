package record

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/match"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// chance is a registry in which things happen by chance, with what ought to come
// of them, and another to which the same messages come and nobody decides
// anything.
type chance struct {
	*town
	r      *rand.Rand
	calm   *town
	kids   []whose
	doses  map[int][]iis.Dose // reported of a kid, under numbers of its clinic
	serial int
	// home is where each source ought to be, now where each id leads.
	home     map[iis.SourceID]iis.PersonID
	absorbed map[iis.SourceID]bool // sources that went over to a new identity that was no more when it was taken back
	ids      []iis.PersonID
	done     []made                 // decisions and sealings that stand, in their order
	source   map[int][]iis.SourceID // of each kid
	words    map[word]iis.PinVerdict
	tales    []string
}

// made is a decision that was taken, with the sources that it moved.
type made struct {
	id          iis.DecisionID
	kind        iis.DecisionKind
	into, other iis.PersonID
	sources     []iis.SourceID
	sides       [2][]iis.SourceID // of apart
	bound       []iis.SourceID    // of together
	seal        *putAway          // it is no decision but a sealing
}

// Whatever comes in whatever order, messages, decisions and sealings: every source is in
// one record, or sealed, and then nothing tells of it, its keys lead there, no row is without a person, a record is what
// its reports come to, what was decided apart is apart, and what
// was said of two reports of doses holds wherever both are. When everything is
// undone, the last decision first, each record says what it says where nobody
// decided anything.
func TestAnySequenceOfMessagesAndDecisionsCanBeUndone(t *testing.T) {
	first, seeds, steps := sequences(t, 2, 50)
	for seed := first; seed < first+seeds; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				c := newChance(t, s, uint64(seed))
				for range steps {
					c.step()
					if c.check(); t.Failed() {
						t.Fatalf("after:\n%s", strings.Join(c.tales, "\n"))
					}
				}
				c.verify()
				c.undoAll()
				if t.Failed() {
					t.Logf("after:\n%s", strings.Join(c.tales, "\n"))
				}
			})
		})
	}
}

func newChance(t *testing.T, s *store.Store, seed uint64) *chance {
	c := &chance{
		town: newTown(t, s), calm: newTown(t, storetest.Open(t, storetest.SQLite(t))), r: rand.New(rand.NewPCG(seed, 5)),
		doses: map[int][]iis.Dose{}, home: map[iis.SourceID]iis.PersonID{}, absorbed: map[iis.SourceID]bool{}, source: map[int][]iis.SourceID{},
		words: map[word]iis.PinVerdict{},
	}
	families := []string{"Ambrose", "Birdsong", "Calloway", "Dunmore", "Eastbrook", "Farthing", "Goswick", "Hollander", "Ironside", "Jessamine"}
	for i, family := range families {
		kid := whose{i % 3, fmt.Sprint("N", i), family, family[3:] + "a", fmt.Sprintf("20%02d-0%d-1%d", 10+i, 1+i%9, i)}
		c.kids = append(c.kids, kid)
		c.tell(i)
	}
	return c
}

// tell sends a message about a kid to both registries.
func (c *chance) tell(kid int, doses ...iis.Dose) {
	r := c.send(c.kids[kid], doses...)
	c.calm.send(c.kids[kid], doses...)
	if _, known := c.home[r.Source]; !known {
		c.ids = append(c.ids, r.Person)
		c.home[r.Source] = r.Person
	}
	if !slices.Contains(c.source[kid], r.Source) {
		c.source[kid] = append(c.source[kid], r.Source)
	}
	if c.home[r.Source] != r.Person {
		c.t.Errorf("a message of source %d came to %d, which has it not", r.Source, r.Person)
	}
}

// step is one thing that happens.
func (c *chance) step() {
	kid := c.r.IntN(len(c.kids))
	switch n := c.r.IntN(27); {
	case n > 22:
		c.pinDoses()
	case n > 20:
		c.seal()
	case n > 19:
		c.takeOver()
	case n < 5: // another dose
		c.serial++
		day := time.Date(2022, 1, 1+c.r.IntN(900), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		d := shot(fmt.Sprint(c.serial), day, []string{"03", "21", "08", "10"}[c.r.IntN(4)], fmt.Sprint("L", c.r.IntN(3)))
		c.doses[kid] = append(c.doses[kid], d)
		c.say("kid %d has dose %d", kid, c.serial)
		c.tell(kid, d)
	case n < 7 && len(c.doses[kid]) > 0: // a dose is changed, or was none
		i := c.r.IntN(len(c.doses[kid]))
		d := c.doses[kid][i]
		d.Action, d.Lot = iis.Update, d.Lot+"X"
		if n == 6 {
			d.Action = iis.Delete
		}
		c.doses[kid][i] = d
		c.say("kid %d: %s of dose %s", kid, d.Action, d.Filler.ID)
		c.tell(kid, d)
	case n < 8: // it marries, say
		c.serial++
		c.kids[kid].family += fmt.Sprintf("%c", 'a'+c.serial%26)
		c.say("kid %d is called %s", kid, c.kids[kid].family)
		c.tell(kid)
	case n < 9:
		c.say("a concern")
		c.concern(c.anyone())
	case n < 12:
		c.undoOne(c.r.IntN(len(c.done) + 1))
	default:
		c.decide(n)
	}
}

func (c *chance) say(format string, args ...any) {
	c.tales = append(c.tales, fmt.Sprintf(format, args...))
}

// anyone is a person, by a present or former id.
func (c *chance) anyone() iis.PersonID { return c.ids[c.r.IntN(len(c.ids))] }

// now is where an id leads.
func (c *chance) now(id iis.PersonID) iis.PersonID { return c.folder(id).ID }

func (c *chance) concern(id iis.PersonID) {
	is.NoError(c.t, "concern", c.s.Write(context.Background(), func(tx *store.Tx) error {
		f, err := tx.FolderToChange(id)
		if err != nil {
			return err
		}
		informed := iis.Informed{Person: f.ID, ID: iis.InformedID(c.s.NewID()), Day: f.Golden.Birth + 1, How: []string{"discussed"}, Language: "eng", At: time.Unix(1, 0)}
		at := time.Unix(1, 0).UTC()
		for i := range f.Sources { // put there by what one of them says, or some
			by := []iis.SourceID{f.Sources[i].Source}
			if c.r.IntN(3) == 0 {
				by = append(by, f.Sources[c.r.IntN(len(f.Sources))].Source)
			}
			if err := tx.AddRosterEntries(iis.RosterEntry{Person: f.ID, ID: iis.RosterID(c.s.NewID()), Site: 1, Own: "S1", Place: "K", Since: f.Golden.Birth + 1, Added: at, Changed: at, Sources: by}); err != nil {
				return err
			}
		}
		if err := tx.AddInformed(&informed); err != nil {
			return err
		}
		n := iis.Concern{Person: f.ID, ID: iis.ConcernID(c.s.NewID()), Reason: "x", Say: "y", AskedFor: "z", Raised: time.Unix(1, 0)}
		if err := tx.AddConcern(n); err != nil {
			return err
		}
		return tx.AddEvidence(&iis.Evidence{Person: f.ID, Concern: n.ID, Name: "card.pdf", Kind: "application/pdf", Content: []byte("%PDF-"), At: time.Unix(1, 0)})
	}))
}

// decide takes a decision, which may be refused.
func (c *chance) decide(n int) {
	ctx := context.Background()
	a, b := c.anyone(), c.anyone()
	m := made{into: c.now(a), other: c.now(b)}
	var err error
	switch {
	case n < 13:
		m.kind, m.sources, m.bound = iis.DecidedTogether, c.of(m.other), append(c.of(m.into), c.of(m.other)...)
		m.id, err = c.k.Unite(ctx, a, b, steward, "one, and stay so")
	case n < 15:
		m.kind, m.sources = iis.DecidedMerge, c.of(m.other)
		m.id, err = c.k.Merge(ctx, a, b, steward, "one")
	case n < 17:
		m.kind = iis.DecidedMove
		s := c.anySource(m.other)
		m.sources = []iis.SourceID{s}
		to := a
		if c.r.IntN(2) == 0 {
			to = 0
		}
		if to == 0 && c.r.IntN(2) == 0 {
			m.id, err = c.part(m.other, s)
		} else {
			m.id, err = c.k.Move(ctx, s, b, to, steward, "hers")
		}
		if err == nil && to == 0 {
			m.into = c.latest(b).Person
			c.ids = append(c.ids, m.into)
		}
	case n < 18:
		m.kind, m.sides = iis.DecidedApart, [2][]iis.SourceID{c.of(m.into), c.of(m.other)}
		m.id, err = c.k.Apart(ctx, a, b, steward, "two")
	case n < 19:
		m.kind = iis.DecidedFlag
		m.id, err = c.k.Flag(ctx, a, b, steward, "one?")
	default:
		m.kind, m.bound = iis.DecidedTogether, []iis.SourceID{c.anySource(m.into), c.anySource(m.into)}
		m.id, err = c.k.Together(ctx, a, m.bound[0], m.bound[1], steward, "with")
	}
	c.say("%s of %d and %d: %d, %v", m.kind, a, b, m.id, err)
	if err != nil {
		c.expected(err)
		return
	}
	c.done = append(c.done, m)
	for _, s := range m.sources {
		c.home[s] = m.into
	}
}

// part parts a source from a record as the clean-up does.
func (c *chance) part(of iis.PersonID, s iis.SourceID) (iis.DecisionID, error) {
	return c.k.decide(context.Background(), ActPart, iis.Actor{Kind: "job"}, whyParted, func(x *deciding) error {
		_, err := x.part(of, []iis.SourceID{s}, func(*deciding) error { return nil })
		return err
	})
}

// expected requires a refusal that says why.
func (c *chance) expected(err error) {
	if k := fault.KindOf(err); k != fault.Conflict && k != fault.Invalid && (k != fault.NotFound || len(c.sealed()) == 0) {
		c.t.Errorf("a decision failed: %v", err)
	}
}

// of are the sources that a person ought to have.
func (c *chance) of(id iis.PersonID) []iis.SourceID {
	var out []iis.SourceID
	for s, p := range c.home {
		if p == id {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}

func (c *chance) anySource(id iis.PersonID) iis.SourceID {
	all := c.of(id)
	return all[c.r.IntN(len(all))]
}

func (c *chance) latest(id iis.PersonID) iis.IdentityDecision {
	all, err := c.k.Decisions(context.Background(), id)
	is.NoError(c.t, "decisions", err)
	return all[0]
}

// undoOne undoes the decision of a place; none beyond the last.
func (c *chance) undoOne(i int) bool {
	if i >= len(c.done) {
		return true
	}
	m := c.done[i]
	if m.seal != nil {
		return c.unseal(i)
	}
	into, back := c.leads(m.into), m.other
	if m.kind == iis.DecidedMove {
		back = c.leads(m.other)
	}
	_, err := c.k.Undo(context.Background(), m.id, steward, "no")
	c.say("undo %s %d: %v", m.kind, m.id, err)
	if err != nil {
		c.expected(err)
		return false
	}
	c.done = slices.Delete(c.done, i, i+1)
	for _, s := range m.sources {
		if c.home[s] == into {
			c.home[s] = back
		}
	}
	return true
}

// check requires what holds always.
func (c *chance) check() {
	persons := c.persons()
	have := map[iis.SourceID]iis.PersonID{}
	is.NoError(c.t, "read", c.s.Read(context.Background(), func(tx *store.Tx) error {
		for _, id := range persons {
			linked, err := tx.Linked(id)
			if err != nil {
				return err
			}
			for _, l := range linked {
				if have[l.Source] != 0 {
					c.t.Errorf("source %d is in %d and in %d", l.Source, have[l.Source], id)
				}
				have[l.Source] = id
			}
		}
		for _, sql := range orphans {
			err := tx.Select(db.Query{SQL: sql, Each: func(r db.Row) error {
				c.t.Errorf("%d rows: %s", r.Int(0), sql)
				return nil
			}})
			if err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		now, err := tx.Follow(c.ids...)
		for i, id := range now {
			if !slices.Contains(persons, id) {
				c.t.Errorf("the number %d leads to %d, who is not there", c.ids[i], id)
			}
		}
		return err
	}))
	if want := c.visible(); !maps.Equal(have, want) {
		c.t.Errorf("sources are in\n%v, want\n%v", have, want)
	}
	c.rosterFollows(persons, have)
	c.nothingOfTheSealed(persons)
	c.pinsHold(persons)
	c.ask()
	for _, m := range c.done {
		bound := slices.DeleteFunc(slices.Clone(m.bound), func(s iis.SourceID) bool { return c.home[s] == 0 }) // went over, and was taken back
		for _, s := range bound {
			if c.home[s] != c.home[bound[0]] {
				c.t.Errorf("sources %d and %d are two's, and decision %d holds them together", s, bound[0], m.id)
			}
		}
		for _, a := range m.sides[0] {
			for _, b := range m.sides[1] {
				if c.home[a] != 0 && c.home[a] == c.home[b] {
					c.t.Errorf("sources %d and %d are one's, and decision %d holds them apart", a, b, m.id)
				}
			}
		}
	}
}

// rosterFollows requires that whoever is on a roster is of whom all the sources tell by which
// they were put there; of whom not all do, it is marked. A source that went over to a new identity
// of whom nobody else told was taken back to the former one, who has its entries.
func (c *chance) rosterFollows(persons []iis.PersonID, home map[iis.SourceID]iis.PersonID) {
	is.NoError(c.t, "rosters", c.s.Read(context.Background(), func(tx *store.Tx) error {
		for _, id := range persons {
			entries, err := tx.RosterEntries(id)
			if err != nil {
				return err
			}
			for _, e := range entries {
				for _, s := range e.Sources {
					if home[s] != id && !c.absorbed[s] {
						c.t.Errorf("entry %d is of %d, and was put there by source %d of %d", e.ID, id, s, home[s])
					}
				}
			}
		}
		return nil
	}))
}

// ask has a clinic ask for each of its patients: whom its number leads to at once is
// whom comparing finds, and what it may see of the record is the same.
func (c *chance) ask() {
	for i, kid := range c.kids {
		said := kid.person()
		known, like := foundBothWays(c.t, c.k, c.clinics[kid.clinic], &said)
		switch {
		case known == nil:
		case like.Folder == nil:
			c.t.Errorf("kid %d is in %d by its number, and comparing finds %d who may be meant", i, known.ID, len(like.Candidates))
		case known.ID != like.Folder.ID || !store.SameFolder(known, like.Folder):
			c.t.Errorf("kid %d is in %d by its number, and in %d by comparing", i, known.ID, like.Folder.ID)
		}
	}
}

// orphans count rows that are wrong, when there are any.
var orphans = []string{
	`SELECT count(*) FROM report r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM link r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM dose r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM dose_pin r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM standing r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM search_key r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM concern_evidence e WHERE NOT EXISTS (SELECT 1 FROM concern c WHERE c.person_id = e.person_id AND c.id = e.concern_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM concern r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM identity_pin r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM possible_match r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id)
		OR NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.other_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM source_key r WHERE r.person_id <> 0
		AND NOT EXISTS (SELECT 1 FROM link l WHERE l.person_id = r.person_id AND l.source_id = r.source_id)
		AND NOT EXISTS (SELECT 1 FROM sealed_link l WHERE l.person_id = r.person_id AND l.source_id = r.source_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM match_key r
		WHERE NOT EXISTS (SELECT 1 FROM link l WHERE l.person_id = r.person_id AND l.source_id = r.source_id)
		AND NOT EXISTS (SELECT 1 FROM sealed_link l WHERE l.person_id = r.person_id AND l.source_id = r.source_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM identity_pin r WHERE r.source_id <> 0
		AND NOT EXISTS (SELECT 1 FROM link l WHERE l.person_id = r.person_id AND l.source_id = r.source_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM report r
		WHERE NOT EXISTS (SELECT 1 FROM link l WHERE l.person_id = r.person_id AND l.source_id = r.source_id) HAVING count(*) > 0`,
	`SELECT count(*) FROM person_alias r WHERE EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id) HAVING count(*) > 0`,
}

// undoAll undoes what stands, the last first as far as nothing stands in its way, and compares with the registry in
// which nobody decided anything.
func (c *chance) undoAll() {
	for next := len(c.done) - 1; len(c.done) > 0; next-- {
		if next < 0 {
			c.t.Fatalf("none of %d decisions can be undone; after:\n%s", len(c.done), strings.Join(c.tales, "\n"))
		}
		if c.undoOne(next) {
			c.check()
			next = len(c.done) // again from the last: one may have stood in the way of another
		}
	}
	c.unpinAll()
	c.check()
	c.verify()
	for i := range c.kids {
		is.Equal(c.t, fmt.Sprint("kid ", i), c.town.told(c.kids[i]), c.calm.told(c.kids[i]))
	}
	is.Equal(c.t, "persons", len(c.persons()), len(c.calm.persons()))
}

// told is what a clinic would be told of its patient, and where the patient
// stands.
func (w *town) told(kid whose) string {
	w.t.Helper()
	var out []string
	is.NoError(w.t, "read", w.s.Read(context.Background(), func(tx *store.Tx) error {
		p := kid.person()
		hits, _, err := tx.FindSources(w.clinics[kid.clinic].ID, match.OwnKeys(&p), nil, 0)
		if err != nil || len(hits) == 0 {
			return fmt.Errorf("nobody has the number %s: %w", kid.number, err)
		}
		f, err := tx.Folder(hits[0].Person)
		if err != nil {
			return err
		}
		doses, _ := History(f)
		for _, d := range doses {
			out = append(out, fmt.Sprint(d.Dose.Date, d.Dose.CVX, d.Dose.Lot, d.Rule, d.Review, len(d.Reports)))
		}
		g := f.Golden
		out = append(out, fmt.Sprint(g.Names, g.Birth, g.IDs, len(f.Sources), len(hits)))
		k := New(w.s, codeset.Default())
		s, err := k.standing(f, 0, 9000)
		out = append(out, fmt.Sprintf("%x", s.Body))
		return err
	}))
	return strings.Join(out, "\n")
}
