package check

import (
	"bytes"

	"openiis/internal/iis"
)

var initialInGiven = rule[part]{
	Rule: Rule{
		Name: "PID-5.2 with an initial", Source: "AIRA MQE0142", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-5.2 (given name) ends in a single letter, perhaps a middle initial; send that in PID-5.3.",
	},
	check: func(r *run, p *part) {
		if p.component == givenName && endsInInitial(p.word.text()) && !isNewborn(p.word.text()) { // TWIN A
			r.at(p.at())
		}
	},
}

// endsInInitial reports two words of which the second is a letter, perhaps with
// a point.
func endsInInitial(b []byte) bool {
	first, last, two := bytes.Cut(bytes.TrimSuffix(b, []byte(".")), []byte(" "))
	return two && len(first) > 1 && len(last) == 1
}
