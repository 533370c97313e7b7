package check

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
)

var (
	afterExpiry = Rule{
		Name: "RXA-3 after RXA-16", Source: "AIRA MQE0251", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "RXA-3 (day of the vaccination) is after the expiration date in RXA-16; correct whichever is wrong, or see to the patient.",
	}
	afterEntry = Rule{
		Name: "RXA-3 after RXA-22", Source: "AIRA MQE0254", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "RXA-3 (day of the vaccination) is after its entry in RXA-22; correct whichever is wrong and send again.",
	}
	entryInFuture = Rule{
		Name: "RXA-22 in the future", Source: "AIRA MQE0581", Severity: iis.Warning,
		HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
		Say: "RXA-22 (time of entry) lies in the future; correct it and send again.",
	}
)

var doseDates = doseFamily{
	rules: []*Rule{&afterExpiry, &afterEntry, &entryInFuture},
	look: func(r *run, d *dose) {
		if d.facts&given != 0 && !d.Expiration.IsZero() && d.Date > d.Expiration {
			r.tell(&afterExpiry, d.rxa.AtField(3, 0, 0))
		}
		entered := dayOf(d.Entered)
		if entered.IsZero() {
			return
		}
		if d.Date > entered {
			r.tell(&afterEntry, d.rxa.AtField(3, 0, 0))
		}
		if entered > r.view.today {
			r.tell(&entryInFuture, d.rxa.AtField(22, 0, 0))
		}
	},
}

// dayOf is the day of a time as sent, None when it has none.
func dayOf(s string) cal.Date {
	if len(s) < len("YYYYMMDD") {
		return cal.None
	}
	return cal.ParseCompact(s[:len("YYYYMMDD")])
}
