package check

import "openiis/internal/iis"

var kinStateMissing = rule[address]{
	Rule: Rule{
		Name: "NK1-4.4 missing", Source: "AIRA MQE0073", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "NK1-4.4 (state of the next of kin) is missing from an address that was sent; send it, so that letters arrive.",
	},
	check: func(r *run, a *address) {
		if a.postal && a.home && blank(a.state) {
			r.at(a.at(4))
		}
	},
}
