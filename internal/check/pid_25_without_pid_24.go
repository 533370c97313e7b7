package check

import "openiis/internal/iis"

var orderAlone = rule[patient]{
	Rule: Rule{
		Name: "PID-25 without PID-24", Source: "AIRA MQE0121", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "PID-25 (birth order) is 2 or more but PID-24 does not say that it was a multiple birth; send PID-24 Y.",
	},
	check: func(r *run, p *patient) {
		if p.isFirst() && p.MultipleBirth == "" && p.BirthOrder > 1 {
			r.at(p.pid.AtField(24, 0, 0))
		}
	},
}
