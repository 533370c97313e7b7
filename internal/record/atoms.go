package record

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// atom is what of a record stays together whoever else comes: one source, or several that
// are bound by anything but comparing.
type atom struct {
	of      iis.PersonID
	sources []iis.SourceID // that say who the person is
	keeps   bool           // the record is its: the oldest source is there, or what was bound
	divided bool           // there are others in the record
	known   *match.Known
	shots   *match.Known // known with what its sources reported
}

// has reports a source of the atom.
func (a *atom) has(s iis.SourceID) bool { return slices.Contains(a.sources, s) }

// several reports a person of whom more than one source says who it is.
func (c *cards) several(id iis.PersonID) bool {
	return c.known[id] != nil && len(c.known[id].Sources) > 1
}

// atoms are those of a person that was read, the one that keeps the record first.
func (c *cards) atoms(id iis.PersonID) (all []*atom, err error) {
	if all = c.parts[id]; all != nil || c.known[id] == nil {
		return all, nil
	}
	said := c.sources[id]
	if all = []*atom{{of: id, sources: said, keeps: true, known: c.known[id]}}; len(said) > 1 {
		bound, err := c.bound(id, said)
		if err != nil {
			return nil, err
		}
		all = bound.atoms(c.known[id], said)
	}
	c.parts[id] = all
	return all, nil
}

// bound says of each source of a record with which other it is bound.
type bound map[iis.SourceID]iis.SourceID

// bind binds sources to one.
func (b bound) bind(to iis.SourceID, sources ...iis.SourceID) {
	for _, s := range sources {
		from := b[s]
		for other, root := range b {
			if root == from {
				b[other] = b[to]
			}
		}
	}
}

// atoms are what is bound of what is known.
func (b bound) atoms(known *match.Known, said []iis.SourceID) (out []*atom) {
	oldest := slices.Min(said)
	for _, first := range slices.Sorted(slices.Values(said)) {
		if slices.ContainsFunc(out, func(a *atom) bool { return a.has(first) }) {
			continue
		}
		a := &atom{of: known.Person, known: &match.Known{Person: known.Person, Left: known.Left}}
		for i, s := range said {
			if b[s] == b[first] {
				a.sources, a.known.Sources = append(a.sources, s), append(a.known.Sources, known.Sources[i])
				a.keeps = a.keeps || s == oldest
			}
		}
		out = append(out, a)
	}
	for _, a := range out {
		a.divided = len(out) > 1
	}
	return out
}

// bound reads what binds the sources of a record. Whatever was placed before somebody decided
// anything about the record, before a number that is not the sender's own led to it, before one of
// its sources told something else, or before other weights were adopted, is as it was found
// then: it is bound to the oldest source. A death is nobody else's.
func (c *cards) bound(id iis.PersonID, said []iis.SourceID) (bound, error) {
	linked, err := c.tx.Linked(id)
	if err != nil {
		return nil, err
	}
	until, err := c.decidedUntil(id)
	if err != nil {
		return nil, err
	}
	told, err := c.toldAgain(id)
	if err != nil {
		return nil, err
	}
	b, oldest := bound{}, slices.Min(said)
	for _, s := range said {
		b[s] = s
	}
	for i, l := range linked {
		if _, says := b[l.Source]; !says {
			continue
		}
		if l.Method == match.OwnNumber {
			if j := slices.IndexFunc(linked[:i], func(o store.Linked) bool { return o.Sender == l.Sender && b[o.Source] != 0 }); j >= 0 {
				b.bind(linked[j].Source, l.Source)
				continue
			}
		}
		if l.Method != store.MethodNew && !c.by.placed(&l) {
			until = latest(until, l.Since)
		}
	}
	for source, at := range told {
		if until = latest(until, at); b[source] != 0 {
			b.bind(oldest, source)
		}
	}
	for _, l := range linked {
		if _, says := b[l.Source]; says && !l.Since.After(until) {
			b.bind(oldest, l.Source)
		}
	}
	return b, nil
}

