package check

import "openiis/internal/iis"

var kinCityMissing = rule[address]{
	Rule: Rule{
		Name: "NK1-4.3 missing", Source: "AIRA MQE0059", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "NK1-4.3 (city of the next of kin) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && blank(a.city) {
			r.at(a.at(3))
		}
	},
}
