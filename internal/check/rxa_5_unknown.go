package check

import "openiis/internal/iis"

// unknownVaccine takes a CVX, NDC or CPT code in either triplet, whatever code
// system its sender names: the forms of the three do not overlap.
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
			if !inAnyTriplet(code, v.knowsVaccine) {
				r.at(v.orders[i].rxa.AtField(5, 1, 1))
			}
		}
	},
}

func (v *view) knowsVaccine(code []byte) bool {
	if _, ok := v.Codes.CVX(string(code)); ok {
		return true
	}
	if _, ok := v.Codes.NDC(string(code)); ok {
		return true
	}
	return len(v.Codes.CPTChoices(string(code))) > 0
}
