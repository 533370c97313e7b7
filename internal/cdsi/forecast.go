package cdsi

import (
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// reason is why a patient series is not forecast (Table 7-10).
type reason uint8

const (
	noReason reason = iota
	seriesComplete
	pastHistory
	hasImmunity
	hasContraindication
	seasonOver
	tooOld
	cannotFinish
)

// reasonLists are the reasons in the published wording, each as a list of its own.
var reasonLists = [...][]string{
	{}, {"Patient series is complete"}, {"Not recommended at this time due to past immunization history"},
	{"Patient has evidence of immunity"}, {"Patient has a contraindication"}, {"Past seasonal recommendation end date"},
	{"Patient has exceeded the maximum age"}, {"Patient is unable to finish the series prior to the maximum age"},
}

func (r reason) text() string {
	if r == noReason {
		return ""
	}
	return reasonLists[r][0]
}

// basis is what the dates of a forecast rest on, kept so that they can be put in
// words later.
type basis struct {
	born     cal.Date
	age      *ageRow
	by       bound        // what the earliest date is from
	interval *intervalRow // when by is byInterval
	from     cal.Date     // the reference date of the interval, or the day of a dose
	conflict *conflict    // when by is byConflict
	recBy    *intervalRow // the interval of the recommended date, when no age gives one
	recFrom  cal.Date
	pastBy   *intervalRow
	pastFrom cal.Date
	immuneBy evidence
	contra   *contraindication // of the antigen
	contraBy string            // else the titles of those that together forbid every vaccine
}

// evidence is what immunity rests on (Table 7-3): an observation or a day of birth.
type evidence struct {
	history *schedule.Guideline
	born    *schedule.BornBefore
}

// bound is what an earliest date is from (FORECASTDTCAN-1).
type bound uint8

const (
	byBirth bound = iota
	byAge
	byInterval
	byConflict
	bySeason
	byLastDose
)

// forecast is chapter 7 for one patient series that was evaluated.
func (r *run) forecast(st *state) {
	r.evaluate(st)
	if st.phase != evaluated {
		return
	}
	st.phase = forecasting
	m := moment{schedule.OnForecast, r.assessed, r.assessed, len(r.now.records), len(r.doses)}
	for {
		for st.cursor < len(st.s.targets) && r.skippable(st, &st.s.targets[st.cursor], m) { // 7.1
			st.cursor++
		}
		if !r.needed(st) { // 7.2 to 7.4
			break
		}
		r.dates(st) // 7.5
		check := m
		check.ref = st.candidate
		if !r.skippable(st, &st.s.targets[st.cursor], check) { // 7.6
			break
		}
		st.cursor++ // each turn moves on, so it ends
	}
	st.phase = forecasted
	r.traceForecast(st)
}

// immunity is 7.2, Table 7-3: once for all series of the antigen.
func (r *run) immunity() {
	n := r.now
	n.immune, n.immuneBy = false, evidence{}
	if r.observes && n.a.historyAny.meets(&r.observed) {
		n.immune = true
		for i := range n.a.history {
			if g := &n.a.history[i]; r.observed.has(g.obs) {
				n.immuneBy.history = g.src
				break
			}
		}
		if r.t != nil {
			g := n.immuneBy.history
			r.t.add(Step{Rule: "Table 7-3", Antigen: n.a.name, Row: "clinical history " + g.Code + " " + g.Title, Outcome: "immune by history"})
		}
		return
	}
	for i := range n.a.born {
		b := &n.a.born[i]
		if r.born < b.src.Before && !b.exclude.meets(&r.observed) && (b.src.Country == "" || sameCountry(b.src.Country, r.p.BirthCountry)) {
			n.immune, n.immuneBy.born = true, b.src
			if r.t != nil {
				r.t.add(Step{Rule: "Table 7-3", Antigen: n.a.name, Outcome: "immune: born before " + b.src.Before.String()})
			}
			return
		}
	}
}

// sameCountry compares countries of birth; the schedule writes "U.S.".
func sameCountry(want, have string) bool {
	return have != "" && country(want) == country(have)
}

func country(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			b = append(b, c-'a'+'A')
		case c != '.' && c != ' ':
			b = append(b, c)
		}
	}
	switch string(b) {
	case "USA", "UNITEDSTATES", "UNITEDSTATESOFAMERICA":
		return "US"
	}
	return string(b)
}

