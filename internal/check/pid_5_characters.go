package check

import (
	"openiis/internal/fold"
	"openiis/internal/iis"
)

var signsInName = rule[part]{
	Rule: Rule{
		Name: "PID-5 characters", Source: "AIRA MQE0140, MQE0165", Severity: iis.Warning,
		HL7: iis.CodeType, App: iis.AppInvalidValue,
		Say: "PID-5 (patient name) has digits or signs that names do not have; send the name alone.",
	},
	check: func(r *run, p *part) {
		if hasSigns(p.text) {
			r.at(p.at())
		}
	},
}

// hasSigns reports what stands in no name: digits, signs other than those of
// spelling, and what turns the direction of text. Other text beyond ASCII is left
// alone, and so are escapes.
func hasSigns(b []byte) bool {
	for _, c := range b {
		if isSign[c] {
			return true
		}
	}
	return fold.Turns(b)
}

var isSign = func() (is [256]bool) {
	for _, c := range []byte("0123456789?*#@%$!<>=+;:_[]{}\"/") {
		is[c] = true
	}
	return is
}()
