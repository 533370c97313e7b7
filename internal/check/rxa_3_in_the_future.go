package check

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
)

var futureDose = rule[view]{
	Rule: Rule{
		Name: "RXA-3 in the future", Source: "AIRA MQE0252", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "RXA-3 (day of the vaccination) lies in the future; correct it and send again.",
	},
	check: func(r *run, v *view) {
		v.eachDay(func(day cal.Date, where iis.Where) {
			if day > v.today {
				r.at(where)
			}
		})
	},
}
