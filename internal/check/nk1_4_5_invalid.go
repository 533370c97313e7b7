package check

import "openiis/internal/iis"

var kinZipInvalid = rule[address]{
	Rule: Rule{
		Name: "NK1-4.5 invalid", Source: "AIRA MQE0077", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidValue,
		Say: "NK1-4.5 (zip code of the next of kin) is not a zip code; send five digits, or nine.",
	},
	check: func(r *run, a *address) {
		if a.home && !blank(a.zip) && !isZip(leaf(a.zip)) {
			r.at(a.at(5))
		}
	},
}
