package record

import (
	"maps"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// mostTangled is how many there may be of whom some may be one, with all who come
// near them, before they are left as they are.
const mostTangled = 120

// tangle are atoms of which some may be one's.
type tangle struct {
	people []*atom // each is taken for another of them
	near   []*atom // who comes near one of them, and is taken for nobody of them
}

// composed reports a tangle in which some of a record is not all of it.
func (t *tangle) composed() bool {
	return slices.ContainsFunc(t.people, func(a *atom) bool { return a.divided })
}

// tangling finds those who may be one.
type tangling struct {
	c       *cards
	decided map[iis.PersonID]match.Decision
	atoms   []*atom
	number  map[*atom]int
	with    together
	near    map[*atom][]*atom
	grown   map[iis.PersonID]bool
}

// tangles are those who are taken for another, each with all who are taken for it, and for
// those, and so on, and with whoever comes near one of them. Of a record of several sources
// each that is not bound is one by itself.
func (c *cards) tangles(decisions map[iis.PersonID]match.Decision) ([]tangle, error) {
	t := tangling{
		c: c, decided: maps.Clone(decisions), number: map[*atom]int{}, near: map[*atom][]*atom{}, grown: map[iis.PersonID]bool{},
	}
	next := t.first(decisions)
	for len(next) > 0 {
		slices.Sort(next)
		var err error
		if next, err = t.grow(slices.Compact(next)); err != nil {
			return nil, err
		}
	}
	return t.all(), nil
}

// first are those with whom it begins: who is taken for another, and who is put together of
// several sources and may not be one.
func (t *tangling) first(decisions map[iis.PersonID]match.Decision) (out []iis.PersonID) {
	for id, d := range decisions {
		begins := len(taken(&d)) > 0 || t.c.several(id) && (len(d.Candidates) > 0 || !t.c.by.updates.Firm(t.c.known[id]))
		for i := range d.Candidates {
			if other := d.Candidates[i].Person; t.c.several(other) {
				begins, out = true, append(out, other)
			}
		}
		if begins {
			out = append(out, id)
		}
	}
	return out
}

// grow adds some people, and tells who else may be one with them.
func (t *tangling) grow(people []iis.PersonID) (next []iis.PersonID, err error) {
	if err := t.decide(people); err != nil {
		return nil, err
	}
	for _, id := range people {
		if t.grown[id] {
			continue
		}
		mine, err := t.add(id)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(mine, t.tooMany) {
			continue
		}
		t.grown[id] = true
		for i := range mine {
			for j := range mine {
				if i != j {
					t.compare(mine[i], mine[j])
				}
			}
		}
		for _, c := range t.decided[id].Candidates {
			more, err := t.meet(mine, &c)
			if err != nil {
				return nil, err
			}
			next = append(next, more...)
		}
	}
	return next, nil
}

// tooMany reports one of whom too many may be one with it.
func (t *tangling) tooMany(a *atom) bool { return t.with.size[t.with.root(t.number[a])] > mostTangled }

// meet compares the atoms of somebody with those of a candidate, who is told when one
// is taken for the other and it was not known.
func (t *tangling) meet(mine []*atom, c *match.Scored) (next []iis.PersonID, err error) {
	theirs, err := t.c.atoms(c.Person)
	if err != nil {
		return nil, err
	}
	for _, a := range mine {
		for _, b := range theirs {
			outcome := c.Outcome
			if len(mine) > 1 || len(theirs) > 1 {
				outcome = t.c.between(a, b)
			}
			if outcome == match.Match {
				if _, err := t.add(c.Person); err != nil {
					return nil, err
				}
				next = append(next, c.Person)
			}
			t.found(a, b, outcome)
		}
	}
	return next, nil
}

func (t *tangling) compare(a, b *atom) { t.found(a, b, t.c.between(a, b)) }

// found says what comparing two has found.
func (t *tangling) found(a, b *atom, outcome match.Outcome) {
	switch outcome {
	case match.Match:
		t.with.join(t.number[a], t.number[b])
	case match.Possible:
		t.near[a] = append(t.near[a], b)
	}
}

// add adds the atoms of somebody.
func (t *tangling) add(id iis.PersonID) ([]*atom, error) {
	all, err := t.c.atoms(id)
	for _, a := range all {
		if _, there := t.number[a]; !there {
			t.number[a] = len(t.atoms)
			t.atoms = append(t.atoms, a)
			t.with.add(t.number[a])
		}
	}
	return all, err
}

// decide decides about those people who are not decided about yet.
func (t *tangling) decide(people []iis.PersonID) error {
	fresh := slices.DeleteFunc(slices.Clone(people), func(id iis.PersonID) bool { _, done := t.decided[id]; return done })
	if len(fresh) == 0 {
		return nil
	}
	theirs, _, err := t.c.decide(fresh)
	maps.Copy(t.decided, theirs)
	return err
}

// all are the tangles of which all is known, and that are not too large.
func (t *tangling) all() (out []tangle) {
	for _, numbers := range t.with.all() {
		of, in, known := tangle{}, map[*atom]bool{}, true
		for _, n := range numbers {
			a := t.atoms[n]
			of.people, in[a] = append(of.people, a), true
			known = known && t.grown[a.of]
		}
		for _, a := range of.people {
			for _, b := range t.near[a] {
				if !in[b] {
					of.near, in[b] = append(of.near, b), true
				}
			}
		}
		if known && len(of.people)+len(of.near) <= mostTangled {
			out = append(out, of)
		}
	}
	return out
}

// together are some of whom some may be one.
type together struct {
	to   map[int]int
	size map[int]int // of each root
}

// add adds somebody.
func (w *together) add(n int) {
	if w.to == nil {
		w.to, w.size = map[int]int{}, map[int]int{}
	}
	w.to[n], w.size[n] = n, 1
}

func (w *together) root(n int) int {
	for w.to[n] != n {
		w.to[n] = w.to[w.to[n]]
		n = w.to[n]
	}
	return n
}

func (w *together) join(a, b int) {
	if a, b = w.root(a), w.root(b); a != b {
		w.to[max(a, b)] = min(a, b)
		w.size[min(a, b)] += w.size[max(a, b)]
	}
}

// all are those who may be one, in order.
func (w *together) all() (out [][]int) {
	at := map[int]int{}
	for _, n := range slices.Sorted(maps.Keys(w.to)) {
		root := w.root(n)
		if _, there := at[root]; !there {
			at[root] = len(out)
			out = append(out, nil)
		}
		out[at[root]] = append(out[at[root]], n)
	}
	return out
}

// groups are those of a tangle who are one, and each who is one with nobody.
func (c *cards) groups(t tangle, apart func(a, b *atom) bool) (out [][]*atom) {
	all := slices.Concat(t.people, t.near)
	known := make([]match.Known, len(all))
	for i, a := range all {
		known[i] = *a.known
	}
	for _, of := range c.by.updates.Settle(known, func(a, b int) bool { return apart != nil && apart(all[a], all[b]) }) {
		if of[len(of)-1] >= len(t.people) { // of who is only near it is not known who else is
			continue
		}
		group := make([]*atom, len(of))
		for i, n := range of {
			group[i] = all[n]
		}
		out = append(out, group)
	}
	return out
}

// apart tells who of a tangle are not to be one whatever is compared: somebody holds them
// apart, or undid that they were one, or what was given to the one has so little in common
// with what was given to the other that they no longer match.
func (c *cards) apart(t tangle) (func(a, b *atom) bool, error) {
	all := slices.Concat(t.people, t.near)
	var people []iis.PersonID
	for _, a := range all {
		people = append(people, a.of)
	}
	slices.Sort(people)
	people = slices.Compact(people)
	pins, err := c.tx.Pins(people...)
	if err != nil {
		return nil, err
	}
	undone, err := c.undone(people)
	if err != nil {
		return nil, err
	}
	if err := c.giveAtoms(all); err != nil {
		return nil, err
	}
	of := func(a *atom) func(store.Pin) bool {
		return func(p store.Pin) bool {
			return p.Person == a.of && (a.keeps && p.Source == 0 || a.has(p.Source) || !a.divided)
		}
	}
	return func(a, b *atom) bool {
		return a.keeps && b.keeps && undone[newerFirst(a.of, b.of)] || c.givenAgainst(a, b) || store.Opposed(pins, of(a), of(b)) != 0
	}, nil
}

// mostPartings is how often the clean-up parts two who were joined since. Where more come near
// than are compared with one, what is found of two as one record may be otherwise than of each
// alone: then they stay parted.
const mostPartings = 2

// undone are pairs of people who somebody decided are not one, after it was decided that they
// are, and those whom the clean-up has parted too often.
func (c *cards) undone(people []iis.PersonID) (map[store.Pair]bool, error) {
	out, partings := map[store.Pair]bool{}, map[store.Pair]map[iis.DecisionID]bool{}
	for _, id := range people {
		decisions, err := c.decisions(id)
		if err != nil {
			return nil, err
		}
		for i := range decisions {
			d := &decisions[i]
			byJob := undoneByJob(decisions, d) || ofJob(d) && d.Kind == iis.DecidedMove
			if !moves(d) || d.UndoneBy == 0 && !byJob {
				continue
			}
			now, err := c.tx.Follow(d.Person, d.Other)
			if err != nil {
				return nil, err
			}
			pair := newerFirst(now[0], now[1])
			if byJob && partings[pair] == nil {
				partings[pair] = map[iis.DecisionID]bool{}
			}
			if byJob {
				partings[pair][d.ID] = true // told of both
			}
			out[pair] = out[pair] || !byJob || len(partings[pair]) >= mostPartings
		}
	}
	return out, nil
}

// undoneByJob reports a decision that the clean-up undid, as somebody else came.
func undoneByJob(all []store.Decision, d *store.Decision) bool {
	return slices.ContainsFunc(all, func(u store.Decision) bool { return u.ID == d.UndoneBy && ofJob(&u) })
}
