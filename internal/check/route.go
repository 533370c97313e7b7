package check

import (
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var (
	routeDiffers = Rule{
		Name: "RXR-1 not that of RXA-5", Source: "AIRA MQE0276", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "RXR-1 (route) is not one by which the vaccine in RXA-5 is given; correct whichever is wrong and send again.",
	}
	siteOfNoNeedle = Rule{
		Name: "RXR-2 without a needle", Source: "AIRA MQE0282", Severity: info,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "RXR-2 (body site) is a limb although RXR-1 says by mouth or nose; leave the site empty, or correct the route.",
	}
)

// way is how a vaccine gets into the body, as coarsely as everybody agrees on:
// the kind of needle is for the clinic to choose.
type way uint8

const (
	anyWay way = iota
	byNeedle
	byMouth
	byNose
)

var routes = doseFamily{
	rules: []*Rule{&routeDiffers, &siteOfNoNeedle},
	look: func(r *run, d *dose) {
		if d.facts&given == 0 || r.view.Codes == nil || d.rxr.IsZero() {
			return
		}
		sent, right := wayOfRoute(d.rxr.Field(1)), wayOf(d.CVX)
		if right == anyWay && knowsNeedle(r.view.Codes, d.CVX) {
			right = byNeedle
		}
		switch {
		case sent == anyWay:
		case right != anyWay && sent != right:
			r.tell(&routeDiffers, d.rxr.AtField(1, 0, 0))
		case sent != byNeedle && isLimb(d.rxr.Field(2)):
			r.tell(&siteOfNoNeedle, d.rxr.AtField(2, 0, 0))
		}
	},
}

// wayOf is that of the vaccines that are not injected.
func wayOf(cvx string) way {
	switch cvx {
	case "02", "178", "179", "182", // polio
		"74", "116", "119", "122", // rotavirus
		"25", "26", "172", "173", "174", // typhoid, cholera
		"54", "55", "82", "143": // adenovirus
		return byMouth
	case "111", "125", "149", "151", "333": // influenza
		return byNose
	}
	return anyWay
}

// knowsNeedle reports a vaccine that is injected: one of a group, and not one
// whose code leaves open which of several it is.
func knowsNeedle(t *codeset.Tables, cvx string) bool {
	return t.GroupSet(cvx) != 0 && !t.Unspecified(cvx) && cvx != "128"
}

func wayOfRoute(v hl7.Value) way {
	switch string(leaf(v)) {
	case "C28161", "C38299", "C38238", "IM", "SC", "SQ", "SUBQ", "ID":
		return byNeedle
	case "C38288", "PO":
		return byMouth
	case "C38284", "NS", "IN":
		return byNose
	}
	return anyWay
}

// isLimb reports an arm, thigh or buttock.
func isLimb(site hl7.Value) bool {
	switch string(leaf(site)) {
	case "LA", "RA", "LT", "RT", "LD", "RD", "LG", "RG", "LVL", "RVL", "LUA", "RUA", "LLFA", "RLFA", "LB", "RB":
		return true
	}
	return false
}
