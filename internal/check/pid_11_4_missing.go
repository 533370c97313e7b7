package check

import "openiis/internal/iis"

var patientStateMissing = rule[address]{
	Rule: Rule{
		Name: "PID-11.4 missing", Source: "AIRA MQE0108", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "PID-11.4 (state of the patient) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && a.home && blank(a.state) {
			r.at(a.at(4))
		}
	},
}
