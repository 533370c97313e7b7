package cdsi

import (
	"fmt"
	"strings"

	"openiis/internal/cal"
)

// Step is one thing that was looked at: the rule, the row of the schedule, the
// dates, and what followed.
type Step struct {
	Rule    string
	Antigen string
	Series  string
	Dose    int // place in the input, from 1; 0 when it is not about a dose
	Target  int // number of the target dose; 0: none
	Row     string
	Date    cal.Date // the day that was looked at
	Age     string   // on Date, to the day
	Outcome string
}

// tracer gathers the steps of one person. It looks again at what was decided and
// decides nothing.
type tracer struct{ steps []Step }

func (t *tracer) add(s Step) { t.steps = append(t.steps, s) }

func (r *run) step(st *state, rule string, on cal.Date) Step {
	s := Step{Rule: rule, Antigen: r.now.a.name, Series: st.s.src.Name, Date: day(on)}
	if s.Date != cal.None {
		s.Age = cal.AgeOn(r.born, on).String()
	}
	if st.cursor < len(st.s.targets) {
		s.Target = st.s.targets[st.cursor].number
	}
	return s
}

func (t *tracer) skip(r *run, st *state, by *skipSet, m moment) {
	s := r.step(st, "Table 6-11", m.ref)
	if m.record < len(r.now.records) {
		s.Dose = r.doses[r.now.records[m.record].given].in + 1
	}
	s.Row, s.Outcome = "set "+by.src.ID+": "+by.src.Description, "the target dose is skipped"
	t.add(s)
}

func (t *tracer) score(r *run, st *state, won bool) {
	s := r.step(st, "SELECTBEST-1", cal.None)
	s.Outcome = fmt.Sprintf("%d points", st.score)
	if won {
		s.Rule, s.Outcome = "SELECTBEST-2", s.Outcome+": the prioritized series"
	}
	t.add(s)
}

// bounds are a row's durations with the days that they lead to.
func bounds(from cal.Date, list ...any) string {
	var out []string
	for i := 0; i < len(list); i += 2 {
		if d := list[i+1].(span); d.Given {
			out = append(out, fmt.Sprintf("%s %s (%s)", list[i], d.Duration, day(d.from(from))))
		}
	}
	return strings.Join(out, ", ")
}

// traceDose tells how a record was judged: 6.1 to 6.10 in turn.
func (r *run) traceDose(st *state, i int) {
	if r.t == nil {
		return
	}
	rec, ev := &r.now.records[i], &st.evals[i]
	in := r.doses[rec.given].in
	add := func(rule, row, outcome string) {
		s := r.step(st, rule, rec.date)
		s.Dose, s.Row, s.Outcome = in+1, row, outcome
		r.t.add(s)
	}
	if ev.target >= 0 && ev.status != SubStandard && !ev.inadvertent {
		r.traceComponents(st, i, add)
	}
	e := Evaluation{Dose: in + 1, Date: rec.date, CVX: r.doses[rec.given].dose.CVX, Status: ev.status, Reasons: ev.reasons, cause: ev.cause}
	rule := "Table 6-31"
	switch {
	case ev.target < 0:
		rule = "Figure 4-6"
	case ev.status == SubStandard:
		rule = "Table 6-3"
	case ev.inadvertent:
		rule = "Table 6-13"
	}
	if ev.target >= 0 {
		e.Target, e.Number = st.s.targets[ev.target].number, int(ev.number)
	}
	add(rule, "CVX "+e.CVX, ev.status.String()+". "+e.Why())
}

func (r *run) traceComponents(st *state, i int, add func(rule, row, outcome string)) {
	rec, ev, t := &r.now.records[i], &st.evals[i], &st.s.targets[st.evals[i].target]
	pick := func(bad, grace Reasons) string {
		switch {
		case ev.reasons&bad != 0:
			return strings.Join((ev.reasons & bad).Texts(), ", ")
		case ev.reasons&grace != 0:
			return "valid, in the grace period"
		}
		return "valid"
	}
	if a := t.relevantAge(rec.date); a != nil {
		add("Table 6-15", bounds(r.born, "absolute minimum age", a.absMin, "minimum age", a.min, "maximum age", a.max), pick(TooYoung|TooOld, GraceAge))
	}
	for k := range t.intervals {
		r.traceInterval(st, i, "Table 6-18", &t.intervals[k], add)
	}
	for k := range t.allowable {
		r.traceInterval(st, i, "Table 6-21", &t.allowable[k], add)
	}
	if c := ev.cause.conflict; c != nil {
		add("CONFLICT-3", fmt.Sprintf("%s of %s, until %s", c.src.Previous.Type, ev.cause.dose, day(ev.cause.end)), pick(Conflict, 0))
	}
	outcome := "a preferable or allowable vaccine"
	if ev.reasons&WrongVaccine != 0 {
		outcome = "neither a preferable nor an allowable vaccine"
	}
	add("Tables 6-26, 6-29", "CVX "+r.e.vaccines[rec.vax].cvx, outcome)
}

