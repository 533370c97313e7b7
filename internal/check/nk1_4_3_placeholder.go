package check

import "openiis/internal/iis"

var kinCityPlaceholder = rule[address]{
	Rule: Rule{
		Name: "NK1-4.3 placeholder", Source: "AIRA MQE0058", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "NK1-4.3 (city of the next of kin) is a word that stands for a city that is not known; send the true city, or none.",
	},
	check: func(r *run, a *address) {
		if a.hasNoCity() {
			r.at(a.at(3))
		}
	},
}
