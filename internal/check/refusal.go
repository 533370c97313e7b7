package check

import "openiis/internal/iis"

var reasonWithoutRefusal = Rule{
	Name: "RXA-18 without a refusal", Source: "IG 1.5, RXA-18; IZ-32", Severity: iis.Warning,
	HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
	Say: "RXA-18 gives a reason for a refusal but RXA-20 does not say that the vaccine was refused; send RXA-20 RE, or no reason.",
	check: func(v *view, at func(iis.Where)) {
		for i := range v.orders {
			rxa := v.orders[i].rxa
			if v.orders[i].facts&refused == 0 && !blank(rxa.Field(18)) {
				at(rxa.AtField(18, 0, 0))
			}
		}
	},
}

var unsaidRefusal = Rule{
	Name: "RXA-20 of a refusal", Source: "IG 1.5, RXA-20; IZ-32", Severity: info,
	HL7: iis.CodeRequired, App: iis.AppRequiredMissing, on: vxu,
	Say: "RXA-20 (completion status) is empty and, as RXA-18 gives a reason, was taken for a refusal; send RE.",
	check: func(v *view, at func(iis.Where)) {
		for i := range v.orders {
			if v.orders[i].facts&unsaid != 0 {
				at(v.orders[i].rxa.AtField(20, 0, 0))
			}
		}
	},
}
