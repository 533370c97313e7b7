package synth

import (
	"slices"
	"time"

	"openiis/internal/cal"
)

const (
	million = 1_000_000
	// sampled is how many lives are looked at to find how often is often enough.
	sampled = 4096
	// mostRows is how many rows of doses a record has at most: their numbers end in
	// two digits.
	mostRows = 100
)

// rates are how often, of a million, an old registry does what leaves duplicates, so
// that there are as many as the population is to have.
type rates struct {
	overlooks int // an account, for each of the thousand of unrecognised
	tells     int // history of a dose stays in one record though another has the dose
	repeats   int // a row of a dose is followed by what else is told of the shot
}

// rates are worked out once, from the first lives, whoever is asked for.
func (p *Population) rates() *rates {
	p.sampling.Do(func() { p.often = p.sample() })
	return &p.often
}

// sample finds the rates. All is counted in whole numbers: another processor must not
// come to others.
func (p *Population) sample() rates {
	lives, accounts := make([]Life, sampled), 0
	for i := range lives {
		l := p.Life(i)
		for k := range l.Accounts {
			if k != l.Home {
				accounts += unrecognised(&l.Accounts[k], &l)
			}
		}
		lives[i] = l
	}
	r := rates{tells: million, repeats: million / 4}
	if accounts > 0 {
		r.overlooks = sampled * p.DuplicatePeople * 1000 / accounts
	}
	var records []record
	shots, told, repeated := 0, 0, 0
	for i := range lives {
		records = p.records(records[:0], &lives[i], &r)
		of, beyond := markAgain(records)
		shots, told = shots+of, told+beyond
		repeated += p.repeat(records, &lives[i], &r)
	}
	switch wanted := shots * p.DuplicateDoses / 1000; {
	case wanted <= told:
		r.tells, r.repeats = wanted*million/max(told, 1), 0
	default:
		r.repeats = (wanted - told) * r.repeats / max(repeated, 1)
	}
	return r
}

// thin leaves out what a record tells as history of shots that others of the person's
// records have, but for so many.
func thin(records []record, d *dice, r *rates) {
	if len(records) < 2 || r.tells >= million {
		return
	}
	var in [MostDoses + 1]int
	for i := range records {
		for _, e := range records[i].doses {
			in[e.Number]++
		}
	}
	for i := range records {
		records[i].doses = slices.DeleteFunc(records[i].doses, func(e entry) bool {
			leave := e.Historical && in[e.Number] > 1 && d.n(million) >= r.tells
			if leave {
				in[e.Number]--
			}
			return leave
		})
	}
}

// repeat adds what else is told of some of the shots in a person's records, to the same
// record or to another of theirs, and says how many rows it added.
func (p *Population) repeat(records []record, l *Life, r *rates) (added int) {
	d := dice(mix(p.seed, streamAgain, uint64(l.Index)))
	var rows [recordsEach]int
	for i := range records {
		rows[i] = len(records[i].doses)
	}
	for i := range records {
		for k := range rows[i] {
			e := records[i].doses[k]
			if d.n(million) >= r.repeats || e.Refused {
				continue
			}
			to := &records[d.n(len(records))]
			again := teller{p, &d, l, e, to}.again()
			if len(again) > 1 {
				to = &records[i] // without the combination its parts would be shots of their own
			}
			if len(to.doses)+len(again) <= mostRows {
				to.doses = append(to.doses, again...)
				added += len(again)
			}
		}
	}
	for i := range records {
		slices.SortStableFunc(records[i].doses, func(x, y entry) int { return int(x.Date - y.Date) })
	}
	return added
}

// teller tells again of a shot.
type teller struct {
	p  *Population
	d  *dice
	l  *Life
	e  entry
	to *record
}

// again is what else is told of a shot: the same by the same, under another number; a
// bill beside the clinical record; or history by somebody else, by day and code, a few
// days off, with day and month exchanged, or of a combination by its parts.
func (t teller) again() []entry {
	parts := components[t.e.Vaccine.CVX]
	switch n := t.d.n(100); {
	case n < 28:
		return []entry{{Dose: t.e.Dose, from: t.e.from}}
	case n < 38:
		return t.told(t.daysOff(t.e.Date))
	case n < 44:
		return t.told(t.exchanged(t.e.Date))
	case n < 62 && !t.e.Historical:
		o := *t.e.Dose
		o.Lot, o.Expiration, o.Site = "", cal.None, nil
		if v := billed[o.Vaccine.CVX]; v != nil && t.d.chance(40) {
			o.Vaccine = v
		}
		return []entry{{Dose: &o, from: t.e.from, bill: true}}
	case n >= 62 && n < 86 && parts != nil:
		from, out := t.another(), make([]entry, len(parts))
		for i, v := range parts {
			o := t.history()
			o.Vaccine = v
			out[i] = entry{Dose: o, from: from}
		}
		return out
	}
	return t.told(t.e.Date)
}

