package record

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// whyParted is the reason of a move by the clean-up.
const whyParted = "Somebody else fits this source as well since, and the two cannot be one: a person should say whose it is."

// mostTangled is how many sources there may be of people each of whom may be another
// before they are left as they are.
const mostTangled = 200

// outcome is who of some people are one by all that is said of them.
type outcome struct {
	join   []store.Pair // records that are one
	part   []parted     // what is to be taken out of a record
	groups [][]atom
}

// parted are sources of a person that may as well be somebody else's.
type parted struct {
	person  iis.PersonID
	sources []iis.SourceID
}

// atom is what is not taken apart: a source, or all that a person has.
type atom struct {
	person  iis.PersonID
	sources []iis.SourceID
	known   match.Known
}

// settle decides who of those people are one of whom it may be that something is to be
// done, with all who may be one with them. What is decided are the sources, as if
// nobody had been joined before: so it is not asked in which order they came.
func (c *cards) settle(decisions map[iis.PersonID]match.Decision) (*outcome, error) {
	out := &outcome{}
	all, err := c.tangled(decisions)
	if err != nil {
		return nil, err
	}
	for _, people := range all {
		groups := c.groups(c.atoms(people, nil), nil)
		if changes(groups) {
			facts, err := c.facts(people)
			if err != nil {
				return nil, err
			}
			groups = c.groups(c.atoms(people, facts), facts)
		}
		out.add(groups)
	}
	out.order()
	return out, nil
}

// concerned reports somebody of whom something may be to be done: it is taken for
// another, or some of what is said of it, or of whom it may be, may be somebody else's.
func (c *cards) concerned(id iis.PersonID, d *match.Decision) bool {
	several := len(c.known[id].Sources) > 1
	if len(d.Candidates) == 0 {
		return several && !c.one(id)
	}
	return several || slices.ContainsFunc(d.Candidates, func(s match.Scored) bool {
		return s.Outcome == match.Match || len(c.known[s.Person].Sources) > 1
	})
}

// one reports that all that is said of a person is of one.
func (c *cards) one(id iis.PersonID) bool {
	return len(c.groups(c.atoms([]iis.PersonID{id}, nil), nil)) == 1
}

// tangled are those of whom something may be to be done, each with all who may be one
// with it, and with those, and so on.
func (c *cards) tangled(decisions map[iis.PersonID]match.Decision) ([][]iis.PersonID, error) {
	decided := maps.Clone(decisions)
	next := []iis.PersonID{}
	for id, d := range decisions {
		if c.concerned(id, &d) {
			next = append(next, id)
		}
	}
	with := together{}
	for len(next) > 0 {
		slices.Sort(next)
		if err := c.decideMore(decided, next); err != nil {
			return nil, err
		}
		var more []iis.PersonID
		for _, id := range next {
			if c.known[id] == nil {
				continue
			}
			with.add(id, len(c.known[id].Sources))
			for _, s := range decided[id].Candidates {
				if with.add(s.Person, len(c.known[s.Person].Sources)) {
					more = append(more, s.Person)
				}
				with.join(id, s.Person)
			}
		}
		next = slices.DeleteFunc(more, func(id iis.PersonID) bool { return with.size[with.root(id)] > mostTangled })
	}
	return with.all(), nil
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
	size map[iis.PersonID]int // sources, of each root
}

