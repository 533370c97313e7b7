package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var siteOfNoNeedle = rule[dose]{
	Rule: Rule{
		Name: "RXR-2 without a needle", Source: "AIRA MQE0282", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue,
		Say: "RXR-2 (body site) is a limb although RXR-1 says by mouth or nose; leave the site empty, or correct the route.",
	},
	check: func(r *run, d *dose) {
		if d.routed != anyWay && d.routed != byNeedle && isLimb(d.rxr.Field(2)) {
			r.at(d.rxr.AtField(2, 0, 0))
		}
	},
}

// isLimb reports an arm, thigh or buttock.
func isLimb(site hl7.Value) bool {
	switch string(leaf(site)) {
	case "LA", "RA", "LT", "RT", "LD", "RD", "LG", "RG", "LVL", "RVL", "LUA", "RUA", "LLFA", "RLFA", "LB", "RB":
		return true
	}
	return false
}
