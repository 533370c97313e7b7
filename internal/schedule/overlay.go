package schedule

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/yaml"
)

// Overlay is what a jurisdiction changes in the schedule, by whose authority and
// from which day on: one file of states/<st>/schedule.
type Overlay struct {
	File      string
	Authority string   // who decided it
	Citation  string   // where that is written
	Effective cal.Date // assessments from this day on use it
	Why       string
	changes   []localChange
}

// localChange is one change: of a series, or of a row of one dose.
type localChange struct {
	line                 int
	antigen, why         string
	add, replace         Series
	remove               string
	series               string
	dose                 int
	age                  rowChange[Age]
	interval, allowable  rowChange[Interval]
	skip                 rowChange[ConditionalSkip]
	preferable           rowChange[PreferableVaccine]
	allowableVax, inadvt rowChange[VaccineAges]
}

// rowChange replaces a row. Without was it adds one, without becomes it removes
// one. The row that was is written whole: when a new release of the schedule has
// another, the change does not silently apply to it.
type rowChange[T any] struct {
	was, becomes *T
}

// ReadOverlays reads the overlays of a folder in the order in which they take
// effect, strictly like Read.
func ReadOverlays(fsys fs.FS) ([]Overlay, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	var out []Overlay
	var errs []error
	for _, name := range names {
		o, problems := readOverlay(fsys, name)
		out = append(out, o)
		errs = append(errs, problems...)
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("schedule: the local changes cannot be read:\n%w", errors.Join(errs...))
	}
	slices.SortStableFunc(out, func(a, b Overlay) int { return cmp.Compare(a.Effective, b.Effective) })
	return out, nil
}

func readOverlay(fsys fs.FS, name string) (Overlay, []error) {
	o := Overlay{File: name}
	text, err := readText(fsys, name)
	if err != nil {
		return o, []error{err}
	}
	root, err := yaml.Parse(name, text)
	if err != nil {
		return o, []error{err}
	}
	d := &document{file: name, lists: map[string]any{}}
	fill(d, root, &o, d.overlay)
	if o.Authority == "" || o.Citation == "" || o.Effective == cal.None || len(o.changes) == 0 {
		d.fail(root, "authority, citation, effective and changes have to be given")
	}
	return o, d.errs
}

func (d *document) overlay(f *form, o *Overlay) {
	f.text("authority", &o.Authority)
	f.text("citation", &o.Citation)
	f.date("effective", &o.Effective)
	f.text("why", &o.Why)
	rows(f, "changes", &o.changes, onLines, d.localChange)
}

func (d *document) localChange(f *form, c *localChange) {
	c.line = f.node.Line
	errsBefore := len(d.errs)
	f.text("antigen", &c.antigen)
	f.text("why", &c.why)
	d.wholeSeries(f, "add series", &c.add)
	d.wholeSeries(f, "replace series", &c.replace)
	f.text("remove series", &c.remove)
	f.text("series", &c.series)
	f.number("dose", &c.dose)
	changedRow(f, "age", &c.age, d.age)
	changedRow(f, "interval", &c.interval, d.interval)
	changedRow(f, "allowable interval", &c.allowable, d.allowableInterval)
	changedRow(f, "conditional skip", &c.skip, d.skip)
	changedRow(f, "preferable vaccine", &c.preferable, d.preferable)
	changedRow(f, "allowable vaccine", &c.allowableVax, d.vaccineAges)
	changedRow(f, "inadvertent vaccine", &c.inadvt, d.vaccine)
	if len(d.errs) == errsBefore {
		d.oneThing(f, c)
	}
}

func (d *document) wholeSeries(f *form, key string, s *Series) {
	if n := f.get(key); n != nil {
		fill(d, n, s, d.oneSeries)
		d.series = ""
	}
}

// changedRow reads {was: …, becomes: …}.
func changedRow[T any](f *form, key string, c *rowChange[T], describe func(*form, *T)) {
	n := f.get(key)
	if n == nil {
		return
	}
	side := func(f *form, key string, to **T) {
		if n := f.get(key); n != nil {
			*to = new(T)
			fill(f.doc, n, *to, describe)
		}
	}
	fill(f.doc, n, c, func(f *form, c *rowChange[T]) {
		side(f, "was", &c.was)
		side(f, "becomes", &c.becomes)
	})
	if c.was == nil && c.becomes == nil {
		f.doc.fail(n, "%s: want was, becomes or both", key)
	}
}

func (c rowChange[T]) given() bool { return c.was != nil || c.becomes != nil }

