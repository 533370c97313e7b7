package check

import "openiis/internal/iis"

var orderOfSingle = rule[patient]{
	Rule: Rule{
		Name: "PID-25 contradicts PID-24", Source: "AIRA MQE0123", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "PID-25 (birth order) is 2 or more but PID-24 says that it was no multiple birth; correct whichever is wrong.",
	},
	check: func(r *run, p *patient) {
		if p.isFirst() && p.MultipleBirth == "N" && p.BirthOrder > 1 {
			r.at(p.pid.AtField(25, 0, 0))
		}
	},
}
