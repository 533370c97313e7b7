package check

import "openiis/internal/iis"

var patientStateUnknown = rule[address]{
	Rule: Rule{
		Name: "PID-11.4 unknown", Source: "AIRA MQE0109", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "PID-11.4 (state of the patient) is not the postal code of a state; send its two letters, such as MI.",
	},
	check: func(r *run, a *address) {
		if a.home && !blank(a.state) && !states.ok(&r.view.Input, a.state) {
			r.at(a.at(4))
		}
	},
}
