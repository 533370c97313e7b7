package check

import (
	"bytes"

	"openiis/internal/iis"
)

// A lot number finds those who must be called back: it must be the maker's,
// alone and whole.
var (
	notALot = Rule{
		Name: "RXA-15 not a lot number", Source: "AIRA MQE0338, MQE0590, MQE0595", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "RXA-15 (lot number) is a placeholder or has no digit; send the number on the vial, or none when it is not known.",
	}
	severalLots = Rule{
		Name: "RXA-15 several lot numbers", Source: "AIRA MQE0591", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "RXA-15 has more than one lot number in one; send the number of the vial that the dose was drawn from.",
	}
	markedLot = Rule{
		Name: "RXA-15 with a mark", Source: "AIRA MQE0592, MQE0593, MQE0594", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue, on: vxu,
		Say: "RXA-15 has more than the lot number, such as LOT, VFC or brackets; send the number on the vial alone.",
	}
)

var lots = doseFamily{
	rules: []*Rule{&notALot, &severalLots, &markedLot},
	look: func(r *run, d *dose) {
		if d.facts&given == 0 || d.facts&hasLot == 0 {
			return
		}
		lot := d.rxa.Field(15).Rep(1)
		w := wordOf(lot)
		b := w.text()
		switch {
		case w.n == 0: // empty, or longer than we compare
			return
		case w.isPlaceholder(), isNoLot(b):
			r.tell(&notALot, d.rxa.AtField(15, 1, 0))
		case isSeveral(b):
			r.tell(&severalLots, d.rxa.AtField(15, 1, 0))
		case isMarked(b):
			r.tell(&markedLot, d.rxa.AtField(15, 1, 0))
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

// isSeveral reports two numbers with a sign between them.
func isSeveral(b []byte) bool {
	i := bytes.IndexAny(b, ",;/&+")
	if i < 0 {
		return false
	}
	first, second := bytes.TrimSpace(b[:i]), bytes.TrimSpace(b[i+1:])
	return isLotAlone(first) && isLotAlone(second)
}

func isLotAlone(b []byte) bool { return len(b) >= 4 && bytes.ContainsAny(b, "0123456789") }

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
