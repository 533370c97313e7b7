package check

import "openiis/internal/iis"

var notLegalName = rule[view]{
	Rule: Rule{
		Name: "PID-5 not the legal name", Source: "IG 1.5, PID-5", Severity: info,
		HL7: iis.CodeTable, App: iis.AppInvalidValue,
		Say: "The first name in PID-5 is not marked as the legal name and was taken for it; send the legal name (type L) first.",
	},
	check: func(r *run, v *view) {
		pid := v.Message.First("PID")
		typ := pid.Field(5).Comp(7)
		if !blank(typ) && !says(typ, "L") {
			r.at(pid.AtField(5, 1, 7))
		}
	},
}
