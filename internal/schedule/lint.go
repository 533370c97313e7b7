package schedule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"openiis/internal/cal"
)

// Problem is something in a schedule that does not make sense, with its place.
type Problem struct {
	File, Series string
	Dose         int // 0: none
	Text         string
}

func (p Problem) String() string {
	s := p.File
	if p.Series != "" {
		s += fmt.Sprintf(": series %q", p.Series)
	}
	if p.Dose != 0 {
		s += fmt.Sprintf(": dose %d", p.Dose)
	}
	return s + ": " + p.Text
}

// Lint looks whether a schedule makes sense as a whole: everything that is named
// exists (antigens, groups, vaccines, series groups, observations, target doses),
// doses count from one, ages and intervals ascend, nothing holds never, and
// logic is said where it is needed. It finds nothing in a schedule that may be
// used: problems that the edition lists as known are not told, and one listed
// that is not found is told as a problem of its own.
func Lint(s *Schedule) []Problem {
	unknown, absent := lint(s)
	for _, k := range absent {
		unknown = append(unknown, Problem{File: releaseFile, Text: "the known problem is not there: " + k.Problem})
	}
	return unknown
}

// lint gives the problems that are not listed as known, and those listed that
// are not there.
func lint(s *Schedule) (unknown []Problem, absent []KnownProblem) {
	l := linter{s: s, vaccines: map[string]*Vaccine{}, observations: map[string]string{}, groups: map[string]*VaccineGroup{}, antigens: map[string]bool{}}
	l.tables()
	for i := range s.Antigens {
		l.file, l.antigen = antigenFile(s.Antigens[i].Name), s.Antigens[i].Name
		l.oneAntigen(&s.Antigens[i])
	}
	for _, p := range l.found {
		if !slices.ContainsFunc(s.Known, func(k KnownProblem) bool { return k.Problem == p.String() }) {
			unknown = append(unknown, p)
		}
	}
	for _, k := range s.Known {
		if !slices.ContainsFunc(l.found, func(p Problem) bool { return k.Problem == p.String() }) {
			absent = append(absent, k)
		}
	}
	return unknown, absent
}

type linter struct {
	s            *Schedule
	vaccines     map[string]*Vaccine
	observations map[string]string // code to title
	groups       map[string]*VaccineGroup
	antigens     map[string]bool

	file, antigen, series string
	dose                  int
	found                 []Problem
}

func (l *linter) say(format string, args ...any) {
	l.found = append(l.found, Problem{l.file, l.series, l.dose, fmt.Sprintf(format, args...)})
}

// unique says that a name is there twice and remembers it.
func unique(l *linter, seen map[string]bool, what, name string) {
	if seen[name] {
		l.say("%s %q is there twice", what, name)
	}
	seen[name] = true
}

func (l *linter) tables() {
	l.file = releaseFile
	if l.s.Release == "" || l.s.Source == "" || l.s.Released == cal.None {
		l.say("release, source and released have to be given")
	}
	for _, a := range l.s.Antigens {
		unique(l, l.antigens, "antigen", a.Name)
	}
	l.lintGroups()
	l.lintVaccines()
	l.lintConflicts()
	l.file = observationsFile
	codes := map[string]bool{}
	for _, o := range l.s.Observations {
		unique(l, codes, "observation", o.Code)
		l.observations[o.Code] = o.Title
		if o.Title == "" {
			l.say("observation %s has no title", o.Code)
		}
		for _, c := range o.Coded {
			l.coded(o.Code, c)
		}
	}
}

// coded looks that a code of another system is written as its codes are: another would
// never be met.
func (l *linter) coded(observation string, c CodedValue) {
	_, isCVX := padCVX(c.Code)
	if c.System == "SNOMED" && !snomedCode.MatchString(c.Code) || c.System == "CVX" && !isCVX || c.Code == "" {
		l.say("observation %s: %q is not a code of %s", observation, c.Code, c.System)
	}
}

func (l *linter) lintGroups() {
	l.file = groupsFile
	of := map[string]string{} // antigen to its group
	names := map[string]bool{}
	for i := range l.s.Groups {
		g := &l.s.Groups[i]
		unique(l, names, "group", g.Name)
		l.groups[g.Name] = g
		for _, a := range g.Antigens {
			if !l.antigens[a] {
				l.say("group %s: there is no file of the antigen %q", g.Name, a)
			}
			if of[a] != "" {
				l.say("antigen %s is in the groups %s and %s", a, of[a], g.Name)
			}
			of[a] = g.Name
		}
		if len(g.Antigens) == 0 {
			l.say("group %s has no antigen", g.Name)
		}
	}
	for _, a := range l.s.Antigens {
		if of[a.Name] == "" {
			l.say("antigen %s is in no group", a.Name)
		}
	}
}

