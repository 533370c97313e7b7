package schedule_test

import (
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

func TestWhatMakesNoSenseIsToldWithItsPlace(t *testing.T) {
	years := func(n int16) schedule.Duration { return schedule.Duration{Years: n, Given: true} }
	two := `hpv.yaml: series "HPV 2-dose series": `
	hpv := func(s *schedule.Schedule) *schedule.Series { return series(t, s, "HPV", "HPV 2-dose series") }
	dose := func(s *schedule.Schedule, n int) *schedule.SeriesDose { return &hpv(s).Doses[n-1] }
	for _, c := range []struct {
		change func(*schedule.Schedule)
		want   string
	}{
		{func(s *schedule.Schedule) { s.Released = cal.None }, "release.yaml: release, source and released have to be given"},
		{func(s *schedule.Schedule) { s.Known = s.Known[:2] }, `pneumococcal.yaml: series "Pneumococcal risk 6-18 years 2-dose PCV-PPSV series": indication 043: the window from 19 years to 19 years is empty`},
		{func(s *schedule.Schedule) { s.Known = s.Known[:len(s.Known)-1] }, `meningococcal.yaml: series "Meningococcal ACWY risk 1-dose series": indication 164 has no effect: the series "Meningococcal ACWY risk 2-23 month" outranks it at all of its ages`},
		{func(s *schedule.Schedule) {
			series(t, s, "Meningococcal", "Meningococcal ACWY risk 2-23 month").Indications[0].End = years(2)
		}, `release.yaml: the known problem is not there: meningococcal.yaml: series "Meningococcal ACWY risk 1-dose series": indication 070 has no effect: the series "Meningococcal ACWY risk 2-23 month" outranks it at all of its ages`},
		{func(s *schedule.Schedule) { s.Conflicts = nil }, `release.yaml: the known problem is not there: conflicts.yaml: the conflict of CVX "94 before 333" is there twice`},
		{func(s *schedule.Schedule) { s.Groups[0].Antigens = []string{"Chikungunja"} }, `vaccine-groups.yaml: group Chikungunya: there is no file of the antigen "Chikungunja"`},
		{func(s *schedule.Schedule) { s.Groups[0].Antigens = nil }, "vaccine-groups.yaml: antigen Chikungunya is in no group"},
		{func(s *schedule.Schedule) { s.Groups = append(s.Groups, s.Groups[0]) }, `vaccine-groups.yaml: group "Chikungunya" is there twice`},
		{func(s *schedule.Schedule) { s.Groups[0].Antigens = append(s.Groups[0].Antigens, "HPV") }, "vaccine-groups.yaml: antigen HPV is in the groups Chikungunya and HPV"},
		{func(s *schedule.Schedule) { s.Vaccines[1].CVX = "01" }, `vaccines.yaml: CVX "01" is there twice`},
		{func(s *schedule.Schedule) { s.Vaccines[0].Antigens[0].Antigen = "Diphteria" }, `vaccines.yaml: CVX 01: there is no file of the antigen "Diphteria"`},
		{func(s *schedule.Schedule) {
			s.Vaccines[0].Antigens[0].Begin, s.Vaccines[0].Antigens[0].End = years(5), years(5)
		}, "vaccines.yaml: CVX 01: the window from 5 years to 5 years is empty"},
		{func(s *schedule.Schedule) { s.Conflicts[0].Previous.CVX = "999" }, "conflicts.yaml: CVX 999 conflicts as the previous vaccine only"},
		{func(s *schedule.Schedule) { s.Conflicts[0].End = schedule.Duration{} }, `conflicts.yaml: the conflict of CVX 03 before 03 needs begin, minimum end and end`},
		{func(s *schedule.Schedule) { s.Observations[1].Code = "001" }, `observations.yaml: observation "001" is there twice`},
		{func(s *schedule.Schedule) {
			series(t, s, "Zoster", "Zoster Risk 2-dose series").Indications[0].Observation.Code = "154"
		}, `zoster.yaml: series "Zoster Risk 2-dose series": indications: observation 154 is "HIV/AIDS - severely immunocompromised", not "B-lymphocyte [humoral] - Severe antibody deficiencies": is it the right code?`},
		{func(s *schedule.Schedule) { observed(t, s, "007").Coded[0].Code = "7738600 6" }, `observations.yaml: observation 007: "7738600 6" is not a code of SNOMED`},
		{func(s *schedule.Schedule) { antigen(t, s, "Varicella").Immunity.BirthDate[0].Country = "Us" }, `varicella.yaml: birth date: birth country "Us" is not U.S. or a code of two letters, and nobody is born there`},
		{func(s *schedule.Schedule) { hpv(s).Select.Group = "one" }, two + `series group "one" is not a number`},
		{func(s *schedule.Schedule) {
			dose(s, 1).Preferable[0].TradeName, dose(s, 1).Preferable[0].MVX = "GARDASIL 9", "Merck"
		}, two + `dose 1: preferable vaccine: CVX 165: mvx "Merck" is not a code of two or three capital letters`},
		{func(s *schedule.Schedule) { dose(s, 3).Intervals[0].Override = true }, two + "dose 3: interval: row 2: its priority is not that of row 1"},
		{func(s *schedule.Schedule) { hpv(s).VaccineGroup = "Hpv" }, two + `vaccine group "Hpv" is not among the vaccine groups`},
		{func(s *schedule.Schedule) { hpv(s).VaccineGroup = "Hib" }, two + `vaccine group Hib does not have the antigen HPV`},
		{func(s *schedule.Schedule) { hpv(s).Equivalent = []string{"7"} }, two + `equivalent series groups: no series of HPV is in the series group "7"`},
		{func(s *schedule.Schedule) { hpv(s).Equivalent = []string{"1"} }, two + `equivalent series groups: 1 is its own`},
		{func(s *schedule.Schedule) { hpv(s).Genders = nil }, two + `the series "HPV male 2-dose series" is a default of the series group 1 too`},
		{func(s *schedule.Schedule) { hpv(s).Type = schedule.Risk }, two + "a Risk series has indications and another has none"},
		{func(s *schedule.Schedule) { hpv(s).Select.MinAge = years(15) }, two + "ages to start: the window from 15 years to 15 years is empty"},
		{func(s *schedule.Schedule) { hpv(s).Doses[1].Number = 3 }, two + "dose 2: its number is 3"},
		{func(s *schedule.Schedule) { dose(s, 1).Ages[0].Min = years(8) }, two + "dose 1: age: row 1: 9 years - 4 days stands before 8 years"},
		{func(s *schedule.Schedule) { dose(s, 1).Ages[0].LatestRec = years(47) }, two + "dose 1: age: row 1: 47 years stands before 46 years"},
		{func(s *schedule.Schedule) { dose(s, 1).Ages = append(dose(s, 1).Ages, dose(s, 1).Ages[0]) }, two + "dose 1: age: rows 1 and 2 hold at the same time"},
		{func(s *schedule.Schedule) {
			dose(s, 1).Ages[0].Effective = schedule.Effective{From: cal.Of(2020, 1, 2), Through: cal.Of(2020, 1, 1)}
		}, two + "dose 1: age: row 1 is in effect from 2020-01-02 to 2020-01-01, which is never"},
		{func(s *schedule.Schedule) { dose(s, 2).Intervals[0].Min = years(2) }, two + "dose 2: interval: row 1: 2 years stands before 6 months"},
		{func(s *schedule.Schedule) { dose(s, 2).Intervals[0].FromTargetDose = 1 }, two + "dose 2: interval: row 1: it has to count from one thing, not from 2"},
		{func(s *schedule.Schedule) {
			dose(s, 2).Intervals[0].FromPrevious, dose(s, 2).Intervals[0].FromTargetDose = false, 2
		}, two + "dose 2: interval: row 1: target dose 2 is not one before this"},
		{func(s *schedule.Schedule) {
			dose(s, 2).Intervals[0].FromPrevious, dose(s, 2).Intervals[0].FromObservation.Code = false, "999"
		}, two + `dose 2: interval: row 1: observation "999" is not among the coded observations`},
		{func(s *schedule.Schedule) { dose(s, 1).Preferable[0].CVX = "999" }, two + `dose 1: preferable vaccine: CVX "999" is not among the vaccines of the schedule`},
		{func(s *schedule.Schedule) { dose(s, 1).Preferable[0].CVX = "94" }, two + "dose 1: preferable vaccine: CVX 94 does not protect against HPV"},
		{func(s *schedule.Schedule) { dose(s, 1).Preferable[0].MVX = "MSD" }, two + "dose 1: preferable vaccine: CVX 165: trade name and mvx belong together"},
		{func(s *schedule.Schedule) { dose(s, 1).AllowableVax[0].End = years(9) }, "" /* 9 years - 4 days to 9 years is not empty */},
		{func(s *schedule.Schedule) { dose(s, 1).Preferable, dose(s, 1).AllowableVax = nil, nil }, two + "dose 1: no vaccine is preferable or allowable"},
		{func(s *schedule.Schedule) { dose(s, 1).Season = schedule.Season{Start: 2, End: 1} }, two + "dose 1: season: it ends before it starts"},
		{func(s *schedule.Schedule) { dose(s, 2).Skips[0].Sets[0].Logic = 0 }, two + "dose 2: conditional skip: set 1: condition logic has to join its 2 conditions"},
		{func(s *schedule.Schedule) { dose(s, 2).Skips[0].Sets[0].Conditions[0].Interval.Given = false }, two + "dose 2: conditional skip: set 1: condition 1: Interval is not said"},
		{func(s *schedule.Schedule) { dose(s, 2).Skips[0].Sets[0].Conditions[1].Start = 1 }, two + "dose 2: conditional skip: set 1: condition 2: its ages and dates do not fit Vaccine Count by Age"},
		{func(s *schedule.Schedule) { dose(s, 2).Skips[0].Sets[0].Conditions[1].Vaccines = []string{"0"} }, two + `dose 2: conditional skip: set 1: condition 2: CVX "0" is not among the vaccines of the schedule`},
		{func(s *schedule.Schedule) { dose(s, 2).Skips[0].Sets[0].Conditions[1].SeriesGroups = []string{"9"} }, two + `dose 2: conditional skip: set 1: condition 2: no series of HPV is in the series group "9"`},
	} {
		s := own(t)
		c.change(s)
		var got []string
		for _, p := range schedule.Lint(s) {
			got = append(got, p.String())
		}
		if c.want == "" && len(got) == 0 {
			continue
		}
		if !slices.Contains(got, c.want) {
			t.Errorf("found\n  %s\nwant among it\n  %s", strings.Join(got, "\n  "), c.want)
		}
	}
}

func observed(t *testing.T, s *schedule.Schedule, code string) *schedule.Observation {
	t.Helper()
	for i := range s.Observations {
		if s.Observations[i].Code == code {
			return &s.Observations[i]
		}
	}
	t.Fatalf("there is no observation %s", code)
	return nil
}

func antigen(t *testing.T, s *schedule.Schedule, name string) *schedule.Antigen {
	t.Helper()
	for i := range s.Antigens {
		if s.Antigens[i].Name == name {
			return &s.Antigens[i]
		}
	}
	t.Fatalf("there is no antigen %s", name)
	return nil
}
