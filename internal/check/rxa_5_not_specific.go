package check

import "openiis/internal/iis"

var unspecified = rule[dose]{
	Rule: Rule{
		Name: "RXA-5 not specific", Source: "AIRA MQE0245", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "RXA-5 names a kind of vaccine although the sender gave the dose; send the code of the product, and its NDC.",
	},
	check: func(r *run, d *dose) {
		if d.facts&administered != 0 && d.vaccine.Unspecified && d.NDC == "" {
			r.at(d.rxa.AtField(5, 1, 1))
		}
	},
}
