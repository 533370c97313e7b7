package schedule

import (
	"fmt"
	"strconv"
	"strings"

	"openiis/internal/yaml"
)

// What stands where in the files. README.md in the folder of the schedule says
// what each key means and how the specification calls it.

// How a mapping or list stands in a file.
const (
	onLines = false
	oneLine = true
)

func (d *document) antigen(f *form, a *Antigen) {
	f.name("antigen", &a.Name)
	list(f, "clinical history", &a.Immunity.History, d.readGuideline, writeGuideline, onLines)
	rows(f, "birth date", &a.Immunity.BirthDate, onLines, d.bornBefore)
	rows(f, "contraindications", &a.Contraindicated, onLines, d.contraindication)
	rows(f, "vaccine contraindications", &a.NotThese, onLines, func(f *form, c *VaccineContraindication) {
		d.contraindication(f, &c.Contraindication)
		rows(f, "vaccines", &c.Vaccines, oneLine, d.vaccineAges)
	})
	rows(f, "series", &a.Series, onLines, func(f *form, s *Series) {
		d.oneSeries(f, s)
		s.TargetDisease = a.Name
	})
	d.series = ""
}

// readGuideline reads an observation on one line, "018 Laboratory evidence": the
// code to the first space and then the title.
func (d *document) readGuideline(n *yaml.Node) Guideline {
	code, title, _ := strings.Cut(d.line(n), " ")
	return Guideline{Code: code, Title: title}
}

func writeGuideline(g Guideline) *yaml.Node {
	if g.Title == "" {
		return quoted(g.Code)
	}
	return scalar(g.Code + " " + g.Title)
}

func (f *form) observation(key string, g *Guideline) {
	if f.doc.writing {
		if g.Code != "" {
			f.put(key, writeGuideline(*g))
		}
	} else if n := f.get(key); n != nil {
		*g = f.doc.readGuideline(n)
	}
}

func (d *document) bornBefore(f *form, b *BornBefore) {
	f.date("immunity birth date", &b.Before)
	f.text("birth country", &b.Country)
	list(f, "exclusions", &b.Exclusions, d.readGuideline, writeGuideline, onLines)
}

func (d *document) contraindication(f *form, c *Contraindication) {
	f.observation("observation", &c.Observation)
	f.duration("from", &c.Begin)
	f.duration("to", &c.End)
	f.text("text", &c.Text)
	f.text("guidance", &c.Guidance)
}

func (d *document) vaccineAges(f *form, v *VaccineAges) {
	d.vaccine(f, v)
	f.duration("from", &v.Begin)
	f.duration("to", &v.End)
}

func (d *document) vaccine(f *form, v *VaccineAges) {
	f.cvx(&v.CVX)
	f.text("name", &v.Type)
}

func (d *document) oneSeries(f *form, s *Series) {
	d.series = s.Name
	if n := f.peek("series"); !d.writing && n != nil {
		d.series = n.Text
	}
	f.name("series", &s.Name)
	f.text("vaccine group", &s.VaccineGroup)
	enum(f, "type", &s.Type, seriesTypes)
	f.words("equivalent series groups", &s.Equivalent)
	list(f, "required gender", &s.Genders, func(n *yaml.Node) Gender {
		g, err := genders.parse(d.line(n))
		if err != nil {
			d.fail(n, "required gender: %q: %v", n.Text, err)
		}
		return g
	}, func(g Gender) *yaml.Node { return scalar(g.String()) }, oneLine)
	group(f, "select", &s.Select, oneLine, d.selectSeries)
	f.texts("guidance", &s.Guidance)
	sameRows(f, "indications", &s.Indications, onLines, d.indication)
	rows(f, "doses", &s.Doses, onLines, d.seriesDose)
	d.dose = 0
}

func (d *document) selectSeries(f *form, s *Select) {
	f.text("series group", &s.Group)
	f.text("name", &s.GroupName)
	f.flag("default", &s.Default)
	f.flag("product path", &s.ProductPath)
	enum(f, "priority", &s.Priority, priorities)
	f.number("preference", &s.Preference)
	f.duration("minimum age to start", &s.MinAge)
	f.duration("maximum age to start", &s.MaxAge)
}

