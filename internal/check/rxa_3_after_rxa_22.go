package check

import "openiis/internal/iis"

var afterEntry = rule[dose]{
	Rule: Rule{
		Name: "RXA-3 after RXA-22", Source: "AIRA MQE0254", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "RXA-3 (day of the vaccination) is after its entry in RXA-22; correct whichever is wrong and send again.",
	},
	check: func(r *run, d *dose) {
		if !d.entered.IsZero() && d.Date > d.entered {
			r.at(d.rxa.AtField(3, 0, 0))
		}
	},
}
