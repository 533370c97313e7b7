package check

import "openiis/internal/iis"

var givenBy = rule[dose]{
	Rule: Rule{
		Name: "RXA-10 missing", Source: "AIRA MQE0320", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "RXA-10 (administering provider) is missing for a dose that the sender gave; send it when it is known.",
	},
	check: func(r *run, d *dose) {
		if d.facts&administered != 0 && blank(d.rxa.Field(10)) {
			r.at(d.rxa.AtField(10, 0, 0))
		}
	},
}
