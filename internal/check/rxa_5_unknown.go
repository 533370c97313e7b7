package check

import (
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/iz"
)

// unknownVaccine takes a CVX, NDC or CPT code in either triplet for what reading
// takes it for (iz.NamesVaccine): 03 in a list of the sender's own is none.
var unknownVaccine = rule[view]{
	Rule: Rule{
		Name: "RXA-5 unknown", Source: "IG 1.5, RXA-5", Severity: iis.Warning,
		HL7: iis.CodeTable, App: iis.AppTable,
		Say: "RXA-5 (vaccine) has no code that CVX, NDC or CPT lists; send the CVX or NDC code of the vaccine.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			code := v.orders[i].rxa.Field(5).Rep(1)
			if v.Codes == nil || blank(code) {
				continue
			}
			if !isCVX(v.Codes, code) && !iz.NamesVaccine(v.Codes, code) {
				r.at(v.orders[i].rxa.AtField(5, 1, 1))
			}
		}
	},
}

// isCVX reports a CVX code that says so: nearly every one.
func isCVX(t *codeset.Tables, v hl7.Value) bool {
	_, known := t.CVX(string(leaf(v)))
	return known && says(v.Comp(3), "CVX")
}
