package check

import "openiis/internal/iis"

var reasonWithoutRefusal = rule[view]{
	Rule: Rule{
		Name: "RXA-18 without a refusal", Source: "IG 1.5, RXA-18; IZ-32", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXA-18 gives a reason for a refusal but RXA-20 does not say that the vaccine was refused; send RXA-20 RE, or no reason.",
	},
	check: func(r *run, v *view) {
		for i := range v.orders {
			rxa := v.orders[i].rxa
			if v.orders[i].facts&refused == 0 && !blank(rxa.Field(18)) {
				r.at(rxa.AtField(18, 0, 0))
			}
		}
	},
}
