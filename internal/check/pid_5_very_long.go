package check

import (
	"unicode/utf8"

	"openiis/internal/iis"
)

var longName = rule[part]{
	Rule: Rule{
		Name: "PID-5 very long", Source: "IG 1.5, FN.1: up to 50 characters", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-5 (patient name) has a part of more than 50 characters; check that nothing else was put into it.",
	},
	check: func(r *run, p *part) {
		if len(p.text) > longestName && utf8.RuneCount(p.text) > longestName {
			r.at(p.at())
		}
	},
}

// longestName is what the longest part of a name, the family name, may have, in
// characters.
const longestName = 50
