package check

import (
	"bytes"

	"openiis/internal/iis"
)

var severalLots = rule[dose]{
	Rule: Rule{
		Name: "RXA-15 several lot numbers", Source: "AIRA MQE0591", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "RXA-15 has more than one lot number in one; send the number of the vial that the dose was drawn from.",
	},
	check: func(r *run, d *dose) {
		if isSeveral(d.lot.text()) {
			r.at(d.rxa.AtField(15, 1, 0))
		}
	},
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
