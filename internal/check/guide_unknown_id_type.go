package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// unknownIDType: a type of identifier that table 0203 does not list. National
// numbers are taken too, whose types name their country: NNCAN.
var unknownIDType = demand{
	name: "unknown id type", fault: "unknown", source: "IG 1.5", severity: iis.Warning,
	hl7: iis.CodeTable, app: iis.AppTable,
	say: wanted,
}

var idType = want{&unknownIDType, "has a code that table 0203 does not list; send MR for a medical record number",
	func(in *Input, v hl7.Value) bool {
		b := leaf(v)
		return len(b) == 5 && string(b[:2]) == "NN" || idTypes.ok(in, v)
	}}

var idTypes = table("0203")