// oneThing looks that a change says one thing, and where.
func (d *document) oneThing(f *form, c *localChange) {
	ofSeries, ofRow := 0, 0
	for _, given := range []bool{c.add.Name != "", c.replace.Name != "", c.remove != ""} {
		if given {
			ofSeries++
		}
	}
	for _, given := range []bool{
		c.age.given(), c.interval.given(), c.allowable.given(), c.skip.given(), c.preferable.given(), c.allowableVax.given(), c.inadvt.given(),
	} {
		if given {
			ofRow++
		}
	}
	switch {
	case c.antigen == "":
		d.fail(f.node, "antigen is missing")
	case ofSeries+ofRow != 1:
		d.fail(f.node, "a change is one of add series, replace series, remove series or one row; here are %d", ofSeries+ofRow)
	case (ofRow == 1) != (c.series != "" && c.dose != 0):
		d.fail(f.node, "series and dose have to be given for a row, and only for one")
	}
}

// Amended is the schedule as it is assessed on a day in a jurisdiction: a copy with
// the changes of the overlays that are in effect then, in their order. It is an
// error when one does not fit the schedule, or makes something of it that Lint
// would tell. Edition.Local names them.
func (s *Schedule) Amended(assessment cal.Date, overlays ...Overlay) (*Schedule, error) {
	out := *s
	out.Antigens = slices.Clone(s.Antigens)
	out.Local = slices.Clone(s.Local)
	var errs []error
	for _, o := range overlays {
		if o.Effective > assessment {
			continue
		}
		for _, c := range o.changes {
			if err := c.apply(&out); err != nil {
				errs = append(errs, fmt.Errorf("%s:%d: %w", o.File, c.line, err))
			}
		}
		out.Local = append(out.Local, o.Authority+", "+o.Citation)
	}
	if len(errs) == 0 {
		problems, _ := lint(&out) // a change may well mend a known one
		for _, p := range problems {
			errs = append(errs, errors.New(p.String()))
		}
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("schedule: the local changes do not fit release %s:\n%w", s.Release, errors.Join(errs...))
	}
	return &out, nil
}

// apply makes the change in s, whose lists are shared with other schedules: each
// that changes is copied first.
func (c localChange) apply(s *Schedule) error {
	a := s.antigen(c.antigen)
	if a == nil {
		return fmt.Errorf("there is no antigen %q", c.antigen)
	}
	a.Series = slices.Clone(a.Series)
	name := cmp.Or(c.series, c.remove, c.replace.Name, c.add.Name)
	i := slices.IndexFunc(a.Series, func(s Series) bool { return s.Name == name })
	if (i < 0) != (c.add.Name != "") {
		return fmt.Errorf("%s has %s series %q", a.Name, map[bool]string{true: "no", false: "already a"}[i < 0], name)
	}
	add, replace := c.add, c.replace
	add.TargetDisease, replace.TargetDisease = a.Name, a.Name
	switch {
	case add.Name != "":
		a.Series = append(a.Series, add)
	case replace.Name != "":
		a.Series[i] = replace
	case c.remove != "":
		a.Series = slices.Delete(a.Series, i, i+1)
	default:
		return c.applyToDose(&a.Series[i])
	}
	return nil
}

func (c localChange) applyToDose(s *Series) error {
	s.Doses = slices.Clone(s.Doses)
	i := slices.IndexFunc(s.Doses, func(d SeriesDose) bool { return d.Number == c.dose })
	if i < 0 {
		return fmt.Errorf("series %q has no dose %d", s.Name, c.dose)
	}
	d := &s.Doses[i]
	err := errors.Join(
		c.age.apply(&d.Ages), c.interval.apply(&d.Intervals), c.allowable.apply(&d.Allowable), c.skip.apply(&d.Skips),
		c.preferable.apply(&d.Preferable), c.allowableVax.apply(&d.AllowableVax), c.inadvt.apply(&d.Inadvertent),
	)
	if err != nil {
		return fmt.Errorf("series %q: dose %d: %w", s.Name, c.dose, err)
	}
	return nil
}

func (c rowChange[T]) apply(list *[]T) error {
	if !c.given() {
		return nil
	}
	out := slices.Clone(*list)
	if c.was == nil {
		*list = append(out, *c.becomes)
		return nil
	}
	i := slices.IndexFunc(out, func(row T) bool { return reflect.DeepEqual(row, *c.was) })
	switch {
	case i < 0:
		return errors.New("the row that the change says it was is not there")
	case c.becomes == nil:
		out = slices.Delete(out, i, i+1)
	default:
		out[i] = *c.becomes
	}
	if len(out) == 0 {
		out = nil
	}
	*list = out
	return nil
}
