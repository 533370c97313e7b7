package check

import (
	"openiis/internal/cal"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var headerInFuture = Rule{
	Name: "MSH-7 in the future", Source: "AIRA MQE0015", Severity: iis.Warning,
	HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
	Say: "MSH-7 (time of the message) is later than its receipt; set the clock of the sending system.",
}

// headerTime compares days, for many senders leave out the zone.
var headerTime = family{
	rules: []*Rule{&headerInFuture},
	look: func(r *run, msh hl7.Segment) {
		if in := &r.view.Input; in.VXU != nil && cal.On(in.VXU.Header.Time) > in.receipt() {
			r.tell(&headerInFuture, msh.AtField(7, 0, 0))
		}
	},
}

var facilityMissing = Rule{
	Name: "MSH-4 missing", Source: "AIRA MQE0037", Severity: info,
	HL7: iis.CodeRequired, App: iis.AppRequiredMissing, on: vxu,
	Say: "MSH-4 (sending facility) is missing; name the facility whose message it is.",
}

var sendingFacility = family{
	rules: []*Rule{&facilityMissing},
	look: func(r *run, msh hl7.Segment) {
		if blank(msh.Field(4)) {
			r.tell(&facilityMissing, msh.AtField(4, 0, 0))
		}
	},
}
