package check

import "openiis/internal/iis"

var patientCountryMissing = rule[address]{
	Rule: Rule{
		Name: "PID-11.6 missing", Source: "AIRA MQE0098", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "PID-11.6 (country of the patient) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && blank(a.country) {
			r.at(a.at(6))
		}
	},
}
