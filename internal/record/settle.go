package record

import (
	"cmp"
	"maps"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// mostTangled is how many people there may be of whom some may be one, with all who come
// near them, before they are left as they are.
const mostTangled = 120

// outcome is who of some people are one by all that is said of them.
type outcome struct {
	join   []store.Pair     // records that are one
	groups [][]iis.PersonID // all who are one, in order
}

// tangle are people of whom some may be one.
type tangle struct {
	people []iis.PersonID // each is taken for another of them
	near   []iis.PersonID // who comes near one of them, and is taken for nobody of them
}

// settle decides who of those people are one of whom it was decided whom they may be,
// with all who are taken for one with them.
func (c *cards) settle(decisions map[iis.PersonID]match.Decision) (*outcome, error) {
	out := &outcome{}
	all, err := c.tangles(decisions)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		groups := c.groups(t, nil)
		if len(groups) == 0 {
			continue
		}
		apart, err := c.apart(t)
		if err != nil {
			return nil, err
		}
		for _, of := range c.groups(t, apart) {
			out.groups = append(out.groups, of)
			for _, id := range of[1:] {
				out.join = append(out.join, newerFirst(id, of[0]))
			}
		}
	}
	slices.SortFunc(out.join, byAge)
	return out, nil
}

// byAge orders pairs, the older first.
func byAge(a, b store.Pair) int {
	return slices.Compare([]iis.PersonID{a.Other, a.Person}, []iis.PersonID{b.Other, b.Person})
}

// taken are those for whom somebody is taken.
func taken(d *match.Decision) (out []iis.PersonID) {
	for i := range d.Candidates {
		if d.Candidates[i].Outcome == match.Match {
			out = append(out, d.Candidates[i].Person)
		}
	}
	return out
}

// tangles are those who are taken for another, each with all who are taken for it, and for
// those, and so on, and with whoever comes near one of them.
func (c *cards) tangles(decisions map[iis.PersonID]match.Decision) ([]tangle, error) {
	decided := maps.Clone(decisions)
	with := together{}
	var next []iis.PersonID
	for id, d := range decisions {
		if len(taken(&d)) > 0 && with.add(id) {
			next = append(next, id)
		}
	}
	for len(next) > 0 {
		slices.Sort(next)
		if err := c.decideMore(decided, next); err != nil {
			return nil, err
		}
		var more []iis.PersonID
		for _, id := range next {
			d := decided[id]
			for _, other := range taken(&d) {
				if with.add(other) {
					more = append(more, other)
				}
				with.join(id, other)
			}
		}
		next = slices.DeleteFunc(more, func(id iis.PersonID) bool { return with.size[with.root(id)] > mostTangled })
	}
	var out []tangle
	for _, people := range with.all() {
		t := tangle{people: people}
		for _, id := range people {
			for i := range decided[id].Candidates {
				if near := decided[id].Candidates[i].Person; !slices.Contains(people, near) {
					t.near = append(t.near, near)
				}
			}
		}
		slices.Sort(t.near)
		if t.near = slices.Compact(t.near); len(t.people)+len(t.near) <= mostTangled {
			out = append(out, t)
		}
	}
	return out, nil
}

// decideMore decides about those people who are not decided about yet.
func (c *cards) decideMore(decided map[iis.PersonID]match.Decision, people []iis.PersonID) error {
	fresh := slices.DeleteFunc(slices.Clone(people), func(id iis.PersonID) bool { _, done := decided[id]; return done })
	if len(fresh) == 0 {
		return nil
	}
	theirs, _, err := c.decide(fresh)
	maps.Copy(decided, theirs)
	return err
}

// together are people of whom some may be one.
type together struct {
	to   map[iis.PersonID]iis.PersonID
	size map[iis.PersonID]int // people, of each root
}

// add adds somebody, unless it is there.
func (w *together) add(id iis.PersonID) bool {
	if w.to == nil {
		w.to, w.size = map[iis.PersonID]iis.PersonID{}, map[iis.PersonID]int{}
	}
	if _, there := w.to[id]; there {
		return false
	}
	w.to[id], w.size[id] = id, 1
	return true
}

func (w *together) root(id iis.PersonID) iis.PersonID {
	for w.to[id] != id {
		w.to[id] = w.to[w.to[id]]
		id = w.to[id]
	}
	return id
}

