package check

import "openiis/internal/iis"

// kinMissing is I although AIRA has it as a warning: the guide forbids to say that
// something is wrong because a segment that may be empty (RE) is not there.
var kinMissing = rule[patient]{
	Rule: Rule{
		Name: "NK1 missing", Source: "AIRA MQE0157", Severity: info,
		HL7: iis.CodeSequence, App: iis.AppRequiredMissing,
		Say: "The patient is under 18 and no next of kin was sent; send the parent or guardian in an NK1 segment.",
	},
	check: func(r *run, _ *patient) {
		if r.isMinor() && r.view.Message.First("NK1").IsZero() {
			r.at(iis.Where{Segment: "NK1", Sequence: 1})
		}
	},
}
