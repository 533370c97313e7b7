package check

import "openiis/internal/iis"

var continued = rule[view]{
	Rule: Rule{
		Name: "DSC not used", Source: "IG 1.5, message structure of QBP_Q11", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIgnored,
		Say: "Answers are not sent in parts and the DSC segment was ignored; leave it out.",
	},
	check: func(r *run, v *view) {
		if s := v.Message.First("DSC"); !s.IsZero() {
			r.at(s.At())
		}
	},
}
