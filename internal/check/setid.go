package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// Set ids only count; what is read does not depend on them.

var kinNumbers = Rule{
	Name: "NK1-1 not in sequence", Source: "IG 1.5, NK1-1; IZ-70", Severity: info,
	HL7: iis.CodeType, App: iis.AppInvalidValue, on: vxu,
	Say: "NK1-1 (set id) does not count 1, 2, 3; number the NK1 segments from 1.",
	check: func(v *view, at func(iis.Where)) {
		for i := range v.Message.Len() {
			if s := v.Message.Segment(i); s.Is("NK1") && miscounts(s.Field(1), s.Seq()) {
				at(s.AtField(1, 0, 0))
			}
		}
	},
}

// observationNumbers takes a count through the message and one that begins anew
// in each order group (clarification to IZ-20: both are legal).
var observationNumbers = Rule{
	Name: "OBX-1 not in sequence", Source: "IG 1.5, OBX-1; IZ-20", Severity: info,
	HL7: iis.CodeType, App: iis.AppInvalidValue, on: vxu,
	Say: "OBX-1 (set id) does not count 1, 2, 3; number the OBX segments from 1 in the message or in each order.",
	check: func(v *view, at func(iis.Where)) {
		for i := range v.orders {
			inGroup := 0
			for j := v.orders[i].first; j < v.orders[i].end; j++ {
				s := v.Message.Segment(j)
				if !s.Is("OBX") {
					continue
				}
				inGroup++
				if miscounts(s.Field(1), inGroup) && miscounts(s.Field(1), s.Seq()) {
					at(s.AtField(1, 0, 0))
				}
			}
		}
	},
}

// miscounts reports a number other than n. What is no number at all has its own
// finding.
func miscounts(v hl7.Value, n int) bool {
	b := leaf(v)
	if !isPositive(b) || len(b) > 9 {
		return false
	}
	sent := 0
	for _, c := range b {
		sent = sent*10 + int(c-'0')
	}
	return sent != n
}
