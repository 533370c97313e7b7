// Package dedupe decides which reports are of one and the same shot, and which
// of them is shown.
//
// Its rules are those of MIROW's guide to vaccination-level deduplication, in
// order, one place each (rules.go); the facts by which they go are files
// (matching/doses). It compares values, reads nothing and stores nothing. Start
// at Rules.Group; what a dose shows is Shown.
package dedupe

import (
	"cmp"
	"slices"

	"openiis/internal/iis"
)

// Version is that of the rules and of their facts: a record that was made by
// others is made anew. Raise it with every change that can join or part reports,
// or show another, and with those of package golden, which are derived beside.
const Version = 6

// Group puts every report into exactly one group, one group a shot. The result
// does not depend on the order of the reports. Reports that are no doses
// (refusals, facts, deleted ones) are left out, and so are pins of what is not
// there.
//
// Linkage is complete: each report of a dose is the same as the one that leads
// it and different from none. A person's word comes before every rule.
func (r *Rules) Group(reports []iis.SourceDose, pins []iis.DosePin) []iis.Consolidated {
	g := grouping{rules: r, facts: make([]*fact, 0, len(reports))}
	room := make([]fact, len(reports))
	for i := range reports {
		if f := &room[i]; reports[i].Dose.Counts() {
			r.read(f, &reports[i])
			g.facts = append(g.facts, f)
		}
	}
	slices.SortFunc(g.facts, byRank)
	g.hold(pins)
	g.groups = make([]group, 0, len(g.facts))
	for i := range g.facts {
		if !g.facts[i].placed {
			g.place(int32(i))
		}
	}
	return g.consolidated()
}

// grouping is reports on their way into groups.
type grouping struct {
	rules  *Rules
	facts  []*fact // in the order in which they are placed
	groups []group
	doubts []doubt
	maybe  []doubt // of the report that is being placed, b being its group to be
	pair   pair
	pinned
}

// group is one shot: a list of reports from the one that leads.
type group struct {
	lead, last, n int32
}

// doubt is two groups that may be one shot.
type doubt struct {
	a, b  int32
	rule  string
	byLot bool // both reports name one lot
}

// place adds a report, with those that a person joined with it, to the nearest
// group of the same shot, or makes a group of it.
func (g *grouping) place(i int32) {
	best, why := g.nearest(i)
	if best < 0 {
		best = int32(len(g.groups))
		g.groups = append(g.groups, group{lead: i, last: i, n: 1})
		g.facts[i].placed = true
		g.doubts = append(g.doubts, g.maybe...)
	} else {
		g.doubtToo(best)
		g.add(best, i, why)
	}
	for m := g.mate(i); m != i; m = g.mate(m) {
		g.facts[m].byHand = true
		g.add(best, m, none)
	}
}

// doubtToo keeps what is in doubt about a group for the lot that a report brings to it.
// Whatever else makes a report look like another shot is settled by the one that it
// joins: who knows of a shot makes it no more doubtful.
func (g *grouping) doubtToo(n int32) {
	if g.facts[g.groups[n].lead].lot != "" {
		return
	}
	for _, d := range g.maybe {
		known := slices.ContainsFunc(g.doubts, func(o doubt) bool { return o.a == d.a && o.b == n || o.a == n && o.b == d.a })
		if d.byLot && !known {
			g.doubts = append(g.doubts, doubt{d.a, n, d.rule, true})
		}
	}
}

// nearest is the group of the same shot whose day is nearest, and by which rule
// it is; or -1. In maybe are those of which someone must say it.
func (g *grouping) nearest(i int32) (best int32, why int) {
	f := g.facts[i]
	best, why, nearest := -1, none, 0
	g.maybe = g.maybe[:0]
	for n := range g.groups {
		lead := g.facts[g.groups[n].lead]
		at := g.rules.compare(lead, f, &g.pair)
		if at == none || rules[at].verdict == Different || g.parted(i, g.groups[n].lead) {
			continue
		}
		gap, byLot, doubtful := g.pair.gap, g.pair.lots == lotsSame, rules[at].name
		if rules[at].verdict == Same {
			doubtful = g.against(f, &g.groups[n], &rules[at])
		}
		switch {
		case doubtful != "":
			g.maybe = append(g.maybe, doubt{int32(n), int32(len(g.groups)), doubtful, byLot})
		case best < 0 || gap < nearest:
			best, why, nearest = int32(n), at, gap
		}
	}
	return best, why
}

