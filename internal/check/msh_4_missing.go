package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var facilityMissing = rule[hl7.Segment]{
	Rule: Rule{
		Name: "MSH-4 missing", Source: "AIRA MQE0037", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "MSH-4 (sending facility) is missing; name the facility whose message it is.",
	},
	check: func(r *run, msh *hl7.Segment) {
		if blank(msh.Field(4)) {
			r.at(msh.AtField(4, 0, 0))
		}
	},
}
