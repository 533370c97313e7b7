package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// unknownMaker: a manufacturer that MVX does not list, in either triplet.
var unknownMaker = demand{
	name: "unknown maker", fault: "unknown", source: "IG 1.5", severity: iis.Warning,
	hl7: iis.CodeTable, app: iis.AppTable,
	say: wanted,
}

var maker = want{&unknownMaker, "has a code that MVX does not list; send an MVX code", func(in *Input, v hl7.Value) bool {
	return in.Codes == nil || inAnyTriplet(v, func(code []byte) bool {
		_, ok := in.Codes.MVX(string(code))
		return ok
	})
}}
