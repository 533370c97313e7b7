package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// ageOfMajority in months: whoever is younger has somebody who answers for them.
const ageOfMajority = 18 * 12

// isMinor reports a patient whom somebody else answers for.
func (r *run) isMinor() bool {
	born := r.person().Birth
	return !born.IsZero() && r.view.today < born.AddMonths(ageOfMajority)
}

var kinMissing = Rule{
	Name: "NK1 missing", Source: "AIRA MQE0157", Severity: info, Fact: true,
	HL7: iis.CodeSequence, App: iis.AppRequiredMissing, on: vxu,
	Say: "The patient is under 18 and no next of kin was sent; send the parent or guardian in an NK1 segment.",
}

var guardian = family{
	rules: []*Rule{&kinMissing},
	look: func(r *run, _ hl7.Segment) {
		if r.isMinor() && r.view.Message.First("NK1").IsZero() {
			r.tell(&kinMissing, iis.Where{Segment: "NK1", Sequence: 1})
		}
	},
}

// childOfChild: the relationship is the kin's to the patient; a clinic system
// that turns it round makes every parent a child.
var childOfChild = Rule{
	Name: "NK1-3 child of a minor", Source: "AIRA MQE0485", Severity: iis.Warning,
	HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
	Say: "NK1-3 (relationship) makes the next of kin the child of a patient under 18; send what the next of kin is to the patient, MTH or FTH.",
}

var kinRelation = family{
	rules: []*Rule{&childOfChild},
	look: func(r *run, nk1 hl7.Segment) {
		switch string(leaf(nk1.Field(3))) {
		case "CHD", "NCH", "FCH", "SCH", "GCH":
			if r.isMinor() {
				r.tell(&childOfChild, nk1.AtField(3, 0, 0))
			}
		}
	},
}
