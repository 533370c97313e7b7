package check

import "openiis/internal/iis"

var shortName = rule[part]{
	Rule: Rule{
		Name: "PID-5 single letter", Source: "AIRA MQE0140, MQE0165", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-5 (patient name) has a family or given name of a single letter; send the whole name.",
	},
	check: func(r *run, p *part) {
		if p.component != middleName && len(p.text) == 1 {
			r.at(p.at())
		}
	},
}
