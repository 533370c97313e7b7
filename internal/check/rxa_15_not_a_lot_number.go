package check

import (
	"bytes"

	"openiis/internal/iis"
)

var notALot = rule[dose]{
	Rule: Rule{
		Name: "RXA-15 not a lot number", Source: "AIRA MQE0338, MQE0590, MQE0595", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "RXA-15 (lot number) is a placeholder or has no digit; send the number on the vial, or none when it is not known.",
	},
	check: func(r *run, d *dose) {
		if d.lot.n > 0 && (d.lot.isPlaceholder() || isNoLot(d.lot.text())) {
			r.at(d.rxa.AtField(15, 1, 0))
		}
	},
}

func isNoLot(b []byte) bool {
	switch string(b) {
	case "123", "1234", "12345", "123456", "HISTORICAL", "TEST":
		return true
	}
	return len(b) < 2 || !bytes.ContainsAny(b, "0123456789") || allZeros(b) || (len(b) > 2 && allDigits(b) && isOneDigit(b))
}
