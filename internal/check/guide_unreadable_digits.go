package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// noDigits: a text of digits that has other characters (IG 1.5, XTN.6 and XTN.7).
var noDigits = demand{
	name: "unreadable digits", fault: "unreadable", source: "IG 1.5", severity: iis.Warning,
	hl7: iis.CodeType, app: iis.AppInvalidValue,
	say: wanted,
}

var digits = want{&noDigits, "has other characters than digits; send digits only",
	func(_ *Input, v hl7.Value) bool { return allDigits(leaf(v)) }}
