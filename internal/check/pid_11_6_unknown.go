package check

import "openiis/internal/iis"

var patientCountryUnknown = rule[address]{
	Rule: Rule{
		Name: "PID-11.6 unknown", Source: "AIRA MQE0099", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "PID-11.6 (country of the patient) is not a code of ISO 3166; send its three letters, such as USA.",
	},
	check: func(r *run, a *address) {
		if !a.home && !countries.ok(&r.view.Input, a.country) {
			r.at(a.at(6))
		}
	},
}
