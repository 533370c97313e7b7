package match

import (
	"bytes"
	"cmp"
	"slices"
)

// lacking are guards that want more to agree, and say nothing against two: who has only
// an address and who has only a telephone number may be one.
const lacking guards = 1<<guardNamesake | 1<<guardHome | 1<<guardHomeNumber

// Settle decides between several, each of whom may be some of the others, who of them are
// one: in groups, each of numbers of known, in order. apart says of two that somebody holds
// them to be two; nil: nobody does.
//
// The two between whom most speaks for it become one first, if they match without a guard
// and neither may as well be somebody else; then all are compared with what the two say
// together, and so on. Somebody else is not in the way who may be one with the other of
// the two, and lacks only evidence for it. What comes of it is decided by what is said of
// them alone: the order of known does not matter.
func (p *Profile) Settle(known []Known, apart func(a, b int) bool) [][]int {
	x := settling{profile: p, groups: inContentOrder(known)}
	x.between = make([][]bond, len(x.groups))
	for i := range x.groups {
		x.between[i] = make([]bond, len(x.groups))
	}
	for j := range x.groups {
		for i := range j {
			x.compare(i, j)
			x.between[i][j].apart = apart != nil && apart(x.groups[i].of[0], x.groups[j].of[0])
		}
	}
	for x.join() {
	}
	var out [][]int
	for i := range x.groups {
		if of := x.groups[i].of; len(of) > 0 {
			out = append(out, slices.Sorted(slices.Values(of)))
		}
	}
	slices.SortFunc(out, slices.Compare[[]int])
	return out
}

// settling are those of whom some become one.
type settling struct {
	profile *Profile
	groups  []group
	between [][]bond // of two, the lower first
}

// group are several who are one.
type group struct {
	of    []int // empty: it is part of another
	known Known
}

// bond is what is between two groups.
type bond struct {
	Scored
	apart bool // somebody holds them to be two
}

// inContentOrder makes a group of each, in an order that is decided by what is said of
// them. The order of what is said of one does not matter either.
func inContentOrder(known []Known) []group {
	type content struct {
		group
		packed []byte
	}
	all := make([]content, len(known))
	for i := range known {
		sources, packed := slices.Clone(known[i].Sources), map[*Record][]byte{}
		for _, s := range sources {
			packed[s.Record] = s.pack(nil)
		}
		slices.SortFunc(sources, func(a, b Told) int {
			return cmp.Or(bytes.Compare(packed[a.Record], packed[b.Record]), cmp.Compare(a.Sender, b.Sender))
		})
		c := content{group: group{of: []int{i}, known: Known{Sources: sources, Left: known[i].Left}}}
		for _, s := range sources {
			c.packed = append(c.packed, packed[s.Record]...)
		}
		all[i] = c
	}
	slices.SortStableFunc(all, func(a, b content) int { return bytes.Compare(a.packed, b.packed) })
	out := make([]group, len(all))
	for i := range all {
		out[i] = all[i].group
	}
	return out
}

func (x *settling) compare(i, j int) {
	x.between[i][j].Scored = x.profile.Between(&x.groups[i].known, &x.groups[j].known)
}

func (x *settling) bond(i, j int) *bond { return &x.between[min(i, j)][max(i, j)] }

// join makes one of the two groups between whom most speaks for it; false when nobody is
// left to join.
func (x *settling) join() bool {
	var best *bond
	to, from := 0, 0
	for i := range x.groups {
		for j := i + 1; j < len(x.groups); j++ {
			b := &x.between[i][j]
			if len(x.groups[i].of) == 0 || len(x.groups[j].of) == 0 || b.Outcome != Match || b.apart || best != nil && b.strength() <= best.strength() {
				continue
			}
			if x.meant(i, j, b) && x.meant(j, i, b) {
				best, to, from = b, i, j
			}
		}
	}
	if best == nil {
		return false
	}
	into, gone := &x.groups[to], &x.groups[from]
	into.of, into.known.Sources = append(into.of, gone.of...), append(into.known.Sources, gone.known.Sources...)
	into.known.Left = into.known.Left || gone.known.Left
	gone.of = nil
	for k := range x.groups {
		if k == to || len(x.groups[k].of) == 0 {
			continue
		}
		x.bond(to, k).apart = x.bond(to, k).apart || x.bond(from, k).apart
		x.compare(min(to, k), max(to, k))
	}
	return true
}

// meant reports that one may be the other and nobody else, as Profile.choose decides it:
// whoever else comes near may be one with the other.
func (x *settling) meant(one, other int, b *bond) bool {
	for k := range x.groups {
		if k == one || k == other || len(x.groups[k].of) == 0 {
			continue
		}
		if c := x.bond(one, k); c.Outcome == New || x.mayBeOne(other, k) || b.is(GivenName, 1<<Same) && c.otherName() && x.bond(other, k).otherName() {
			continue
		} else if b.strength()-c.strength() < x.profile.rival || c.sibling() && !b.is(GivenName, 1<<Same) {
			return false
		}
	}
	return true
}

// otherName reports given names that are nearly the same: of two with one name, who has
// nearly that is one with both, or a sister or brother.
func (b *bond) otherName() bool { return b.is(GivenName, 1<<OneLetter|1<<Alike) }

// strength is how much speaks for two being one: a number more than all the rest.
func (b *bond) strength() Bits {
	if b.byNumber() {
		return b.Bits + 1000*bit
	}
	return b.Bits
}

// mayBeOne reports two who match, or against whom nothing speaks, however little speaks
// for it: name, birth date and sex agree, as far as they are said, and nothing is
// otherwise but where and how somebody is reached. Other numbers of two facilities say
// nothing, and of one facility there is a guard. Who may be one all the same lacks
// evidence too where a given name is not said yet, of one who was born alone, or where a
// slip would make the birth dates the same.
func (x *settling) mayBeOne(i, j int) bool {
	b := x.bond(i, j)
	if b.apart || b.Outcome == Match {
		return !b.apart
	}
	for _, f := range [...]Field{MiddleName, MaidenName, Guardian} {
		if b.is(f, 1<<Different) {
			return false
		}
	}
	lack := lacking
	if b.Outcome == Possible {
		lack.add(guardBirth, b.is(BirthDate, 1<<DayMonth|1<<OneDigit|1<<ThreeDays))
		lack.add(guardPlaceholder, !x.groups[i].multiple() && !x.groups[j].multiple())
	}
	return b.guards&^lack == 0
}

// multiple reports one of several born together.
func (g *group) multiple() bool {
	return slices.ContainsFunc(g.known.Sources, func(s Told) bool { return s.multiple })
}
