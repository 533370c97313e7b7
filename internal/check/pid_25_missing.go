package check

import "openiis/internal/iis"

var orderMissing = rule[patient]{
	Rule: Rule{
		Name: "PID-25 missing", Source: "AIRA MQE0125; IG 1.5, PID-25", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "PID-25 (birth order) is missing although PID-24 says that it was a multiple birth; send it, for it tells twins apart.",
	},
	check: func(r *run, p *patient) {
		if p.isFirst() && p.MultipleBirth == "Y" && blank(p.pid.Field(25)) {
			r.at(p.pid.AtField(25, 0, 0))
		}
	},
}
