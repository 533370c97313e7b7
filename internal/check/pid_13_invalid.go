package check

import "openiis/internal/iis"

var patientPhoneInvalid = rule[phone]{
	Rule: Rule{
		Name: "PID-13 invalid", Source: "AIRA MQE0175", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-13 (telephone of the patient) is not a number of the North American plan; correct it, or send the country in component 5.",
	},
	check: func(r *run, p *phone) {
		if p.isInvalid() {
			r.at(p.at(0))
		}
	},
}
