package check

import "openiis/internal/iis"

var invalidMedicaid = rule[identifier]{
	Rule: Rule{
		Name: "PID-3.1 not a Medicaid number", Source: "AIRA MQE0167", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidValue,
		Say: "PID-3.1 (Medicaid number) has no digits, or all digits are the same; send the true number, or none.",
	},
	check: func(r *run, id *identifier) {
		if id.kind == medicaid && (id.word.isPlaceholder() || isOneDigit(id.text)) {
			r.at(id.at())
		}
	},
}
