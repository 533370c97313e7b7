package check

import "openiis/internal/iis"

var cptDisagrees = rule[dose]{
	Rule: Rule{
		Name: "RXA-5 CPT disagrees", Source: "AIRA MQE0310", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppInvalidValue,
		Say: "RXA-5 has a CVX code and a CPT code of different vaccines and the CVX code was used; correct whichever is wrong.",
	},
	check: func(r *run, d *dose) {
		if d.CPT == "" || d.vaccine.CVX == "" {
			return
		}
		billed, ok := r.view.Codes.CPT(d.CPT)
		if ok && billed != d.vaccine.CVX && !r.view.Codes.SharesGroup(billed, d.vaccine.CVX) {
			r.at(d.rxa.AtField(5, 1, 4))
		}
	},
}
