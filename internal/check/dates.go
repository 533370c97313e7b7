package check

import (
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// The days of a message must make sense together. A dose is stored whatever its
// day; whoever sent it should look (IG 1.5, PID-7 and RXA-3; table 0533, 1).

var futureBirth = Rule{
	Name: "PID-7 in the future", Source: "IG 1.5, PID-7", Severity: iis.Warning,
	HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
	Say: "PID-7 (birth date) lies in the future; correct it and send again.",
	check: func(v *view, at func(iis.Where)) {
		if v.VXU != nil && v.VXU.Person.Birth > v.today {
			at(v.Message.First("PID").AtField(7, 0, 0))
		}
	},
}

var futureDose = Rule{
	Name: "RXA-3 in the future", Source: "IG 1.5, RXA-3", Severity: iis.Warning,
	HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
	Say: "RXA-3 (day of the vaccination) lies in the future; correct it and send again.",
	check: func(v *view, at func(iis.Where)) {
		v.eachDay(func(day cal.Date, where iis.Where) {
			if day > v.today {
				at(where)
			}
		})
	},
}

var beforeBirth = Rule{
	Name: "RXA-3 before PID-7", Source: "IG 1.5, RXA-3", Severity: iis.Warning,
	HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
	Say: "RXA-3 (day of the vaccination) is before the birth date in PID-7; correct whichever is wrong and send again.",
	check: func(v *view, at func(iis.Where)) {
		v.eachDay(func(day cal.Date, where iis.Where) {
			if day < v.VXU.Person.Birth {
				at(where)
			}
		})
	},
}

var afterDeath = Rule{
	Name: "RXA-3 after PID-29", Source: "IG 1.5, RXA-3", Severity: iis.Warning,
	HL7: iis.CodeApplication, App: iis.AppIllogicalDate, on: vxu,
	Say: "RXA-3 (day of the vaccination) is after the death date in PID-29; correct whichever is wrong and send again.",
	check: func(v *view, at func(iis.Where)) {
		v.eachDay(func(day cal.Date, where iis.Where) {
			if death := v.VXU.Person.Death; death != cal.None && day > death {
				at(where)
			}
		})
	},
}

// eachDay gives the day of every order group that has one, with its place.
func (v *view) eachDay(each func(cal.Date, iis.Where)) {
	if v.VXU == nil {
		return
	}
	for i := range v.VXU.Orders {
		o := &v.VXU.Orders[i]
		if o.Dose.Date != cal.None && o.Where.Segment == "RXA" {
			each(o.Dose.Date, iis.Where{Segment: "RXA", Sequence: o.Where.Sequence, Field: 3})
		}
	}
}

// farthestZone is how far ahead of UTC the earliest day begins.
const farthestZone = 14 * time.Hour

// endOfTime stands for a day of receipt that is not known: nothing is later.
var endOfTime = cal.Of(9999, time.December, 31)

// lastDay is the last day that is not the future: that of MSH-7 in its own zone,
// or that of receipt in the zone where it is latest, whichever is earlier. An
// old message must not be judged by today's clock, nor a clock that runs ahead
// be believed.
func (in *Input) lastDay() cal.Date {
	last := in.receipt()
	if in.VXU != nil && !in.VXU.Header.Time.IsZero() {
		last = min(last, cal.On(in.VXU.Header.Time))
	}
	return last
}

// receipt is the day of receipt in the zone where it is latest; the end of time
// when that is not known.
func (in *Input) receipt() cal.Date {
	if in.Received.IsZero() {
		return endOfTime
	}
	return cal.On(in.Received.UTC().Add(farthestZone))
}
