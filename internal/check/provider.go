package check

import "openiis/internal/iis"

// Who gave a dose, who ordered it and where are asked when something went wrong.
var (
	orderedBy = absent("ORC-12", "ordering provider", "AIRA MQE0348")
	givenBy   = absent("RXA-10", "administering provider", "AIRA MQE0320")
	givenAt   = absent("RXA-11", "where it was given", "AIRA MQE0314")
)

func absent(place, name, source string) *Rule {
	return &Rule{
		Name: place + " missing", Source: source, Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing, on: vxu,
		Say: place + " (" + name + ") is missing for a dose that the sender gave; send it when it is known.",
	}
}

var providers = doseFamily{
	rules: []*Rule{orderedBy, givenBy, givenAt},
	look: func(r *run, d *dose) {
		if d.facts&administered == 0 {
			return
		}
		if !d.orc.IsZero() && blank(d.orc.Field(12)) {
			r.tell(orderedBy, d.orc.AtField(12, 0, 0))
		}
		if blank(d.rxa.Field(10)) {
			r.tell(givenBy, d.rxa.AtField(10, 0, 0))
		}
		if blank(d.rxa.Field(11)) {
			r.tell(givenAt, d.rxa.AtField(11, 0, 0))
		}
	},
}
