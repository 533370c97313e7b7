package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// unreadableTime: a day (DT, TS) that cannot be read or does not exist (IG 1.5,
// data types DT_D, TS_NZ and TS_Z).
var unreadableTime = demand{
	name: "unreadable date", fault: "unreadable", source: "IG 1.5", severity: iis.Warning,
	hl7: iis.CodeType, app: iis.AppInvalidDate,
	say: wanted,
}

// day wants a date to the day, and month one to the month.
var (
	day = want{&unreadableTime, "is not a date that can be read; send YYYYMMDD",
		func(_ *Input, v hl7.Value) bool { return isTime(leaf(v), 8) }}
	month = want{&unreadableTime, "is not a date that can be read; send YYYYMMDD or YYYYMM",
		func(_ *Input, v hl7.Value) bool { return isTime(leaf(v), 6) }}
)
