package check

import "openiis/internal/iis"

var birthLongAgo = rule[patient]{
	Rule: Rule{
		Name: "PID-7 very long ago", Source: "AIRA MQE0120", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "PID-7 (birth date) is more than 125 years ago; correct it and send again.",
	},
	check: func(r *run, p *patient) {
		known := r.view.today != endOfTime && !p.Birth.IsZero() && p.isFirst()
		if known && p.Birth.AddMonths(oldest) < r.view.today {
			r.at(p.pid.AtField(7, 0, 0))
		}
	},
}

// oldest is an age in months that nobody reaches.
const oldest = 125 * 12
