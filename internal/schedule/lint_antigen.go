package schedule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"openiis/internal/cal"
)

// How codes of other lists are written, as far as can be seen without the lists.
var (
	countryCode = regexp.MustCompile(`^[A-Z]{2}$`)
	makerCode   = regexp.MustCompile(`^[A-Z]{2,3}$`)
	snomedCode  = regexp.MustCompile(`^[1-9][0-9]{5,17}$`)
)

func (l *linter) oneAntigen(a *Antigen) {
	for _, g := range a.Immunity.History {
		l.observation("clinical history", g)
	}
	for _, b := range a.Immunity.BirthDate {
		if b.Before == cal.None {
			l.say("birth date: immunity birth date is missing")
		}
		if b.Country != "" && b.Country != "U.S." && !countryCode.MatchString(b.Country) {
			l.say("birth date: birth country %q is not U.S. or a code of two letters, and nobody is born there", b.Country)
		}
		for _, g := range b.Exclusions {
			l.observation("birth date", g)
		}
	}
	for _, c := range a.Contraindicated {
		l.observation("contraindications", c.Observation)
		l.window("contraindication "+c.Observation.Code, c.Begin, c.End)
	}
	for _, c := range a.NotThese {
		l.observation("vaccine contraindications", c.Observation)
		l.window("contraindication "+c.Observation.Code, c.Begin, c.End)
		l.rowsOf("contraindication "+c.Observation.Code, c.Vaccines)
		if len(c.Vaccines) == 0 {
			l.say("contraindication %s names no vaccine", c.Observation.Code)
		}
	}
	if len(a.Series) == 0 {
		l.say("there is no series")
	}
	names := map[string]bool{}
	for i := range a.Series {
		unique(l, names, "series", a.Series[i].Name)
		l.series = a.Series[i].Name
		l.oneSeries(a, &a.Series[i])
	}
	l.series = ""
}

func (l *linter) oneSeries(a *Antigen, s *Series) {
	if s.Name == "" || s.Type == 0 || s.Select.Group == "" {
		l.say("series, type and series group have to be given")
	}
	if _, err := strconv.ParseUint(s.Select.Group, 10, 8); s.Select.Group != "" && err != nil {
		l.say("series group %q is not a number", s.Select.Group)
	}
	if g := l.groups[s.VaccineGroup]; g == nil {
		l.say("vaccine group %q is not among the vaccine groups", s.VaccineGroup)
	} else if !slices.Contains(g.Antigens, a.Name) {
		l.say("vaccine group %s does not have the antigen %s", g.Name, a.Name)
	}
	for _, e := range s.Equivalent {
		l.seriesGroup("equivalent series groups", a, e)
		if e == s.Select.Group {
			l.say("equivalent series groups: %s is its own", e)
		}
	}
	if s.Select.Default {
		for i := range a.Series {
			if o := &a.Series[i]; o != s && o.Select.Default && o.Select.Group == s.Select.Group && together(s, o) {
				l.say("the series %q is a default of the series group %s too", o.Name, s.Select.Group)
			}
		}
	}
	l.window("ages to start", s.Select.MinAge, s.Select.MaxAge)
	if (s.Type == Risk) != (len(s.Indications) > 0) {
		l.say("a Risk series has indications and another has none")
	}
	for _, i := range s.Indications {
		l.observation("indications", i.Observation)
		l.window("indication "+i.Observation.Code, i.Begin, i.End)
		l.outranked(a, s, i)
	}
	if len(s.Doses) == 0 {
		l.say("there is no dose")
	}
	for i := range s.Doses {
		l.dose = i + 1
		l.oneDose(a, s, &s.Doses[i])
		l.dose = 0
	}
}

// outranked says of an indication that it never has an effect: a series of the same
// group and of a better priority has it at all of its ages (SELECTSCORE-2).
func (l *linter) outranked(a *Antigen, s *Series, i Indication) {
	for k := range a.Series {
		o := &a.Series[k]
		if o.Select.Group != s.Select.Group || o.Select.Priority == "" || o.Select.Priority >= s.Select.Priority || !forAllOf(o, s) {
			continue
		}
		for _, j := range o.Indications {
			begins := !j.Begin.Given || i.Begin.Given && !before(i.Begin, j.Begin)
			ends := !j.End.Given || i.End.Given && !before(j.End, i.End)
			if j.Observation.Code == i.Observation.Code && begins && ends {
				l.say("indication %s has no effect: the series %q outranks it at all of its ages", i.Observation.Code, o.Name)
				return
			}
		}
	}
}

// forAllOf says whether a series is for every gender that another is for.
func forAllOf(a, b *Series) bool {
	return len(a.Genders) == 0 || len(b.Genders) > 0 && !slices.ContainsFunc(b.Genders, func(g Gender) bool { return !slices.Contains(a.Genders, g) })
}

// together says whether two series may be relevant for one person's gender.
func together(a, b *Series) bool {
	return len(a.Genders) == 0 || len(b.Genders) == 0 || slices.ContainsFunc(a.Genders, func(g Gender) bool { return slices.Contains(b.Genders, g) })
}

func (l *linter) seriesGroup(what string, a *Antigen, group string) {
	if !slices.ContainsFunc(a.Series, func(s Series) bool { return s.Select.Group == group }) {
		l.say("%s: no series of %s is in the series group %q", what, a.Name, group)
	}
}

