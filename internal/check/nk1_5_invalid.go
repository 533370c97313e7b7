package check

import "openiis/internal/iis"

var kinPhoneInvalid = rule[phone]{
	Rule: Rule{
		Name: "NK1-5 invalid", Source: "AIRA MQE0083", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "NK1-5 (telephone of the next of kin) is not a number of the North American plan; correct it, or send the country in component 5.",
	},
	check: func(r *run, p *phone) {
		if p.isInvalid() {
			r.at(p.at(0))
		}
	},
}
