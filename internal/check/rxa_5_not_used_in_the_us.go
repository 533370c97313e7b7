package check

import (
	"openiis/internal/codeset"
	"openiis/internal/iis"
)

var foreign = rule[dose]{
	Rule: Rule{
		Name: "RXA-5 not used in the US", Source: "AIRA MQE0491", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppInvalidValue,
		Say: "RXA-5 (vaccine) is not used in the United States although the sender gave the dose; send the code of the vaccine given, or RXA-9 01.",
	},
	check: func(r *run, d *dose) {
		if d.facts&administered != 0 && d.vaccine.Status == codeset.NonUS {
			r.at(d.rxa.AtField(5, 1, 1))
		}
	},
}
