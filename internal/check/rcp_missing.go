package check

import "openiis/internal/iis"

// withoutRCP: a query without a limit is answered within the registry's own.
var withoutRCP = rule[view]{
	Rule: Rule{
		Name: "RCP missing", Source: "IG 1.5, message structure of QBP_Q11", Severity: info,
		HL7: iis.CodeSequence, App: iis.AppRequiredMissing,
		Say: "The RCP segment is missing and the registry's own limit was used; send RCP with the number of answers that you take.",
	},
	check: func(r *run, v *view) {
		if v.Message.First("RCP").IsZero() {
			r.at(iis.Where{Segment: "RCP", Sequence: 1})
		}
	},
}
