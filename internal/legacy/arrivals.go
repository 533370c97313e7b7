package legacy

import (
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// arrivals are the people of a chunk as they are handed on. What a patient's own
// facility says comes first, and what others reported beside it.
func (i *importing) arrivals(tx *store.Tx, c *chunk, sub *iis.Submission) ([]record.Arrival, error) {
	out := make([]record.Arrival, len(c.people))
	for n := range c.people {
		p := &c.people[n]
		from, err := i.facility(tx, p.facility)
		if err != nil {
			return nil, err
		}
		a := record.Arrival{
			Submission: sub.ID, Sender: from, Actor: i.By, Received: i.received(p.updated, sub.Received), Person: p.person,
			KnownOnly: i.rules().strict, Birth: i.Feed == Births,
		}
		a.Doses = make([]record.Report, 0, p.dosesOf(p.facility))
		for k := range p.doses {
			d := &p.doses[k]
			told := record.Report{Order: k + 1, Dose: d.dose}
			if d.facility == p.facility {
				a.Doses = append(a.Doses, told)
				continue
			}
			by, err := i.facility(tx, d.facility)
			if err != nil {
				return nil, err
			}
			at := slices.IndexFunc(a.Others, func(o record.Reported) bool { return o.Sender.ID == by.ID })
			if at < 0 {
				at = len(a.Others)
				a.Others = append(a.Others, record.Reported{Sender: by, Doses: make([]record.Report, 0, p.dosesOf(d.facility))})
			}
			a.Others[at].Doses = append(a.Others[at].Doses, told)
		}
		out[n] = a
	}
	return out, nil
}

// dosesOf is how many doses a facility tells of.
func (p *person) dosesOf(facility string) (n int) {
	for k := range p.doses {
		if p.doses[k].facility == facility {
			n++
		}
	}
	return n
}

// code is the code of a facility; the old registry's for none.
func (i *importing) code(facility string) string {
	if facility == "" || len(facility) > longestID {
		return i.Registry
	}
	return facility
}

// facility is the sender of a facility.
func (i *importing) facility(tx *store.Tx, facility string) (iis.Sender, error) {
	code := i.code(facility)
	if s, ok := i.from[code]; ok {
		return s, nil
	}
	s, err := i.ensure(tx, code)
	if err == nil {
		i.from[code] = s
	}
	return s, err
}

// received is when the old registry last heard of the patient: newer words count
// more. Without a day that is when it is imported.
func (i *importing) received(updated cal.Date, now time.Time) time.Time {
	if updated == cal.None || updated > i.today {
		return now
	}
	if day := updated.Time(); day.Before(now) {
		return day
	}
	return now
}
