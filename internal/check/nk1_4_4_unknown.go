package check

import "openiis/internal/iis"

var kinStateUnknown = rule[address]{
	Rule: Rule{
		Name: "NK1-4.4 unknown", Source: "AIRA MQE0074", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "NK1-4.4 (state of the next of kin) is not the postal code of a state; send its two letters, such as MI.",
	},
	check: func(r *run, a *address) {
		if a.home && !blank(a.state) && !states.ok(&r.view.Input, a.state) {
			r.at(a.at(4))
		}
	},
}
