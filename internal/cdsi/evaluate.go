package cdsi

import (
	"strings"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// phase is how far the work on a patient series is.
type phase uint8

const (
	fresh phase = iota
	evaluating
	evaluated
	forecasting
	forecasted
)

// state is a relevant patient series at work.
type state struct {
	s          *series
	indication *indication // that makes a risk series relevant
	phase      phase
	evals      []eval // parallel to the antigen's records
	cursor     int    // the target dose to be satisfied next, in s.targets

	satisfied  int  // target doses satisfied
	again      bool // the target dose at the cursor is a recurring one once more
	counted    int  // of them, those that the forecast's number counts (FORECASTDN-1)
	firstValid cal.Date
	allValid   bool // SELECTB-2

	status    SeriesStatus
	reason    reason
	unknown   string   // that the season of the assessment date is not in the schedule; or empty
	candidate cal.Date // FORECASTDTCAN-1; None when no target dose is left
	basis     basis

	recommended, pastDue, latest          cal.Date
	unadjustedRecommended, unadjustedPast cal.Date

	finish      cal.Date // SELECTB-12
	completable bool
	score       int
}

// eval is the evaluation of a record in a series.
type eval struct {
	status      Status
	inadvertent bool
	reasons     Reasons
	target      int16 // place in series.targets; -1 when none was left
	number      int16 // Evaluation.Number
	cause       cause
}

// cause is what a verdict rests on, kept so that it can be put in words later.
type cause struct {
	age      *ageRow
	interval *intervalRow
	conflict *conflict
	from     cal.Date // the reference date of the interval
	dose     cal.Date // the day of the conflicting dose
	end      cal.Date // of the conflict
	born     cal.Date
	target   *target // nil when none was left
}

// evaluate is figure 4-6: every record against the series' target doses in turn.
func (r *run) evaluate(st *state) {
	if st.phase != fresh {
		return
	}
	st.phase = evaluating
	st.allValid = true
	recs := r.now.records
	for i := range recs {
		d := r.doses[recs[i].given].dose
		m := moment{schedule.OnEvaluation, recs[i].date, recs[i].date, i, recs[i].given}
		for st.cursor < len(st.s.targets) && !substandard(d) && r.skippable(st, &st.s.targets[st.cursor], m) {
			st.cursor++ // 6.2: the same dose against the next target dose
			st.again = false
		}
		if st.cursor == len(st.s.targets) {
			st.evals[i] = eval{status: Extraneous, reasons: AlreadyComplete, target: -1, cause: cause{born: r.born}}
			st.allValid = false
			r.traceDose(st, i)
			continue
		}
		t := &st.s.targets[st.cursor]
		st.evals[i] = r.judge(st, t, i)
		r.traceDose(st, i)
		if st.evals[i].status != Valid {
			st.allValid = false
			continue
		}
		st.satisfied++
		if st.firstValid == cal.None {
			st.firstValid = recs[i].date
		}
		if recs[i].date >= t.seasonStart {
			st.counted++
		}
		if st.again = t.recurring; !st.again { // a recurring one is followed by another like it
			st.cursor++
		}
	}
	st.phase = evaluated
}

// substandard is Table 6-3.
func substandard(d *Dose) bool { return d.Condition || expired(d) }

func expired(d *Dose) bool { return d.Expires != cal.None && d.Date > d.Expires }

// judge is the evaluation of one record against one target dose (6.1, 6.3 to 6.10).
func (r *run) judge(st *state, t *target, i int) eval {
	rec := &r.now.records[i]
	d := r.doses[rec.given].dose
	ev := eval{target: int16(st.cursor), cause: cause{born: r.born, target: t}}
	if !st.again {
		ev.number = int16(st.satisfied + 1)
	}
	if substandard(d) { // 6.1
		ev.status, ev.cause.end = SubStandard, d.Expires
		if expired(d) {
			ev.reasons = Expired
		}
		if d.Condition {
			ev.reasons |= Condition
		}
		return ev
	}
	if t.inadvertent.has(rec.vax) { // 6.3, Table 6-13
		ev.status, ev.reasons, ev.inadvertent = NotValid, Inadvertent, true
		return ev
	}
	r.judgeAge(&ev, t, rec)
	r.judgeIntervals(&ev, st, t, i)
	r.judgeConflict(&ev, st, i)
	r.judgeVaccine(&ev, t, rec, d)
	switch { // Table 6-31; Extraneous wins, and every reason is kept
	case ev.reasons&TooOld != 0:
		ev.status = Extraneous
	case ev.reasons&(TooYoung|TooSoon|Conflict|WrongVaccine) != 0:
		ev.status = NotValid
	default:
		ev.status = Valid
	}
	return ev
}

// relevantAge is the row of ages that holds on the anchor date, or nil.
func (t *target) relevantAge(anchor cal.Date) *ageRow {
	for i := range t.ages {
		if t.ages[i].holds(anchor) {
			return &t.ages[i]
		}
	}
	return nil
}

// judgeAge is 6.4, Table 6-15.
func (r *run) judgeAge(ev *eval, t *target, rec *record) {
	a := t.relevantAge(rec.date)
	if a == nil {
		return
	}
	ev.cause.age = a
	switch {
	case rec.date < r.ageOrAlways(a.absMin):
		ev.reasons |= TooYoung
	case rec.date < r.ageOrAlways(a.min):
		ev.reasons |= GraceAge
	case rec.date >= r.ageOrNever(a.max):
		ev.reasons |= TooOld
	}
}

// judgeIntervals is 6.5 and 6.6 (Tables 6-18 and 6-21): all preferable intervals, or
// else all allowable ones.
func (r *run) judgeIntervals(ev *eval, st *state, t *target, i int) {
	rec := &r.now.records[i]
	var bad *intervalRow
	var badFrom cal.Date
	for k := range t.intervals {
		row := &t.intervals[k]
		if !row.holds(rec.date) {
			continue
		}
		from := r.reference(st, row, i, rec.given)
		if from == cal.None {
			continue
		}
		switch {
		case rec.date < row.absMin.orAlways(from):
			if bad == nil {
				bad, badFrom = row, from
			}
		case rec.date < row.min.orAlways(from):
			ev.reasons |= GraceInterval
			if ev.cause.interval == nil {
				ev.cause.interval, ev.cause.from = row, from
			}
		}
	}
	if bad == nil || r.allowableIntervals(st, t, i) {
		return
	}
	ev.reasons = ev.reasons&^GraceInterval | TooSoon
	ev.cause.interval, ev.cause.from = bad, badFrom
}

// allowableIntervals is Table 6-21; without a row they save nothing.
func (r *run) allowableIntervals(st *state, t *target, i int) bool {
	rec, rows := &r.now.records[i], 0
	for k := range t.allowable {
		row := &t.allowable[k]
		if !row.holds(rec.date) {
			continue
		}
		rows++
		if from := r.reference(st, row, i, rec.given); from != cal.None && rec.date < row.absMin.orAlways(from) {
			return false
		}
	}
	return rows > 0
}

// reference is the reference date of an interval, looking back from the first
// record records of the antigen and the first doses doses of the history; None when
// there is none, and then the interval asks for nothing.
func (r *run) reference(st *state, row *intervalRow, records, doses int) cal.Date {
	recs := r.now.records
	switch {
	case row.fromPrevious: // CALCDTINT-1
		for i := records - 1; i >= 0; i-- {
			if ev := &st.evals[i]; (ev.status == Valid || ev.status == NotValid) && !ev.inadvertent {
				return recs[i].date
			}
		}
	case row.fromTarget > 0: // CALCDTINT-2
		for i := records - 1; i >= 0; i-- {
			if ev := &st.evals[i]; ev.status == Valid && st.s.targets[ev.target].number == row.fromTarget {
				return recs[i].date
			}
		}
	case row.fromVaccines: // CALCDTINT-8: in the whole history
		k := records - 1
		for g := doses - 1; g >= 0; g-- {
			for k >= 0 && recs[k].given > g {
				k--
			}
			if !row.vaccines.has(r.doses[g].vax) || k >= 0 && recs[k].given == g && st.evals[k].inadvertent {
				continue
			}
			return r.doses[g].date
		}
	case row.fromObs: // CALCDTINT-9
		return r.obsDate[row.obs]
	}
	return cal.None
}

// judgeConflict is 6.7: CALCDTCONFLICT-1 and -2, CONFLICT-3.
func (r *run) judgeConflict(ev *eval, st *state, i int) {
	rec := &r.now.records[i]
	v := &r.e.vaccines[rec.vax]
	if len(v.conflicts) == 0 {
		return
	}
	k := 0
	for g := range r.doses[:rec.given] {
		prev := &r.doses[g]
		if !v.conflicting.has(prev.vax) {
			continue
		}
		status := NotEvaluated // a dose of another antigen has no status in this series
		for k < i && r.now.records[k].given < g {
			k++
		}
		if k < i && r.now.records[k].given == g {
			status = st.evals[k].status
		}
		for n := range v.conflicts {
			c := &v.conflicts[n]
			if c.previous != prev.vax {
				continue
			}
			end := c.end
			if status == Valid || status == NotEvaluated {
				end = c.minEnd
			}
			if until := end.from(prev.date); rec.date >= c.begin.from(prev.date) && rec.date < until {
				if ev.reasons&Conflict == 0 {
					ev.cause.conflict, ev.cause.dose, ev.cause.end = c, prev.date, until
				}
				ev.reasons |= Conflict
			}
		}
	}
}

// judgeVaccine is 6.8 and 6.9 (Tables 6-26 and 6-29).
func (r *run) judgeVaccine(ev *eval, t *target, rec *record, d *Dose) {
	if t.preferSet.has(rec.vax) {
		for i := range t.preferable {
			p := &t.preferable[i]
			if p.vax != rec.vax || !r.atAge(p.window, rec.date) || p.src.TradeName != "" && !sameProduct(p.src, d) {
				continue
			}
			if d.Volume > 0 && d.Volume < p.volume {
				ev.reasons |= LittleVolume // a remark: volume never invalidates
			}
			return
		}
	}
	if t.allowSet.has(rec.vax) {
		for i := range t.allowed {
			if a := &t.allowed[i]; a.vax == rec.vax && r.atAge(a.window, rec.date) {
				return
			}
		}
	}
	ev.reasons |= WrongVaccine
}

// sameProduct is whether a dose is of the product that a row is for (Table 6-26). By
// deviation "product", the maker's code tells it as well as the trade name does: the
// schedule's names are its own and hardly ever those of a record.
func sameProduct(p *schedule.PreferableVaccine, d *Dose) bool {
	return d.MVX != "" && d.MVX == p.MVX || strings.EqualFold(d.TradeName, p.TradeName)
}
