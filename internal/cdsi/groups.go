package cdsi

import (
	"slices"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// evaluations are those of the best series, by dose, antigen and series.
func (r *run) evaluations() {
	total := 0
	for b := range r.best {
		total += len(r.best[b].st.evals)
	}
	// How many come before each dose, in the order of the input.
	r.tally = append(r.tally[:0], make([]int, len(r.p.Doses)+1)...)
	for b := range r.best {
		for _, rec := range r.records[r.best[b].antigen] {
			r.tally[r.doses[rec.given].in+1]++
		}
	}
	r.tellUnjudged()
	for i := 1; i < len(r.tally); i++ {
		r.tally[i] += r.tally[i-1]
	}
	r.out.Evaluations = slices.Grow(r.out.Evaluations, total)[:total]
	for b := range r.best {
		best := &r.best[b]
		s := best.st.s
		for i, rec := range r.records[best.antigen] {
			d, ev := &r.doses[rec.given], &best.st.evals[i]
			out := &r.out.Evaluations[r.tally[d.in]]
			r.tally[d.in]++
			*out = Evaluation{
				Dose: d.in + 1, Date: d.date, CVX: d.dose.CVX, Group: s.src.VaccineGroup, Antigen: r.e.antigens[best.antigen].name,
				Series: s.src.Name, Type: s.kind, Status: ev.status, Number: int(ev.number), Reasons: ev.reasons, cause: ev.cause,
			}
			if ev.target >= 0 {
				out.Target = s.targets[ev.target].number
			}
		}
	}
}

// tellUnjudged names the doses that no best series has judged: of a vaccine that the
// person needs no series of, as far as the record says.
func (r *run) tellUnjudged() {
	if r.o.Group != "" {
		return // whoever asks for one group asks for the doses of that one
	}
	for i := range r.doses {
		if d := &r.doses[i]; d.counts && r.tally[d.in+1] == 0 {
			r.problem(d.in+1, "not judged", "Nothing on record asks for a series with vaccine CVX "+d.dose.CVX+"; the dose was not judged.")
		}
	}
}

// vaccineGroups is chapter 9: a forecast for each vaccine group and series type that
// has a best series (FORECASTVG-1).
func (r *run) vaccineGroups() {
	if r.observes {
		r.forbidden = r.forbiddenVaccines()
	}
	// Neither list grows beyond this, so that parts of them can be handed out.
	r.out.series = slices.Grow(r.out.series, len(r.best))
	r.out.Forecasts = slices.Grow(r.out.Forecasts, len(r.best))
	for g := range r.e.groups {
		group := &r.e.groups[g]
		if r.o.Group != "" && group.src.Name != r.o.Group {
			continue
		}
		if !r.hasBest(group) {
			r.ask(group)
			continue
		}
		for kind := schedule.Standard; kind <= schedule.EvaluationOnly; kind++ {
			r.vaccineGroup(g, kind)
		}
	}
}

// ask names what nobody knows of a group that has no forecast to say it (Table 5-4).
func (r *run) ask(g *vaccineGroup) {
	if r.unsure == (obsSet{}) {
		return
	}
	for _, text := range r.questions(g) {
		r.problem(0, notKnown, g.src.Name+": "+text)
	}
}

func (r *run) hasBest(g *vaccineGroup) bool {
	for _, a := range g.antigens {
		if r.ofAnti[a][0] < r.ofAnti[a][1] {
			return true
		}
	}
	return false
}

// vaccineGroup makes the forecast of a group and type, if a best series is of it.
func (r *run) vaccineGroup(g int, kind schedule.SeriesType) {
	group := &r.e.groups[g]
	from, vaccines := len(r.out.series), len(r.out.vaccines)
	for _, a := range group.antigens {
		for b := r.ofAnti[a][0]; b < r.ofAnti[a][1]; b++ {
			best := &r.best[b]
			if best.st.s.vaccines != g || best.st.s.kind != kind {
				continue
			}
			if best.st.unknown != "" {
				r.problemOnce(seasonNotKnown, best.st.unknown)
				continue
			}
			r.out.series = append(r.out.series, SeriesForecast{})
			r.seriesForecast(&r.out.series[len(r.out.series)-1], best.st)
			if best.st.status == NotComplete && len(best.st.s.targets[best.st.cursor].forecast) > 0 {
				r.vaccines(vaccines, best.st)
			}
		}
	}
	if len(r.out.series) == from {
		return
	}
	r.out.Forecasts = append(r.out.Forecasts, Forecast{Group: group.src.Name, Type: kind})
	f := &r.out.Forecasts[len(r.out.Forecasts)-1]
	f.Series = r.out.series[from:len(r.out.series):len(r.out.series)]
	if len(r.out.vaccines) > vaccines {
		f.Vaccines = r.out.vaccines[vaccines:len(r.out.vaccines):len(r.out.vaccines)]
	}
	r.blend(f, group)
	r.traceGroup(f, group)
}

func (r *run) seriesForecast(f *SeriesForecast, st *state) {
	f.Status, f.reason, f.basis, f.s, f.indication = st.status, st.reason, st.basis, st.s, st.indication
	if st.cursor < len(st.s.targets) {
		f.Target = st.s.targets[st.cursor].number
	}
	f.Doses = st.doses()
	if st.status == NotComplete {
		f.DoseNumber = st.counted + 1 // FORECASTDN-1
		f.Earliest, f.Recommended, f.PastDue, f.Latest = st.candidate, st.recommended, st.pastDue, day(st.latest)
		f.UnadjustedRecommended, f.UnadjustedPastDue = st.unadjustedRecommended, st.unadjustedPast
		f.priority = r.priority(st)
	}
}

// doses is how many doses the series asks of this person: those that count and
// those yet to come. A recurring dose never ends, and whether one to come will be
// skipped is not known.
func (st *state) doses() int {
	for i := range st.s.targets {
		if t := &st.s.targets[i]; t.recurring || i >= st.cursor && len(t.skips) > 0 {
			return 0
		}
	}
	return st.satisfied + len(st.s.targets) - st.cursor
}

// blend makes the group's forecast from those of its series: FORECASTVG-2 to -9.
func (r *run) blend(f *Forecast, g *vaccineGroup) {
	f.Status = groupStatus(f.Series, g)
	f.Guidance = r.guidance(f)
	if r.unsure != (obsSet{}) {
		f.Unsure = r.questions(g)
	}
	f.Reasons = reasonsOf(f, g)
	if f.Status != NotComplete {
		f.Vaccines = nil
		return
	}
	f.Antigens = recommendedAntigens(f, g)
	latestEarliest, priority := cal.None, false
	for i := range f.Series {
		s := &f.Series[i]
		if s.Status != NotComplete {
			continue
		}
		f.Earliest = first(f.Earliest, s.Earliest)
		latestEarliest = max(latestEarliest, s.Earliest)
		priority = priority || s.priority
		f.Recommended = first(f.Recommended, s.Recommended)
		f.PastDue = first(f.PastDue, s.PastDue)
		f.Latest = first(f.Latest, s.Latest)                                              // FORECASTVG-4
		f.UnadjustedRecommended = first(f.UnadjustedRecommended, s.UnadjustedRecommended) // FORECASTVG-5
		f.UnadjustedPastDue = first(f.UnadjustedPastDue, s.UnadjustedPastDue)             // FORECASTVG-6
		switch {                                                                          // FORECASTDN-2, of the series that are not complete
		case f.DoseNumber == 0:
			f.DoseNumber = s.DoseNumber
		case g.src.Full:
			f.DoseNumber = min(f.DoseNumber, s.DoseNumber)
		default:
			f.DoseNumber = max(f.DoseNumber, s.DoseNumber)
		}
	}
	if !g.single { // MULTIANTVG-1; SINGLEANTVG-2 otherwise
		if priority {
			f.Earliest = max(f.Earliest, r.lastDose(g))
		} else {
			f.Earliest = latestEarliest
		}
	}
	f.Recommended = max(f.Recommended, f.Earliest) // FORECASTVG-2
	if f.PastDue != cal.None {
		f.PastDue = max(f.PastDue, f.Earliest) // FORECASTVG-3
	}
}

// recommendedAntigens is FORECASTVG-8. When they are all of the group's, its own list
// is shared.
func recommendedAntigens(f *Forecast, g *vaccineGroup) []string {
	all := len(f.Series) == len(g.src.Antigens)
	for i := range f.Series {
		all = all && f.Series[i].Status == NotComplete && f.Series[i].Antigen() == g.src.Antigens[i]
	}
	if all {
		return g.src.Antigens[:len(g.src.Antigens):len(g.src.Antigens)]
	}
	var out []string
	for i := range f.Series {
		if f.Series[i].Status == NotComplete {
			out = addOnce(out, f.Series[i].Antigen())
		}
	}
	return out
}

// groupStatus is SINGLEANTVG-1, or Table 9-4 for several antigens. Where one antigen
// has several best series of a type, a dose that is due comes first, then protection.
// Deviation "part of a group": where the group need not be given in full, a
// contraindicated antigen does not forbid the others (pertussis, and then DT or Td).
func groupStatus(list []SeriesForecast, g *vaccineGroup) SeriesStatus {
	order := [...]SeriesStatus{Contraindicated, AgedOut, NotRecommended, NotComplete, Complete, Immune}
	switch {
	case g.single:
		order = [...]SeriesStatus{NotComplete, Complete, Immune, Contraindicated, NotRecommended, AgedOut}
	case !g.src.Full:
		order = [...]SeriesStatus{AgedOut, NotRecommended, NotComplete, Complete, Immune, Contraindicated}
	}
	for _, status := range order {
		for i := range list {
			if list[i].Status == status {
				return status
			}
		}
	}
	return NotRecommended
}

// first is the earlier of two dates of which either may be absent.
func first(a, b cal.Date) cal.Date {
	if a == cal.None || b != cal.None && b < a {
		return b
	}
	return a
}

// lastDose is the latest dose of the vaccine group.
func (r *run) lastDose(g *vaccineGroup) cal.Date {
	last := cal.None
	for _, a := range g.antigens {
		if n := len(r.records[a]); n > 0 {
			last = max(last, r.records[a][n-1].date)
		}
	}
	return last
}

func addOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// reasonsOf is FORECASTVG-7. Of a group of one antigen, which has one series in the
// specification, only a series that gives the status gives a reason. The lists of one
// reason are shared.
func reasonsOf(f *Forecast, g *vaccineGroup) []string {
	var out []string
	for i := range f.Series {
		if g.single && f.Series[i].Status != f.Status {
			continue
		}
		one := reasonLists[f.Series[i].reason]
		switch {
		case len(one) == 0:
		case out == nil:
			out = one
		default:
			out = addOnce(out, one[0])
		}
	}
	return out
}

// guidance is FORECASTGUIDANCE-1: of the series, of indications and of
// contraindications that are observed. A list of the schedule is shared, not copied,
// while nothing is added to it.
func (r *run) guidance(f *Forecast) []string {
	var out []string
	start, own := len(r.out.guidance), false
	add := func(text string) {
		if slices.Contains(out, text) {
			return
		}
		if !own {
			r.out.guidance, own = append(r.out.guidance, out...), true
		}
		r.out.guidance = append(r.out.guidance, text)
		out = r.out.guidance[start:len(r.out.guidance):len(r.out.guidance)]
	}
	for i := range f.Series {
		s := f.Series[i].s
		if i == 0 {
			out = s.src.Guidance[:len(s.src.Guidance):len(s.src.Guidance)]
		} else if i > 0 {
			for _, g := range s.src.Guidance {
				add(g)
			}
		}
		if !r.observes {
			continue
		}
		for k := range s.indication {
			if n := &s.indication[k]; n.src.Guidance != "" && r.observed.has(n.obs) {
				add(n.src.Guidance)
			}
		}
		a := &r.e.antigens[s.antigen]
		if !a.contraAny.meets(&r.observed) {
			continue
		}
		for k := range a.contra {
			if c := &a.contra[k]; c.src.Guidance != "" && r.observed.has(c.obs) {
				add(c.src.Guidance)
			}
		}
		for k := range a.vaxContra {
			if c := &a.vaxContra[k]; c.src.Guidance != "" && r.observed.has(c.obs) {
				add(c.src.Guidance)
			}
		}
	}
	return out
}

// questions are the texts of indications and contraindications of the group that
// nobody knows of (Tables 5-4, 7-5, 7-6: to be shown to the clinician).
func (r *run) questions(g *vaccineGroup) []string {
	var out []string
	for _, i := range g.antigens {
		a := &r.e.antigens[i]
		for k := range a.series {
			for n := range a.series[k].indication {
				if c := &a.series[k].indication[n]; r.unsure.has(c.obs) && r.atAge(c.window, r.assessed) {
					out = addOnce(out, c.src.Description)
				}
			}
		}
		for k := range a.contra {
			if c := &a.contra[k]; r.unsure.has(c.obs) && r.atAge(c.window, r.assessed) {
				out = addOnce(out, c.src.Text)
			}
		}
		for k := range a.vaxContra {
			if c := &a.vaxContra[k]; r.unsure.has(c.obs) && r.atAge(c.window, r.assessed) {
				out = addOnce(out, c.src.Text)
			}
		}
	}
	return out
}