func (l *linter) oneDose(a *Antigen, s *Series, d *SeriesDose) {
	if d.Number != l.dose {
		l.say("its number is %d", d.Number)
	}
	var dated []Effective
	for i, r := range d.Ages {
		dated = append(dated, r.Effective)
		l.ascending(fmt.Sprintf("age: row %d", i+1), r.AbsMin, r.Min, r.EarliestRec, r.LatestRec, r.Max)
		l.window(fmt.Sprintf("age: row %d", i+1), r.Min, r.Max)
	}
	l.exclusive("age", dated)
	l.intervals("interval", s, d, d.Intervals)
	l.intervals("allowable interval", s, d, d.Allowable)
	var preferable []VaccineAges
	for _, v := range d.Preferable {
		preferable = append(preferable, v.VaccineAges)
		if (v.TradeName == "") != (v.MVX == "") {
			l.say("preferable vaccine: CVX %s: trade name and mvx belong together", v.CVX)
		}
		if v.MVX != "" && !makerCode.MatchString(v.MVX) {
			l.say("preferable vaccine: CVX %s: mvx %q is not a code of two or three capital letters", v.CVX, v.MVX)
		}
	}
	l.rowsOf("preferable vaccine", preferable)
	l.rowsOf("allowable vaccine", d.AllowableVax)
	l.rowsOf("inadvertent vaccine", d.Inadvertent)
	l.against(a, "preferable vaccine", preferable)
	l.against(a, "allowable vaccine", d.AllowableVax)
	l.against(a, "inadvertent vaccine", d.Inadvertent)
	if len(preferable)+len(d.AllowableVax) == 0 {
		l.say("no vaccine is preferable or allowable")
	}
	for _, skip := range d.Skips {
		l.skip(a, skip)
	}
	if d.Season.Start != cal.None && d.Season.End != cal.None && d.Season.Start > d.Season.End {
		l.say("season: it ends before it starts")
	}
}

func (l *linter) intervals(what string, s *Series, d *SeriesDose, list []Interval) {
	var dated []Effective
	for i, r := range list {
		row := fmt.Sprintf("%s: row %d", what, i+1)
		dated = append(dated, r.Effective)
		l.ascending(row, r.AbsMin, r.Min, r.EarliestRec, r.LatestRec)
		if r.Override != list[0].Override {
			l.say("%s: its priority is not that of row 1", row) // DEFANTIGENSERIES-008
		}
		references := 0
		for _, given := range []bool{r.FromPrevious, r.FromTargetDose != 0, len(r.FromMostRecent) > 0, r.FromObservation != Guideline{}} {
			if given {
				references++
			}
		}
		if references != 1 {
			l.say("%s: it has to count from one thing, not from %d", row, references)
		}
		if r.FromTargetDose >= d.Number || r.FromTargetDose > len(s.Doses) || r.FromTargetDose < 0 {
			l.say("%s: target dose %d is not one before this", row, r.FromTargetDose)
		}
		for _, c := range r.FromMostRecent {
			l.cvx(row, c)
		}
		if r.FromObservation != (Guideline{}) {
			l.observation(row, r.FromObservation)
		}
	}
	l.effective(what, dated)
}

// rowsOf looks at rows of vaccines with ages.
func (l *linter) rowsOf(what string, list []VaccineAges) {
	for _, v := range list {
		l.cvx(what, v.CVX)
		l.window(what+": CVX "+v.CVX, v.Begin, v.End)
	}
}

// against looks that vaccines of a dose protect against its antigen, for no
// other is ever compared with it.
func (l *linter) against(a *Antigen, what string, list []VaccineAges) {
	for _, v := range list {
		known := l.vaccines[v.CVX]
		if known != nil && !slices.ContainsFunc(known.Antigens, func(p Association) bool { return p.Antigen == a.Name }) {
			l.say("%s: CVX %s does not protect against %s", what, v.CVX, a.Name)
		}
	}
}

func (l *linter) skip(a *Antigen, skip ConditionalSkip) {
	if skip.Context == 0 || len(skip.Sets) == 0 {
		l.say("conditional skip: context and sets have to be given")
	}
	if skip.Logic == 0 && len(skip.Sets) > 1 {
		l.say("conditional skip: set logic has to join its %d sets", len(skip.Sets))
	}
	var dated []Effective
	for _, set := range skip.Sets {
		dated = append(dated, set.Effective)
		if len(set.Conditions) == 0 || set.Logic == 0 && len(set.Conditions) > 1 {
			l.say("conditional skip: set %s: condition logic has to join its %d conditions", set.ID, len(set.Conditions))
		}
		for i, c := range set.Conditions {
			l.condition(a, "conditional skip: set "+set.ID+": condition "+strconv.Itoa(i+1), c)
		}
	}
	l.effective("conditional skip", dated)
}

func (l *linter) condition(a *Antigen, what string, c Condition) {
	count := c.Type >= CountByAge
	age := c.Begin.Given || c.End.Given
	dates := c.Start != cal.None || c.Until != cal.None
	switch {
	case c.Type == 0:
		l.say("%s: it has no type", what)
	case count != (c.Compare != 0):
		l.say("%s: a dose count belongs to a count of vaccines", what)
	case c.Type == ByAge && !age, c.Type == ByInterval && !c.Interval.Given, c.Type == CompletedSeries && len(c.SeriesGroups) == 0:
		l.say("%s: %v is not said", what, c.Type)
	case c.Type == CountByAge && dates, c.Type == CountByDate && (age || !dates), c.Type == CountByAgeAndDate && !(age && dates):
		l.say("%s: its ages and dates do not fit %v", what, c.Type)
	}
	l.window(what, c.Begin, c.End)
	if c.Start != cal.None && c.Until != cal.None && c.Start >= c.Until {
		l.say("%s: the window from %v to %v is empty", what, c.Start, c.Until)
	}
	for _, code := range c.Vaccines {
		l.cvx(what, code)
	}
	for _, g := range c.SeriesGroups {
		l.seriesGroup(what, a, g)
	}
}
