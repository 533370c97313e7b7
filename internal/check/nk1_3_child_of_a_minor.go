package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// childOfChild: the relationship is the kin's to the patient; a clinic system
// that turns it round makes every parent a child.
var childOfChild = rule[hl7.Segment]{
	Rule: Rule{
		Name: "NK1-3 child of a minor", Source: "AIRA MQE0485", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "NK1-3 (relationship) makes the next of kin the child of a patient under 18; send what the next of kin is to the patient, MTH or FTH.",
	},
	check: func(r *run, nk1 *hl7.Segment) {
		switch string(leaf(nk1.Field(3))) {
		case "CHD", "NCH", "FCH", "SCH", "GCH":
			if r.isMinor() {
				r.at(nk1.AtField(3, 0, 0))
			}
		}
	},
}
