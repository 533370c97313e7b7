package check

import "openiis/internal/iis"

var kinStreetMissing = rule[address]{
	Rule: Rule{
		Name: "NK1-4.1 missing", Source: "AIRA MQE0075", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "NK1-4.1 (street of the next of kin) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && blank(a.street) {
			r.at(a.at(1))
		}
	},
}
