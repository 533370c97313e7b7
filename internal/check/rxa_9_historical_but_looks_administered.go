package check

import "openiis/internal/iis"

var looksAdministered = rule[dose]{
	Rule: Rule{
		Name: "RXA-9 historical but looks administered", Source: "AIRA MQE0329", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXA-9 calls the dose history but it has amount, lot, manufacturer, route and eligibility, as of one given here; send 00 for a dose that you gave.",
	},
	check: func(r *run, d *dose) {
		const whole = given | hasLot | measured | hasEligibility
		if d.InfoSource == "" || d.facts&(whole|administered) != whole || d.Manufacturer.IsZero() || blank(d.rxr.Field(1)) {
			return
		}
		n, _ := sourceOf(d.rxa)
		r.at(d.rxa.AtField(9, n, 1))
	},
}
