package check

import "openiis/internal/iis"

// observationNumbers takes a count through the message and one that begins anew
// in each order group (clarification to IZ-20: both are legal).
var observationNumbers = rule[view]{
	Rule: Rule{
		Name: "OBX-1 not in sequence", Source: "IG 1.5, OBX-1; IZ-20", Severity: info,
		HL7: iis.CodeType, App: iis.AppInvalidValue,
		Say: "OBX-1 (set id) does not count 1, 2, 3; number the OBX segments from 1 in the message or in each order.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			inGroup := 0
			for j := v.orders[i].first; j < v.orders[i].end; j++ {
				s := v.Message.Segment(j)
				if !s.Is("OBX") {
					continue
				}
				inGroup++
				if miscounts(s.Field(1), inGroup) && miscounts(s.Field(1), s.Seq()) {
					r.at(s.AtField(1, 0, 0))
				}
			}
		}
	},
}
