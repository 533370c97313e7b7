package check

import "openiis/internal/iis"

var futureBirth = rule[view]{
	Rule: Rule{
		Name: "PID-7 in the future", Source: "AIRA MQE0115", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "PID-7 (birth date) lies in the future; correct it and send again.",
	},
	check: func(r *run, v *view) {
		if v.VXU != nil && v.VXU.Person.Birth > v.today {
			r.at(v.Message.First("PID").AtField(7, 0, 0))
		}
	},
}
