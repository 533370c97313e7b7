package check

import "openiis/internal/iis"

var noAmount = rule[dose]{
	Rule: Rule{
		Name: "RXA-6 is 0", Source: "AIRA MQE0270", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "RXA-6 (amount) is 0 for a dose that was given; send the amount, or 999 when it is not known.",
	},
	check: func(r *run, d *dose) {
		if d.facts&given != 0 && d.Amount != "" && allZeros([]byte(d.Amount)) {
			r.at(d.rxa.AtField(6, 0, 0))
		}
	},
}
