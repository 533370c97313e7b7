package check

import "openiis/internal/iis"

// partly is told because it decides what counts.
var partly = rule[dose]{
	Rule: Rule{
		Name: "RXA-20 PA", Source: "AIRA MQE0292", Severity: info, Fact: true,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXA-20 is PA, partially administered; send CP if the whole dose was given.",
	},
	check: func(r *run, d *dose) {
		if d.Completion == "PA" {
			r.at(d.rxa.AtField(20, 0, 0))
		}
	},
}
