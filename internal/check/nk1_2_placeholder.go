package check

import "openiis/internal/iis"

// placeholderKin: other people's names help to find and tell apart; only what is
// no name at all is told.
var placeholderKin = rule[part]{
	Rule: Rule{
		Name: "NK1-2 placeholder", Source: "AIRA MQE0153, MQE0154, MQE0155", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "NK1-2 (name of the next of kin) has a word that stands for an unknown name; send the true name, or leave that part empty.",
	},
	check: func(r *run, p *part) {
		if p.word.isPlaceholder() {
			r.at(p.at())
		}
	},
}
