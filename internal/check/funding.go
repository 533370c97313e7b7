package check

import "openiis/internal/iis"

// The vaccine that the federal programme pays (VFC) is for children of certain
// families, through the age of 18.
var (
	fundingDiffers = Rule{
		Name: "OBX-5 funding contradicts eligibility", Source: "AIRA MQE0596", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "OBX-5 says that the dose was paid by VFC although the patient is not eligible for it; correct whichever is wrong.",
	}
	eligibleAdult = Rule{
		Name: "OBX-5 VFC eligibility of an adult", Source: "AIRA MQE0467; VFC: through the age of 18", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "OBX-5 says that a patient of 19 or more is eligible for VFC; send V01, or the code of the programme that paid.",
	}
)

// endOfVFC is the age in months from which nobody is eligible.
const endOfVFC = 19 * 12

var payment = doseFamily{
	rules: []*Rule{&fundingDiffers, &eligibleAdult},
	look: func(r *run, d *dose) {
		if d.facts&given == 0 || d.eligible.IsZero() {
			return
		}
		eligible := leaf(d.eligible.Field(5))
		switch string(eligible) {
		case "V01":
			if says(d.paid.Field(5), "VXC51") {
				r.tell(&fundingDiffers, d.paid.AtField(5, 1, 1))
			}
		case "V02", "V03", "V04", "V05":
			if born := r.person().Birth; !born.IsZero() && d.Date >= born.AddMonths(endOfVFC) {
				r.tell(&eligibleAdult, d.eligible.AtField(5, 1, 1))
			}
		}
	},
}
