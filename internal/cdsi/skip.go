package cdsi

import (
	"slices"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// moment is when a conditional skip is looked at (CONDSKIP-2): the context, the
// reference date, and how much of the history is before it.
type moment struct {
	context schedule.Context
	ref     cal.Date
	anchor  cal.Date // for dated sets (RELEVANT-1, RELEVANT-2)
	record  int      // records of the antigen before it
	given   int      // doses of the whole history before it
}

// skippable is section 6.2, used by 7.1 and 7.6 too: whether the target dose can be
// skipped. Any instance of the context that is met skips it.
func (r *run) skippable(st *state, t *target, m moment) bool {
	for i := range t.skips {
		if c := t.skips[i].context; (c == schedule.Both || c == m.context) && r.skipMet(st, &t.skips[i], m) {
			return true
		}
	}
	return false
}

// skipMet is Table 6-11. Sets that do not hold on the anchor date are as if absent;
// without any set nothing is skipped.
func (r *run) skipMet(st *state, k *skip, m moment) bool {
	met, of := 0, 0
	var by *skipSet
	for i := range k.sets {
		set := &k.sets[i]
		if !set.dated.holds(m.anchor) {
			continue
		}
		of++
		if r.setMet(st, set, m) {
			met++
			by = set
		}
	}
	ok := met > 0 && (!k.all || met == of)
	if ok && r.t != nil {
		r.t.skip(r, st, by, m)
	}
	return ok
}

// setMet is Table 6-10.
func (r *run) setMet(st *state, set *skipSet, m moment) bool {
	for i := range set.conditions {
		if ok := r.conditionMet(st, &set.conditions[i], m); ok != set.all {
			return ok // OR: one is enough; AND: one that fails is enough
		}
	}
	return set.all && len(set.conditions) > 0
}

func (r *run) conditionMet(st *state, c *condition, m moment) bool {
	switch c.kind {
	case schedule.ByAge: // Table 6-6
		return r.atAge(c.age, m.ref)
	case schedule.CompletedSeries: // Table 6-7
		return r.groupComplete(c.groups, m)
	case schedule.ByInterval: // Table 6-8, CALCDTSKIP-5
		return m.record > 0 && m.ref >= c.interval.orAlways(r.now.records[m.record-1].date)
	}
	n := r.countDoses(st, c, m) // Table 6-9
	switch c.compare {
	case schedule.Greater:
		return n > c.count
	case schedule.Less:
		return n < c.count
	}
	return n == c.count
}

// countDoses is CONDSKIP-1. A dose that the antigen does not count has no status
// in this series: it is in a total only.
func (r *run) countDoses(st *state, c *condition, m moment) int {
	begin, end := max(r.ageOrAlways(c.age.begin), c.start), min(r.ageOrNever(c.age.end), c.until)
	n := 0
	if c.validOnly || c.any {
		for i := range r.now.records[:m.record] {
			d := &r.now.records[i]
			if d.date >= begin && d.date < end && (c.any || c.vaccines.has(d.vax)) && (!c.validOnly || st.evals[i].status == Valid) {
				n++
			}
		}
		return n
	}
	for i := range r.doses[:m.given] {
		if d := &r.doses[i]; d.date >= begin && d.date < end && c.vaccines.has(d.vax) {
			n++
		}
	}
	return n
}

// groupComplete reports whether some relevant patient series of the series groups is
// Complete (Table 6-7): while a dose is evaluated, by the doses before it; for a
// forecast, by its status. That series is evaluated first; one that is being worked on
// is not complete yet.
func (r *run) groupComplete(groups uint32, m moment) bool {
	for i := range r.now.states {
		st := &r.now.states[i]
		if groups&(1<<st.s.group) == 0 {
			continue
		}
		if r.evaluate(st); st.phase < evaluated || st.satisfied == 0 {
			continue
		}
		if m.context == schedule.OnEvaluation {
			if r.completeBefore(st, m) {
				return true
			}
			continue
		}
		if r.forecast(st); st.phase == forecasted && st.status == Complete {
			return true
		}
	}
	return false
}

// completeBefore reports whether an evaluated series was complete when a dose was
// given: the doses before it have satisfied some target dose and left none that a
// forecast of that day would not skip.
func (r *run) completeBefore(st *state, m moment) bool {
	before := st.evals[:m.record]
	if !slices.ContainsFunc(before, func(ev eval) bool { return ev.status == Valid }) {
		return false
	}
	last := &before[m.record-1]
	if last.target < 0 {
		return true
	}
	cursor := int(last.target)
	if last.status == Valid && !st.s.targets[cursor].recurring {
		cursor++
	}
	t := r.t
	r.t = nil // it looks back, and is no step of the work on that series
	m.context = schedule.OnForecast
	for cursor < len(st.s.targets) && r.skippable(st, &st.s.targets[cursor], m) {
		cursor++
	}
	r.t = t
	return cursor == len(st.s.targets)
}
