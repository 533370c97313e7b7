package check

import (
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var unreadableVIS = rule[view]{
	Rule: Rule{
		Name: "OBX-5 unreadable statement", Source: "IG 1.5, OBX-5; IZ-36", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppInvalidValue,
		Say: "OBX-5 (information statement) is not the 24 digits of its bar code; send them, or send 30956-7 with the date of publication.",
	},
	check: func(r *run, _ *view) {
		r.observed(statement, func(_ *Input, value hl7.Value) bool {
			_, _, ok := codeset.ReadGDTI(string(leaf(value)))
			return ok
		})
	},
}
