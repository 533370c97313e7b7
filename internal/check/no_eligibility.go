package check

import "openiis/internal/iis"

// withoutEligibility: the guide says SHALL in a conformance statement, but what
// is missing is a segment of usage RE and the dose is whole without it. A
// programme that buys vaccine by it will want W; the severity is data.
var withoutEligibility = rule[view]{
	Rule: Rule{
		Name: "no eligibility", Source: "IG 1.5, IZ-23", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppObservation,
		Say: "A dose given by the sender has no funding eligibility; send an OBX segment with OBX-3 64994-7 after its RXA.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			if about := v.orders[i].facts; about&administered != 0 && about&hasEligibility == 0 {
				r.at(v.orders[i].rxa.At())
			}
		}
	},
}
