package schedule_test

import (
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/schedule"
)

func TestWhatChangesIsToldInWords(t *testing.T) {
	hpv := func(s *schedule.Schedule) *schedule.Series { return series(t, s, "HPV", "HPV 2-dose series") }
	dose := func(s *schedule.Schedule, n int) *schedule.SeriesDose { return &hpv(s).Doses[n-1] }
	zoster := func(s *schedule.Schedule) *schedule.Series {
		return series(t, s, "Zoster", "Zoster Risk 2-dose series")
	}
	before := own(t)
	for _, c := range []struct {
		change func(*schedule.Schedule)
		want   []string
	}{
		{func(*schedule.Schedule) {}, nil},
		{func(s *schedule.Schedule) { dose(s, 1).Ages[0].Min.Years = 15 }, []string{"HPV, 2-dose series, dose 1: minimum age 9 years → 15 years"}},
		{func(s *schedule.Schedule) { dose(s, 1).Ages[0].Max = schedule.Duration{} }, []string{"HPV, 2-dose series, dose 1: maximum age 46 years → none"}},
		{func(s *schedule.Schedule) { dose(s, 2).Intervals[0].AbsMin = schedule.Duration{Months: 5, Given: true} },
			[]string{"HPV, 2-dose series, dose 2: absolute minimum interval from the previous dose 4 weeks - 4 days → 5 months"}},
		{func(s *schedule.Schedule) { hpv(s).Doses = hpv(s).Doses[:2] }, []string{"HPV, 2-dose series, dose 3: removed"}},
		{func(s *schedule.Schedule) {
			hpv(s).Doses = append(hpv(s).Doses, hpv(s).Doses[0])
			hpv(s).Doses[3].Number = 4
		},
			[]string{"HPV, 2-dose series, dose 4: added: age absolute minimum 9 years - 4 days, minimum 9 years,"}},
		{func(s *schedule.Schedule) { dose(s, 1).Preferable[0].Begin.Years = 11 }, []string{"HPV, 2-dose series, dose 1: preferable vaccine 165 9vHPV: from age 9 years → 11 years"}},
		{func(s *schedule.Schedule) { dose(s, 1).AllowableVax = dose(s, 1).AllowableVax[1:] },
			[]string{"HPV, 2-dose series, dose 1: allowable vaccine 62 4vHPV removed: cvx 62, name 4vHPV, from 9 years - 4 days"}},
		{func(s *schedule.Schedule) {
			dose(s, 1).Inadvertent = []schedule.VaccineAges{{CVX: "62", Type: "4vHPV"}}
		}, []string{"HPV, 2-dose series, dose 1: inadvertent vaccine 62 4vHPV added: cvx 62, name 4vHPV"}},
		{func(s *schedule.Schedule) { dose(s, 1).Season.Start = cal.Of(2026, 8, 1) }, []string{"HPV, 2-dose series, dose 1: season none → start 2026-08-01"}},
		{func(s *schedule.Schedule) { dose(s, 1).Recurring = true }, []string{"HPV, 2-dose series, dose 1: recurring none → yes"}},
		{func(s *schedule.Schedule) { dose(s, 2).Skips[0].Context = schedule.Both }, []string{
			"HPV, 2-dose series, dose 2: conditional skip (Evaluation) removed: ", "HPV, 2-dose series, dose 2: conditional skip (Both) added: "}},
		{func(s *schedule.Schedule) { dose(s, 2).Skips[0].Sets[0].Conditions[1].Count = 2 },
			[]string{"HPV, 2-dose series, dose 2: conditional skip (Evaluation), set 1, condition Vaccine Count by Age: dose count greater than 1 Total → greater than 2 Total"}},
		{func(s *schedule.Schedule) { hpv(s).Select.MaxAge.Years = 16 }, []string{"HPV, 2-dose series: maximum age to start 15 years → 16 years"}},
		{func(s *schedule.Schedule) { hpv(s).Equivalent = nil }, []string{"HPV, 2-dose series: equivalent series groups without 2"}},
		{func(s *schedule.Schedule) { hpv(s).Genders = append(hpv(s).Genders, schedule.Male) }, []string{"HPV, 2-dose series: required gender with Male"}},
		{func(s *schedule.Schedule) { hpv(s).Guidance = hpv(s).Guidance[:1] }, []string{"HPV, 2-dose series: guidance without Shared clinical decision-making"}},
		{func(s *schedule.Schedule) { hpv(s).Name = "HPV young series" }, []string{"HPV, 2-dose series: removed: Standard, 3 doses", "HPV, young series: added: Standard, 3 doses"}},
		{func(s *schedule.Schedule) { zoster(s).Indications[0].Begin.Years = 18 },
			[]string{"Zoster, Risk 2-dose series: people with 145 B-lymphocyte [humoral] - Severe antibody deficiencies: from age 19 years → 18 years"}},
		{func(s *schedule.Schedule) { zoster(s).Indications = zoster(s).Indications[1:] },
			[]string{"Zoster, Risk 2-dose series: people with 145 B-lymphocyte [humoral] - Severe antibody deficiencies removed: "}},
		{func(s *schedule.Schedule) { s.Groups[0].Full = true }, []string{"vaccine group Chikungunya: administer full vaccine group none → yes"}},
		{func(s *schedule.Schedule) { s.Vaccines[0].Antigens = s.Vaccines[0].Antigens[1:] }, []string{"vaccine 01 DTP: antigens without Diphtheria"}},
		{func(s *schedule.Schedule) { s.Conflicts[0].End.Days = 30 }, []string{"conflicts after 03 MMR, with a later 03 MMR: end 28 days → 30 days"}},
		{func(s *schedule.Schedule) { s.Observations[0].Title = "Wants it" }, []string{"observation 001: title Patient seeks protection → Wants it"}},
		{func(s *schedule.Schedule) { s.Observations = s.Observations[1:] }, []string{"observation 001 removed: "}},
		{func(s *schedule.Schedule) { s.Antigens = s.Antigens[1:] }, []string{"Chikungunya: no longer has a schedule"}},
		{func(s *schedule.Schedule) { hpv(s).Doses[0].Ages, hpv(s).Doses[1].Ages = nil, hpv(s).Doses[0].Ages }, []string{
			"HPV, 2-dose series, dose 1: age removed: absolute minimum 9 years - 4 days, minimum 9 years,", "HPV, 2-dose series, dose 2: age added: absolute minimum 9 years - 4 days,"}},
		{func(s *schedule.Schedule) {
			a := s.Antigens[slices.IndexFunc(s.Antigens, func(a schedule.Antigen) bool { return a.Name == "HPV" })].Series
			a[0], a[1] = a[1], a[0]
		}, []string{"HPV: series in another order"}},
	} {
		s := own(t)
		c.change(s)
		var got []string
		for _, change := range schedule.Diff(before, s) {
			got = append(got, change.String())
		}
		ok := len(got) == len(c.want)
		for i := range min(len(got), len(c.want)) {
			ok = ok && strings.HasPrefix(got[i], c.want[i])
		}
		if !ok {
			t.Errorf("told\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
		}
	}
}
