package check

import "openiis/internal/iis"

var outsideAges = rule[dose]{
	Rule: Rule{
		Name: "RXA-3 outside the vaccine's ages", Source: "AIRA MQE0258, MQE0259", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate,
		Say: "On the day in RXA-3 the patient was too young or too old for the vaccine in RXA-5; correct whichever is wrong, or see to the patient.",
	},
	check: func(r *run, d *dose) {
		born := r.person().Birth
		if d.use == nil || born.IsZero() || d.Date < born {
			return
		}
		youngest, tooOld := d.use.youngest, d.use.tooOld
		tooYoung := youngest > 0 && d.Date < born.AddMonths(youngest).AddDays(-graceDays)
		if tooYoung || (tooOld > 0 && d.Date >= born.AddMonths(tooOld)) {
			r.at(d.rxa.AtField(3, 0, 0))
		}
	},
}

// graceDays are what a dose may be early (ACIP, general best practices).
const graceDays = 4
