package check

import "openiis/internal/iis"

// notAdministered is told because it decides what counts.
var notAdministered = rule[dose]{
	Rule: Rule{
		Name: "RXA-20 NA of a vaccine", Source: "AIRA MQE0291", Severity: info, Fact: true,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXA-20 is NA, not administered, and RXA-5 names a vaccine; no dose was counted: send CP if it was given.",
	},
	check: func(r *run, d *dose) {
		if d.Completion == "NA" && d.facts&active != 0 {
			r.at(d.rxa.AtField(20, 0, 0))
		}
	},
}
