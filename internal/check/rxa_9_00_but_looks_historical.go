package check

import "openiis/internal/iis"

// looksHistorical: whether a dose was given here or is history decides who
// answers for it and which of two reports is believed.
var looksHistorical = rule[dose]{
	Rule: Rule{
		Name: "RXA-9 00 but looks historical", Source: "AIRA MQE0327", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXA-9 is 00 but amount, lot, manufacturer and route are all missing, as of history; send 01 to 08 for a dose given elsewhere.",
	},
	check: func(r *run, d *dose) {
		if d.facts&administered == 0 || d.facts&(hasLot|measured) != 0 || !d.Manufacturer.IsZero() || !blank(d.rxr.Field(1)) {
			return
		}
		n, _ := sourceOf(d.rxa)
		r.at(d.rxa.AtField(9, n, 1))
	},
}
