package cdsi_test

import (
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/schedule"
)

func TestAVaccineThatCountsForNothingStillNeedsItsIntervalToLiveVaccines(t *testing.T) {
	// BCG (CVX 19) is of no antigen of the schedule, and MMR has to keep 30 days from it.
	e := engine(t)
	p := cdsi.Patient{Born: on(t, "2024-01-10"), Sex: "F", Assessed: on(t, "2025-03-20"), Doses: history(t, "2025-02-10 19", "2025-03-11 03")}
	r := e.Evaluate(&p, cdsi.Options{})
	v := verdict(&r, 2, "Measles")
	if v.Status != cdsi.NotValid || v.Why() != "Does not count as dose 1: given 29 days after BCG of 2025-02-10, before 2025-03-12 when the two no longer conflict." {
		t.Errorf("29 days after BCG: %s: %s", v.Status, v.Why())
	}
	p.Doses[1].Date++
	r = e.Evaluate(&p, cdsi.Options{})
	if v := verdict(&r, 2, "Measles"); v.Status != cdsi.Valid {
		t.Errorf("30 days after BCG: %s: %s", v.Status, v.Why())
	}
	p.Doses = p.Doses[:1]
	r = e.Evaluate(&p, cdsi.Options{})
	if f := group(&r, "MMR", schedule.Standard); f.Earliest != on(t, "2025-03-12") {
		t.Errorf("MMR is forecast from %s", f.Earliest)
	}
	if len(r.Problems) == 0 || r.Problems[0].Dose != 1 || r.Problems[0].Code != "no antigen" {
		t.Errorf("that it counts for nothing is not told: %+v", r.Problems)
	}
}

func TestACombinationIsNotRecommendedWhenAnyOfItsAntigensIsContraindicated(t *testing.T) {
	// Alum (112) forbids hepatitis A, and CVX 104 has both.
	e := engine(t)
	p := cdsi.Patient{Born: on(t, "1990-01-10"), Sex: "F", Assessed: on(t, "2025-11-12"), Doses: history(t, "2025-09-12 104")}
	for _, o := range []cdsi.Options{{}, {Group: "HepB"}} {
		p.Observations = nil
		r := e.Evaluate(&p, o)
		if f := group(&r, "HepB", schedule.Standard); !slices.Contains(f.Vaccines, "104") {
			t.Fatalf("without a contraindication %v are recommended: the test shows nothing", f.Vaccines)
		}
		p.Observations = []cdsi.Observed{{Code: "112"}}
		r = e.Evaluate(&p, o)
		if f := group(&r, "HepB", schedule.Standard); f.Status != cdsi.NotComplete || slices.Contains(f.Vaccines, "104") {
			t.Errorf("%+v: %s, recommended are %v", o, f.Status, f.Vaccines)
		}
	}
}

func TestADoseHasTheNumberWithWhichTheForecastGoesOn(t *testing.T) {
	e := engine(t)
	// An adult who begins: the target doses of childhood are skipped.
	p := cdsi.Patient{Born: on(t, "1980-01-10"), Sex: "F", Assessed: on(t, "2025-11-12"),
		Doses: history(t, "1999-11-01 09", "2000-02-01 09", "2000-09-01 09", "2010-11-01 09", "2020-11-02 09")}
	numbers := func() (out []int) {
		r := e.Evaluate(&p, cdsi.Options{Group: "DTaP/Tdap/Td"})
		for dose := range p.Doses {
			v := verdict(&r, dose+1, "Tetanus")
			if v.Status != cdsi.Valid {
				t.Errorf("dose %d is %s", dose+1, v.Why())
			}
			out = append(out, v.Number)
			if v.Number != 0 && !strings.HasPrefix(v.Why(), "Counts as dose "+string(rune('0'+v.Number))+":") || v.Number == 0 && !strings.HasPrefix(v.Why(), "Counts: given at ") {
				t.Error(v.Why())
			}
		}
		return out
	}
	got := numbers()
	if !slices.Equal(got, []int{1, 2, 3, 4, 0}) {
		t.Errorf("the doses have the numbers %v, want 1 to 4 and none for a booster once more", got)
	}
	p.Doses, p.Assessed = p.Doses[:2], on(t, "2000-02-01")
	r := e.Evaluate(&p, cdsi.Options{Group: "DTaP/Tdap/Td"})
	if f := group(&r, "DTaP/Tdap/Td", schedule.Standard); f.DoseNumber != 3 {
		t.Errorf("after two doses the forecast is of dose %d", f.DoseNumber)
	}
}

func TestASeriesThatIsOverGivesNoReasonForADoseThatIsDue(t *testing.T) {
	e := engine(t)
	p := cdsi.Patient{Born: on(t, "1965-01-10"), Sex: "F", Assessed: on(t, "2025-11-12")}
	r := e.Evaluate(&p, cdsi.Options{Group: "Pneumococcal"})
	f := group(&r, "Pneumococcal", schedule.Standard)
	if len(f.Series) < 2 || f.Status != cdsi.NotComplete || len(f.Reasons) != 0 {
		t.Errorf("%s of %d series, because of %q", f.Status, len(f.Series), f.Reasons)
	}
}

