package check

import "openiis/internal/iis"

var deathBeforeBirth = rule[patient]{
	Rule: Rule{
		Name: "PID-29 before PID-7", Source: "AIRA MQE0129", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "PID-29 (time of death) is before the birth date in PID-7; correct whichever is wrong and send again.",
	},
	check: func(r *run, p *patient) {
		if !p.Death.IsZero() && p.Death < p.Birth {
			r.at(p.pid.AtField(29, 0, 0))
		}
	},
}
