package check

import "openiis/internal/iis"

var longName = rule[part]{
	Rule: Rule{
		Name: "PID-5 very long", Source: "AIRA, name unexpectedly long", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-5 (patient name) has a part of more than 50 characters; check that nothing else was put into it.",
	},
	check: func(r *run, p *part) {
		if len(p.text) > longestName {
			r.at(p.at())
		}
	},
}

// longestName is more than a part of a name has.
const longestName = 50
