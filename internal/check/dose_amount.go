package check

import "openiis/internal/iis"

// largest is more millilitres than any vaccine has that is not drunk.
const largest = 10

var (
	noAmount = Rule{
		Name: "RXA-6 is 0", Source: "AIRA MQE0270", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "RXA-6 (amount) is 0 for a dose that was given; send the amount, or 999 when it is not known.",
	}
	muchAmount = Rule{
		Name: "RXA-6 too large", Source: "AIRA MQE0555", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "RXA-6 (amount) is more than 10 mL; correct it, or send 999 when it is not known.",
	}
)

var doseAmount = doseFamily{
	rules: []*Rule{&noAmount, &muchAmount},
	look: func(r *run, d *dose) {
		if d.facts&given == 0 || d.Amount == "" {
			return
		}
		switch {
		case allZeros([]byte(d.Amount)):
			r.tell(&noAmount, d.rxa.AtField(6, 0, 0))
		case isMillilitre(d.Unit.Code) && wayOf(d.CVX) != byMouth && !isNoVaccine(d.CVX) && exceeds(d.Amount, largest):
			r.tell(&muchAmount, d.rxa.AtField(6, 0, 0))
		}
	},
}

func isMillilitre(unit string) bool {
	switch unit {
	case "mL", "ML", "ml", "cc", "CC":
		return true
	}
	return false
}

// exceeds compares a decimal number with a whole one; the fraction of an equal
// one is left out.
func exceeds(decimal string, limit int) bool {
	n := 0
	for i := 0; i < len(decimal) && decimal[i] != '.'; i++ {
		n = n*10 + int(decimal[i]-'0')
		if n > limit {
			return true
		}
	}
	return false
}
