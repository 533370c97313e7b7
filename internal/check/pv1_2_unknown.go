package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var classUnknown = rule[hl7.Segment]{
	Rule: Rule{
		Name: "PV1-2 unknown", Source: "AIRA MQE0378; HL7 v2.5.1, PV1-2", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "PV1-2 (patient class) has a code that table 0004 does not list; send R, or leave PV1 out.",
	},
	check: func(r *run, pv1 *hl7.Segment) {
		if class := pv1.Field(2); !blank(class) && !classes.ok(&r.view.Input, class) {
			r.at(pv1.AtField(2, 0, 0))
		}
	},
}

var classes = table("0004")
