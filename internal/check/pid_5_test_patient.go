package check

import "openiis/internal/iis"

var testName = rule[names]{
	Rule: Rule{
		Name: "PID-5 test patient", Source: "AIRA MQE0551", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "PID-5 (patient name) looks like that of a test patient; do not send test patients to production.",
	},
	check: func(r *run, n *names) {
		if isTest(n.family.text(), n.given.text()) {
			r.at(n.at(0))
		}
	},
}

// isTest reports names that people give to test patients.
func isTest(family, given []byte) bool {
	switch string(family) {
	case "TEST", "ZZTEST", "ZZZTEST", "TESTING", "TESTPATIENT", "TEST PATIENT", "DUMMY", "DO NOT USE", "DONOTUSE", "PATIENT TEST":
		return true
	case "MOUSE":
		return string(given) == "MICKEY" || string(given) == "MINNIE"
	case "DUCK":
		return string(given) == "DONALD" || string(given) == "DAISY"
	}
	switch string(given) {
	case "TEST", "ZZTEST", "TESTPATIENT", "TEST PATIENT", "DO NOT USE", "DONOTUSE":
		return true
	}
	return false
}
