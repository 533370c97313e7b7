package schedule_test

import (
	"os"
	"path/filepath"
	"testing"

	"openiis/internal/schedule"
	"openiis/internal/shared"
)

const release = "4.64-508"

// cdc is the folder with CDC's XML.
func cdc(t testing.TB) string {
	return filepath.Join(shared.Dir(t), "cdsi", "supporting-data-"+release)
}

func TestCDCsXMLIsReadWhole(t *testing.T) {
	s, err := schedule.ImportXML(os.DirFS(cdc(t)))
	if err != nil {
		t.Fatal(err)
	}
	got := count(s)
	want := counts{
		antigens: 30, series: 143, standard: 59, risk: 83, evaluationOnly: 1, doses: 484, ages: 332, intervals: 490, allowable: 19,
		preferable: 1089, allowableVax: 3706, inadvertent: 307, skips: 264, sets: 385, conditions: 469, indications: 731,
		contraindications: 392, recurring: 29, seasonal: 53, conflicts: 625, groups: 26, vaccines: 218, observations: 277, coded: 476,
	}
	if got != want {
		t.Errorf("read\n%+v, want\n%+v", got, want)
	}
}

type counts struct {
	antigens, series, standard, risk, evaluationOnly, doses, ages, intervals, allowable, preferable, allowableVax, inadvertent,
	skips, sets, conditions, indications, contraindications, recurring, seasonal, conflicts, groups, vaccines, observations, coded int
}

func count(s *schedule.Schedule) counts {
	c := counts{
		antigens: len(s.Antigens), conflicts: len(s.Conflicts), groups: len(s.Groups), vaccines: len(s.Vaccines), observations: len(s.Observations),
	}
	for _, o := range s.Observations {
		c.coded += len(o.Coded)
	}
	for _, a := range s.Antigens {
		c.contraindications += len(a.Contraindicated) + len(a.NotThese)
		for _, s := range a.Series {
			c.series++
			switch s.Type {
			case schedule.Standard:
				c.standard++
			case schedule.Risk:
				c.risk++
			case schedule.EvaluationOnly:
				c.evaluationOnly++
			}
			c.indications += len(s.Indications)
			for _, d := range s.Doses {
				c.dose(d)
			}
		}
	}
	return c
}

func (c *counts) dose(d schedule.SeriesDose) {
	c.doses++
	c.ages += len(d.Ages)
	c.intervals += len(d.Intervals)
	c.allowable += len(d.Allowable)
	c.preferable += len(d.Preferable)
	c.allowableVax += len(d.AllowableVax)
	c.inadvertent += len(d.Inadvertent)
	c.skips += len(d.Skips)
	for _, skip := range d.Skips {
		c.sets += len(skip.Sets)
		for _, set := range skip.Sets {
			c.conditions += len(set.Conditions)
		}
	}
	if d.Recurring {
		c.recurring++
	}
	if d.Season != (schedule.Season{}) {
		c.seasonal++
	}
}
