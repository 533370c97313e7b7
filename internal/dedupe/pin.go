package dedupe

import (
	"cmp"
	"slices"

	"openiis/internal/iis"
)

// pinned is what people said of the reports that are being grouped.
type pinned struct {
	mates []int32    // whom a person joined with whom: who comes next in a ring; nil when nobody did
	apart [][2]int32 // whom a person held apart
}

// hold takes up what people said. Where two joined pairs would bring together
// what a person held apart, the later pair by its numbers is passed over: better
// a dose too many to look at than one lost.
func (g *grouping) hold(pins []iis.DosePin) {
	if len(pins) == 0 {
		return
	}
	at := make(map[iis.SourceDoseID]int32, len(g.facts))
	for i := range g.facts {
		at[g.facts[i].d.Origin] = int32(i)
	}
	var join [][2]int32
	for _, p := range sortedPins(pins) {
		a, ok := at[p.A]
		b, both := at[p.B]
		switch {
		case !ok || !both || a == b:
		case p.Verdict == iis.PinSame:
			join = append(join, [2]int32{a, b})
		case p.Verdict == iis.PinDifferent:
			g.apart = append(g.apart, [2]int32{a, b})
		}
	}
	if len(join) == 0 {
		return
	}
	g.mates = make([]int32, len(g.facts))
	for i := range g.mates {
		g.mates[i] = int32(i)
	}
	for _, p := range join {
		if !g.together(p[0], p[1]) && !g.parted(p[0], p[1]) {
			g.mates[p[0]], g.mates[p[1]] = g.mates[p[1]], g.mates[p[0]] // two rings become one
		}
	}
}

func sortedPins(pins []iis.DosePin) []iis.DosePin {
	return slices.SortedFunc(slices.Values(pins), func(a, b iis.DosePin) int {
		return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
}

// mate is the next report that a person joined with one; in the end itself.
func (p *pinned) mate(i int32) int32 {
	if p.mates == nil {
		return i
	}
	return p.mates[i]
}

// together reports two that a person joined, over others perhaps.
func (p *pinned) together(a, b int32) bool {
	for m := p.mate(a); ; m = p.mate(m) {
		if m == b {
			return true
		}
		if m == a {
			return false
		}
	}
}

// parted reports that a person held apart a report, or one joined with it, and
// one of the group of another, which leads it.
func (g *grouping) parted(i, lead int32) bool {
	for _, p := range g.apart {
		if (g.together(i, p[0]) && g.with(lead, p[1])) || (g.together(i, p[1]) && g.with(lead, p[0])) {
			return true
		}
	}
	return false
}

// with reports that a report is the one that leads, joined with it by a person,
// or in its group.
func (g *grouping) with(lead, i int32) bool {
	if g.together(lead, i) {
		return true
	}
	for m := g.facts[lead].next; m >= 0; m = g.facts[m].next {
		if m == i {
			return true
		}
	}
	return false
}

// decided reports that a person held two groups apart.
func (g *grouping) decided(a, b *group) bool {
	for _, p := range g.apart {
		if (g.with(a.lead, p[0]) && g.with(b.lead, p[1])) || (g.with(a.lead, p[1]) && g.with(b.lead, p[0])) {
			return true
		}
	}
	return false
}
