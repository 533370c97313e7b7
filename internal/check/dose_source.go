package check

import "openiis/internal/iis"

// Whether a dose was given here or is history decides who answers for it and
// which of two reports is believed.
var (
	looksHistorical = Rule{
		Name: "RXA-9 00 but looks historical", Source: "AIRA MQE0327", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "RXA-9 is 00 but amount, lot, manufacturer and route are all missing, as of history; send 01 to 08 for a dose given elsewhere.",
	}
	looksAdministered = Rule{
		Name: "RXA-9 historical but looks administered", Source: "AIRA MQE0329", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "RXA-9 calls the dose history but it has amount, lot, manufacturer and eligibility, as of one given here; send 00 for a dose that you gave.",
	}
)

var doseSource = doseFamily{
	rules: []*Rule{&looksHistorical, &looksAdministered},
	look: func(r *run, d *dose) {
		if d.facts&given == 0 {
			return
		}
		lot, maker, amount := d.facts&hasLot != 0, !d.Manufacturer.IsZero(), d.facts&measured != 0
		routed := !blank(d.rxr.Field(1))
		rule := &looksHistorical
		switch {
		case d.facts&administered != 0 && !lot && !maker && !amount && !routed:
		case d.InfoSource != "" && d.facts&administered == 0 && lot && maker && amount && routed && d.facts&hasEligibility != 0:
			rule = &looksAdministered
		default:
			return
		}
		n, _ := sourceOf(d.rxa)
		r.tell(rule, d.rxa.AtField(9, n, 1))
	},
}