// history is the shot as somebody knows it who did not give it.
func (t *teller) history() *Dose {
	o := *t.e.Dose
	o.Historical, o.Lot, o.Expiration, o.Site = true, "", cal.None, nil
	return &o
}

// told is history by somebody else: sometimes by the kind of vaccine alone, sometimes by
// the code of a like product.
func (t *teller) told(day cal.Date) []entry {
	o := t.history()
	o.Date = day
	code := o.Vaccine.CVX
	if n := t.d.n(100); n < 40 && vague[code] != nil {
		o.Vaccine = vague[code]
	} else if n >= 85 && billed[code] != nil {
		o.Vaccine = billed[code]
	}
	return []entry{{Dose: o, from: t.another()}}
}

// another is somebody who did not report the shot: mostly who saw the person too.
func (t *teller) another() *Account {
	mine := t.e.from.At.Code
	if n := len(t.l.Accounts); n > 1 && t.d.chance(75) {
		k := t.d.n(n)
		if t.l.Accounts[k].At.Code == mine {
			k = (k + 1) % n
		}
		return &t.l.Accounts[k]
	}
	kind := [...]Kind{Clinic, Clinic, School, HealthDepartment}[t.d.n(4)]
	n := t.p.Facilities(kind)
	k := t.d.n(n)
	f := t.p.Facility(kind, k)
	if f.Code == mine {
		f = t.p.Facility(Clinic, (k+1)%t.p.Facilities(Clinic))
	}
	day := min(t.p.Today, t.e.Date+cal.Date(20+t.d.n(3*year)))
	return &Account{At: f, First: day, Last: day}
}

// bears reports a day on which the person of the record can have had a dose.
func (t *teller) bears(day cal.Date) bool {
	return day >= t.l.Birth && day >= t.to.of.Birth && day <= t.p.Today && (t.l.Death == cal.None || day <= t.l.Death)
}

// daysOff is a day one to three days from another.
func (t *teller) daysOff(day cal.Date) cal.Date {
	by := cal.Date(1 + t.d.n(3))
	if t.d.chance(50) {
		by = -by
	}
	for _, other := range [...]cal.Date{day + by, day - by} {
		if t.bears(other) {
			return other
		}
	}
	return day
}

// exchanged is a day with day and month exchanged, unless that is nobody's mistake to
// see: by another dose of the person it would be a report of that.
func (t *teller) exchanged(day cal.Date) cal.Date {
	y, m, of := day.YMD()
	if of > 12 || int(m) == of {
		return day
	}
	other := cal.Of(y, time.Month(of), int(m))
	beside := func(o Dose) bool { return o.Number != t.e.Number && max(o.Date-other, other-o.Date) < 30 }
	if !t.bears(other) || slices.ContainsFunc(t.l.Doses, beside) {
		return day
	}
	return other
}

// components are what is put down of a combination by those whose books have a line
// for each vaccine.
var components = map[string][]*Vaccine{
	pediarix.CVX: {dtap, hepB, ipv}, pentacel.CVX: {dtap, ipv, hib}, vaxelis.CVX: {dtap, ipv, hib, hepB},
	dtapIPV.CVX: {dtap, ipv}, mmrv.CVX: {mmr, chicken},
}

// billed is the vaccine that a bill's code stands for too (several CVX share one CPT), or
// that is its neighbour on the list.
var billed = map[string]*Vaccine{
	"20":  {CVX: "106", Name: "DTaP, 5 pertussis antigens"},                                  // CPT 90700
	"113": {CVX: "09", Name: "Td (adult), 2 Lf tetanus toxoid, preservative free, adsorbed"}, // 90714
	"114": {CVX: "136", Name: "Meningococcal MCV4O"},                                         // 90734
	"136": {CVX: "114", Name: "meningococcal MCV4P"},                                         // 90734
	"140": {CVX: "141", Name: "Influenza, split virus, trivalent, preservative"},             // 90656 and 90658
	"150": {CVX: "158", Name: "Influenza, split virus, quadrivalent, preservative"},          // 90686 and 90688
	"208": {CVX: "217", Name: "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose, tris-sucrose"}, // 91300 and 91305
}