func (d *document) indication(f *form, i *Indication) {
	f.observation("observation", &i.Observation)
	f.duration("from", &i.Begin)
	f.duration("to", &i.End)
	f.text("description", &i.Description)
	f.text("guidance", &i.Guidance)
}

func (d *document) seriesDose(f *form, s *SeriesDose) {
	d.dose = s.Number
	if n := f.peek("dose"); !d.writing && n != nil {
		d.dose, _ = strconv.Atoi(n.Text) // number says what is wrong with it
	}
	f.number("dose", &s.Number)
	if !d.writing && f.peek("dose") == nil {
		d.fail(f.node, "dose is missing")
	}
	f.flag("recurring", &s.Recurring)
	group(f, "season", &s.Season, oneLine, func(f *form, s *Season) {
		f.date("start", &s.Start)
		f.date("end", &s.End)
	})
	rows(f, "age", &s.Ages, oneLine, d.age)
	rows(f, "interval", &s.Intervals, oneLine, d.interval)
	rows(f, "allowable interval", &s.Allowable, oneLine, d.allowableInterval)
	sameRows(f, "conditional skip", &s.Skips, onLines, d.skip)
	sameRows(f, "preferable vaccine", &s.Preferable, oneLine, d.preferable)
	sameRows(f, "allowable vaccine", &s.AllowableVax, oneLine, d.vaccineAges)
	sameRows(f, "inadvertent vaccine", &s.Inadvertent, oneLine, d.vaccine)
}

func (d *document) effective(f *form, e *Effective) {
	f.date("effective", &e.From)
	f.date("cessation", &e.Through)
}

func (d *document) age(f *form, a *Age) {
	f.duration("absolute minimum", &a.AbsMin)
	f.duration("minimum", &a.Min)
	f.duration("earliest recommended", &a.EarliestRec)
	f.duration("latest recommended", &a.LatestRec)
	f.duration("maximum", &a.Max)
	d.effective(f, &a.Effective)
}

func (d *document) interval(f *form, i *Interval) {
	f.flag("from previous dose", &i.FromPrevious)
	f.number("from target dose", &i.FromTargetDose)
	f.codes("from most recent", &i.FromMostRecent)
	f.observation("from relevant observation", &i.FromObservation)
	f.duration("absolute minimum", &i.AbsMin)
	f.duration("minimum", &i.Min)
	f.duration("earliest recommended", &i.EarliestRec)
	f.duration("latest recommended", &i.LatestRec)
	f.flag("priority", &i.Override)
	d.effective(f, &i.Effective)
}

func (d *document) allowableInterval(f *form, i *Interval) {
	f.flag("from previous dose", &i.FromPrevious)
	f.number("from target dose", &i.FromTargetDose)
	f.duration("absolute minimum", &i.AbsMin)
	d.effective(f, &i.Effective)
}

func (d *document) preferable(f *form, v *PreferableVaccine) {
	d.vaccineAges(f, &v.VaccineAges)
	f.text("trade name", &v.TradeName)
	f.text("mvx", &v.MVX)
	value(f, "volume", &v.Volume, readVolume, func(s string) string {
		if s == "" {
			return ""
		}
		return s + " mL"
	})
	f.flag("forecast", &v.Forecast)
}

func readVolume(s string) (string, error) {
	n, ok := strings.CutSuffix(s, " mL")
	if _, err := strconv.ParseFloat(n, 64); !ok || err != nil {
		return "", fmt.Errorf("want a number and mL")
	}
	return n, nil
}

func (d *document) skip(f *form, s *ConditionalSkip) {
	enum(f, "context", &s.Context, contexts)
	enum(f, "set logic", &s.Logic, logics)
	rows(f, "sets", &s.Sets, onLines, func(f *form, set *SkipSet) {
		f.text("set", &set.ID)
		f.text("description", &set.Description)
		d.effective(f, &set.Effective)
		enum(f, "condition logic", &set.Logic, logics)
		rows(f, "conditions", &set.Conditions, oneLine, d.condition)
		for i := range set.Conditions {
			set.Conditions[i].ID = strconv.Itoa(i + 1) // not written: it is the place
		}
	})
}

