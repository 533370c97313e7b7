package check

import "openiis/internal/iis"

// unknownSource: whether a dose was given here (00) or is history (01–08)
// decides what else is required of it.
var unknownSource = rule[view]{
	Rule: Rule{
		Name: "RXA-9 unknown", Source: "IG 1.5, RXA-9; IZ-31", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "RXA-9 (source of the information) has no code that table NIP001 lists; send 00 for a dose given by the sender, 01 to 08 for history.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			rxa := v.orders[i].rxa
			if v.orders[i].facts&given == 0 || blank(rxa.Field(9)) {
				continue
			}
			if n, source := sourceOf(rxa); !isSource(leaf(source)) {
				r.at(rxa.AtField(9, n, 1))
			}
		}
	},
}
