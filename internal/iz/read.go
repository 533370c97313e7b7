package iz

import (
	"bytes"
	"time"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// What one message may make us do. Real messages stay far below; more than this
// is reported, never read in silence or without end.
const (
	maxReps         = 50   // repetitions of one field
	maxKin          = 50   // NK1 segments
	maxGroups       = 1000 // order groups of a message
	maxObservations = 200  // OBX of an order group
)

// reader reads one message. Its findings are in the order in which they were
// made.
type reader struct {
	codes    *codeset.Tables
	written  time.Time // MSH-7
	findings iis.Findings
}

// personRoom is room for what nearly every person has in lists.
type personRoom struct {
	ids       [2]iis.Identifier
	names     [1]iis.Name
	races     [1]iis.Coded
	addresses [1]iis.Address
	telecoms  [2]iis.Telecom
	kin       [1]iis.Kin
	// ofKin is for the first next of kin.
	ofKin kinRoom
}

// kinRoom is the same for a next of kin.
type kinRoom struct {
	names     [1]iis.Name
	addresses [1]iis.Address
	telecoms  [1]iis.Telecom
}

// add adds an element to a list, which begins in the room for it when it has none: a
// list without elements stays nil. There may be no room.
func add[T any](list, room []T, one T) []T {
	if list == nil {
		list = room[:0]
	}
	return append(list, one)
}

// find adds a finding of rule at a place.
func (r *reader) find(is rule, at iis.Where) {
	r.findings = append(r.findings, iis.Rule(is).At(at))
}

// ReadVXU reads a vaccination message that passed FirstPass, leniently: what is
// readable is read, whatever stands beside it (the registry's reading of IG
// 1.5, table 3-1).
//
//  1. Find where this message ends: at a second person or header.
//  2. Read the person: PID, PD1, NK1.
//  3. Read the order groups, each for itself.
//  4. Refuse the message if there is no person, or if every order group that
//     was sent is unreadable.
//
// It never fails: what is wrong is in the findings.
func ReadVXU(m *hl7.Message, t *codeset.Tables) *VXU {
	var space struct { // one piece of memory, for all of it is kept as long
		VXU
		room personRoom
	}
	out := &space.VXU
	out.Header = ReadHeader(m)
	r := &reader{codes: t, written: out.Header.Time}
	r.charset(m)
	end := r.ownSegments(m)
	known := r.person(m, end, &out.Person, &space.room)
	g := grouping{reader: r, message: m, end: end}
	g.read()
	out.Orders = g.orders
	if g.sent > 0 && g.failed == g.sent {
		r.find(ruleNoOrderUsable, iis.Where{Segment: "RXA", Sequence: 1})
		known = false
	}
	out.Refused = !known
	out.Findings = r.findings
	return out
}

// ownSegments is the number of leading segments that speak of the message's
// person. A VXU has one PID (IG 1.5, VXU); doses that follow a second one with
// another content are another person's, and must not be given to the first.
func (r *reader) ownSegments(m *hl7.Message) int {
	var first hl7.Segment
	for i := 1; i < m.Len(); i++ {
		s := m.Segment(i)
		switch s.Name() {
		case "MSH":
			r.find(ruleSecondMessage, s.At())
			return i
		case "PID":
			switch {
			case first.IsZero():
				first = s
			case samePerson(first, s):
				r.find(rulePIDRepeated, s.At())
			default:
				r.find(ruleSecondPerson, s.At())
				return i
			}
		}
	}
	return m.Len()
}

// samePerson reports a second PID that says nothing new: empty, or with the
// same identifiers, name and birth date.
func samePerson(a, b hl7.Segment) bool {
	if isBlank(b) {
		return true
	}
	for _, n := range [...]int{3, 5, 7} {
		if !bytes.Equal(a.Field(n).Raw(), b.Field(n).Raw()) {
			return false
		}
	}
	return true
}

// isBlank reports a segment that is absent or has nothing after its set id.
func isBlank(s hl7.Segment) bool {
	for n := 2; n <= s.Fields(); n++ {
		if !s.Field(n).IsEmpty() {
			return false
		}
	}
	return true
}

// capped reports that a repetition is beyond those that are read, and makes the
// finding.
func (r *reader) capped(s hl7.Segment, field, rep int) bool {
	if rep <= maxReps {
		return false
	}
	r.find(ruleTooManyRepetitions, s.AtField(field, rep, 0))
	return true
}
