package check

import "openiis/internal/iis"

// placeholderID: a number that many patients share joins their records, which is
// worse than no number.
var placeholderID = rule[identifier]{
	Rule: Rule{
		Name: "PID-3.1 placeholder", Source: "AIRA MQE0220", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "PID-3.1 (patient identifier) is a placeholder that many patients may share; send the patient's own number.",
	},
	check: func(r *run, id *identifier) {
		if id.kind == ownNumber && (id.word.isPlaceholder() || (id.word.n > 1 && allZeros(id.text))) {
			r.at(id.at())
		}
	},
}
