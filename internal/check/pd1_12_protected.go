package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var protected = rule[hl7.Segment]{
	Rule: Rule{
		Name: "PD1-12 protected", Source: "AIRA MQE0200", Severity: info, Fact: true,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "PD1-12 says that the patient's record may not be shared; until PD1-12 N is sent, others see of it only what they reported themselves.",
	},
	check: func(r *run, pd1 *hl7.Segment) {
		if says(pd1.Field(12), "Y") {
			r.at(pd1.AtField(12, 0, 0))
		}
	},
}
