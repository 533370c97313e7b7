package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// noNumber: a number (NM; HL7 v2.5.1, 2.A.47) that is none.
var noNumber = demand{
	name: "unreadable number", fault: "unreadable", source: "IG 1.5", severity: iis.Warning,
	hl7: iis.CodeType, app: iis.AppInvalidValue,
	say: wanted,
}

var number = want{&noNumber, "is not a number; send digits, with a decimal point where needed",
	func(_ *Input, v hl7.Value) bool { return isNumber(leaf(v)) }}
