package check

import "openiis/internal/iis"

var patientZipInvalid = rule[address]{
	Rule: Rule{
		Name: "PID-11.5 invalid", Source: "AIRA MQE0112", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidValue,
		Say: "PID-11.5 (zip code of the patient) is not a zip code; send five digits, or nine.",
	},
	check: func(r *run, a *address) {
		if a.home && !blank(a.zip) && !isZip(leaf(a.zip)) {
			r.at(a.at(5))
		}
	},
}
