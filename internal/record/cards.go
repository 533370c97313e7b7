package record

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// cards are people made ready for being compared, each read once.
type cards struct {
	k     *Keeper
	by    *judges
	tx    *store.Tx
	known map[iis.PersonID]*match.Known
	// shots are those who are known with what was given to them, as far as it may
	// decide.
	shots map[iis.PersonID]*match.Known
	// sources are those that say who a person is, in the order of known, and parts what of a
	// record stays together.
	sources map[iis.PersonID][]iis.SourceID
	parts   map[iis.PersonID][]*atom
	decided map[iis.PersonID][]store.Decision // about those of whom it was asked
	since   *time.Time                        // the weights are in force
	// around finds those who are compared with some people.
	around func(ids []iis.PersonID) ([]met, error)
	pairs  int // compared
}

// met is whom somebody is to be compared with.
type met struct {
	near    []iis.PersonID // those who share most keys
	pairs   int            // as many as there were; fewer may be near when it is known that they come to nothing
	crowded int            // keys that too many share
	loose   bool           // it is put together of several who may not be one (match.Profile.Firm)
}

// newCards are cards of nobody yet, of whom each is looked up in the registry.
func newCards(k *Keeper, by *judges, tx *store.Tx) *cards {
	c := &cards{
		k: k, by: by, tx: tx, known: map[iis.PersonID]*match.Known{}, shots: map[iis.PersonID]*match.Known{},
		sources: map[iis.PersonID][]iis.SourceID{}, parts: map[iis.PersonID][]*atom{}, decided: map[iis.PersonID][]store.Decision{},
	}
	c.around = c.sharers
	return c
}

// give reads what was given to those who may be one.
func (c *cards) give(decisions map[iis.PersonID]match.Decision) error {
	var ids []iis.PersonID
	for id, d := range decisions {
		for i := range d.Candidates {
			ids = append(ids, d.Candidates[i].Person)
		}
		if ids = append(ids, d.Near...); len(d.Candidates)+len(d.Near) > 0 {
			ids = append(ids, id)
		}
	}
	return c.giveTo(ids)
}

// giveTo reads what was given to some people of whom it was not read before.
func (c *cards) giveTo(ids []iis.PersonID) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id iis.PersonID) bool { return c.shots[id] != nil })
	slices.Sort(ids)
	for some := range slices.Chunk(slices.Compact(ids), 100) {
		folders, err := c.tx.Folders(some...)
		if err != nil {
			return err
		}
		for _, f := range folders {
			if k := c.known[f.ID]; k != nil {
				c.shots[f.ID] = withShots(k, Given(f, c.k.codes))
			}
		}
	}
	return nil
}

// withShots is a person with what was given to it: days and vaccine groups.
func withShots(of *match.Known, given []match.Dose) *match.Known {
	out := &match.Known{Person: of.Person, Left: of.Left}
	for _, s := range of.Sources {
		out.Sources = append(out.Sources, match.Told{Record: s.Record.WithDoses(given), Sender: s.Sender})
	}
	return out
}

// Given is what was given to a person, as evidence of who it is: day and vaccine
// group of whatever is reported of it.
func Given(f *store.Folder, codes *codeset.Tables) []match.Dose {
	return givenBy(f, codes, func(*iis.SourceDose) bool { return true })
}

// givenBy is Given, of those reports that a function chooses.
func givenBy(f *store.Folder, codes *codeset.Tables, chosen func(*iis.SourceDose) bool) []match.Dose {
	var out []match.Dose
	for i := range f.Doses {
		if d := &f.Doses[i].Dose; d.Counts() && chosen(&f.Doses[i]) {
			out = match.GivenOn(out, d.Date, d.CVX, codes)
		}
	}
	return out
}

