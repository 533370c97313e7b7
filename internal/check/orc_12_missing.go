package check

import "openiis/internal/iis"

// orderedBy: who gave a dose, who ordered it and where are asked when something
// went wrong.
var orderedBy = rule[dose]{
	Rule: Rule{
		Name: "ORC-12 missing", Source: "AIRA MQE0348", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "ORC-12 (ordering provider) is missing for a dose that the sender gave; send it when it is known.",
	},
	check: func(r *run, d *dose) {
		if d.facts&administered != 0 && !d.orc.IsZero() && blank(d.orc.Field(12)) {
			r.at(d.orc.AtField(12, 0, 0))
		}
	},
}
