package check

import "openiis/internal/iis"

var afterExpiry = rule[dose]{
	Rule: Rule{
		Name: "RXA-3 after RXA-16", Source: "AIRA MQE0251", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "RXA-3 (day of the vaccination) is after the expiration date in RXA-16; correct whichever is wrong, or see to the patient.",
	},
	check: func(r *run, d *dose) {
		if d.facts&given != 0 && !d.Expiration.IsZero() && d.Date > d.Expiration {
			r.at(d.rxa.AtField(3, 0, 0))
		}
	},
}
