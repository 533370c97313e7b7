package schedule_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"openiis/internal/schedule"
)

const exampleState = "testdata/states/xx/schedule"

func overlays(t *testing.T) []schedule.Overlay {
	t.Helper()
	list, err := schedule.ReadOverlays(os.DirFS(exampleState))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAStatesChangesApplyFromTheirDayOn(t *testing.T) {
	base, list := own(t), overlays(t)
	if len(list) != 2 || list[0].File != "cholera-workers.yaml" || list[1].Citation != "Example Immunization Order 2026-1, section 2" {
		t.Fatalf("the overlays are %+v", list)
	}
	cholera := []string{
		"Cholera, laboratory 1-dose series: added: Risk, 1 dose",
		"Ebola, Risk 1-dose series: ",
		"Zoster, 3-dose series: removed: Standard, 3 doses",
	}
	hpv := []string{
		"HPV, 2-dose series, dose 1: earliest recommended age 11 years → 9 years",
		"HPV, 2-dose series, dose 1: preferable vaccine 62 4vHPV added: cvx 62, name 4vHPV, from 9 years, to 27 years, volume 0.5 mL",
		"HPV, 2-dose series, dose 1: allowable vaccine 118 2vHPV removed: cvx 118, name 2vHPV, from 9 years - 4 days",
	}
	for _, c := range []struct {
		day   string
		want  []string
		local int
	}{
		{"2025-12-31", nil, 0},
		{"2026-01-01", cholera, 1},
		{"2026-06-30", cholera, 1},
		{"2026-07-01", append(hpv, cholera...), 2},
	} {
		s, err := base.Amended(date(t, c.day), list...)
		if err != nil {
			t.Fatal(err)
		}
		told := ""
		for _, change := range schedule.Diff(base, s) {
			told += change.String() + "\n"
		}
		for _, want := range c.want {
			if !strings.Contains(told, want) {
				t.Errorf("on %s changes\n%swant in it %s", c.day, told, want)
			}
		}
		if (told == "") != (c.want == nil) || len(s.Local) != c.local {
			t.Errorf("on %s changes\n%s%q", c.day, told, s.Local)
		}
		if c.local > 0 && s.Local[0] != "Department of Health of the State of Example, Example Immunization Order 2025-4" {
			t.Errorf("the authority is told as %q", s.Local[0])
		}
	}
	if told := schedule.Diff(own(t), base); len(told) > 0 {
		t.Errorf("the release itself has changed: %v", told)
	}
}

func TestAddedSeriesAreOfTheirAntigen(t *testing.T) {
	s, err := own(t).Amended(date(t, "2026-07-01"), overlays(t)...)
	if err != nil {
		t.Fatal(err)
	}
	if got := series(t, s, "Cholera", "Cholera laboratory 1-dose series").TargetDisease; got != "Cholera" {
		t.Errorf("its target disease is %q", got)
	}
	if got := series(t, s, "Ebola", "Ebola Risk 1-dose series").TargetDisease; got != "Ebola" {
		t.Errorf("its target disease is %q", got)
	}
}

func TestAChangeThatDoesNotFitIsRefused(t *testing.T) {
	hpv, err := os.ReadFile(exampleState + "/hpv-at-9.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cholera, err := os.ReadFile(exampleState + "/cholera-workers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file     []byte
		old, new string
		want     string
	}{
		{hpv, "authority: ", "athority: ", `change.yaml:2: the key "athority" is not known here`},
		{hpv, "citation: Example Immunization Order 2026-1, section 2\n", "", "authority, citation, effective and changes have to be given"},
		{hpv, "- antigen: HPV\n", "- why: no\n", "change.yaml:8: antigen is missing"},
		{hpv, "  dose: 1\n", "", "change.yaml:8: series and dose have to be given for a row, and only for one"},
		{hpv, "    was: {absolute", "    is: {absolute", `the key "is" is not known here; known are: was, becomes`},
		{hpv, "  age:\n", "  remove series: HPV 2-dose series\n  age:\n", "change.yaml:8: a change is one of add series, replace series, remove series or one row; here are 2"},
		{hpv, "was: {absolute minimum: 9 years - 4 days", "was: {absolute minimum: 9 years", `change.yaml:8: series "HPV 2-dose series": dose 1: the row that the change says it was is not there`},
		{hpv, "dose: 1", "dose: 4", `change.yaml:8: series "HPV 2-dose series" has no dose 4`},
		{hpv, "series: HPV 2-dose series", "series: HPV 1-dose series", `change.yaml:8: HPV has no series "HPV 1-dose series"`},
		{hpv, "antigen: HPV", "antigen: HPW", `change.yaml:8: there is no antigen "HPW"`},
		{hpv, "earliest recommended: 9 years,", "earliest recommended: 14 years,", `hpv.yaml: series "HPV 2-dose series": dose 1: age: row 1: 14 years stands before 13 years + 4 weeks`},
		{hpv, `cvx: "62"`, `cvx: "94"`, "CVX 94 does not protect against HPV"},
		{cholera, "series: Cholera laboratory 1-dose series", "series: Cholera 1-dose series", `Cholera has already a series "Cholera 1-dose series"`},
		{cholera, "series: Ebola Risk 1-dose series", "series: Ebola Risk 2-dose series", `Ebola has no series "Ebola Risk 2-dose series"`},
		{cholera, "    vaccine group: Cholera\n", "    vaccine groop: Cholera\n", `series "Cholera laboratory 1-dose series": the key "vaccine groop" is not known here`},
	} {
		if !bytes.Contains(c.file, []byte(c.old)) {
			t.Fatalf("%q is not there", c.old)
		}
		m := fstest.MapFS{"change.yaml": {Data: bytes.Replace(c.file, []byte(c.old), []byte(c.new), 1)}}
		list, err := schedule.ReadOverlays(m)
		if err == nil {
			_, err = own(t).Amended(date(t, "2026-07-01"), list...)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v\nwant %s", c.new, c.old, err, c.want)
		}
	}
}
