package check

import (
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

var vaccineUnknown = rule[dose]{
	Rule: Rule{
		Name: "RXA-5 is 999", Source: "AIRA MQE0249", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "RXA-5 (vaccine) is 999, unknown, which counts for nothing; send the code of the vaccine, or of its kind.",
	},
	check: func(r *run, d *dose) {
		if d.vaccine.CVX == codeset.UnknownVaccine {
			r.at(d.rxa.AtField(5, 1, 1))
		}
	},
}
