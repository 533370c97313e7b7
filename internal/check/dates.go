package check

import (
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// The days of a message must make sense together. A dose is stored whatever its
// day; whoever sent it should look (table 0533, 1: illogical date error).

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
