package check

import "openiis/internal/iis"

var entryInFuture = rule[dose]{
	Rule: Rule{
		Name: "RXA-22 in the future", Source: "AIRA MQE0581", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "RXA-22 (time of entry) lies in the future; correct it and send again.",
	},
	check: func(r *run, d *dose) {
		if !d.entered.IsZero() && d.entered > r.view.today {
			r.at(d.rxa.AtField(22, 0, 0))
		}
	},
}