func (d *document) condition(f *form, c *Condition) {
	enum(f, "type", &c.Type, conditionTypes)
	f.doseCount(c)
	f.date("start", &c.Start)
	f.date("end", &c.Until)
	f.duration("from", &c.Begin)
	f.duration("to", &c.End)
	f.duration("interval", &c.Interval)
	f.words("series groups", &c.SeriesGroups)
	f.codes("vaccines", &c.Vaccines)
}

// doseCount is "greater than 2 Valid": comparison, count and type of doses.
func (f *form) doseCount(c *Condition) {
	type count struct {
		compare Comparison
		n       int
		valid   bool
	}
	v := count{c.Compare, c.Count, c.ValidOnly}
	value(f, "dose count", &v, func(s string) (count, error) {
		words := strings.Fields(s)
		if len(words) != 4 {
			return count{}, fmt.Errorf(`want such as "greater than 2 Valid"`)
		}
		compare, err := comparisons.parse(words[0] + " " + words[1])
		if err != nil {
			return count{}, err
		}
		n, err := strconv.ParseUint(words[2], 10, 15)
		if err != nil {
			return count{}, fmt.Errorf("%q is not a number of doses", words[2])
		}
		valid, err := validOnly.parse(words[3])
		return count{compare, int(n), valid}, err
	}, func(v count) string {
		if v.compare == 0 {
			return ""
		}
		return fmt.Sprintf("%s %d %s", v.compare, v.n, validOnly.write[v.valid])
	})
	c.Compare, c.Count, c.ValidOnly = v.compare, v.n, v.valid
}

// The tables that all antigens share.

func (d *document) groupRow(f *form, g *VaccineGroup) {
	f.name("group", &g.Name)
	f.flag("administer full vaccine group", &g.Full)
	f.words("antigens", &g.Antigens)
}

func (d *document) vaccineRow(f *form, v *Vaccine) {
	f.cvx(&v.CVX)
	f.text("name", &v.Name)
	list(f, "antigens", &v.Antigens, func(n *yaml.Node) (a Association) {
		if n.Kind == yaml.Scalar {
			a.Antigen = d.line(n)
			return a
		}
		fill(d, n, &a, d.association)
		return a
	}, func(a Association) *yaml.Node {
		if a == (Association{Antigen: a.Antigen}) {
			return scalar(a.Antigen)
		}
		return tell(d, &a, oneLine, d.association)
	}, oneLine)
}

func (d *document) association(f *form, a *Association) {
	f.text("antigen", &a.Antigen)
	f.duration("from", &a.Begin)
	f.duration("to", &a.End)
}

// previousVaccine is all conflicts of one previous vaccine.
type previousVaccine struct {
	VaccineAges
	current []Conflict
}

func (d *document) conflictRow(f *form, p *previousVaccine) {
	d.vaccine(f, &p.VaccineAges)
	rows(f, "conflicts with", &p.current, oneLine, func(f *form, c *Conflict) {
		d.vaccine(f, &c.Current)
		f.duration("begin", &c.Begin)
		f.duration("minimum end", &c.MinEnd)
		f.duration("end", &c.End)
		c.Previous = p.VaccineAges
	})
}

func (d *document) observationRow(f *form, o *Observation) {
	f.code("observation", &o.Code)
	f.text("title", &o.Title)
	f.text("group", &o.Group)
	f.text("indication", &o.Indication)
	f.text("contraindication", &o.Contraindication)
	f.text("clarifying", &o.Clarifying)
	rows(f, "coded values", &o.Coded, oneLine, func(f *form, c *CodedValue) {
		enum(f, "system", &c.System, systems)
		f.code("code", &c.Code)
		f.text("text", &c.Text)
	})
}

func (d *document) edition(f *form, e *Edition) {
	f.text("release", &e.Release)
	f.text("source", &e.Source)
	f.date("released", &e.Released)
	f.date("effective", &e.Effective)
	rows(f, "known problems", &e.Known, onLines, func(f *form, k *KnownProblem) {
		f.text("problem", &k.Problem)
		f.text("why", &k.Why)
	})
}
