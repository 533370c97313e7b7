package cdsi

import (
	"fmt"

	"openiis/internal/cal"
)

// Step is one thing that was looked at: the rule, the row, the dates, and what
// followed.
type Step struct {
	Rule    string
	Antigen string
	Series  string
	Dose    int // place in the input, from 1; 0 when it is not about a dose
	Target  int // number of the target dose; 0: none
	Row     string
	Date    cal.Date
	Age     string // on Date, to the day
	Outcome string
}

type tracer struct{ steps []Step }

func (t *tracer) add(s Step) { t.steps = append(t.steps, s) }

func (r *run) step(st *state, rule string, on cal.Date) Step {
	s := Step{Rule: rule, Antigen: r.now.a.name, Series: st.s.src.Name, Date: on}
	if on != cal.None {
		s.Age = cal.AgeOn(r.born, on).String()
	}
	if st.cursor < len(st.s.targets) {
		s.Target = st.s.targets[st.cursor].number
	}
	return s
}

func (t *tracer) skip(r *run, st *state, _ *target, by *skipSet, m moment) {
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
		s.Rule, s.Outcome = "SELECTBEST-2", s.Outcome+", prioritized"
	}
	t.add(s)
}

func (r *run) traceDose(st *state, i int) {
	if r.t == nil {
		return
	}
	rec := &r.now.records[i]
	s := r.step(st, "Table 6-31", rec.date)
	s.Dose = r.doses[rec.given].in + 1
	s.Outcome = st.evals[i].status.String()
	r.t.add(s)
}

func (r *run) traceForecast(st *state) {
	if r.t == nil {
		return
	}
	s := r.step(st, "Table 7-10", st.candidate)
	s.Outcome = st.status.String()
	r.t.add(s)
}

func (r *run) traceSeries(st *state, rule, outcome string) {
	if r.t == nil {
		return
	}
	s := r.step(st, rule, cal.None)
	s.Outcome = outcome
	r.t.add(s)
}