// contraindications is 7.3, Tables 7-5 and 7-6: once for all series of the antigen.
func (r *run) contraindications() {
	n := r.now
	n.contra, n.anyContra = nil, false
	if !r.observes || !n.a.contraAny.meets(&r.observed) {
		return
	}
	n.contraVax = vaxSet{}
	if n.contra = r.forbidsAll(n.a); n.contra != nil && r.t != nil {
		r.t.add(Step{Rule: "Table 7-5", Antigen: n.a.name, Row: titleOf(n.contra), Outcome: "the antigen is contraindicated"})
	}
	for i := range n.a.vaxContra {
		c := &n.a.vaxContra[i]
		if !r.forbids(c, &n.contraVax) {
			continue
		}
		n.anyContra = true
		if r.t != nil {
			r.t.add(Step{Rule: "Table 7-6", Antigen: n.a.name, Row: titleOf(&c.contraindication), Outcome: "some vaccines are contraindicated"})
		}
	}
}

func titleOf(c *contraindication) string {
	return c.src.Observation.Code + " " + c.src.Observation.Title
}

// forbidsAll is the contraindication of an antigen that applies, or nil (Table 7-5).
func (r *run) forbidsAll(a *antigen) *contraindication {
	for i := range a.contra {
		if c := &a.contra[i]; r.observed.has(c.obs) && r.atAge(c.window, r.assessed) {
			return c
		}
	}
	return nil
}

// forbids adds to a set the vaccines that a contraindication forbids, and reports
// whether there are any (Table 7-6).
func (r *run) forbids(c *vaccineContraindication, to *vaxSet) bool {
	if !r.observed.has(c.obs) || !r.atAge(c.window, r.assessed) {
		return false
	}
	some := false
	for _, v := range c.vaccines {
		if r.atAge(v.window, r.assessed) {
			to.add(v.vax)
			some = true
		}
	}
	return some
}

// forbiddenVaccines are those that a contraindication of any antigen forbids
// (FORECASTRECVAC-1): what it names, and what contains an antigen that is
// contraindicated as a whole.
func (r *run) forbiddenVaccines() (out vaxSet) {
	for i := range r.e.antigens {
		a := &r.e.antigens[i]
		if !a.contraAny.meets(&r.observed) {
			continue
		}
		if r.forbidsAll(a) != nil {
			out.addAll(&a.vaccines)
		}
		for k := range a.vaxContra {
			r.forbids(&a.vaxContra[k], &out)
		}
	}
	return out
}

// seriesContraindicated is Table 7-7.
func (r *run) seriesContraindicated(s *series) bool {
	n := r.now
	return n.contra != nil || n.anyContra && !s.preferable.empty() && s.preferable.within(&n.contraVax)
}

// contraindicatedBy are the titles of the contraindications that forbid every vaccine of
// a series together.
func (r *run) contraindicatedBy(s *series) string {
	var titles []string
	for i := range r.now.a.vaxContra {
		c := &r.now.a.vaxContra[i]
		var of vaxSet
		if r.forbids(c, &of) && of.meets(&s.preferable) {
			titles = addOnce(titles, c.src.Observation.Title)
		}
	}
	return strings.Join(titles, "; ")
}

// needed is 7.4, Table 7-10. Its columns overlap; they are read in this order: no
// target dose left, immune, contraindicated, season, age. Deviation "season of another
// year": a release says nothing of seasons that it does not have.
func (r *run) needed(st *state) bool {
	st.candidate, st.unknown = cal.None, ""
	if st.cursor == len(st.s.targets) {
		if st.satisfied > 0 {
			st.status, st.reason = Complete, seriesComplete
		} else {
			st.status, st.reason = NotRecommended, pastHistory
		}
		return false
	}
	t := &st.s.targets[st.cursor]
	age := t.relevantAge(r.assessed)
	r.earliest(st, t, age)
	maxAge := never
	if age != nil {
		maxAge = r.ageOrNever(age.max)
	}
	switch {
	case r.now.immune:
		st.status, st.reason, st.basis.immuneBy = Immune, hasImmunity, r.now.immuneBy
	case r.seriesContraindicated(st.s):
		st.status, st.reason, st.basis.contra = Contraindicated, hasContraindication, r.now.contra
		if st.basis.contra == nil {
			st.basis.contraBy = r.contraindicatedBy(st.s)
		}
	case r.assessed >= t.others.after && r.assessed < maxAge:
		st.status, st.reason, st.unknown = NotRecommended, seasonOver, t.others.noneNow
	case r.assessed > t.seasonEnd:
		st.status, st.reason = NotRecommended, seasonOver
	case r.assessed >= maxAge:
		st.status, st.reason = AgedOut, tooOld
	case r.assessed <= t.others.before:
		st.status, st.reason, st.unknown = NotComplete, noReason, t.others.noneBefore
	case st.candidate >= maxAge:
		st.status, st.reason = AgedOut, cannotFinish
	default:
		st.status, st.reason = NotComplete, noReason
		return true
	}
	return false
}

