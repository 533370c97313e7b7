package check

import (
	"bytes"

	"openiis/internal/iis"
)

var markedLot = rule[dose]{
	Rule: Rule{
		Name: "RXA-15 with a mark", Source: "AIRA MQE0592, MQE0593, MQE0594", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "RXA-15 has more than the lot number, such as LOT, VFC or brackets; send the number on the vial alone.",
	},
	check: func(r *run, d *dose) {
		if isMarked(d.lot.text()) {
			r.at(d.rxa.AtField(15, 1, 0))
		}
	},
}

// isMarked reports words and signs that clinics put to a lot number.
func isMarked(b []byte) bool {
	if bytes.ContainsAny(b, "()[]#*") {
		return true
	}
	for _, mark := range [...]string{"LOT ", "LOT:", "LOT-", "VFC", "PRIVATE", "EXP"} {
		if bytes.HasPrefix(b, []byte(mark)) {
			return true
		}
	}
	return bytes.HasSuffix(b, []byte("VFC")) || bytes.HasSuffix(b, []byte(" PRIVATE")) || bytes.HasSuffix(b, []byte("-PRIVATE"))
}
