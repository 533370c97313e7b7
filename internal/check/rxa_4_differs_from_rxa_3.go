package check

import (
	"bytes"

	"openiis/internal/iis"
)

var endDiffers = rule[view]{
	Rule: Rule{
		Name: "RXA-4 differs from RXA-3", Source: "IG 1.5, RXA-4; IZ-30", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIgnored,
		Say: "RXA-4 (end of administration) is not the same as RXA-3 and was ignored; send the same time or leave it empty.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			rxa := v.orders[i].rxa
			if end := rxa.Field(4); !blank(end) && !bytes.Equal(leaf(end), leaf(rxa.Field(3))) {
				r.at(rxa.AtField(4, 0, 0))
			}
		}
	},
}
