package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var unknownAntigen = rule[view]{
	Rule: Rule{
		Name: "OBX-5 unknown vaccine", Source: "IG 1.5, OBX-5; IZ-37", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "OBX-5 (vaccine type) has a code that CVX does not list; send a CVX code.",
	},
	check: func(r *run, _ *view) {
		r.observed(antigen, func(in *Input, value hl7.Value) bool {
			return in.Codes == nil || inAnyTriplet(value, func(code []byte) bool {
				_, ok := in.Codes.CVX(string(code))
				return ok
			})
		})
	},
}
