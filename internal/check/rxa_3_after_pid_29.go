package check

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
)

var afterDeath = rule[view]{
	Rule: Rule{
		Name: "RXA-3 after PID-29", Source: "AIRA MQE0253", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "RXA-3 (day of the vaccination) is after the death date in PID-29; correct whichever is wrong and send again.",
	},
	check: func(r *run, v *view) {
		v.eachDay(func(day cal.Date, where iis.Where) {
			if death := v.VXU.Person.Death; death != cal.None && day > death {
				r.at(where)
			}
		})
	},
}
