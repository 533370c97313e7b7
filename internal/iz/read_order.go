package iz

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// group is the segments of one order group: its ORC and RXA, and what follows
// them up to the next group.
type group struct {
	orc, rxa, rxr hl7.Segment
	// shared says that the ORC belongs to the RXA before this one: who ordered
	// and entered it holds for both, its ids do not.
	shared   bool
	from, to int // the segments of the group, to excluded
}

// at is the place by which the group is known: its RXA, or else its ORC.
func (g *group) at() iis.Where {
	if g.rxa.IsZero() {
		return g.orc.At()
	}
	return g.rxa.At()
}

// atOnce is for how many observations room is made at once, if there are so many.
const atOnce = 32

// grouping walks over a message and reads its order groups.
type grouping struct {
	*reader
	message *hl7.Message
	end     int // what begins here or later is another person's
	orders  []Order
	// sent counts the groups that were sent, failed those of them that an error
	// keeps from being stored.
	sent, failed int

	// space is room for the observations of further groups, all empty.
	space []iis.Observation

	current group
	open    bool
	fact    int  // 1 + the order that the last OBX outside a group made
	stray   bool // the last line had no segment name
}

// read makes the orders. A group begins at an ORC, or at an RXA that has none
// before it: senders of v2.3.1 send no ORC.
func (g *grouping) read() {
	if n := g.count("RXA", 1, g.message.Len(), maxGroups); n > 0 {
		g.orders = make([]Order, 0, n)
	}
	for i := 1; i < g.message.Len() && g.sent <= maxGroups; i++ {
		s := g.message.Segment(i)
		switch s.Name() {
		case "ORC":
			g.begin(i, group{orc: s})
		case "RXA":
			g.vaccination(i, s)
		case "RXR":
			g.route(s)
		case "OBX":
			if !g.open && i < g.end {
				g.outside(s)
			}
		default:
			g.other(i, s)
		}
	}
	if g.sent <= maxGroups {
		g.finish(g.message.Len())
	}
}

// count is how many segments of a name stand from one segment to before
// another, at most most: for lists that then need not grow.
func (g *grouping) count(name string, from, to, most int) int {
	n := 0
	for i := from; i < to && n < most; i++ {
		if g.message.Segment(i).Is(name) {
			n++
		}
	}
	return n
}

// begin ends the group before and begins a new one at segment i.
func (g *grouping) begin(i int, next group) {
	g.finish(i)
	next.from = i
	g.current, g.open = next, true
}

// vaccination adds an RXA to the group that its ORC began, or begins one.
func (g *grouping) vaccination(i int, rxa hl7.Segment) {
	switch {
	case !g.open:
		g.begin(i, group{rxa: rxa})
		g.find(ruleORCMissing, rxa.At())
	case g.current.rxa.IsZero():
		g.current.rxa = rxa
	case g.current.orc.IsZero():
		g.begin(i, group{rxa: rxa})
		g.find(ruleORCMissing, rxa.At())
	default:
		g.begin(i, group{orc: g.current.orc, rxa: rxa, shared: true})
		g.find(ruleORCShared, rxa.At())
	}
}

func (g *grouping) route(rxr hl7.Segment) {
	switch {
	case !g.open:
		g.find(ruleRXROutside, rxr.At())
	case g.current.rxr.IsZero():
		g.current.rxr = rxr
	default:
		g.find(ruleRXRRepeated, rxr.At())
	}
}

// other passes over a segment that is none of ours. A line without a segment's
// name is the rest of a field that a line break cut in two.
func (g *grouping) other(i int, s hl7.Segment) {
	named := s.IsNamed()
	if !named && !g.stray && i <= g.end {
		g.find(ruleStrayLine, g.message.Segment(i-1).At())
	}
	g.stray = !named
}

