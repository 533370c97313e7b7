package check

import (
	"bytes"

	"openiis/internal/iis"
)

var sameNames = rule[names]{
	Rule: Rule{
		Name: "PID-5 same names", Source: "AIRA MQE0140", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "PID-5 has the same family and given name; check that neither was copied from the other.",
	},
	check: func(r *run, n *names) {
		if f := n.family.text(); len(f) > 1 && bytes.Equal(f, n.given.text()) && !n.family.isPlaceholder() {
			r.at(n.at(0))
		}
	},
}