// placed reports a source that was placed by comparing, by these weights.
func (j *judges) placed(l *store.Linked) bool {
	var v match.Verdict
	return l.Method == j.updates.Rule() && json.Unmarshal([]byte(l.Why), &v) == nil && v.Weights == j.rules.Version()
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// decidedUntil is when somebody last decided anything about a record, or what it is compared by.
func (c *cards) decidedUntil(id iis.PersonID) (until time.Time, err error) {
	adopted, err := c.adopted()
	if err != nil {
		return until, err
	}
	decisions, err := c.decisions(id)
	if err != nil {
		return until, err
	}
	until = adopted
	for i := range decisions {
		if !ofJob(&decisions[i]) {
			until = latest(until, decisions[i].At)
		}
	}
	pins, err := c.tx.DosePins(id)
	for _, p := range pins {
		until = latest(until, p.At)
	}
	return until, err
}

// ofJob reports a decision that nobody took but the clean-up.
func ofJob(d *store.Decision) bool { return d.By.Kind == "job" }

// decisions are what was decided of a person, by whatever id.
func (c *cards) decisions(id iis.PersonID) ([]store.Decision, error) {
	if all, read := c.decided[id]; read {
		return all, nil
	}
	former, err := c.tx.Former(id)
	if err != nil {
		return nil, err
	}
	all, err := c.tx.Decisions(append(former, id)...)
	if err == nil {
		c.decided[id] = all
	}
	return all, err
}

// adopted is when the weights in force were adopted; zero of the program's own.
func (c *cards) adopted() (time.Time, error) {
	if c.since == nil {
		all, err := c.tx.Adoptions()
		if err != nil {
			return time.Time{}, err
		}
		c.since = new(time.Time)
		if len(all) > 0 {
			*c.since = all[len(all)-1].At
		}
	}
	return *c.since, nil
}

// toldAgain are the sources of a person that said who it is more than once, or that it is dead,
// with when they last said so.
func (c *cards) toldAgain(id iis.PersonID) (map[iis.SourceID]time.Time, error) {
	reports, err := c.tx.Reports(id)
	if err != nil {
		return nil, err
	}
	times, out := map[iis.SourceID]int{}, map[iis.SourceID]time.Time{}
	for i := range reports {
		r := &reports[i]
		if r.Said == nil {
			continue
		}
		if times[r.Source]++; times[r.Source] > 1 || r.Said.HasDied() {
			out[r.Source] = time.UnixMicro(r.Received)
		}
	}
	return out, nil
}

// giveAtoms reads what the sources of each of some atoms reported. What a source reported that
// does not say who the person is counts for none: it goes where the record goes.
func (c *cards) giveAtoms(all []*atom) error {
	people := map[iis.PersonID]bool{}
	for _, a := range all {
		if a.shots == nil {
			people[a.of] = true
		}
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(people)), 100) {
		folders, err := c.tx.Folders(some...)
		if err != nil {
			return err
		}
		for _, f := range folders {
			for _, a := range c.parts[f.ID] {
				a.shots = withShots(a.known, givenBy(f, c.k.codes, func(d *iis.SourceDose) bool { return a.has(d.Source) }))
			}
		}
	}
	return nil
}

// givenAgainst reports that what was given to two speaks against a match.
func (c *cards) givenAgainst(a, b *atom) bool {
	if a.shots == nil || b.shots == nil { // no more, or sealed
		return true
	}
	switch d := c.by.updates.Persons(a.shots, []match.Known{*b.shots}); d.Outcome {
	case match.Match:
		return false
	case match.Possible:
		return d.Candidates[0].Levels[match.Vaccinations] == match.NoneShared
	}
	return c.between(a, b) != match.New
}

// between is what comparing two says.
func (c *cards) between(a, b *atom) match.Outcome {
	return c.by.updates.Persons(a.known, []match.Known{*b.known}).Outcome
}
