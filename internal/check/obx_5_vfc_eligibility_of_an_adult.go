package check

import "openiis/internal/iis"

// eligibleAdult: the vaccine that the federal programme pays (VFC) is for children
// of certain families.
var eligibleAdult = rule[dose]{
	Rule: Rule{
		Name: "OBX-5 VFC eligibility of an adult", Source: "AIRA MQE0467; VFC: through the age of 18", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "OBX-5 says that a patient of 19 or more is eligible for VFC; send V01, or the code of the programme that paid.",
	},
	check: func(r *run, d *dose) {
		if d.facts&given == 0 || d.eligible.IsZero() {
			return
		}
		switch string(leaf(d.eligible.Field(5))) {
		case "V02", "V03", "V04", "V05":
			if born := r.person().Birth; !born.IsZero() && d.Date >= born.AddMonths(endOfVFC) {
				r.at(d.eligible.AtField(5, 1, 1))
			}
		}
	},
}

// endOfVFC is the age in months from which nobody is eligible.
const endOfVFC = 19 * 12