// earliest is FORECASTDTCAN-1, no earlier than birth: a target dose that nothing
// bounds could be given at birth, and has no start date to be compared (byBirth).
func (r *run) earliest(st *state, t *target, age *ageRow) {
	st.candidate = r.born
	st.basis = basis{born: r.born, age: age}
	b := &st.basis
	if age != nil && age.min.Given {
		st.candidate, b.by = max(r.born, r.age(age.min)), byAge
	}
	for i := range t.intervals {
		row := &t.intervals[i]
		if !row.min.Given || !row.holds(r.assessed) {
			continue
		}
		if from := r.reference(st, row, len(r.now.records), len(r.doses)); from != cal.None {
			if d := row.min.from(from); d > st.candidate {
				st.candidate, b.by, b.interval, b.from = d, byInterval, row, from
			}
		}
	}
	r.conflictEnds(st, t)
	if t.seasonStart > st.candidate {
		st.candidate, b.by = t.seasonStart, bySeason
	}
	if n := len(r.now.records); n > 0 { // the last one includes every inadvertent one
		if d := r.now.records[n-1].date; d > st.candidate {
			st.candidate, b.by, b.from = d, byLastDose, d
		}
	}
}

// conflictEnds is CALCDTCONFLICT-3.
func (r *run) conflictEnds(st *state, t *target) {
	for g := range r.doses {
		d := &r.doses[g]
		if !t.conflicting.has(d.vax) {
			continue
		}
		for i := range t.preferable {
			v := &r.e.vaccines[t.preferable[i].vax]
			for k := range v.conflicts {
				c := &v.conflicts[k]
				if c.previous != d.vax {
					continue
				}
				if end := c.end.from(d.date); end > st.candidate {
					st.candidate = end
					st.basis.by, st.basis.conflict, st.basis.from = byConflict, c, d.date
				}
			}
		}
	}
}

// dates is 7.5: FORECASTDT-1 to -6.
func (r *run) dates(st *state) {
	t := &st.s.targets[st.cursor]
	age, b := st.basis.age, &st.basis
	st.unadjustedRecommended, st.unadjustedPast, st.latest = cal.None, cal.None, cal.None
	if age != nil {
		if age.earliestRec.Given {
			st.unadjustedRecommended = r.age(age.earliestRec)
		}
		if age.latestRec.Given {
			st.unadjustedPast = r.age(age.latestRec) - 1
		}
		if age.max.Given {
			st.latest = r.age(age.max) - 1
		}
	}
	noRec, noPast := st.unadjustedRecommended == cal.None, st.unadjustedPast == cal.None
	for i := range t.intervals {
		row := &t.intervals[i]
		if !(noRec && row.earliestRec.Given || noPast && row.latestRec.Given) || !row.holds(r.assessed) {
			continue
		}
		from := r.reference(st, row, len(r.now.records), len(r.doses))
		if from == cal.None {
			continue
		}
		if noRec && row.earliestRec.Given {
			if d := row.earliestRec.from(from); d > st.unadjustedRecommended {
				st.unadjustedRecommended, b.recBy, b.recFrom = d, row, from
			}
		}
		if noPast && row.latestRec.Given {
			if d := row.latestRec.from(from) - 1; d > st.unadjustedPast {
				st.unadjustedPast, b.pastBy, b.pastFrom = d, row, from
			}
		}
	}
	if st.unadjustedRecommended == cal.None {
		st.unadjustedRecommended = st.candidate
	}
	st.recommended = max(st.candidate, st.unadjustedRecommended)
	st.pastDue = cal.None
	if st.unadjustedPast != cal.None {
		st.pastDue = max(st.candidate, st.unadjustedPast)
	}
}

// vaccines is FORECASTRECVAC-1: what is recommended for the dose that a series is
// forecast, added to those from place from on.
func (r *run) vaccines(from int, st *state) {
	t := &st.s.targets[st.cursor]
	for _, i := range t.forecast {
		p := &t.preferable[i]
		if r.observes && r.forbidden.has(p.vax) {
			continue
		}
		if !r.atAge(p.window, st.candidate) && !r.atAge(p.window, st.recommended) {
			continue
		}
		if cvx := r.e.vaccines[p.vax].cvx; !slices.Contains(r.out.vaccines[from:], cvx) {
			r.out.vaccines = append(r.out.vaccines, cvx)
		}
	}
}

// priority is FORECASTPRIORITY-1: the target dose has preferable intervals, and each
// is flagged ("override" in the published data).
func (r *run) priority(st *state) bool {
	n := 0
	for i := range st.s.targets[st.cursor].intervals {
		row := &st.s.targets[st.cursor].intervals[i]
		if !row.holds(r.assessed) {
			continue
		}
		if !row.override {
			return false
		}
		n++
	}
	return n > 0
}
