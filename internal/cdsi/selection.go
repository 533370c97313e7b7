package cdsi

import (
	"fmt"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// patientSeries is a best patient series, kept for the vaccine groups.
type patientSeries struct {
	st      *state
	antigen int
}

// selectBest is chapter 8 for the antigen at work. Series are evaluated and forecast
// when it asks for them.
func (r *run) selectBest() {
	n := r.now
	n.prioritized = n.prioritized[:0]
	for g := range n.a.groups {
		st := r.prioritize(g)
		if st != nil && st.satisfied == 0 && r.assessed < r.ageOrAlways(st.s.minStart) {
			// Deviation "minimum age to start": the specification has the attribute and
			// no rule for it; without this every infant is due the vaccines of old age.
			r.traceSeries(st, "minAgeToStart", "too young to start; the series group has no best series")
			st = nil
		}
		n.prioritized = append(n.prioritized, st)
	}
	for _, st := range n.prioritized {
		if st == nil {
			continue
		}
		if !r.isBest(st) {
			r.traceSeries(st, "Table 8-14", "not best: an equivalent series group has a better one")
			continue
		}
		r.traceSeries(st, "Table 8-14", "best patient series of its series group")
		r.best = append(r.best, patientSeries{st, n.index})
	}
}

// isBest is 8.8, Table 8-14. Equivalence is the one the series itself names.
func (r *run) isBest(st *state) bool {
	if st.status == Complete {
		return true
	}
	if st.s.kind == schedule.EvaluationOnly {
		return false
	}
	for g, other := range r.now.prioritized {
		if other == nil || other == st || st.s.equivalent&(1<<g) == 0 {
			continue
		}
		if other.status == Complete || st.s.kind != schedule.Risk && other.s.kind == schedule.Risk {
			return false
		}
	}
	return true
}

// group is what 8.1 to 8.3 count of a series group.
type group struct {
	scorable  []*state
	complete  int
	inProcess int
	zero      int // scorable, without a valid dose
	defaults  int
	byDefault *state
}

// prioritize is 8.1 to 8.7 for one series group; nil when it has no prioritized series.
func (r *run) prioritize(g int) *state {
	k := group{scorable: r.scored[:0]}
	r.prefilter(g, &k)
	r.scored = k.scorable
	st := r.single(&k)
	if st != nil {
		r.traceSeries(st, "Table 8-3", "the prioritized series")
	}
	if st == nil && len(k.scorable) > 0 {
		st = r.score(&k)
	}
	if st != nil {
		r.forecast(st)
	}
	return st
}

// prefilter is 8.1: which series of the group are scorable (SELECTSCORE-2).
func (r *run) prefilter(g int, k *group) {
	best := "~~"
	anyValid := false
	for i := range r.now.states {
		st := &r.now.states[i]
		if st.s.group != g {
			continue
		}
		if len(r.now.records) > 0 {
			r.evaluate(st)
		}
		anyValid = anyValid || st.satisfied > 0
		if st.s.kind == schedule.Risk {
			best = min(best, st.s.priority)
		}
		if st.s.isDefault { // SELECTB-7
			k.defaults++
			k.byDefault = st
		}
	}
	for i := range r.now.states {
		st := &r.now.states[i]
		if st.s.group != g {
			continue
		}
		ok := false
		switch st.s.kind {
		case schedule.Risk:
			ok = st.s.priority == best
		case schedule.Standard:
			if st.satisfied > 0 {
				ok = st.firstValid < r.ageOrNever(st.s.maxStart)
			} else {
				ok = !anyValid && k.defaults == 0
			}
		case schedule.EvaluationOnly:
			r.forecast(st)
			ok = st.status == Complete
		}
		if !ok || !r.candidate(st) {
			continue
		}
		r.forecast(st)
		r.traceSeries(st, "SELECTSCORE-2", "scorable")
		r.count(k, st)
	}
}

func (r *run) count(k *group, st *state) {
	k.scorable = append(k.scorable, st)
	switch {
	case st.status == Complete: // SELECTB-6
		k.complete++
	case st.status == NotComplete && st.satisfied > 0: // SELECTB-16
		k.inProcess++
	}
	if st.satisfied == 0 {
		k.zero++
	}
}

// candidate is SELECTB-24. Only a series that might be contraindicated needs a
// forecast for it.
func (r *run) candidate(st *state) bool {
	if !r.seriesContraindicated(st.s) {
		return true
	}
	r.forecast(st)
	if st.status != Contraindicated {
		return true
	}
	for i := range r.now.states {
		other := &r.now.states[i]
		if other.s.group != st.s.group {
			continue
		}
		if r.forecast(other); other.status != Contraindicated {
			return false
		}
	}
	return true
}

// single is 8.2, Table 8-3.
func (r *run) single(k *group) *state {
	switch {
	case len(k.scorable) == 0:
		if k.defaults == 1 {
			return k.byDefault
		}
	case len(k.scorable) == 1:
		return k.scorable[0]
	case k.complete == 1:
		return k.first(func(st *state) bool { return st.status == Complete })
	case k.complete == 0 && k.inProcess == 1:
		return k.first(inProcess)
	case k.complete == 0 && k.inProcess == 0 && k.defaults == 1:
		return k.byDefault
	}
	return nil
}

func inProcess(st *state) bool { return st.status == NotComplete && st.satisfied > 0 }

func (k *group) first(is func(*state) bool) *state {
	for _, st := range k.scorable {
		if is(st) {
			return st
		}
	}
	return nil
}

// keep drops the scorable series that are not to be scored.
func (k *group) keep(is func(*state) bool) []*state {
	kept := k.scorable[:0]
	for _, st := range k.scorable {
		if is(st) {
			kept = append(kept, st)
		}
	}
	return kept
}

// score is 8.3 to 8.7.
func (r *run) score(k *group) *state {
	var list []*state
	switch { // Table 8-5
	case k.complete >= 2:
		list = k.keep(func(st *state) bool { return st.status == Complete })
		r.award("Table 8-7", "most valid doses", list, 1, 0, -1, mostValid(list))
	case k.inProcess >= 2:
		list = k.keep(inProcess)
		r.scoreInProcess(list)
	default:
		list = k.keep(func(st *state) bool { return st.satisfied == 0 || k.zero == 0 })
		r.scoreNoValid(list)
	}
	// SELECTBEST-1 and -2; a tie with blank preferences is broken by the file's order.
	best := list[0]
	for _, st := range list[1:] {
		if st.score > best.score || st.score == best.score && st.s.preference < best.s.preference {
			best = st
		}
	}
	if r.t != nil {
		for _, st := range list {
			r.t.score(r, st, st == best)
		}
	}
	return best
}

// award gives points for a condition of a table: alone, tied, or not met.
func (r *run) award(table, what string, list []*state, alone, tied, not int, met func(*state) bool) {
	n := 0
	for _, st := range list {
		if met(st) {
			n++
		}
	}
	for _, st := range list {
		points, is := tied, "is true of more than one series"
		switch {
		case !met(st):
			points, is = not, "is not true of it"
		case n == 1:
			points, is = alone, "is true of it alone"
		}
		st.score += points
		if r.t != nil {
			r.traceSeries(st, table, fmt.Sprintf("%s %s: %+d", what, is, points))
		}
	}
}

// mostValid is SELECTB-19.
func mostValid(list []*state) func(*state) bool {
	most := 0
	for _, st := range list {
		most = max(most, st.satisfied)
	}
	return func(st *state) bool { return st.satisfied == most }
}

// scoreInProcess is Table 8-9.
func (r *run) scoreInProcess(list []*state) {
	r.finishDates(list)
	r.award("Table 8-9", "a product series with all doses valid", list, 2, 2, -2, func(st *state) bool { return st.s.product && st.allValid }) // SELECTB-2, -23
	r.award("Table 8-9", "completable", list, 3, 3, -3, func(st *state) bool { return st.completable })                                        // SELECTB-3
	r.award("Table 8-9", "most valid doses", list, 2, 0, -2, mostValid(list))
	left := 1 << 20
	for _, st := range list {
		left = min(left, len(st.s.targets)-st.cursor)
	}
	r.award("Table 8-9", "closest to completion", list, 2, 0, -2, func(st *state) bool { return len(st.s.targets)-st.cursor == left }) // SELECTB-5
	finish := never
	for _, st := range list {
		if st.completable {
			finish = min(finish, st.finish)
		}
	}
	r.award("Table 8-9", "finishes earliest", list, 1, 0, -1, func(st *state) bool { return st.completable && st.finish == finish }) // SELECTB-11
}

// scoreNoValid is Table 8-11.
func (r *run) scoreNoValid(list []*state) {
	r.finishDates(list)
	start := never
	for _, st := range list {
		if hasStart(st) {
			start = min(start, st.candidate)
		}
	}
	r.award("Table 8-11", "starts earliest", list, 1, 0, -1, func(st *state) bool { return hasStart(st) && st.candidate == start }) // SELECTB-14
	r.award("Table 8-11", "completable", list, 1, 1, -1, func(st *state) bool { return st.completable })
	r.award("Table 8-11", "a product series", list, -1, -1, 1, func(st *state) bool { return st.s.product })
}

// hasStart reports whether a series has a start date to be compared: the earliest date
// of its forecast, unless nothing bounds that (Table 7-9: empty is 31 December 2999).
func hasStart(st *state) bool { return st.status == NotComplete && st.basis.by != byBirth }

// finishDates is SELECTB-12 and SELECTB-3.
func (r *run) finishDates(list []*state) {
	for _, st := range list {
		if !hasStart(st) {
			continue
		}
		st.finish = st.candidate
		for i := st.cursor + 1; i < len(st.s.targets); i++ {
			for k := range st.s.targets[i].intervals {
				if row := &st.s.targets[i].intervals[k]; row.min.Given && row.holds(r.assessed) {
					st.finish = max(st.finish, row.min.from(st.candidate))
				}
			}
		}
		last := never
		if age := st.s.targets[len(st.s.targets)-1].relevantAge(r.assessed); age != nil {
			last = r.ageOrNever(age.max)
		}
		st.completable = st.finish < last
	}
}

// day is a date, or nothing for a bound that is never reached.
func day(d cal.Date) cal.Date {
	if d >= never {
		return cal.None
	}
	return d
}
