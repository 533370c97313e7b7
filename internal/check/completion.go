package check

import "openiis/internal/iis"

// Both are facts, and told because they decide what counts.
var (
	notAdministered = Rule{
		Name: "RXA-20 NA of a vaccine", Source: "AIRA MQE0291", Severity: info, Fact: true,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "RXA-20 is NA, not administered, and RXA-5 names a vaccine; no dose was counted: send CP if it was given.",
	}
	partly = Rule{
		Name: "RXA-20 PA", Source: "AIRA MQE0292", Severity: info, Fact: true,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "RXA-20 is PA, partially administered; send CP if the whole dose was given.",
	}
)

var completion = doseFamily{
	rules: []*Rule{&notAdministered, &partly},
	look: func(r *run, d *dose) {
		switch d.Completion {
		case "NA":
			if d.facts&active != 0 {
				r.tell(&notAdministered, d.rxa.AtField(20, 0, 0))
			}
		case "PA":
			r.tell(&partly, d.rxa.AtField(20, 0, 0))
		}
	},
}
