package check

import (
	"openiis/internal/cal"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var visitDate = rule[hl7.Segment]{
	Rule: Rule{
		Name: "PV1-20.2 in the future", Source: "AIRA MQE0222", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "PV1-20.2 (date of the eligibility) lies in the future; correct it and send again.",
	},
	check: func(r *run, pv1 *hl7.Segment) {
		since := pv1.Field(20).Comp(2)
		if day.ok(&r.view.Input, since) && cal.ParseCompact(leaf(since)[:8]) > r.view.today {
			r.at(pv1.AtField(20, 1, 2))
		}
	},
}
