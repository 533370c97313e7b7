package check

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
)

var beforeBirth = rule[view]{
	Rule: Rule{
		Name: "RXA-3 before PID-7", Source: "AIRA MQE0255", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "RXA-3 (day of the vaccination) is before the birth date in PID-7; correct whichever is wrong and send again.",
	},
	check: func(r *run, v *view) {
		v.eachDay(func(day cal.Date, where iis.Where) {
			if day < v.VXU.Person.Birth {
				r.at(where)
			}
		})
	},
}
