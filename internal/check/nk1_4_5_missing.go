package check

import "openiis/internal/iis"

var kinZipMissing = rule[address]{
	Rule: Rule{
		Name: "NK1-4.5 missing", Source: "AIRA MQE0078", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "NK1-4.5 (zip code of the next of kin) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && a.home && blank(a.zip) {
			r.at(a.at(5))
		}
	},
}
