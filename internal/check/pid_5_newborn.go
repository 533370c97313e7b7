package check

import (
	"bytes"

	"openiis/internal/iis"
	"openiis/internal/match"
)

var newbornName = rule[names]{
	Rule: Rule{
		Name: "PID-5 newborn", Source: "AIRA MQE0172", Severity: info, Fact: true,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "PID-5 (patient name) looks like that of a newborn without a given name; send the given name when it is known.",
	},
	check: func(r *run, n *names) {
		if isNewborn(n.given.text()) {
			r.at(n.at(givenName))
		}
	},
}

// isNewborn reports what stands for the given name of a child without one, also
// with more behind it (BABY BOY OF ADA): who is asked to look does no harm.
func isNewborn(given []byte) bool {
	return match.Default().IsUnnamed(string(given)) ||
		bytes.HasPrefix(given, []byte("BABY")) || bytes.HasPrefix(given, []byte("NEWBORN")) || bytes.HasPrefix(given, []byte("INFANT"))
}
