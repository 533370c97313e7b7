package check

import "openiis/internal/iis"

var patientPhoneIncomplete = rule[phone]{
	Rule: Rule{
		Name: "PID-13 incomplete", Source: "AIRA MQE0174", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-13 (telephone of the patient) has fewer than ten digits; send the area code in component 6 and seven digits in 7.",
	},
	check: func(r *run, p *phone) {
		if p.isIncomplete() {
			r.at(p.at(0))
		}
	},
}
