package check

import (
	"openiis/internal/cal"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// headerInFuture compares days, for many senders leave out the zone.
var headerInFuture = rule[hl7.Segment]{
	Rule: Rule{
		Name: "MSH-7 in the future", Source: "AIRA MQE0015", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "MSH-7 (time of the message) is later than its receipt; set the clock of the sending system.",
	},
	check: func(r *run, msh *hl7.Segment) {
		if in := &r.view.Input; in.VXU != nil && cal.On(in.VXU.Header.Time) > in.receipt() {
			r.at(msh.AtField(7, 0, 0))
		}
	},
}
