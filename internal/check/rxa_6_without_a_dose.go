package check

import "openiis/internal/iis"

// amountOfNothing takes 0 as well: the guide's own words on refusals ask for it
// and its statement IZ-48 for 999.
var amountOfNothing = rule[view]{
	Rule: Rule{
		Name: "RXA-6 without a dose", Source: "IG 1.5, RXA-6; IZ-48, IZ-49", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIgnored,
		Say: "RXA-6 (amount) says an amount although no dose was given; send 999 for a refusal and when RXA-5 is 998.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			rxa, about := v.orders[i].rxa, v.orders[i].facts
			if about&refused == 0 && (about&active != 0 || rxa.IsZero()) {
				continue
			}
			amount := leaf(rxa.Field(6))
			if len(amount) > 0 && string(amount) != "999" && !allZeros(amount) {
				r.at(rxa.AtField(6, 0, 0))
			}
		}
	},
}
