package check

import "openiis/internal/iis"

var unreadableNumber = rule[view]{
	Rule: Rule{
		Name: "OBX-5 unreadable number", Source: "IG 1.5, OBX-5; HL7 v2.5.1, 2.A.47", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidValue,
		Say: "OBX-5 (observation value) is not a number, as OBX-2 says it is; send digits, with a decimal point where needed.",
	},
	check: func(r *run, _ *view) {
		r.observed(counted, number.ok)
	},
}
