package check

import "openiis/internal/iis"

var kinMissing = rule[patient]{
	Rule: Rule{
		Name: "NK1 missing", Source: "AIRA MQE0157", Severity: info, Fact: true,
		HL7: iis.CodeSequence, App: iis.AppRequiredMissing,
		Say: "The patient is under 18 and no next of kin was sent; send the parent or guardian in an NK1 segment.",
	},
	check: func(r *run, _ *patient) {
		if r.isMinor() && r.view.Message.First("NK1").IsZero() {
			r.at(iis.Where{Segment: "NK1", Sequence: 1})
		}
	},
}
