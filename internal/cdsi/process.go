package cdsi

import (
	"cmp"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// run is the work on one person. Its memory is used again for the next.
type run struct {
	e        *Engine
	p        *Patient
	o        Options
	born     cal.Date
	assessed cal.Date
	gender   schedule.Gender

	ages      []cal.Date // by span.id: the days on which the person reaches ages
	doses     []given    // that can be judged, by date
	records   [][]record // of each antigen, by date (4.2)
	observed  obsSet
	observes  bool // some observation is active
	unsure    obsSet
	forbidden vaxSet     // that no forecast may recommend, when it observes
	obsDate   []cal.Date // by observation: the most recent day

	now    *antigenRun // the antigen at work
	states []state     // of all antigens; never more than there are series
	scored []*state
	evals  []eval
	best   []patientSeries
	ofAnti [][2]int // of each antigen, its part of best
	tally  []int

	out *Result
	t   *tracer
}

// given is a dose that can be judged.
type given struct {
	date   cal.Date
	vax    vax
	in     int // place in Patient.Doses
	dose   *Dose
	counts bool // for some antigen
}

// record is an antigen administered record: a dose under one of its antigens.
type record struct {
	given int // place in run.doses
	date  cal.Date
	vax   vax
}

// antigenRun is the work on one antigen.
type antigenRun struct {
	a       *antigen
	index   int
	records []record
	states  []state // relevant patient series

	immune      bool
	immuneBy    evidence
	contra      *contraindication
	contraVax   vaxSet
	anyContra   bool
	prioritized []*state // by series group
}

func newRun(e *Engine) *run {
	return &run{
		e: e, ages: make([]cal.Date, e.spans), records: make([][]record, len(e.antigens)), obsDate: make([]cal.Date, len(e.observations)),
		ofAnti: make([][2]int, len(e.antigens)), now: &antigenRun{}, states: make([]state, 0, e.seriesCount),
	}
}

// begin gathers the person's data (4.1) and organizes the history (4.2).
func (r *run) begin(out *Result, p *Patient, o Options) {
	r.p, r.o, r.born, r.assessed, r.gender = p, o, p.Born, p.Assessed, genderOf(p.Sex)
	r.out = out
	*out = Result{
		Release: r.e.release, Evaluations: out.Evaluations[:0], Forecasts: out.Forecasts[:0], Problems: out.Problems[:0],
		series: out.series[:0], vaccines: out.vaccines[:0], guidance: out.guidance[:0],
	}
	r.doses, r.states, r.evals, r.best = r.doses[:0], r.states[:0], r.evals[:0], r.best[:0]
	clear(r.ages)
	for i := range r.records {
		r.records[i] = r.records[i][:0]
	}
	if r.observes {
		clear(r.obsDate)
	}
	r.observed, r.unsure, r.observes = obsSet{}, obsSet{}, false
	r.t = nil
	if o.Explain {
		r.t = &tracer{}
	}
}

// end lets go of the person.
func (r *run) end() {
	r.p, r.out, r.t = nil, nil, nil
	clear(r.doses)
}

func (r *run) problem(dose int, code, text string) {
	r.out.Problems = append(r.out.Problems, Problem{dose, code, text})
}

// problemOnce is problem for what may hold of several series.
func (r *run) problemOnce(code, text string) {
	p := Problem{0, code, text}
	if !slices.Contains(r.out.Problems, p) {
		r.out.Problems = append(r.out.Problems, p)
	}
}

// process is figure 4-1.
func (r *run) process() {
	if !r.patient() {
		return
	}
	r.observe()
	r.organize()
	r.antigens()
	r.evaluations()
	r.vaccineGroups()
	if r.t != nil {
		r.out.Trace = r.t.steps
	}
}

// patient reports whether the person's own dates make sense.
func (r *run) patient() bool {
	switch {
	case !possible(r.born):
		r.problem(0, "no birth date", "The birth date is absent or impossible; without it nothing can be judged.")
	case !possible(r.assessed):
		r.problem(0, "no assessment date", "The assessment date is absent or impossible; without it nothing can be judged.")
	case r.born > r.assessed:
		r.problem(0, "born after assessment", "The birth date is after the assessment date; nothing can be judged.")
	default:
		return true
	}
	return false
}

// lastDay is the last day of the calendar, 31 December 9999.
const lastDay cal.Date = 3652059

// possible reports whether a day is in the calendar.
func possible(d cal.Date) bool { return d > cal.None && d <= lastDay }

// observe notes the active observations. What was observed after the assessment
// date is not yet known then.
func (r *run) observe() {
	for i := range r.p.Observations {
		o := &r.p.Observations[i]
		n, ok := r.e.observationOf[o.Code]
		switch {
		case !ok:
			r.problem(0, "unknown observation", unknownObservation(o.Code))
		case o.Date > r.assessed:
			r.problem(0, "observation after assessment", "Observation "+o.Code+" is dated after the assessment date and was not used.")
		case o.Unsure:
			r.unsure.add(n)
		default:
			r.observed.add(n)
			r.observes = true
			r.obsDate[n] = max(r.obsDate[n], o.Date)
		}
	}
	r.unsure.removeAll(&r.observed)
}

func unknownObservation(code string) string {
	if code == "" {
		return "An observation has no code and was not used."
	}
	return "The schedule has no observation " + code + "."
}

// organize puts the doses that can be judged in order of date (4.2) and gives
// each antigen its records. Doses of one day have no order in the specification;
// here it is that of the codes, so that the order of the input never matters.
func (r *run) organize() {
	for i := range r.p.Doses {
		d := &r.p.Doses[i]
		v, known := r.e.vaccineOf[d.CVX]
		switch {
		case !possible(d.Date):
			r.problem(i+1, impossibleDate, "The date of the dose is absent or impossible.")
		case d.Date < r.born:
			r.problem(i+1, beforeBirth, "The dose is dated before the birth date.")
		case d.Date > r.assessed:
			r.problem(i+1, afterAssessment, "The dose is dated after the assessment date.")
		case d.CVX == "":
			r.problem(i+1, "unknown vaccine", "The dose does not say which vaccine it is of (CVX).")
		case !known || !r.e.vaccines[v].known && !r.e.vaccines[v].spaced:
			r.problem(i+1, "unknown vaccine", "The schedule does not know vaccine CVX "+d.CVX+".")
		default:
			r.doses = append(r.doses, given{date: d.Date, vax: v, in: i, dose: d})
		}
	}
	slices.SortStableFunc(r.doses, order)
	for g := range r.doses {
		d := &r.doses[g]
		if g > 0 && r.doses[g-1].date == d.date && r.doses[g-1].vax == d.vax {
			r.problem(d.in+1, "same day", "The same vaccine is recorded twice on this day; both were judged.")
		}
		for _, a := range r.e.vaccines[d.vax].associations {
			if r.atAge(a.window, d.date) {
				d.counts = true
				r.records[a.antigen] = append(r.records[a.antigen], record{g, d.date, d.vax})
			}
		}
		if !d.counts {
			r.problem(d.in+1, "no antigen", noAntigen(&r.e.vaccines[d.vax]))
		}
	}
}

// noAntigen says of a vaccine that it counts for nothing. One such as BCG still needs
// an interval to other vaccines (6.7).
func noAntigen(v *vaccine) string {
	if v.known {
		return "The schedule counts vaccine CVX " + v.cvx + " for no antigen at this age."
	}
	return "The schedule counts vaccine CVX " + v.cvx + " for no antigen; only the time between it and other live vaccines was looked at."
}

func order(a, b given) int {
	if a.date != b.date {
		return cmp.Compare(a.date, b.date)
	}
	x, y := a.dose, b.dose
	return cmp.Or(
		cmp.Compare(x.CVX, y.CVX), cmp.Compare(x.MVX, y.MVX), cmp.Compare(x.TradeName, y.TradeName),
		cmp.Compare(x.Volume, y.Volume), cmp.Compare(x.Expires, y.Expires), boolOrder(x.Condition, y.Condition),
	)
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// antigens evaluates, forecasts and selects antigen by antigen (4.3 to 4.5).
func (r *run) antigens() {
	for i := range r.e.antigens {
		start := len(r.best)
		if r.wanted(i) {
			r.antigen(i, &r.e.antigens[i])
		}
		r.ofAnti[i] = [2]int{start, len(r.best)}
	}
}

// wanted reports whether an antigen has to do with the group that was asked for.
func (r *run) wanted(antigen int) bool {
	if r.o.Group == "" {
		return true
	}
	for i := range r.e.groups {
		if r.e.groups[i].src.Name == r.o.Group && slices.Contains(r.e.groups[i].antigens, antigen) {
			return true
		}
	}
	return false
}

func (r *run) antigen(index int, a *antigen) {
	n := r.now
	n.a, n.index, n.records = a, index, r.records[index]
	from := len(r.states)
	if r.observes && a.indications.meets(&r.observed) {
		for i := range a.series {
			if by, ok := r.relevant(&a.series[i]); ok {
				r.states = append(r.states, state{s: &a.series[i], indication: by})
			}
		}
	} else {
		for _, i := range a.routine[r.gender] {
			r.states = append(r.states, state{s: &a.series[i]})
		}
	}
	if n.states = r.states[from:]; len(n.states) == 0 {
		return
	}
	if k := len(n.records) * len(n.states); k > 0 {
		from := len(r.evals)
		r.evals = slices.Grow(r.evals, k)[:from+k]
		clear(r.evals[from:])
		for i := range n.states {
			to := from + len(n.records)
			n.states[i].evals = r.evals[from:to:to]
			from = to
		}
	}
	r.immunity()
	r.contraindications()
	r.selectBest()
}
