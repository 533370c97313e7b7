package check

import "openiis/internal/iis"

var keyOfNothing = rule[view]{
	Rule: Rule{
		Name: "ORC-3 without a dose", Source: "IG 1.5, ORC-3; IZ-45", Severity: info,
		HL7: iis.CodeTable, App: iis.AppInvalidValue,
		Say: "ORC-3 (filler order number) is not 9999 although no dose was given; send 9999 when RXA-20 is RE or NA.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			id := v.orders[i].orc.Field(3)
			if v.orders[i].facts&notGiven != 0 && !blank(id) && !says(id, iis.NotAKey) {
				r.at(v.orders[i].orc.AtField(3, 1, 1))
			}
		}
	},
}