// given decides whether two are one with what was given to both.
func (c *cards) given(a, b iis.PersonID) match.Decision {
	x, y := c.shots[a], c.shots[b]
	if x == nil || y == nil { // merged meanwhile
		return match.Decision{Outcome: match.New}
	}
	return c.by.updates.Persons(x, []match.Known{*y})
}

// known is a person with what each source says, made ready for comparing.
func (j *judges) known(d *store.Described) *match.Known {
	out := &match.Known{Person: d.ID, Left: closed(d.Sources), Sources: make([]match.Told, len(d.Sources))}
	for i := range d.Sources {
		s := &d.Sources[i]
		out.Sources[i] = match.Told{Record: j.prepare(s), Sender: s.Sender}
	}
	return out
}

// read reads people who were not read before.
func (c *cards) read(ids []iis.PersonID) error {
	fresh := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id iis.PersonID) bool { return c.known[id] != nil })
	said, err := c.tx.Described(fresh...)
	if err != nil {
		return err
	}
	ready := make([]*match.Known, len(said))
	sideBySide(len(said), func(i int) { ready[i] = c.by.known(&said[i]) })
	for i, p := range ready {
		c.known[p.Person] = p
		for k := range said[i].Sources {
			c.sources[p.Person] = append(c.sources[p.Person], said[i].Sources[k].Source)
		}
	}
	return nil
}

// sideBySide does n things side by side.
func sideBySide(n int, do func(i int)) {
	var all sync.WaitGroup
	step := workers()
	for w := range step {
		all.Go(func() {
			for i := w; i < n; i += step {
				do(i)
			}
		})
	}
	all.Wait()
}

// workers are how many things are done side by side.
func workers() int { return runtime.GOMAXPROCS(0) }

// decide decides for each of some people whom else of the registry they may be,
// and counts the keys that too many share.
func (c *cards) decide(ids []iis.PersonID) (map[iis.PersonID]match.Decision, int, error) {
	if err := c.read(ids); err != nil {
		return nil, 0, err
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id iis.PersonID) bool { return c.known[id] == nil })
	around, err := c.around(ids)
	if err != nil {
		return nil, 0, err
	}
	var all []iis.PersonID
	crowded := 0
	for _, m := range around {
		all, crowded, c.pairs = append(all, m.near...), crowded+m.crowded, c.pairs+m.pairs
	}
	if err := c.read(all); err != nil {
		return nil, 0, err
	}
	for _, id := range all {
		if c.known[id] == nil {
			c.pairs-- // sealed, or no more: nobody is compared
		}
	}
	decisions := make([]match.Decision, len(ids))
	sideBySide(len(ids), func(i int) {
		others := make([]match.Known, 0, len(around[i].near))
		for _, id := range around[i].near {
			if o := c.known[id]; o != nil {
				others = append(others, *o)
			}
		}
		decisions[i] = c.by.updates.Persons(c.known[ids[i]], others)
	})
	out := make(map[iis.PersonID]match.Decision, len(ids))
	for i, id := range ids {
		out[id] = decisions[i]
	}
	return out, crowded, nil
}

// sharers looks up who shares keys with each of some people that are known.
func (c *cards) sharers(ids []iis.PersonID) ([]met, error) {
	keys := make([][]int64, len(ids))
	for i, id := range ids {
		keys[i] = keysOf(nil, c.known[id])
	}
	sharing, err := c.tx.Sharers(keys)
	if err != nil {
		return nil, err
	}
	out := make([]met, len(ids))
	for i, id := range ids {
		delete(sharing[i].Shared, id)
		near := inOrder(nil, nil, sharing[i].Shared)
		out[i] = met{near: near, pairs: len(near), crowded: sharing[i].Crowded}
	}
	return out, nil
}

// keysOf are the match keys of what is said of a person now, each once.
func keysOf(into []int64, of *match.Known) []int64 {
	for _, s := range of.Sources {
		into = append(into, s.Keys()...)
	}
	slices.Sort(into)
	return slices.Compact(into)
}