// add puts a report into a group: by a rule, or by a person's word.
func (g *grouping) add(n, i int32, why int) {
	to, f := &g.groups[n], g.facts[i]
	g.facts[to.last].next = i
	to.last = i
	to.n++
	f.placed, f.why = true, why
}

// against is why a report that is the same as the one that leads a group cannot
// be of it; "" when nothing speaks against it. Two who only know of a shot may
// name days or lots that must be looked at, if both are the same as the one that
// leads.
func (g *grouping) against(f *fact, of *group, by *rule) string {
	lead := g.facts[of.lead]
	for m := lead.next; m >= 0; m = g.facts[m].next {
		other := g.facts[m]
		if other.byHand || apart(other, f) {
			continue
		}
		at := g.rules.compare(other, f, &g.pair)
		switch {
		case at == none || rules[at].verdict == Different:
			return torn
		case rules[at].verdict == Review && (other.given || f.given):
			return rules[at].name
		}
	}
	if by.clear && g.shotBetween(f, lead) {
		return between
	}
	return ""
}

// shotBetween reports that another shot of the kind was given on a day between
// those of two reports.
func (g *grouping) shotBetween(a, b *fact) bool {
	from, to := min(a.date, b.date), max(a.date, b.date)
	for n := range g.groups {
		lead := g.facts[g.groups[n].lead]
		if lead.given && lead.date > from && lead.date < to && lead.parts&a.parts&b.parts != 0 {
			return true
		}
	}
	return false
}

// consolidated writes the groups as doses, in the order of their numbers.
func (g *grouping) consolidated() []iis.Consolidated {
	out := make([]iis.Consolidated, len(g.groups))
	members, whys := make([]iis.SourceDoseID, len(g.facts)), make([]string, len(g.facts))
	for n := range g.groups {
		size := g.groups[n].n
		g.write(&out[n], &g.groups[n], members[:0:size], whys[:0:size])
		members, whys = members[size:], whys[size:]
	}
	for _, d := range g.doubts {
		if !g.decided(&g.groups[d.a], &g.groups[d.b]) {
			a, b := &out[d.a], &out[d.b]
			a.Review, b.Review = true, true
			a.Doubts = append(a.Doubts, iis.DoseDoubt{Other: b.ID, Rule: d.rule})
			b.Doubts = append(b.Doubts, iis.DoseDoubt{Other: a.ID, Rule: d.rule})
		}
	}
	for i := range out {
		slices.SortFunc(out[i].Doubts, func(a, b iis.DoseDoubt) int { return cmp.Compare(a.Other, b.Other) })
	}
	slices.SortFunc(out, func(a, b iis.Consolidated) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// write writes a group as a dose. Of reports that nothing tells apart from the
// one that leads, the latest is shown.
func (g *grouping) write(c *iis.Consolidated, of *group, members []iis.SourceDoseID, whys []string) {
	lead := of.lead
	shown, first := lead, lead
	for m := lead; m >= 0; m = g.facts[m].next {
		f := g.facts[m]
		if f.equals(g.facts[lead]) && f.d.ID > g.facts[shown].d.ID {
			shown = m
		}
		if f.d.Origin < g.facts[first].d.Origin {
			first = m
		}
	}
	c.ID, c.Primary, c.Rule = iis.DoseID(g.facts[first].d.Origin), g.facts[shown].d.Origin, Single
	members = append(members, c.Primary)
	weakest := none
	for m := lead; m >= 0; m = g.facts[m].next {
		if m == shown {
			continue
		}
		why := g.facts[m].why
		if m == lead {
			why = g.facts[shown].why // the same rule, from the other side
		}
		weakest = max(weakest, why)
		members, whys = append(members, g.facts[m].d.Origin), append(whys, ruleName(why))
	}
	c.Members = members
	if len(whys) > 0 {
		c.Rules, c.Rule = whys, ruleName(weakest)
	}
}

// ruleName is the name of the rule at a place, or that of a person's word.
func ruleName(at int) string {
	if at == none {
		return ByPerson
	}
	return rules[at].name
}
