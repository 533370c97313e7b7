package check

import "openiis/internal/iis"

// zone: the guide wants seconds and the zone in MSH-7 (TS_Z). Most real senders
// leave the zone out; the registry's own is taken, so nothing is lost.
var zone = rule[view]{
	Rule: Rule{
		Name: "MSH-7 without zone", Source: "IG 1.5, MSH-7; IZ-TS_Z", Severity: info,
		HL7: iis.CodeType, App: iis.AppInvalidDate,
		Say: "MSH-7 (time of the message) has no seconds or no time zone; send YYYYMMDDHHMMSS+ZZZZ.",
	},
	check: func(r *run, v *view) {
		msh := v.Message.MSH()
		b := leaf(msh.Field(7))
		if !isTime(b, 8) {
			return // missing or unreadable: its own findings
		}
		if zoneAt(b) < 14 {
			r.at(msh.AtField(7, 0, 0))
		}
	},
}
