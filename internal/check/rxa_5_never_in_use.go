package check

import (
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

var neverUsed = rule[dose]{
	Rule: Rule{
		Name: "RXA-5 never in use", Source: "AIRA MQE0561", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppInvalidValue,
		Say: "RXA-5 (vaccine) has a code of a product that was never sold; send the code of the vaccine given.",
	},
	check: func(r *run, d *dose) {
		if d.vaccine.Status == codeset.NeverActive {
			r.at(d.rxa.AtField(5, 1, 1))
		}
	},
}
