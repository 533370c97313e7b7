package check

import "openiis/internal/iis"

// outOfOrder does not speak of a segment that stands outside an order group or
// begins one: package iz reports those while it reads. A segment that the guide
// does not use is passed over in silence, as are Z segments (IG 1.5, table 3-1).
var outOfOrder = rule[view]{
	Rule: Rule{
		Name: "out of order", Source: "IG 1.5, message structures of VXU_V04 and QBP_Q11", Severity: iis.Warning,
		HL7: iis.CodeSequence, App: iis.AppInvalidValue,
		Say: "A segment stands after one that it must come before; send the segments in the order of the guide.",
	},
	check: func(r *run, v *view) {
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
				r.at(s.At())
			default:
				last = n
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
