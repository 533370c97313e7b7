package cdsi

import (
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// Why is one plain sentence for the verdict. It is made when asked for.
func (e *Evaluation) Why() string { return string(e.AppendWhy(nil)) }

// AppendWhy adds Why to b.
func (e *Evaluation) AppendWhy(b []byte) []byte {
	w := words{b}
	age := cal.AgeOn(e.cause.born, e.Date)
	switch e.Status {
	case Valid:
		w.say("Counts").dose(e.Number).say(": given at ").age(age)
		if e.Reasons&GraceAge != 0 {
			w.say(", ")
			e.early(&w, "within")
		}
		if e.Reasons&GraceInterval != 0 {
			w.say(", ")
			e.soon(&w, "within")
		}
		if e.Reasons&LittleVolume != 0 {
			w.say(", with less than the recommended volume")
		}
	case Extraneous:
		if e.Reasons&AlreadyComplete != 0 {
			w.say("Given at ").age(age).say(" when the series needed no further dose; it does not count and need not be repeated")
			break
		}
		w.say("Given at ").age(age).say(", past the maximum age of ").span(e.cause.age.max).say("; it does not count and need not be repeated")
		e.faults(&w, e.Reasons&^TooOld, "; also ")
	case SubStandard:
		if e.Reasons&Expired != 0 {
			w.say("Given ").between(e.cause.end, e.Date).say(" after its lot expired on ").date(e.cause.end).say(", and must be repeated")
		}
		switch e.Reasons & (Expired | Condition) {
		case Condition:
			w.say("The dose has a known condition, such as a recall or a break of the cold chain, and must be repeated")
		case Expired | Condition:
			w.say("; it also has a known condition, such as a recall or a break of the cold chain")
		}
	default:
		w.say("Does not count").dose(e.Number).say(": ")
		e.faults(&w, e.Reasons, "")
	}
	return append(w.b, '.')
}

// faults names what is wrong with a dose, in the order age, interval, conflict,
// vaccine.
func (e *Evaluation) faults(w *words, r Reasons, before string) {
	next := func() {
		w.say(before)
		before = "; also "
	}
	if r&TooYoung != 0 {
		next()
		w.say("given ")
		e.early(w, "beyond")
	}
	if r&TooSoon != 0 {
		next()
		w.say("given ")
		e.soon(w, "beyond")
	}
	if r&Conflict != 0 {
		next()
		w.say("given ").days(int(e.Date - e.cause.dose)).say(" after ").say(e.cause.conflict.src.Previous.Type).say(" of ").date(e.cause.dose).
			say(", before ").date(e.cause.end).say(" when the two no longer conflict")
	}
	if r&Inadvertent != 0 {
		next()
		w.say("CVX ").say(e.CVX).say(" was given inadvertently: it is not meant for this dose")
	}
	if r&WrongVaccine != 0 {
		next()
		e.wrongVaccine(w)
	}
}

// wrongVaccine tells why a vaccine is neither a preferable nor an allowable one: it is
// none for the dose at all, not at this age, or not as this product (Tables 6-26, 6-29).
func (e *Evaluation) wrongVaccine(w *words) {
	w.say("CVX ").say(e.CVX)
	ages, product := e.meantAt()
	switch {
	case len(ages) > 0:
		w.say(" is meant for this dose ")
		for i, a := range ages {
			if i > 0 {
				w.say(" or ")
			}
			w.ages(a)
		}
		w.say(", not at ").age(cal.AgeOn(e.cause.born, e.Date))
	case product != "":
		w.say(" is meant for this dose as ").say(product).say(" only")
	default:
		w.say(" is neither a preferable nor an allowable vaccine for this dose")
	}
}

// meantAt are the ages at which the vaccine of the dose is one for its target dose, without
// those that lie within others, or the product as which alone it is one.
func (e *Evaluation) meantAt() (ages []window, product string) {
	t := e.cause.target
	var all []window
	for i := range t.preferable {
		switch p := &t.preferable[i]; {
		case p.src.CVX != e.CVX:
		case p.src.TradeName != "":
			product = p.src.TradeName
		default:
			all = append(all, p.window)
		}
	}
	for i := range t.allowed {
		if t.src.AllowableVax[i].CVX == e.CVX {
			all = append(all, t.allowed[i].window)
		}
	}
	for i, a := range all {
		within := false
		for k, b := range all {
			within = within || i != k && a.within(b, e.cause.born) && (k < i || !b.within(a, e.cause.born))
		}
		if !within {
			ages = append(ages, a)
		}
	}
	return ages, product
}

// early tells how long before the minimum age a dose was given: within the grace
// period or beyond it.
func (e *Evaluation) early(w *words, grace string) {
	a := e.cause.age
	shortOf(w, e.Date, e.cause.born, a.min, a.absMin, "minimum age", grace)
}

// soon tells the same of an interval.
func (e *Evaluation) soon(w *words, grace string) {
	i := e.cause.interval
	if e.Date < e.cause.from { // an observation may be later than the dose
		w.between(e.Date, e.cause.from).say(" before ").say(i.reference()).say(" of ").date(e.cause.from).say(", which it has to follow by ").span(i.min)
		return
	}
	w.between(e.cause.from, e.Date).say(" after ").say(i.reference()).say(" of ").date(e.cause.from).say(", ")
	shortOf(w, e.Date, e.cause.from, i.min, i.absMin, "minimum interval", grace)
}

func shortOf(w *words, on, from cal.Date, least, absolute span, what, grace string) {
	if !least.Given {
		least = absolute
	}
	until := least.from(from)
	w.between(on, until).say(" before the ").say(what).say(" of ").span(least)
	switch n := int(until - absolute.orAlways(from)); {
	case !absolute.Given || n <= 0:
	case absolute.from(from) <= from: // the least is advice only
		w.say(", which the schedule allows")
	case n <= 31:
		w.say(", ").say(grace).say(" the ").number(n).say("-day grace")
	default: // far apart: it is no period of grace but a rule of its own
		w.say(", ").say(grace).say(" what the absolute minimum of ").span(absolute).say(" allows")
	}
}

// reference is what an interval is counted from, in words.
func (i *intervalRow) reference() string {
	switch {
	case i.fromTarget > 0:
		return "dose " + strconv.Itoa(i.fromTarget)
	case i.fromVaccines:
		return "the last dose of CVX " + strings.Join(i.src.FromMostRecent, " or ")
	case i.fromObs:
		return i.src.FromObservation.Title
	}
	return "the previous dose"
}

// Why is one plain sentence for the forecast. It is made when asked for.
func (f *Forecast) Why() string { return string(f.AppendWhy(nil)) }

// AppendWhy adds Why to b.
func (f *Forecast) AppendWhy(b []byte) []byte {
	w := words{b}
	s := f.decisive()
	switch f.Status {
	case NotComplete:
		f.due(&w, s)
	case Complete:
		w.say("Complete: nothing more is due in ").say(s.Series())
	case Immune:
		w.say("Immune: ")
		if b := s.basis.immuneBy; b.born != nil {
			w.say("birth before ").date(b.born.Before).say(" counts as immunity")
		} else {
			w.say(b.history.Title).say(" is on record")
		}
	case Contraindicated:
		w.say("Contraindicated: ")
		if c := s.basis.contra; c != nil {
			w.say(c.src.Observation.Title)
		} else {
			w.say("every vaccine of the series is, by ").say(s.basis.contraBy)
		}
	case AgedOut:
		w.say("Aged out: ")
		if s.reason == cannotFinish {
			w.say("the next dose could not be given before the maximum age")
		} else {
			w.say("past the maximum age")
		}
		if a := s.basis.age; a != nil && a.max.Given {
			w.say(" of ").span(a.max).say(" (").date(day(a.max.from(s.basis.born))).say(")")
		}
	case NotRecommended:
		w.say("Not recommended now: ")
		if s.reason == seasonOver {
			w.say("the season ended on ").date(s.season())
		} else {
			w.say("what was given before is enough")
		}
	}
	return append(w.b, '.')
}

// season is the last day of the season of the target dose.
func (f *SeriesForecast) season() cal.Date {
	for i := range f.s.targets {
		if f.s.targets[i].number == f.Target {
			return day(f.s.targets[i].seasonEnd)
		}
	}
	return cal.None
}

// decisive is the series on which the group's status and earliest date rest.
func (f *Forecast) decisive() *SeriesForecast {
	best := -1
	for i := range f.Series {
		if f.Series[i].Status == f.Status && (best < 0 || f.Series[i].Earliest == f.Earliest && f.Series[best].Earliest != f.Earliest) {
			best = i
		}
	}
	return &f.Series[max(best, 0)]
}

// due says from when, when best and until when a dose is due, each with its reason.
func (f *Forecast) due(w *words, s *SeriesForecast) {
	w.say("Dose ").number(f.DoseNumber).say(" can be given from ").date(f.Earliest).say(" (")
	switch b := &s.basis; {
	case s.Earliest != f.Earliest:
		w.say("the last dose of the group")
	case b.by == byAge && b.age.min.from(b.born) > b.born:
		w.say("minimum age ").span(b.age.min)
	case b.by == byInterval && b.interval.min.from(b.from) == b.from:
		w.say("the day of ").say(b.interval.reference()).say(", ").date(b.from)
	case b.by == byInterval:
		w.span(b.interval.min).say(" after ").say(b.interval.reference()).say(" of ").date(b.from)
	case b.by == byConflict:
		w.span(b.conflict.end).say(" after ").say(b.conflict.src.Previous.Type).say(" of ").date(b.from)
	case b.by == bySeason:
		w.say("start of the season")
	case b.by == byLastDose:
		w.say("the day of the last dose")
	default:
		w.say("birth")
	}
	w.say(")")
	if f.Recommended != f.Earliest {
		w.say(", is recommended ").date(f.Recommended)
		for i := range f.Series {
			if r := &f.Series[i]; r.Status == NotComplete && r.Recommended == f.Recommended && r.UnadjustedRecommended == f.Recommended {
				r.basis.recommended(w)
				break
			}
		}
	}
	if f.PastDue != cal.None {
		w.say(", and is overdue after ").date(f.PastDue)
	}
	for i := range f.Series {
		if c := &f.Series[i]; c.Status == Contraindicated {
			w.say("; ").say(c.Antigen()).say(" is contraindicated")
		}
	}
	if s.indication != nil {
		w.say("; because of: ").say(s.indication.src.Observation.Title)
	}
}

func (b *basis) recommended(w *words) {
	switch {
	case b.age != nil && b.age.earliestRec.Given:
		w.say(" (age ").span(b.age.earliestRec).say(")")
	case b.recBy != nil:
		w.say(" (").span(b.recBy.earliestRec).say(" after ").say(b.recBy.reference()).say(" of ").date(b.recFrom).say(")")
	}
}

// words is a sentence in the making.
type words struct{ b []byte }

func (w *words) say(s string) *words {
	w.b = append(w.b, s...)
	return w
}

func (w *words) number(n int) *words {
	w.b = strconv.AppendInt(w.b, int64(n), 10)
	return w
}

func (w *words) days(n int) *words {
	w.number(n).say(" day")
	if n != 1 {
		w.say("s")
	}
	return w
}

// between is the time from one day to another: in days, or in years, months and days when
// it is more than a year.
func (w *words) between(from, to cal.Date) *words {
	if to-from > 366 {
		return w.age(cal.AgeOn(from, to))
	}
	return w.days(int(to - from))
}

func (w *words) age(a cal.Age) *words {
	before := len(w.b)
	part := func(n int, unit string) {
		if n == 0 {
			return
		}
		if len(w.b) > before {
			w.say(" ")
		}
		w.number(n).say(unit)
		if n != 1 {
			w.say("s")
		}
	}
	part(a.Years, " year")
	part(a.Months, " month")
	part(a.Days, " day")
	if len(w.b) == before {
		w.say("birth")
	}
	return w
}

func (w *words) date(d cal.Date) *words {
	w.b = day(d).Append(w.b)
	return w
}

// span is a duration in words: what it takes away is "less".
func (w *words) span(s span) *words { return w.say(strings.ReplaceAll(s.String(), " - ", " less ")) }

// dose names a dose by its number, if it has one.
func (w *words) dose(n int) *words {
	if n != 0 {
		w.say(" as dose ").number(n)
	}
	return w
}

// ages is a window of ages.
func (w *words) ages(a window) *words {
	begins := a.begin.Given && a.begin.Duration != (schedule.Duration{Given: true})
	switch {
	case begins && a.end.Given:
		return w.say("from the age of ").span(a.begin).say(" to that of ").span(a.end)
	case begins:
		return w.say("from the age of ").span(a.begin)
	case a.end.Given:
		return w.say("before the age of ").span(a.end)
	}
	return w.say("at any age")
}