func (w *together) join(a, b iis.PersonID) {
	if a, b = w.root(a), w.root(b); a != b {
		w.to[max(a, b)] = min(a, b)
		w.size[min(a, b)] += w.size[max(a, b)]
	}
}

// all are those who may be one, of whom there are not too many, in order.
func (w *together) all() (out [][]iis.PersonID) {
	at := map[iis.PersonID]int{}
	for _, id := range slices.Sorted(maps.Keys(w.to)) {
		root := w.root(id)
		if w.size[root] > mostTangled {
			continue
		}
		if _, there := at[root]; !there {
			at[root] = len(out)
			out = append(out, nil)
		}
		out[at[root]] = append(out[at[root]], id)
	}
	return out
}

// groups are those of a tangle who are one, several of each.
func (c *cards) groups(t tangle, apart func(a, b iis.PersonID) bool) (out [][]iis.PersonID) {
	people := slices.Concat(t.people, t.near)
	known := make([]match.Known, len(people))
	for i, id := range people {
		known[i] = *c.known[id]
	}
	for _, of := range c.by.updates.Settle(known, func(a, b int) bool { return apart != nil && apart(people[a], people[b]) }) {
		if len(of) == 1 || of[len(of)-1] >= len(t.people) { // of who is only near it is not known who else is
			continue
		}
		var group []iis.PersonID
		for _, i := range of {
			group = append(group, people[i])
		}
		out = append(out, group)
	}
	return out
}

// apart tells who of a tangle are not to be one whatever is compared: somebody holds them
// apart, or undid that they were one, or what was given to the one has so little in common
// with what was given to the other that they no longer match.
func (c *cards) apart(t tangle) (func(a, b iis.PersonID) bool, error) {
	people := slices.Sorted(slices.Values(slices.Concat(t.people, t.near)))
	pins, err := c.tx.Pins(people...)
	if err != nil {
		return nil, err
	}
	undone := map[store.Pair]bool{}
	for _, id := range people {
		former, err := c.tx.Former(id)
		if err != nil {
			return nil, err
		}
		decisions, err := c.tx.Decisions(append(former, id)...)
		if err != nil {
			return nil, err
		}
		for i := range decisions {
			d := &decisions[i]
			if !moves(d) || d.UndoneBy == 0 {
				continue
			}
			now, err := c.tx.Follow(d.Person, d.Other)
			if err != nil {
				return nil, err
			}
			undone[newerFirst(now[0], now[1])] = true
		}
	}
	if err := c.giveTo(people); err != nil {
		return nil, err
	}
	return func(a, b iis.PersonID) bool {
		return undone[newerFirst(a, b)] || c.givenAgainst(a, b) || store.Opposed(pins,
			func(p store.Pin) bool { return p.Person == a }, func(p store.Pin) bool { return p.Person == b }) != 0
	}, nil
}

// givenAgainst reports that what was given to two speaks against a match.
func (c *cards) givenAgainst(a, b iis.PersonID) bool {
	switch d := c.given(a, b); d.Outcome {
	case match.Match:
		return false
	case match.Possible:
		return d.Candidates[0].Levels[match.Vaccinations] == match.NoneShared
	}
	return c.by.updates.Persons(c.known[a], []match.Known{*c.known[b]}).Outcome != match.New
}

// surely is nil when two persons, as they are now, are one by all that is known, and none
// of those who are one with them would tell of a sealed identity. Who is one by way of a
// third is joined when the third has been.
func (k *Keeper) surely(tx *store.Tx, by *judges, p store.Pair) error {
	if now, err := by.inForce(tx); err != nil || !now {
		return cmp.Or(err, errNoLonger)
	}
	c := newCards(k, by, tx)
	decisions, _, err := c.decide([]iis.PersonID{p.Person, p.Other})
	if err != nil {
		return err
	}
	one, other := decisions[p.Person], decisions[p.Other]
	if !slices.Contains(taken(&one), p.Other) && !slices.Contains(taken(&other), p.Person) {
		return errNoLonger
	}
	now, err := c.settle(decisions)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(now.groups, func(of []iis.PersonID) bool { return slices.Contains(of, p.Person) && slices.Contains(of, p.Other) })
	if i < 0 {
		return errNoLonger
	}
	for n, a := range now.groups[i] {
		for _, b := range now.groups[i][:n] {
			if barred, err := by.barred(tx, max(a, b), min(a, b)); barred || err != nil {
				return cmp.Or(err, errNoLonger)
			}
		}
	}
	return nil
}
