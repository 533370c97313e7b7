package check

import "openiis/internal/iis"

var muchAmount = rule[dose]{
	Rule: Rule{
		Name: "RXA-6 too large", Source: "AIRA MQE0555", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXA-6 (amount) is more than 10 mL; correct it, or send 999 when it is not known.",
	},
	check: func(r *run, d *dose) {
		if d.facts&given == 0 || !isMillilitre(d.Unit.Code) || !exceeds(d.Amount, largest) {
			return
		}
		if wayOf(d.CVX) != byMouth && !isNoVaccine(d.CVX) {
			r.at(d.rxa.AtField(6, 0, 0))
		}
	},
}

// largest is more millilitres than any vaccine has that is not drunk.
const largest = 10

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
