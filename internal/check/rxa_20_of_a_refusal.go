package check

import "openiis/internal/iis"

var unsaidRefusal = rule[view]{
	Rule: Rule{
		Name: "RXA-20 of a refusal", Source: "IG 1.5, RXA-20; IZ-32", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "RXA-20 (completion status) is empty and, as RXA-18 gives a reason, was taken for a refusal; send RE.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			if v.orders[i].facts&unsaid != 0 {
				r.at(v.orders[i].rxa.AtField(20, 0, 0))
			}
		}
	},
}
