package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// oldest is an age in months that nobody reaches.
const oldest = 125 * 12

var (
	birthLongAgo = Rule{
		Name: "PID-7 very long ago", Source: "AIRA MQE0120", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "PID-7 (birth date) is more than 125 years ago; correct it and send again.",
	}
	orderMissing = Rule{
		Name: "PID-25 missing", Source: "AIRA MQE0125; IG 1.5, PID-25", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing, on: vxu,
		Say: "PID-25 (birth order) is missing although PID-24 says that it was a multiple birth; send it, for it tells twins apart.",
	}
	orderOfSingle = Rule{
		Name: "PID-25 contradicts PID-24", Source: "AIRA MQE0123", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "PID-25 (birth order) is 2 or more but PID-24 says that it was no multiple birth; correct whichever is wrong.",
	}
	orderAlone = Rule{
		Name: "PID-25 without PID-24", Source: "AIRA MQE0121", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing, on: vxu,
		Say: "PID-25 (birth order) is 2 or more but PID-24 does not say that it was a multiple birth; send PID-24 Y.",
	}
)

var birth = family{
	rules: []*Rule{&birthLongAgo, &orderMissing, &orderOfSingle, &orderAlone},
	look: func(r *run, pid hl7.Segment) {
		p := r.person()
		if pid.Seq() > 1 {
			return
		}
		if known := r.view.today != endOfTime && !p.Birth.IsZero(); known && p.Birth.AddMonths(oldest) < r.view.today {
			r.tell(&birthLongAgo, pid.AtField(7, 0, 0))
		}
		switch later := p.BirthOrder > 1; {
		case p.MultipleBirth == "Y" && blank(pid.Field(25)):
			r.tell(&orderMissing, pid.AtField(25, 0, 0))
		case p.MultipleBirth == "N" && later:
			r.tell(&orderOfSingle, pid.AtField(25, 0, 0))
		case p.MultipleBirth == "" && later:
			r.tell(&orderAlone, pid.AtField(24, 0, 0))
		}
	},
}
