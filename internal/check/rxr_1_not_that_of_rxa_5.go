package check

import "openiis/internal/iis"

var routeDiffers = rule[dose]{
	Rule: Rule{
		Name: "RXR-1 not that of RXA-5", Source: "AIRA MQE0276", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXR-1 (route) is not one by which the vaccine in RXA-5 is given; correct whichever is wrong and send again.",
	},
	check: func(r *run, d *dose) {
		if d.routed != anyWay && d.proper != anyWay && d.routed != d.proper {
			r.at(d.rxr.AtField(1, 0, 0))
		}
	},
}
