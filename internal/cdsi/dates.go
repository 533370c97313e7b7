package cdsi

import (
	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// Bounds that stand for an absent begin or end (Tables 3-4, 6-4, 6-14: 1 January
// 1900 and 31 December 2999).
const (
	always cal.Date = 0
	never  cal.Date = 1 << 30
)

// span is a duration of the schedule, added by CALCDT-1 to CALCDT-6.
type span struct {
	schedule.Duration
	id uint16 // the same for equal durations: its place in run.ages
}

// from is a day moved by the span; a day beyond the calendar is never reached.
func (s span) from(d cal.Date) cal.Date {
	if d = s.AddTo(d); d == cal.None {
		return never
	}
	return d
}

// orAlways is the day moved by the span, or no lower bound.
func (s span) orAlways(d cal.Date) cal.Date {
	if !s.Given {
		return always
	}
	return s.from(d)
}

// window is an age range: from begin to before end.
type window struct{ begin, end span }

// within reports whether the window lies in another for who is born on a day.
func (w window) within(other window, born cal.Date) bool {
	end := func(s span) cal.Date {
		if !s.Given {
			return never
		}
		return s.from(born)
	}
	return w.begin.orAlways(born) >= other.begin.orAlways(born) && end(w.end) <= end(other.end)
}

// age is the day on which the person reaches an age. Days that were calculated before
// are kept: many rows name the same age.
func (r *run) age(s span) cal.Date {
	d := r.ages[s.id]
	if d == cal.None {
		d = s.from(r.born)
		r.ages[s.id] = d
	}
	return d
}

// ageOrAlways is the day of an age, or no lower bound.
func (r *run) ageOrAlways(s span) cal.Date {
	if !s.Given {
		return always
	}
	return r.age(s)
}

// ageOrNever is the day of an age, or no upper bound.
func (r *run) ageOrNever(s span) cal.Date {
	if !s.Given {
		return never
	}
	return r.age(s)
}

// atAge reports whether the person is in the window on a day.
func (r *run) atAge(w window, on cal.Date) bool {
	return on >= r.ageOrAlways(w.begin) && on < r.ageOrNever(w.end)
}

// dated is when a row holds, both days included (RELEVANT-1, RELEVANT-2).
type dated struct{ from, through cal.Date }

func datedOf(e schedule.Effective) dated {
	d := dated{e.From, e.Through}
	if d.through == cal.None {
		d.through = never
	}
	return d
}

func (d dated) holds(anchor cal.Date) bool { return anchor >= d.from && anchor <= d.through }