func (r *run) traceInterval(st *state, i int, rule string, row *intervalRow, add func(rule, row, outcome string)) {
	rec := &r.now.records[i]
	if !row.holds(rec.date) {
		return
	}
	from := r.reference(st, row, i, rec.given)
	if from == cal.None {
		add(rule, "from "+row.reference(), "there is none: nothing is asked")
		return
	}
	outcome := "satisfied"
	switch {
	case rec.date < row.absMin.orAlways(from):
		outcome = "too soon"
	case rec.date < row.min.orAlways(from):
		outcome = "satisfied, in the grace period"
	}
	add(rule, "from "+row.reference()+" of "+from.String()+": "+bounds(from, "absolute minimum", row.absMin, "minimum", row.min), outcome)
}

// traceForecast tells what the forecast of a series rests on.
func (r *run) traceForecast(st *state) {
	if r.t == nil {
		return
	}
	add := func(rule string, on cal.Date, row, outcome string) {
		s := r.step(st, rule, on)
		s.Row, s.Outcome = row, outcome
		r.t.add(s)
	}
	b := &st.basis
	if st.candidate != cal.None {
		row := "birth"
		switch b.by {
		case byAge:
			row = bounds(r.born, "minimum age", b.age.min)
		case byInterval:
			row = "from " + b.interval.reference() + " of " + b.from.String() + ": " + bounds(b.from, "minimum interval", b.interval.min)
		case byConflict:
			row = b.conflict.src.Previous.Type + " of " + b.from.String() + ": " + bounds(b.from, "conflict ends", b.conflict.end)
		case bySeason:
			row = "start of the season"
		case byLastDose:
			row = "the last dose"
		}
		add("FORECASTDTCAN-1", st.candidate, row, "earliest date")
	}
	outcome := st.status.String()
	if text := st.reason.text(); text != "" {
		outcome += ": " + text
	}
	add("Table 7-10", r.assessed, "", outcome)
	if st.status != NotComplete {
		return
	}
	age := ageRow{}
	if b.age != nil {
		age = *b.age
	}
	row := bounds(r.born, "earliest recommended age", age.earliestRec)
	if b.recBy != nil {
		row = "from " + b.recBy.reference() + " of " + b.recFrom.String() + ": " + bounds(b.recFrom, "earliest recommended interval", b.recBy.earliestRec)
	}
	add("FORECASTDT-2, -5", st.recommended, row, "recommended date")
	if st.pastDue != cal.None {
		row = bounds(r.born, "latest recommended age", age.latestRec)
		if b.pastBy != nil {
			row = "from " + b.pastBy.reference() + " of " + b.pastFrom.String() + ": " + bounds(b.pastFrom, "latest recommended interval", b.pastBy.latestRec)
		}
		add("FORECASTDT-3, -6", st.pastDue, row, "past due date")
	}
	if d := day(st.latest); d != cal.None {
		add("FORECASTDT-4", d, bounds(r.born, "maximum age", age.max), "latest date")
	}
	add("FORECASTDN-1", cal.None, "", fmt.Sprintf("dose number %d; target doses satisfied: %d", st.counted+1, st.counted))
}

func (r *run) traceSeries(st *state, rule, outcome string) {
	if r.t == nil {
		return
	}
	s := r.step(st, rule, cal.None)
	s.Outcome = outcome
	r.t.add(s)
}

// traceGroup tells how a vaccine group's forecast was made of those of its series.
func (r *run) traceGroup(f *Forecast, g *vaccineGroup) {
	if r.t == nil {
		return
	}
	for i := range f.Series {
		s := &f.Series[i]
		r.t.add(Step{Rule: "FORECASTVG-1", Antigen: s.Antigen(), Series: s.Series(), Target: s.Target, Date: s.Earliest,
			Row: f.Group + ", " + f.Type.String(), Outcome: s.Status.String()})
	}
	rule := "Table 9-4, MULTIANTVG-1"
	if g.single {
		rule = "SINGLEANTVG-1, -2"
	}
	r.t.add(Step{Rule: rule, Row: f.Group + ", " + f.Type.String(), Date: f.Earliest, Outcome: f.Status.String() + ". " + f.Why()})
	if len(f.Vaccines) > 0 {
		r.t.add(Step{Rule: "FORECASTRECVAC-1, FORECASTVG-9", Row: f.Group + ", " + f.Type.String(), Outcome: "recommended vaccines: CVX " + strings.Join(f.Vaccines, ", ")})
	}
}
