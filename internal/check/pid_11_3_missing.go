package check

import "openiis/internal/iis"

var patientCityMissing = rule[address]{
	Rule: Rule{
		Name: "PID-11.3 missing", Source: "AIRA MQE0094", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "PID-11.3 (city of the patient) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && blank(a.city) {
			r.at(a.at(3))
		}
	},
}
