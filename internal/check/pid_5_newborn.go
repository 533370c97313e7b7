package check

import "openiis/internal/iis"

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
