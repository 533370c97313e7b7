package check

import "openiis/internal/iis"

var deathInFuture = rule[patient]{
	Rule: Rule{
		Name: "PID-29 in the future", Source: "AIRA MQE0130", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "PID-29 (time of death) lies in the future; correct it and send again.",
	},
	check: func(r *run, p *patient) {
		if !p.Death.IsZero() && p.Death > r.view.today {
			r.at(p.pid.AtField(29, 0, 0))
		}
	},
}