// add adds somebody with so many sources, unless it is there.
func (w *together) add(id iis.PersonID, sources int) bool {
	if w.to == nil {
		w.to, w.size = map[iis.PersonID]iis.PersonID{}, map[iis.PersonID]int{}
	}
	if _, there := w.to[id]; there {
		return false
	}
	w.to[id], w.size[id] = id, sources
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

// facts are what people and numbers decided of some people: what is compared does not
// change it.
type facts struct {
	whole map[iis.PersonID]bool // nothing is taken out of it
	pins  []store.Pin
	apart map[store.Pair]bool // somebody undid that they were one
}

// facts reads them.
func (c *cards) facts(people []iis.PersonID) (*facts, error) {
	f := &facts{whole: map[iis.PersonID]bool{}, apart: map[store.Pair]bool{}}
	var err error
	if f.pins, err = c.tx.Pins(people...); err != nil {
		return nil, err
	}
	for _, id := range people {
		former, err := c.tx.Former(id)
		if err != nil {
			return nil, err
		}
		taken, err := c.tx.Decisions(append(former, id)...)
		if err != nil {
			return nil, err
		}
		for i := range taken {
			d := &taken[i]
			f.whole[id] = f.whole[id] || d.By.Kind != "job" || !d.Stands()
			if moves(d) && d.UndoneBy != 0 {
				now, err := c.tx.Follow(d.Person, d.Other)
				if err != nil {
					return nil, err
				}
				f.apart[newerFirst(now[0], now[1])] = true
			}
		}
		if len(c.known[id].Sources) > 1 && !f.whole[id] {
			byComparing, err := c.byComparing(id)
			if err != nil {
				return nil, err
			}
			f.whole[id] = !byComparing
		}
	}
	for _, p := range f.pins {
		f.whole[p.Person] = true
	}
	return f, nil
}

// byComparing reports that each source of a person was placed there by comparing, and has
// said nothing else since: a record stays whole of which somebody has moved, or married.
func (c *cards) byComparing(id iis.PersonID) (bool, error) {
	linked, err := c.tx.Linked(id)
	if err != nil || len(linked) != len(c.said[id]) {
		return false, err
	}
	for _, s := range c.said[id] {
		i := slices.IndexFunc(linked, func(l store.Linked) bool { return l.Source == s.source })
		if i < 0 || linked[i].Method != store.MethodNew && !strings.HasPrefix(linked[i].Method, match.ByProfile) || s.received > linked[i].Since.UnixMicro() {
			return false, nil
		}
	}
	return true, nil
}

// heldApart reports that two persons are not to be one, whatever is compared.
func (f *facts) heldApart(a, b iis.PersonID) bool {
	if f == nil || a == b {
		return false
	}
	return f.apart[newerFirst(a, b)] || store.Opposed(f.pins,
		func(p store.Pin) bool { return p.Person == a }, func(p store.Pin) bool { return p.Person == b }) != 0
}

// atoms are what is said of some people: each source by itself, but of those who are whole.
func (c *cards) atoms(people []iis.PersonID, f *facts) (out []atom) {
	for _, id := range people {
		k := c.known[id]
		var all []iis.SourceID
		for _, s := range c.said[id] {
			all = append(all, s.source)
		}
		if f != nil && f.whole[id] {
			out = append(out, atom{id, all, *k})
			continue
		}
		for i := range k.Sources {
			out = append(out, atom{id, all[i : i+1], match.Known{Person: id, Sources: k.Sources[i : i+1]}})
		}
	}
	return out
}

// groups are those who are one.
func (c *cards) groups(atoms []atom, f *facts) [][]atom {
	known := make([]match.Known, len(atoms))
	for i := range atoms {
		known[i] = atoms[i].known
	}
	var out [][]atom
	for _, of := range c.by.updates.Settle(known, func(a, b int) bool { return f.heldApart(atoms[a].person, atoms[b].person) }) {
		var group []atom
		for _, i := range of {
			group = append(group, atoms[i])
		}
		out = append(out, group)
	}
	return out
}

// changes reports that groups are not the records that there are.
func changes(groups [][]atom) bool {
	var s outcome
	s.add(groups)
	return len(s.join)+len(s.part) > 0
}

// add finds what is to be done that records are groups. What is taken out of a record
// first becomes one by itself.
func (s *outcome) add(groups [][]atom) {
	s.groups = append(s.groups, groups...)
	oldest := map[iis.PersonID]iis.SourceID{}
	for _, g := range groups {
		for _, a := range g {
			if first := slices.Min(a.sources); oldest[a.person] == 0 || first < oldest[a.person] {
				oldest[a.person] = first
			}
		}
	}
	var part []parted
	var join []store.Pair
	for _, g := range groups {
		of := map[iis.PersonID][]iis.SourceID{}
		for _, a := range g {
			of[a.person] = append(of[a.person], a.sources...)
		}
		people := slices.Sorted(maps.Keys(of))
		for _, id := range people {
			if !slices.Contains(of[id], oldest[id]) {
				part = append(part, parted{id, slices.Sorted(slices.Values(of[id]))})
			}
		}
		for _, id := range people[1:] {
			join = append(join, newerFirst(id, people[0]))
		}
	}
	if len(part) > 0 { // the rest when they are by themselves
		join = nil
	}
	s.part, s.join = append(s.part, part...), append(s.join, join...)
}

// order makes the order of what is done the same each time.
func (s *outcome) order() {
	slices.SortFunc(s.part, func(a, b parted) int {
		return cmp.Or(cmp.Compare(a.person, b.person), slices.Compare(a.sources, b.sources))
	})
	slices.SortFunc(s.join, byAge)
}

// byAge orders pairs, the older first.
func byAge(a, b store.Pair) int {
	return slices.Compare([]iis.PersonID{a.Other, a.Person}, []iis.PersonID{b.Other, b.Person})
}

// settledNow is what is settled of some people as they are.
func (k *Keeper) settledNow(tx *store.Tx, by *judges, people ...iis.PersonID) (*outcome, error) {
	if now, err := by.inForce(tx); err != nil || !now {
		return nil, cmp.Or(err, errNoLonger)
	}
	c := newCards(k, by, tx)
	decisions, _, err := c.decide(people)
	if err != nil {
		return nil, err
	}
	return c.settle(decisions)
}

// surely is nil when two persons, as they are now, are one by all that is known.
func (k *Keeper) surely(tx *store.Tx, by *judges, p store.Pair) error {
	now, err := k.settledNow(tx, by, p.Person, p.Other)
	if err != nil {
		return err
	}
	one := func(g []atom) bool {
		is := func(id iis.PersonID) bool { return slices.ContainsFunc(g, func(a atom) bool { return a.person == id }) }
		return is(p.Person) && is(p.Other)
	}
	if len(now.part) > 0 || !slices.ContainsFunc(now.groups, one) {
		return errNoLonger
	}
	barred, err := by.barred(tx, p.Person, p.Other)
	if barred {
		err = cmp.Or(err, errNoLonger)
	}
	return err
}

// takeOut takes sources out of a record that may as well be somebody else's, unless
// something changed, and gives the record that they are then.
func (c *Cleaner) takeOut(ctx context.Context, p parted) (to iis.PersonID, err error) {
	by, err := c.k.judges(ctx)
	if err != nil {
		return 0, err
	}
	_, err = c.k.decide(ctx, ActMove, c.by, whyParted, func(x *deciding) error {
		sides, err := x.hold(p.person)
		if err != nil {
			return err
		}
		now, err := c.k.settledNow(x.tx, by, p.person)
		if err != nil {
			return err
		}
		same := func(q parted) bool { return q.person == p.person && slices.Equal(q.sources, p.sources) }
		if !slices.ContainsFunc(now.part, same) {
			return errNoLonger
		}
		home, there := sides[0], &side{id: iis.PersonID(c.k.store.NewID())}
		to = there.id
		x.d.Kind, x.d.Person, x.d.Other, x.d.Sources, x.d.Moved.NewOne = iis.DecidedMove, there.id, home.id, p.sources, true
		if err := x.mayMove(home, there, p.sources); err != nil {
			return err
		}
		if err := x.carry(home, there, p.sources); err != nil {
			return err
		}
		if err := x.lookedAtAnew(home.id); err != nil {
			return err
		}
		return x.settle(home, there)
	})
	if err != nil {
		return 0, c.unlessChanged(ctx, err)
	}
	if c.Done.Parted += len(p.sources); c.census != nil {
		c.census.part(p.person)
	}
	return to, nil
}

// lookedAtAnew takes off the queue what comparing alone said of a person: what is said
// of it now is compared anew.
func (x *deciding) lookedAtAnew(id iis.PersonID) error {
	queued, err := x.tx.Queued(id)
	if err != nil {
		return err
	}
	for _, q := range queued {
		if _, is := compared(q.Why); is {
			x.d.Moved.Settled = append(x.d.Moved.Settled, q)
			if err := x.tx.Unqueue(q); err != nil {
				return err
			}
		}
	}
	return nil
}

// unlessChanged is nil for what was not done because something changed meanwhile, or
// somebody decided otherwise.
func (c *Cleaner) unlessChanged(ctx context.Context, err error) error {
	switch kind := fault.KindOf(err); {
	case errors.Is(err, errNoLonger), kind == fault.Conflict, kind == fault.NotFound, kind == fault.Busy:
		return ctx.Err()
	}
	return err
}
