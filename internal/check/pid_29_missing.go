package check

import "openiis/internal/iis"

var deathMissing = rule[patient]{
	Rule: Rule{
		Name: "PID-29 missing", Source: "AIRA MQE0132", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing,
		Say: "PID-29 (time of death) is missing although PID-30 says that the patient died; send it when it is known.",
	},
	check: func(r *run, p *patient) {
		if p.Death.IsZero() && p.Dead == "Y" && blank(p.pid.Field(29)) {
			r.at(p.pid.AtField(29, 0, 0))
		}
	},
}
