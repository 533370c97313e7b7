package check

import "openiis/internal/iis"

var patientZipMissing = rule[address]{
	Rule: Rule{
		Name: "PID-11.5 missing", Source: "AIRA MQE0113", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "PID-11.5 (zip code of the patient) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && a.home && blank(a.zip) {
			r.at(a.at(5))
		}
	},
}