// finish reads the open group, which ends before segment to.
func (g *grouping) finish(to int) {
	if !g.open {
		return
	}
	g.open = false
	g.current.to = to
	g.sent++
	g.orders = longer(g.orders)
	o := &g.orders[len(g.orders)-1]
	o.Number, o.Where = len(g.orders), g.current.at()
	is := failed
	switch {
	case g.sent > maxGroups:
		g.find(ruleTooManyGroups, o.Where)
	case g.current.from >= g.end:
		g.find(ruleOtherPerson, o.Where)
	case g.current.rxa.IsZero():
		g.find(ruleRXAMissing, o.Where)
	default:
		is = g.dose(&g.current, &o.Dose)
	}
	o.Usable = is == usable
	if is == failed {
		g.failed++
	}
}

// longer is a list with an empty element more, which is filled where it stands:
// orders and observations are large. What is behind a list must be empty.
func longer[T any](list []T) []T {
	if len(list) < cap(list) {
		return list[:len(list)+1]
	}
	return append(list, *new(T))
}

// verdict is what can be done with an order group.
type verdict int

const (
	failed  verdict = iota // an error keeps it from being stored
	usable                 // it can be stored
	nothing                // it says nothing that could be stored, and that is no error
)

// dose reads an order group into d.
func (g *grouping) dose(of *group, d *iis.Dose) verdict {
	rxa := of.rxa
	d.Date, d.Time = g.needMoment(rxa, 3, ruleGivenOnMissing, ruleGivenOnUnreadable)
	known := g.vaccine(rxa, d)
	g.what(rxa, d)
	g.who(of, d)
	g.observations(of, d)
	d.Kind = kindOf(d)
	switch {
	case d.Date.IsZero() || !known:
		return failed
	case d.CVX == noVaccine && d.Kind == iis.Fact && len(d.Observations) == 0:
		g.find(ruleNothingToStore, rxa.At())
		return nothing
	}
	return usable
}

// who reads the people and places of a group, and its keys.
func (g *grouping) who(of *group, d *iis.Dose) {
	orc, rxa, rxr := of.orc, of.rxa, of.rxr
	if !of.shared {
		d.Placer = reference(orc.Field(2))
		d.Filler = reference(orc.Field(3))
	}
	provider(orc.Field(10), &d.Enterer)
	provider(orc.Field(12), &d.Orderer)
	coded(orc.Field(17), &d.EnteringOrg)
	provider(rxa.Field(10), &d.Administrator)
	if d.Location = authority(rxa.Field(11).Comp(4)); d.Location == "" {
		d.Location = text(rxa.Field(11)) // the point of care
	}
	coded(rxr.Field(1), &d.Route)
	coded(rxr.Field(2), &d.Site)
}

// observations reads the OBX and NTE of a group. An NTE belongs to the segment
// before it.
func (g *grouping) observations(of *group, d *iis.Dose) {
	if n := g.count("OBX", of.from, of.to, maxObservations); n > 0 {
		if n > len(g.space) {
			g.space = make([]iis.Observation, max(n, g.count("OBX", of.from, g.message.Len(), atOnce)))
		}
		d.Observations, g.space = g.space[:0:n], g.space[n:]
	}
	notes, seen := &d.Notes, 0
	for i := of.from; i < of.to; i++ {
		s := g.message.Segment(i)
		switch s.Name() {
		case "OBX":
			if seen++; seen > maxObservations {
				g.find(ruleTooManyObservations, s.At())
				return
			}
			n := len(d.Observations)
			d.Observations = longer(d.Observations)
			o := &d.Observations[n]
			if notes = &o.Notes; !g.observation(s, o) {
				d.Observations, notes = d.Observations[:n], nil
				*o = iis.Observation{}
			}
		case "NTE":
			if notes != nil {
				*notes = g.notes(s, *notes)
			}
		}
	}
}

// notes adds the repetitions of NTE-3 to out.
func (g *grouping) notes(nte hl7.Segment, out []string) []string {
	for n, rep := range nte.Field(3).All() {
		if g.capped(nte, 3, n) {
			break
		}
		if s := words(rep); s != "" {
			out = append(out, s)
		}
	}
	return out
}