func (l *linter) lintVaccines() {
	l.file = vaccinesFile
	codes := map[string]bool{}
	for i := range l.s.Vaccines {
		v := &l.s.Vaccines[i]
		unique(l, codes, "CVX", v.CVX)
		l.vaccines[v.CVX] = v
		if len(v.Antigens) == 0 {
			l.say("CVX %s protects against nothing", v.CVX)
		}
		antigens := map[string]bool{}
		for _, a := range v.Antigens {
			unique(l, antigens, "CVX "+v.CVX+": antigen", a.Antigen)
			if !l.antigens[a.Antigen] {
				l.say("CVX %s: there is no file of the antigen %q", v.CVX, a.Antigen)
			}
			l.window("CVX "+v.CVX, a.Begin, a.End)
		}
	}
}

func (l *linter) lintConflicts() {
	l.file = conflictsFile
	pairs, previous, current := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range l.s.Conflicts {
		pair := c.Previous.CVX + " before " + c.Current.CVX
		unique(l, pairs, "the conflict of CVX", pair)
		previous[c.Previous.CVX], current[c.Current.CVX] = true, true
		if !c.Begin.Given || !c.MinEnd.Given || !c.End.Given {
			l.say("the conflict of CVX %s needs begin, minimum end and end", pair)
		}
		l.ascending("the conflict of CVX "+pair, c.Begin, c.MinEnd, c.End)
		l.window("the conflict of CVX "+pair, c.Begin, c.MinEnd)
	}
	// Some, such as BCG, protect against no antigen of the schedule. But whatever
	// conflicts does so both as the earlier and as the later vaccine.
	for _, code := range slices.Sorted(maps.Keys(previous)) {
		if !current[code] {
			l.say("CVX %s conflicts as the previous vaccine only", code)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(current)) {
		if !previous[code] {
			l.say("CVX %s conflicts as the current vaccine only", code)
		}
	}
}

func (l *linter) cvx(what, code string) {
	if l.vaccines[code] == nil {
		l.say("%s: CVX %q is not among the vaccines of the schedule", what, code)
	}
}

func (l *linter) observation(what string, g Guideline) {
	title, known := l.observations[g.Code]
	switch {
	case !known:
		l.say("%s: observation %q is not among the coded observations", what, g.Code)
	case g.Title != "" && !alike(g.Title, title):
		l.say("%s: observation %s is %q, not %q: is it the right code?", what, g.Code, title, g.Title)
	}
}

// alike says whether two titles may be of one thing: CDC words them differently
// here and there, but at least half of the words are the same.
func alike(a, b string) bool {
	words := strings.Fields(strings.ToLower(b))
	same, all := 0, strings.Fields(strings.ToLower(a))
	for _, w := range all {
		if slices.Contains(words, w) {
			same++
		}
	}
	return 2*same >= len(all)
}

// births are days from which lengths of time are compared: a month is longer than
// four weeks from some days and not from others.
var births = []cal.Date{cal.Of(2001, 1, 31), cal.Of(2001, 2, 1), cal.Of(2004, 2, 29), cal.Of(2001, 7, 15)}

// before says that a ends before b begins, counted from any day.
func before(a, b Duration) bool {
	return !slices.ContainsFunc(births, func(d cal.Date) bool { return a.AddTo(d) >= b.AddTo(d) })
}

// window says that nothing lies in the window from begin and before end.
func (l *linter) window(what string, begin, end Duration) {
	if begin.Given && end.Given && !before(begin, end) {
		l.say("%s: the window from %v to %v is empty", what, begin, end)
	}
	if !begin.Given && end.Given && !before(Duration{Given: true}, end) {
		l.say("%s: the window to %v is empty", what, end)
	}
}

// ascending says that lengths of time, as far as they are given, descend.
func (l *linter) ascending(what string, lengths ...Duration) {
	var last Duration
	for _, d := range lengths {
		if !d.Given {
			continue
		}
		if last.Given && before(d, last) {
			l.say("%s: %v stands before %v", what, last, d)
		}
		last = d
	}
}

// effective looks at the dates of the rows of one kind.
func (l *linter) effective(what string, rows []Effective) {
	for i, r := range rows {
		if r.From != cal.None && r.Through != cal.None && r.From > r.Through {
			l.say("%s: row %d is in effect from %v to %v, which is never", what, i+1, r.From, r.Through)
		}
	}
}

// exclusive looks that no two dated rows hold on one day.
func (l *linter) exclusive(what string, rows []Effective) {
	l.effective(what, rows)
	for i, a := range rows {
		for j, b := range rows[:i] {
			if (a.Through == cal.None || b.From <= a.Through) && (b.Through == cal.None || a.From <= b.Through) {
				l.say("%s: rows %d and %d hold at the same time", what, j+1, i+1)
			}
		}
	}
}
