package record

import (
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/is"
	"openiis/internal/schedule"
)

// newest is the newest schedule with its engine.
func newest(t *testing.T) (*schedule.Schedule, *cdsi.Engine) {
	t.Helper()
	own, err := schedule.Own()
	is.NoError(t, "schedules", err)
	s, err := own.For(cal.Of(2199, 1, 1))
	is.NoError(t, "newest", err)
	e, err := cdsi.Compile(s)
	is.NoError(t, "compile", err)
	return s, e
}

// asked are the observations that a schedule asks for.
func asked(s *schedule.Schedule) map[string]bool {
	out := map[string]bool{}
	for i := range s.Antigens {
		a := &s.Antigens[i]
		for _, g := range a.Immunity.History {
			out[g.Code] = true
		}
		for _, b := range a.Immunity.BirthDate {
			for _, g := range b.Exclusions {
				out[g.Code] = true
			}
		}
		for _, c := range a.Contraindicated {
			out[c.Observation.Code] = true
		}
		for _, c := range a.NotThese {
			out[c.Observation.Code] = true
		}
		for k := range a.Series {
			for _, n := range a.Series[k].Indications {
				out[n.Observation.Code] = true
			}
			for _, d := range a.Series[k].Doses {
				for _, v := range d.Intervals {
					out[v.FromObservation.Code] = true
				}
			}
		}
	}
	delete(out, "")
	return out
}

// notOffered are observations that nobody needs to say, with the reason.
var notOffered = map[string]string{
	"229": "the birth date says who is less than 1 year old",
}

func TestEveryObservationOfTheScheduleCanBeSaid(t *testing.T) {
	s, e := newest(t)
	codes, used := codeset.Default(), asked(s)
	if len(used) < 200 {
		t.Fatalf("the schedule asks for %d observations only: the test looks in the wrong place", len(used))
	}
	allergies := e.Allergies("")
	for code := range used {
		_, offered := codes.Observation(code)
		if _, why := notOffered[code]; !offered && !why && !slices.Contains(allergies, code) {
			t.Errorf("the schedule asks for observation %s, and nobody can say it: add it to codes/observation.tsv", code)
		}
	}
	for _, o := range codes.Observations() {
		if !used[o.Code] {
			t.Errorf("observation %s is offered, and nothing in the schedule asks for it", o.Code)
		}
	}
	for code := range notOffered {
		if !used[code] {
			t.Errorf("observation %s is listed as not offered, and nothing asks for it", code)
		}
	}
}

func TestNoCodeStandsForAnotherObservationThanCDCSays(t *testing.T) {
	s, e := newest(t)
	title := map[string]string{}
	for _, o := range s.Observations {
		title[o.Code] = o.Title
	}
	for _, o := range codeset.Default().Observations() {
		if o.Value.AltCode == "" {
			continue
		}
		byCDC := e.Codes(codeSystems[o.Value.System], o.Value.Code)
		if len(byCDC) > 0 && !slices.Contains(byCDC, o.Code) {
			t.Errorf("%s %s is sent with %s %s, which stands for %v by the schedule", o.Code, title[o.Code], o.Value.System, o.Value.Code, byCDC)
		}
		for _, a := range o.Also {
			if got := e.Codes(codeSystems[a.System], a.Code); len(got) > 0 {
				t.Errorf("%s: CDC says what %s means: %v. Remove it from codes/observation.tsv", o.Code, a.Code, got)
			}
		}
	}
}

func TestWhatEndsByItselfMustHaveALastDay(t *testing.T) {
	s, _ := newest(t)
	for _, o := range s.Observations {
		known, offered := codeset.Default().Observation(o.Code)
		if offered && strings.Contains(o.Contraindication, "in the previous") && !known.Ends {
			t.Errorf("%s %s holds for a time only, and its last day is not asked for", o.Code, o.Title)
		}
	}
}
