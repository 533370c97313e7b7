package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// visitEligibility: senders of older guides give the eligibility of the whole
// visit. We read none of it and ask for the OBX of each dose.
var visitEligibility = rule[hl7.Segment]{
	Rule: Rule{
		Name: "PV1-20.1 unknown", Source: "AIRA MQE0227, MQE0229", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "PV1-20.1 (eligibility) has a code that table 0064 does not list; send a code from it, best in OBX 64994-7 with each dose.",
	},
	check: func(r *run, pv1 *hl7.Segment) {
		if code := pv1.Field(20).Comp(1); !blank(code) && !eligibilities.ok(&r.view.Input, code) {
			r.at(pv1.AtField(20, 1, 1))
		}
	},
}
