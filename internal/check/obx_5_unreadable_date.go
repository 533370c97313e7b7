package check

import "openiis/internal/iis"

var unreadableDate = rule[view]{
	Rule: Rule{
		Name: "OBX-5 unreadable date", Source: "IG 1.5, OBX-5; HL7 v2.5.1, 2.A.22", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidDate,
		Say: "OBX-5 (observation value) is not a date that can be read, as OBX-2 says it is; send YYYYMMDD.",
	},
	check: func(r *run, _ *view) {
		r.observed(dated, day.ok)
	},
}
