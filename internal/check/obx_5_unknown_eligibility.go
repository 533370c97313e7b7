package check

import (
	"bytes"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// unknownEligibility takes a state's own codes in the form that the guide gives
// them: the code system is the beginning of the code (AKA01^…^AKA).
var unknownEligibility = rule[view]{
	Rule: Rule{
		Name: "OBX-5 unknown eligibility", Source: "IG 1.5, OBX-5; IZ-35", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "OBX-5 (funding eligibility) has a code that table 0064 does not list; send a code from it, or a state's code with its code system.",
	},
	check: func(r *run, _ *view) {
		r.observed(eligibility, func(in *Input, value hl7.Value) bool {
			return eligibilities.ok(in, value) || isLocal(leaf(value), leaf(value.Comp(3)))
		})
	},
}

// isLocal reports a state's own code: letters that name the state, and digits.
func isLocal(code, system []byte) bool {
	if len(system) < 2 || len(code) <= len(system) || !bytes.HasPrefix(code, system) {
		return false
	}
	for _, c := range system {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return allDigits(code[len(system):])
}
