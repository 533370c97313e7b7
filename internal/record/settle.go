package record

import (
	"cmp"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// outcome is who of some people are one by all that is said of them.
type outcome struct {
	join   []store.Pair     // records that are one
	groups [][]iis.PersonID // all who are one, in order
	part   []parting        // records of which not all sources are one's
}

// parting is a record of which not all sources are one's.
type parting struct {
	person iis.PersonID
	leave  [][]iis.SourceID // each becomes a record of its own; the rest stays
	among  []iis.PersonID   // whoever of it was decided with
}

// settle decides who of those people are one of whom it was decided whom they may be,
// with all who are taken for one with them. What comes of it is decided by what is said of
// each, and not by how the records stand.
func (c *cards) settle(decisions map[iis.PersonID]match.Decision) (*outcome, error) {
	all, err := c.tangles(decisions)
	if err != nil {
		return nil, err
	}
	s := sorting{c: c, label: map[*atom]int{}}
	for _, t := range all {
		groups := c.groups(t, nil)
		if !t.composed() && !slices.ContainsFunc(groups, func(of []*atom) bool { return len(of) > 1 }) {
			continue
		}
		apart, err := c.apart(t)
		if err != nil {
			return nil, err
		}
		for _, of := range c.groups(t, apart) {
			s.add(of, t)
		}
	}
	return s.outcome(), nil
}

// sorting is whose each atom is.
type sorting struct {
	c      *cards
	label  map[*atom]int
	groups [][]*atom
	of     []tangle // of each group
}

func (s *sorting) add(group []*atom, t tangle) {
	for _, a := range group {
		s.label[a] = len(s.groups)
	}
	s.groups, s.of = append(s.groups, group), append(s.of, t)
}

// outcome is what is to become of the records.
func (s *sorting) outcome() *outcome {
	out, seen := &outcome{}, map[iis.PersonID]bool{}
	for _, of := range s.groups {
		var whole []iis.PersonID
		for _, a := range of {
			if s.undivided(a.of) {
				whole = append(whole, a.of)
			} else if !seen[a.of] {
				seen[a.of] = true
				if p := s.parting(a.of); len(p.leave) > 0 {
					out.part = append(out.part, p)
				}
			}
		}
		slices.Sort(whole)
		if whole = slices.Compact(whole); len(whole) < 2 {
			continue
		}
		out.groups = append(out.groups, whole)
		for _, id := range whole[1:] {
			out.join = append(out.join, newerFirst(id, whole[0]))
		}
	}
	slices.SortFunc(out.join, byAge)
	slices.SortFunc(out.part, func(a, b parting) int { return cmp.Compare(a.person, b.person) })
	return out
}

// undivided reports a record all of which is one's.
func (s *sorting) undivided(id iis.PersonID) bool {
	all := s.c.parts[id]
	for _, a := range all {
		if to, known := s.label[a]; !known || to != s.label[all[0]] {
			return false
		}
	}
	return true
}

// parting is what of a record leaves it: nothing when it is not known of all of it whose it is.
func (s *sorting) parting(id iis.PersonID) parting {
	all := s.c.parts[id]
	p, leave := parting{person: id}, map[int][]iis.SourceID{}
	stays := 0
	for _, a := range all {
		to, known := s.label[a]
		if !known {
			return p
		}
		if a.keeps {
			stays = to
		}
		leave[to] = append(leave[to], a.sources...)
		for _, other := range slices.Concat(s.of[to].people, s.of[to].near) {
			p.among = append(p.among, other.of)
		}
	}
	delete(leave, stays)
	for _, sources := range leave {
		slices.Sort(sources)
		p.leave = append(p.leave, sources)
	}
	slices.SortFunc(p.leave, slices.Compare[[]iis.SourceID])
	slices.Sort(p.among)
	p.among = slices.Compact(p.among)
	return p
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

// surely is nil when two persons, as they are now, are one by all that is known, and none
// of those who are one with them would tell of a sealed identity.
func (k *Keeper) surely(tx *store.Tx, by *judges, p store.Pair) error {
	if now, err := by.inForce(tx); err != nil || !now {
		return cmp.Or(err, errNoLonger)
	}
	c := newCards(k, by, tx)
	decisions, _, err := c.decide([]iis.PersonID{p.Person, p.Other})
	if err != nil {
		return err
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
