package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// unknownVIS: an edition newer than our list is read from the bar code itself.
var unknownVIS = rule[view]{
	Rule: Rule{
		Name: "OBX-5 unknown statement", Source: "IG 1.5, OBX-5; IZ-36", Severity: info,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "OBX-5 (information statement) is an edition that CDC's list does not have; check the bar code.",
	},
	check: func(r *run, _ *view) {
		r.observed(statement, func(in *Input, value hl7.Value) bool {
			if in.Codes == nil {
				return true
			}
			_, ok := in.Codes.VIS(string(leaf(value)))
			return ok
		})
	},
}
