package check

import "openiis/internal/iis"

var sourceOfNothing = rule[view]{
	Rule: Rule{
		Name: "RXA-9 without a dose", Source: "IG 1.5, RXA-9; IZ-47", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIgnored,
		Say: "RXA-9 (source of the information) has a code although no dose was given; leave its code empty when RXA-20 is RE or NA.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			if v.orders[i].facts&notGiven == 0 {
				continue
			}
			rxa := v.orders[i].rxa
			if n, source := sourceOf(rxa); !blank(source.Comp(1)) {
				r.at(rxa.AtField(9, n, 1))
			}
		}
	},
}
