package check

import (
	"bytes"

	"openiis/internal/iis"
)

var markedName = rule[part]{
	Rule: Rule{
		Name: "PID-5.1 prefix", Source: "AIRA MQE0165", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-5.1 (family name) begins with ZZ, the mark of a record not to be used; do not send it, or send the name without the mark.",
	},
	check: func(r *run, p *part) {
		if p.component == familyName && bytes.HasPrefix(p.word.text(), []byte("ZZ")) {
			r.at(p.at())
		}
	},
}