func TestWhatIsKnownIsNotAskedFor(t *testing.T) {
	e := engine(t)
	p := cdsi.Patient{Born: on(t, "1990-01-10"), Sex: "F", Assessed: on(t, "2025-11-12"), Observations: []cdsi.Observed{{Code: "007", Unsure: true}, {Code: "007"}}}
	r := e.Evaluate(&p, cdsi.Options{Group: "MMR"})
	if f := group(&r, "MMR", schedule.Standard); f.Status != cdsi.Contraindicated || len(f.Unsure) != 0 {
		t.Errorf("%s, and to find out: %q", f.Status, f.Unsure)
	}
}

func TestEveryKindOfVerdictNamesWhatItRestsOn(t *testing.T) {
	e := engine(t)
	told := func(born, assessed string, doses []cdsi.Dose, observations ...string) (out []string) {
		p := cdsi.Patient{Born: on(t, born), Sex: "F", Assessed: on(t, assessed), Doses: doses}
		for _, code := range observations {
			p.Observations = append(p.Observations, cdsi.Observed{Code: code})
		}
		r := e.Evaluate(&p, cdsi.Options{})
		for i := range r.Evaluations {
			out = append(out, r.Evaluations[i].Antigen+": "+r.Evaluations[i].Why())
		}
		for i := range r.Forecasts {
			out = append(out, r.Forecasts[i].Group+": "+r.Forecasts[i].Why())
		}
		return out
	}
	both := history(t, "2025-03-10 10")
	both[0].Expires, both[0].Condition = on(t, "2025-03-01"), true
	for want, list := range map[string][]string{
		"HepA: Immune: Laboratory Evidence of Immunity or confirmation of Hepatitis A disease is on record.":                                                           told("1990-01-10", "2025-11-12", nil, "018"),
		"COVID-19: Contraindicated: every vaccine of the series is, by " + title(t, "188") + ".":                                                                       told("1990-01-10", "2025-11-12", nil, "188"),
		"RSV: Not recommended now: the season ended on 2026-03-31.":                                                                                                    told("1990-01-10", "2026-07-01", nil),
		"Polio: Given 9 days after its lot expired on 2025-03-01, and must be repeated; it also has a known condition, such as a recall or a break of the cold chain.": told("2025-01-10", "2025-11-12", both),
		"COVID-19: Counts as dose 1: given at 10 days, 171 days before the minimum age of 6 months, which the schedule allows.":                                        told("2021-01-10", "2025-11-12", history(t, "2021-01-20 208")),
		"DTaP/Tdap/Td: Dose 2 can be given from 2025-11-01 (the last dose of the group), and is overdue after 2025-11-01.":                                             told("1980-01-10", "2025-11-12", history(t, "2025-11-01 113")),
		"Polio: Given at 10 years when the series needed no further dose; it does not count and need not be repeated.": told("2010-01-10", "2025-11-12",
			history(t, "2010-03-10 10", "2010-05-10 10", "2010-07-10 10", "2014-01-10 10", "2020-01-10 10")),
		"Zoster: Does not count as dose 1: given 32 years 5 days before the minimum age of 50 years, beyond what the absolute minimum of 18 years less 4 days allows; " +
			"also CVX 187 is meant for this dose from the age of 18 years less 4 days, not at 17 years 11 months 26 days.": told("1990-01-10", "2025-11-12", history(t, "2008-01-05 187")),
	} {
		if !slices.Contains(list, want) {
			t.Errorf("nobody said %q but\n%s", want, strings.Join(list, "\n"))
		}
	}
}

// title is what the release calls an observation.
func title(t *testing.T, code string) string {
	for _, o := range release(t).Observations {
		if o.Code == code {
			return o.Title
		}
	}
	t.Fatalf("there is no observation %s", code)
	return ""
}

func TestADateIsExplainedByAnAgeOnlyWhenItIsThatAge(t *testing.T) {
	e := engine(t)
	p := cdsi.Patient{Born: on(t, "2024-01-10"), Sex: "F", Assessed: on(t, "2025-11-12"), Doses: history(t, "2024-03-10 20", "2024-05-10 20", "2024-07-10 20")}
	r := e.Evaluate(&p, cdsi.Options{})
	for i := range r.Forecasts {
		f := &r.Forecasts[i]
		_, after, found := strings.Cut(f.Why(), ", is recommended "+f.Recommended.String()+" (age ")
		if !found {
			continue
		}
		text, _, _ := strings.Cut(after, ")")
		age, err := schedule.ParseDuration(strings.ReplaceAll(text, " less ", " - "))
		if err != nil || age.AddTo(p.Born) != f.Recommended && f.Recommended != cal.None {
			t.Errorf("%s: %s", f.Group, f.Why())
		}
	}
}
