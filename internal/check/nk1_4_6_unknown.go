package check

import "openiis/internal/iis"

var kinCountryUnknown = rule[address]{
	Rule: Rule{
		Name: "NK1-4.6 unknown", Source: "AIRA MQE0064", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "NK1-4.6 (country of the next of kin) is not a code of ISO 3166; send its three letters, such as USA.",
	},
	check: func(r *run, a *address) {
		if !a.home && !countries.ok(&r.view.Input, a.country) {
			r.at(a.at(6))
		}
	},
}
