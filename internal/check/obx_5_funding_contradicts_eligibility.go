package check

import "openiis/internal/iis"

var fundingDiffers = rule[dose]{
	Rule: Rule{
		Name: "OBX-5 funding contradicts eligibility", Source: "AIRA MQE0596", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "OBX-5 says that the dose was paid by VFC although the patient is not eligible for it; correct whichever is wrong.",
	},
	check: func(r *run, d *dose) {
		if d.facts&given == 0 || d.eligible.IsZero() {
			return
		}
		if says(d.eligible.Field(5), "V01") && says(d.paid.Field(5), "VXC51") {
			r.at(d.paid.AtField(5, 1, 1))
		}
	},
}
