package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var visitDateBad = rule[hl7.Segment]{
	Rule: Rule{
		Name: "PV1-20.2 unreadable", Source: "AIRA MQE0223", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidDate,
		Say: "PV1-20.2 (date of the eligibility) is not a date that can be read; send YYYYMMDD.",
	},
	check: func(r *run, pv1 *hl7.Segment) {
		if since := pv1.Field(20).Comp(2); !blank(since) && !day.ok(&r.view.Input, since) {
			r.at(pv1.AtField(20, 1, 2))
		}
	},
}
