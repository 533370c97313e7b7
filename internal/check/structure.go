package check

import (
	"openiis/internal/iis"
)

// The structure of a message (IG 1.5, message structure of VXU_V04 and
// QBP_Q11). A segment that the guide does not use is passed over in silence, as
// are Z segments (IG 1.5, table 3-1: unexpected segments are ignored).
//
// Package iz decides what a misplaced segment of a VXU means while it reads, and
// reports it: a second MSH or PID, an ORC or RXA without the other, an RXR or
// OBX outside a group, a second RXR, a stray line. It does not look at the order
// of the segments, nor into the structure of a query.

var strayLine = Rule{
	Name: "stray line", Source: "HL7 v2.5.1, 2.5.1", Severity: iis.Warning,
	HL7: iis.CodeSequence, App: iis.AppIgnored, on: query,
	Say: "A line does not begin with the name of a segment and was ignored; remove the line break before it, or send it as \\.br\\.",
	check: func(v *view, at func(iis.Where)) {
		// a line without a name has no place that ERR-2 could write: the
		// segment that it follows stands for it
		last := v.Message.MSH()
		for i := range v.Message.Len() {
			if s := v.Message.Segment(i); s.IsNamed() {
				last = s
			} else {
				at(last.At())
			}
		}
	},
}

// rank is the place of a segment in the order of the guide. Those of an order
// group have their order within the group; 0 stands anywhere.
func rank(name string, k kind) int {
	if k == query {
		switch name {
		case "QPD":
			return 1
		case "RCP":
			return 2
		}
		return 0
	}
	switch name {
	case "PID":
		return 1
	case "PD1":
		return 2
	case "NK1":
		return 3
	case "ORC":
		return firstOfOrder
	case "RXA":
		return firstOfOrder + 1
	case "RXR":
		return firstOfOrder + 2
	case "OBX":
		return firstOfOrder + 3
	}
	return 0
}

const firstOfOrder = 10

// outOfOrder does not speak of a segment that stands outside an order group or
// begins one: those have rules of their own.
var outOfOrder = Rule{
	Name: "out of order", Source: "IG 1.5, message structures of VXU_V04 and QBP_Q11", Severity: iis.Warning,
	HL7: iis.CodeSequence, App: iis.AppInvalidValue, on: both,
	Say: "A segment stands after one that it must come before; send the segments in the order of the guide.",
	check: func(v *view, at func(iis.Where)) {
		last, next := 0, 0
		for i := range v.Message.Len() {
			s := v.Message.Segment(i)
			n := rank(s.Name(), v.kind)
			begins := next < len(v.orders) && v.orders[next].first == i
			if begins {
				next++
			}
			switch {
			case n == 0 || (n >= firstOfOrder && next == 0):
			case n < last && !begins:
				at(s.At())
			default:
				last = n
			}
		}
	},
}

// withoutRCP: a query without a limit is answered within the registry's own.
var withoutRCP = Rule{
	Name: "RCP missing", Source: "IG 1.5, message structure of QBP_Q11", Severity: info,
	HL7: iis.CodeSequence, App: iis.AppRequiredMissing, on: query,
	Say: "The RCP segment is missing and the registry's own limit was used; send RCP with the number of answers that you take.",
	check: func(v *view, at func(iis.Where)) {
		if v.Message.First("RCP").IsZero() {
			at(iis.Where{Segment: "RCP", Sequence: 1})
		}
	},
}

var continued = Rule{
	Name: "DSC not used", Source: "IG 1.5, message structure of QBP_Q11", Severity: info,
	HL7: iis.CodeApplication, App: iis.AppIgnored, on: query,
	Say: "Answers are not sent in parts and the DSC segment was ignored; leave it out.",
	check: func(v *view, at func(iis.Where)) {
		if s := v.Message.First("DSC"); !s.IsZero() {
			at(s.At())
		}
	},
}
