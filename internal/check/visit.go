package check

import (
	"openiis/internal/cal"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// PV1 is of senders of older guides: it gives the eligibility of the whole
// visit. We read none of it and ask for the OBX of each dose.
var (
	classUnknown = Rule{
		Name: "PV1-2 unknown", Source: "AIRA MQE0378; HL7 v2.5.1, PV1-2", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable, on: vxu,
		Say: "PV1-2 (patient class) has a code that table 0004 does not list; send R, or leave PV1 out.",
	}
	visitEligibility = Rule{
		Name: "PV1-20.1 unknown", Source: "AIRA MQE0227, MQE0229", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable, on: vxu,
		Say: "PV1-20.1 (eligibility) has a code that table 0064 does not list; send a code from it, best in OBX 64994-7 with each dose.",
	}
	visitDate = Rule{
		Name: "PV1-20.2 in the future", Source: "AIRA MQE0222", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "PV1-20.2 (date of the eligibility) lies in the future; correct it and send again.",
	}
	visitDateBad = Rule{
		Name: "PV1-20.2 unreadable", Source: "AIRA MQE0223", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidDate, on: vxu,
		Say: "PV1-20.2 (date of the eligibility) is not a date that can be read; send YYYYMMDD.",
	}
)

var classes = table("0004")

var visit = family{
	rules: []*Rule{&classUnknown, &visitEligibility, &visitDate, &visitDateBad},
	look: func(r *run, pv1 hl7.Segment) {
		in := &r.view.Input
		if class := pv1.Field(2); !blank(class) && !classes.ok(in, class) {
			r.tell(&classUnknown, pv1.AtField(2, 0, 0))
		}
		eligible := pv1.Field(20)
		if code := eligible.Comp(1); !blank(code) && !eligibilities.ok(in, code) {
			r.tell(&visitEligibility, pv1.AtField(20, 1, 1))
		}
		since := eligible.Comp(2)
		switch {
		case blank(since):
		case !day.ok(in, since):
			r.tell(&visitDateBad, pv1.AtField(20, 1, 2))
		case cal.ParseCompact(leaf(since)[:8]) > r.view.today:
			r.tell(&visitDate, pv1.AtField(20, 1, 2))
		}
	},
}
