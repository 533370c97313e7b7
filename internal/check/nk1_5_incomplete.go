package check

import "openiis/internal/iis"

var kinPhoneIncomplete = rule[phone]{
	Rule: Rule{
		Name: "NK1-5 incomplete", Source: "AIRA MQE0082", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "NK1-5 (telephone of the next of kin) has fewer than ten digits; send the area code in component 6 and seven digits in 7.",
	},
	check: func(r *run, p *phone) {
		if p.isIncomplete() {
			r.at(p.at(0))
		}
	},
}
