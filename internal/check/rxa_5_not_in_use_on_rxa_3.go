package check

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
)

// notInUse looks at the end of use only where the sender gave the dose: much was
// given abroad for years after it had gone here.
var notInUse = rule[dose]{
	Rule: Rule{
		Name: "RXA-5 not in use on RXA-3", Source: "AIRA MQE0243, MQE0257, MQE0487, MQE0491", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "RXA-5 (vaccine) was not yet, or no longer, in use on the day in RXA-3; correct whichever is wrong and send again.",
	},
	check: func(r *run, d *dose) {
		u := d.use
		if u == nil {
			return
		}
		if d.Date < u.from || d.facts&administered != 0 && u.until != cal.None && d.Date > u.until {
			r.at(d.rxa.AtField(5, 1, 1))
		}
	},
}
