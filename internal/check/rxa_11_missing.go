package check

import "openiis/internal/iis"

var givenAt = rule[dose]{
	Rule: Rule{
		Name: "RXA-11 missing", Source: "AIRA MQE0314", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "RXA-11 (where it was given) is missing for a dose that the sender gave; send it when it is known.",
	},
	check: func(r *run, d *dose) {
		if d.facts&administered != 0 && blank(d.rxa.Field(11)) {
			r.at(d.rxa.AtField(11, 0, 0))
		}
	},
}
