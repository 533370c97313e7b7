package check

import "openiis/internal/iis"

var aliveAndDead = rule[patient]{
	Rule: Rule{
		Name: "PID-30 contradicts PID-29", Source: "AIRA MQE0133; IG 1.5, PID-29", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "PID-30 does not say that the patient died but PID-29 gives a time of death; correct whichever is wrong and send again.",
	},
	check: func(r *run, p *patient) {
		if !p.Death.IsZero() && p.Dead != "Y" {
			r.at(p.pid.AtField(30, 0, 0))
		}
	},
}
