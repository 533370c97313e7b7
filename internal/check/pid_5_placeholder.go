package check

import "openiis/internal/iis"

var placeholderName = rule[part]{
	Rule: Rule{
		Name: "PID-5 placeholder", Source: "AIRA MQE0140, MQE0165, MQE0173", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-5 (patient name) has a word that stands for an unknown name; send the true name, or leave that part empty.",
	},
	check: func(r *run, p *part) {
		if p.word.isPlaceholder() {
			r.at(p.at())
		}
	},
}
