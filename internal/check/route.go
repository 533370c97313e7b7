package check

import (
	"openiis/internal/codeset"
	"openiis/internal/hl7"
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
