package check

import "openiis/internal/iis"

var placeholderMaiden = rule[part]{
	Rule: Rule{
		Name: "PID-6 placeholder", Source: "AIRA MQE0547, MQE0548", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-6 (mother's maiden name) has a word that stands for an unknown name; send the true name, or leave that part empty.",
	},
	check: func(r *run, p *part) {
		if p.word.isPlaceholder() {
			r.at(p.at())
		}
	},
}
