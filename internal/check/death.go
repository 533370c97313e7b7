package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

var (
	deathBeforeBirth = Rule{
		Name: "PID-29 before PID-7", Source: "AIRA MQE0129", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "PID-29 (time of death) is before the birth date in PID-7; correct whichever is wrong and send again.",
	}
	deathInFuture = Rule{
		Name: "PID-29 in the future", Source: "AIRA MQE0130", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "PID-29 (time of death) lies in the future; correct it and send again.",
	}
	deathMissing = Rule{
		Name: "PID-29 missing", Source: "AIRA MQE0132", Severity: info,
		HL7: iis.CodeRequired, App: iis.AppRequiredMissing, on: vxu,
		Say: "PID-29 (time of death) is missing although PID-30 says that the patient died; send it when it is known.",
	}
	aliveAndDead = Rule{
		Name: "PID-30 contradicts PID-29", Source: "AIRA MQE0133", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalValue, on: vxu,
		Say: "PID-30 does not say that the patient died but PID-29 gives a time of death; correct whichever is wrong and send again.",
	}
)

var death = family{
	rules: []*Rule{&deathBeforeBirth, &deathInFuture, &deathMissing, &aliveAndDead},
	look: func(r *run, pid hl7.Segment) {
		p := r.person()
		if p.Death.IsZero() {
			if p.Dead == "Y" && blank(pid.Field(29)) {
				r.tell(&deathMissing, pid.AtField(29, 0, 0))
			}
			return
		}
		if p.Death < p.Birth {
			r.tell(&deathBeforeBirth, pid.AtField(29, 0, 0))
		}
		if p.Death > r.view.today {
			r.tell(&deathInFuture, pid.AtField(29, 0, 0))
		}
		if p.Dead != "Y" {
			r.tell(&aliveAndDead, pid.AtField(30, 0, 0))
		}
	},
}
