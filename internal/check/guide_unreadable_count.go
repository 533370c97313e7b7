package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// noCount: a number that counts (SI) and is not 1 or more.
var noCount = demand{
	name: "unreadable count", fault: "unreadable", source: "IG 1.5", severity: iis.Warning,
	hl7: iis.CodeType, app: iis.AppInvalidValue,
	say: wanted,
}

var positive = want{&noCount, "is not a positive whole number; send digits only",
	func(_ *Input, v hl7.Value) bool { return isPositive(leaf(v)) }}
