package check

import "openiis/internal/iis"

var patientCityPlaceholder = rule[address]{
	Rule: Rule{
		Name: "PID-11.3 placeholder", Source: "AIRA MQE0093", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-11.3 (city of the patient) is a word that stands for a city that is not known; send the true city, or none.",
	},
	check: func(r *run, a *address) {
		if a.hasNoCity() {
			r.at(a.at(3))
		}
	},
}
