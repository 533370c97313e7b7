package cdsi

import (
	"strconv"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

// series is an antigen series made ready.
type series struct {
	src        *schedule.Series
	antigen    int
	kind       schedule.SeriesType
	genders    uint8 // bits by schedule.Gender
	group      int   // series group, in antigen.groups
	equivalent uint32
	vaccines   int // vaccine group, in Engine.groups
	priority   string
	preference int // lowest is best
	isDefault  bool
	product    bool
	minStart   span
	maxStart   span
	indicated  obsSet
	indication []indication
	targets    []target
	preferable vaxSet // of all its doses
}

type indication struct {
	src *schedule.Indication
	obs obs
	window
}

// target is a series dose, which a target dose tracks.
type target struct {
	src         *schedule.SeriesDose
	number      int
	ages        []ageRow
	intervals   []intervalRow
	allowable   []intervalRow
	preferable  []preferableRow
	preferSet   vaxSet
	forecast    []int // those of preferable that may be recommended
	allowed     []vaxAges
	allowSet    vaxSet
	inadvertent vaxSet
	skips       []skip
	recurring   bool
	seasonStart cal.Date
	seasonEnd   cal.Date // never when there is no season, or its end is not known
	others      otherSeasons
	conflicting vaxSet // earlier vaccines that a preferable one must keep away from
}

type ageRow struct {
	src                                      *schedule.Age
	absMin, min, earliestRec, latestRec, max span
	dated
}

type intervalRow struct {
	src                                 *schedule.Interval
	fromPrevious                        bool
	fromTarget                          int
	fromVaccines                        bool
	vaccines                            vaxSet
	fromObs                             bool
	obs                                 obs
	absMin, min, earliestRec, latestRec span
	override                            bool
	dated
}

type preferableRow struct {
	vaxAges
	src    *schedule.PreferableVaccine
	volume float64
}

type skip struct {
	context schedule.Context
	all     bool // set logic And
	sets    []skipSet
}

type skipSet struct {
	src *schedule.SkipSet
	dated
	all        bool
	conditions []condition
}

type condition struct {
	src          *schedule.Condition
	kind         schedule.ConditionType
	start, until cal.Date
	age          window
	interval     span
	count        int
	validOnly    bool
	compare      schedule.Comparison
	any          bool // any vaccine of the antigen
	vaccines     vaxSet
	groups       uint32 // series groups, as bits
}

const anyGender = 1<<schedule.Female | 1<<schedule.Male | 1<<schedule.Unknown

func (c *compiler) series(antigen int, s *schedule.Series, groups map[string]int) series {
	out := series{
		src: s, antigen: antigen, kind: s.Type, group: groups[s.Select.Group],
		priority: s.Select.Priority, preference: s.Select.Preference,
		isDefault: s.Select.Default, product: s.Select.ProductPath,
		minStart: c.span(s.Select.MinAge), maxStart: c.span(s.Select.MaxAge),
	}
	for _, g := range s.Genders {
		out.genders |= 1 << g
	}
	if len(s.Genders) == 0 {
		out.genders = anyGender
	}
	if out.preference == 0 {
		out.preference = 1 << 20 // blank: after those that have one
	}
	if out.priority == "" {
		out.priority = "~"
	}
	for _, id := range s.Equivalent {
		// A group that the antigen does not have is equivalent to nothing.
		if g, ok := groups[id]; ok {
			out.equivalent |= 1 << g
		}
	}
	g, ok := c.groupOf[s.VaccineGroup]
	if !ok {
		c.fail("series %q is of vaccine group %q, which the schedule does not have", s.Name, s.VaccineGroup)
	}
	out.vaccines = g
	for i := range s.Indications {
		o := c.obs(s.Indications[i].Observation.Code)
		out.indicated.add(o)
		out.indication = append(out.indication, indication{&s.Indications[i], o, c.window(s.Indications[i].Begin, s.Indications[i].End)})
	}
	for i := range s.Doses {
		t := c.target(&s.Doses[i], groups)
		t.others = othersOf(s.VaccineGroup, s.Doses[i].Season)
		out.preferable.addAll(&t.preferSet)
		out.targets = append(out.targets, t)
	}
	if len(out.targets) == 0 {
		c.fail("series %q has no doses", s.Name)
	}
	return out
}

func (c *compiler) target(s *schedule.SeriesDose, groups map[string]int) target {
	t := target{src: s, number: s.Number, recurring: s.Recurring, seasonStart: s.Season.Start, seasonEnd: s.Season.End}
	if t.seasonEnd == cal.None {
		t.seasonEnd = never
	}
	for i := range s.Ages {
		a := &s.Ages[i]
		t.ages = append(t.ages, ageRow{a, c.span(a.AbsMin), c.span(a.Min), c.span(a.EarliestRec), c.span(a.LatestRec), c.span(a.Max), datedOf(a.Effective)})
	}
	for i := range s.Intervals {
		t.intervals = append(t.intervals, c.interval(&s.Intervals[i]))
	}
	for i := range s.Allowable {
		t.allowable = append(t.allowable, c.interval(&s.Allowable[i]))
	}
	for i := range s.Preferable {
		p := &s.Preferable[i]
		v := c.vax(p.CVX)
		t.preferSet.add(v)
		if p.Forecast {
			t.forecast = append(t.forecast, i)
		}
		t.preferable = append(t.preferable, preferableRow{vaxAges{v, c.window(p.Begin, p.End)}, p, volumeOf(p.Volume)})
		t.conflicting.addAll(&c.vaccines[v].conflicting)
	}
	for _, a := range s.AllowableVax {
		v := c.vax(a.CVX)
		t.allowSet.add(v)
		t.allowed = append(t.allowed, vaxAges{v, c.window(a.Begin, a.End)})
	}
	for _, a := range s.Inadvertent {
		t.inadvertent.add(c.vax(a.CVX))
	}
	for i := range s.Skips {
		t.skips = append(t.skips, c.skip(&s.Skips[i], groups))
	}
	return t
}

// otherSeasons are the seasons before and after that of a target dose, of which its
// release says nothing: the last day of the one, the first of the other, and what to
// tell then. Seasons come once a year. One without an end lasts until the next, and is
// good until a newer release says otherwise.
type otherSeasons struct {
	before, after       cal.Date // before all and after all days when there is none
	noneBefore, noneNow string
}

func othersOf(group string, s schedule.Season) otherSeasons {
	o := otherSeasons{before: cal.None, after: never}
	if s.Start == cal.None {
		return o
	}
	o.before = s.Start - 1
	o.noneBefore = group + ": The schedule has the season that begins on " + s.Start.String() +
		" and none before; what was recommended on the assessment date is not known, and nothing is forecast."
	if s.End != cal.None {
		o.before, o.after = s.End.AddMonths(-12), s.Start.AddMonths(12)
		o.noneNow = group + ": The schedule has the season that ended on " + s.End.String() +
			" and none after; a newer release has to say what is recommended now, and nothing is forecast."
	}
	return o
}

func (c *compiler) interval(s *schedule.Interval) intervalRow {
	r := intervalRow{
		src: s, fromPrevious: s.FromPrevious, fromTarget: s.FromTargetDose,
		fromVaccines: len(s.FromMostRecent) > 0, vaccines: c.vaxSet(s.FromMostRecent),
		absMin: c.span(s.AbsMin), min: c.span(s.Min), earliestRec: c.span(s.EarliestRec), latestRec: c.span(s.LatestRec),
		override: s.Override, dated: datedOf(s.Effective),
	}
	if s.FromObservation.Code != "" {
		r.fromObs, r.obs = true, c.obs(s.FromObservation.Code)
	}
	return r
}

func (c *compiler) skip(s *schedule.ConditionalSkip, groups map[string]int) skip {
	out := skip{context: s.Context, all: s.Logic == schedule.And}
	for i := range s.Sets {
		set := skipSet{src: &s.Sets[i], dated: datedOf(s.Sets[i].Effective), all: s.Sets[i].Logic == schedule.And}
		for j := range s.Sets[i].Conditions {
			set.conditions = append(set.conditions, c.condition(&s.Sets[i].Conditions[j], groups))
		}
		out.sets = append(out.sets, set)
	}
	return out
}

func (c *compiler) condition(s *schedule.Condition, groups map[string]int) condition {
	out := condition{
		src: s, kind: s.Type, start: s.Start, until: s.Until, age: c.window(s.Begin, s.End), interval: c.span(s.Interval),
		count: s.Count, validOnly: s.ValidOnly, compare: s.Compare, any: len(s.Vaccines) == 0, vaccines: c.vaxSet(s.Vaccines),
	}
	if out.until == cal.None {
		out.until = never
	}
	for _, id := range s.SeriesGroups {
		if g, ok := groups[id]; ok {
			out.groups |= 1 << g
		}
	}
	return out
}

// volumeOf is a published volume in mL; 0 when there is none.
func volumeOf(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v
}
