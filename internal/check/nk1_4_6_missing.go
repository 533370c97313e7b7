package check

import "openiis/internal/iis"

var kinCountryMissing = rule[address]{
	Rule: Rule{
		Name: "NK1-4.6 missing", Source: "AIRA MQE0063", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "NK1-4.6 (country of the next of kin) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && blank(a.country) {
			r.at(a.at(6))
		}
	},
}
