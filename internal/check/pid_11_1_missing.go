package check

import "openiis/internal/iis"

var patientStreetMissing = rule[address]{
	Rule: Rule{
		Name: "PID-11.1 missing", Source: "AIRA MQE0110", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "PID-11.1 (street of the patient) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && blank(a.street) {
			r.at(a.at(1))
		}
	},
}
