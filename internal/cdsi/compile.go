package cdsi

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"openiis/internal/schedule"
)

// vax is a vaccine type as a small number: its place in Engine.vaccines.
type vax uint16

const maxVaccines = 512

// vaxSet is a set of vaccine types.
type vaxSet [maxVaccines / 64]uint64

func (s *vaxSet) add(v vax)      { s[v>>6] |= 1 << (v & 63) }
func (s *vaxSet) has(v vax) bool { return s[v>>6]&(1<<(v&63)) != 0 }

func (s *vaxSet) within(all *vaxSet) bool {
	for i := range s {
		if s[i]&^all[i] != 0 {
			return false
		}
	}
	return true
}

func (s *vaxSet) meets(other *vaxSet) bool {
	for i := range s {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

func (s *vaxSet) empty() bool { return *s == vaxSet{} }

func (s *vaxSet) addAll(other *vaxSet) {
	for i := range s {
		s[i] |= other[i]
	}
}

// obs is an observation as a small number.
type obs uint16

const maxObservations = 512

type obsSet [maxObservations / 64]uint64

func (s *obsSet) add(o obs)      { s[o>>6] |= 1 << (o & 63) }
func (s *obsSet) has(o obs) bool { return s[o>>6]&(1<<(o&63)) != 0 }

func (s *obsSet) meets(other *obsSet) bool {
	for i := range s {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}

// removeAll takes away those of another set.
func (s *obsSet) removeAll(other *obsSet) {
	for i := range s {
		s[i] &^= other[i]
	}
}

// vaccine is a vaccine type with what it protects against.
type vaccine struct {
	cvx          string
	known        bool // it is in the schedule's table of vaccines
	spaced       bool // it needs an interval to other vaccines, before or after
	associations []association
	conflicts    []conflict // with earlier doses, when this one is the current
	conflicting  vaxSet     // the vaccines of conflicts
}

type association struct {
	antigen int
	window
}

type conflict struct {
	previous           vax
	begin, minEnd, end span
	src                *schedule.Conflict
}

// antigen is an antigen with its series.
type antigen struct {
	name    string
	series  []series
	groups  []seriesGroup
	routine [4][]int // by gender: the series that need no indication

	history     []guideline
	historyAny  obsSet
	born        []bornBefore
	contra      []contraindication
	vaxContra   []vaccineContraindication
	contraAny   obsSet
	indications obsSet
	vaccines    vaxSet // that are of the antigen at some age
}

// seriesGroup is a series group of an antigen (8.1).
type seriesGroup struct {
	id     string
	name   string
	series []int
}

// guideline is an observation that is evidence of immunity (7.2).
type guideline struct {
	src *schedule.Guideline
	obs obs
}

type bornBefore struct {
	src     *schedule.BornBefore
	exclude obsSet
}

type contraindication struct {
	src *schedule.Contraindication
	obs obs
	window
}

type vaccineContraindication struct {
	contraindication
	vaccines []vaxAges
}

type vaxAges struct {
	vax vax
	window
}

// vaccineGroup is a vaccine group (chapter 9).
type vaccineGroup struct {
	src      *schedule.VaccineGroup
	antigens []int
	single   bool
}

// compiler gathers what the engine is made of.
type compiler struct {
	*Engine
	antigenOf map[string]int
	groupOf   map[string]int
	spanOf    map[schedule.Duration]uint16
	err       error
}

func (c *compiler) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("cdsi: "+format, args...)
	}
}

// Compile makes an engine from a release of the schedule. It fails on a schedule
// that refers to something that it does not have, or that is larger than the
// engine's tables.
func Compile(s *schedule.Schedule) (*Engine, error) {
	e := &Engine{release: s.Release, effective: s.Effective, vaccineOf: map[string]vax{}, observationOf: map[string]obs{}, coded: map[coded][]string{}}
	c := &compiler{Engine: e, antigenOf: map[string]int{}, groupOf: map[string]int{}, spanOf: map[schedule.Duration]uint16{}}
	for i := range s.Antigens {
		c.antigenOf[s.Antigens[i].Name] = i
	}
	for i := range s.Vaccines {
		c.vaccine(&s.Vaccines[i])
	}
	for i := range s.Conflicts {
		c.conflict(&s.Conflicts[i])
	}
	for i := range s.Observations {
		c.observation(&s.Observations[i])
	}
	for i := range s.Groups {
		c.group(&s.Groups[i])
	}
	e.antigens = make([]antigen, len(s.Antigens))
	for i := range s.Antigens {
		c.antigen(i, &s.Antigens[i])
	}
	if c.err != nil {
		return nil, c.err
	}
	e.runs.New = func() any { return newRun(e) }
	return e, nil
}

// span numbers a duration; equal ones have one number.
func (c *compiler) span(d schedule.Duration) span {
	id, ok := c.spanOf[d]
	if !ok {
		if id = uint16(len(c.spanOf)); len(c.spanOf) == 1<<16-1 {
			c.fail("more than %d different durations", 1<<16-1)
		}
		c.spanOf[d] = id
		c.spans = len(c.spanOf)
	}
	return span{d, id}
}

func (c *compiler) window(begin, end schedule.Duration) window {
	return window{c.span(begin), c.span(end)}
}

func (c *compiler) vax(cvx string) vax {
	if v, ok := c.vaccineOf[cvx]; ok {
		return v
	}
	if len(c.vaccines) == maxVaccines {
		c.fail("more than %d vaccine types", maxVaccines)
		return 0
	}
	v := vax(len(c.vaccines))
	c.vaccineOf[cvx] = v
	c.vaccines = append(c.vaccines, vaccine{cvx: cvx})
	return v
}

func (c *compiler) vaxSet(cvx []string) (s vaxSet) {
	for _, code := range cvx {
		s.add(c.vax(code))
	}
	return s
}

func (c *compiler) obs(code string) obs {
	if o, ok := c.observationOf[code]; ok {
		return o
	}
	if len(c.observations) == maxObservations {
		c.fail("more than %d observations", maxObservations)
		return 0
	}
	o := obs(len(c.observations))
	c.observationOf[code] = o
	c.observations = append(c.observations, code)
	return o
}

func (c *compiler) vaccine(s *schedule.Vaccine) {
	v := c.vax(s.CVX)
	c.vaccines[v].known = true
	for _, a := range s.Antigens {
		i, ok := c.antigenOf[a.Antigen]
		if !ok {
			c.fail("CVX %s is of antigen %q, which the schedule does not have", s.CVX, a.Antigen)
			return
		}
		c.vaccines[v].associations = append(c.vaccines[v].associations, association{i, c.window(a.Begin, a.End)})
	}
}

func (c *compiler) conflict(s *schedule.Conflict) {
	previous, current := c.vax(s.Previous.CVX), c.vax(s.Current.CVX)
	c.vaccines[previous].spaced = true
	v := &c.vaccines[current]
	v.spaced = true
	v.conflicting.add(previous)
	v.conflicts = append(v.conflicts, conflict{previous, c.span(s.Begin), c.span(s.MinEnd), c.span(s.End), s})
}

func (c *compiler) observation(s *schedule.Observation) {
	c.obs(s.Code)
	for _, v := range s.Coded {
		k := coded{strings.ToUpper(strings.TrimSpace(v.System)), v.Code}
		c.coded[k] = append(c.coded[k], s.Code)
	}
	if slices.Contains(c.coded[allergic], s.Code) || strings.HasPrefix(s.Title, allergicTitle) && !strings.HasPrefix(s.Title, anyOfAKind) {
		c.allergies = append(c.allergies, s.Code)
	}
}

func (c *compiler) group(s *schedule.VaccineGroup) {
	g := vaccineGroup{src: s, single: len(s.Antigens) == 1}
	for _, name := range s.Antigens {
		i, ok := c.antigenOf[name]
		if !ok {
			c.fail("vaccine group %q has antigen %q, which the schedule does not have", s.Name, name)
			return
		}
		g.antigens = append(g.antigens, i)
	}
	c.groupOf[s.Name] = len(c.groups)
	c.groups = append(c.groups, g)
}

func (c *compiler) antigen(index int, s *schedule.Antigen) {
	a := antigen{name: s.Name}
	for i := range s.Immunity.History {
		g := guideline{&s.Immunity.History[i], c.obs(s.Immunity.History[i].Code)}
		a.history = append(a.history, g)
		a.historyAny.add(g.obs)
	}
	for i := range s.Immunity.BirthDate {
		b := bornBefore{src: &s.Immunity.BirthDate[i]}
		for _, g := range b.src.Exclusions {
			b.exclude.add(c.obs(g.Code))
		}
		a.born = append(a.born, b)
	}
	for i := range s.Contraindicated {
		a.contra = append(a.contra, c.contraindication(&a, &s.Contraindicated[i]))
	}
	for i := range s.NotThese {
		v := vaccineContraindication{contraindication: c.contraindication(&a, &s.NotThese[i].Contraindication)}
		for _, w := range s.NotThese[i].Vaccines {
			v.vaccines = append(v.vaccines, vaxAges{c.vax(w.CVX), c.window(w.Begin, w.End)})
		}
		a.vaxContra = append(a.vaxContra, v)
	}
	groups := map[string]int{}
	for i := range s.Series {
		id := s.Series[i].Select.Group
		if _, ok := groups[id]; !ok {
			groups[id] = 0
			a.groups = append(a.groups, seriesGroup{id: id, name: s.Series[i].Select.GroupName})
		}
	}
	sort.SliceStable(a.groups, func(i, j int) bool { return a.groups[i].id < a.groups[j].id })
	for i, g := range a.groups {
		groups[g.id] = i
	}
	if len(a.groups) > 32 {
		c.fail("%s: more than 32 series groups", a.name)
		return
	}
	a.series = make([]series, len(s.Series))
	c.seriesCount += len(s.Series)
	for i := range s.Series {
		a.series[i] = c.series(index, &s.Series[i], groups)
		one := &a.series[i]
		a.groups[one.group].series = append(a.groups[one.group].series, i)
		for gender := range a.routine {
			if one.kind != schedule.Risk && one.genders&(1<<gender) != 0 {
				a.routine[gender] = append(a.routine[gender], i)
			}
		}
		for j := range one.indicated {
			a.indications[j] |= one.indicated[j]
		}
	}
	for v := range c.vaccines {
		for _, as := range c.vaccines[v].associations {
			if as.antigen == index {
				a.vaccines.add(vax(v))
			}
		}
	}
	c.antigens[index] = a
}

func (c *compiler) contraindication(a *antigen, s *schedule.Contraindication) contraindication {
	o := c.obs(s.Observation.Code)
	a.contraAny.add(o)
	return contraindication{s, o, c.window(s.Begin, s.End)}
}
