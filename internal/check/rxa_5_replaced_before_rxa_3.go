package check

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
)

var replaced = rule[dose]{
	Rule: Rule{
		Name: "RXA-5 replaced before RXA-3", Source: "AIRA MQE0256, MQE0490", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "RXA-5 (vaccine) had been replaced by another on the day in RXA-3; check that the code is that of the vaccine given.",
	},
	check: func(r *run, d *dose) {
		if u := d.use; u != nil && d.facts&administered != 0 && u.replaced != cal.None && d.Date >= u.replaced {
			r.at(d.rxa.AtField(5, 1, 1))
		}
	},
}
