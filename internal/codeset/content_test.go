package codeset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"openiis/codes"
	"openiis/internal/cal"
	"openiis/internal/is"
	"openiis/internal/shared"
)

func TestEveryContentFileIsInOrder(t *testing.T) {
	for _, problem := range Lint(codes.Files) {
		t.Error(problem)
	}
	if _, err := Load(); err != nil {
		t.Error(err)
	}
}

func TestEveryContentFileIsDescribedInTheReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "codes", "README.md"))
	is.NoError(t, "README", err)
	for _, r := range Default().Releases() {
		name := strings.TrimSuffix(strings.TrimPrefix(r.File, "hl7/"), ".tsv")
		if !strings.Contains(string(readme), "`"+name+"`") && !strings.Contains(string(readme), "`"+r.File+"`") {
			t.Errorf("codes/README.md says nothing of %s", r.File)
		}
	}
}

func TestTheReleaseOfEachFileIsKnown(t *testing.T) {
	for _, r := range Default().Releases() {
		if r.Date < cal.Of(2014, 1, 1) || r.Rows == 0 || r.Source == "" {
			t.Errorf("%s: release %v, %d rows, source %q", r.File, r.Date, r.Rows, r.Source)
		}
	}
}

func TestImportingThePublishedFilesAgainGivesTheSameBytes(t *testing.T) {
	files, err := Import(os.DirFS(filepath.Join(shared.Dir(t), "codesets")), cal.None)
	is.NoError(t, "import", err)
	is.Equal(t, "files made", len(files), len(layouts))
	for _, f := range files {
		have, err := codes.Files.ReadFile(f.Name)
		is.NoError(t, f.Name, err)
		if string(have) != string(f.Bytes) {
			t.Errorf("%s differs from what CDC's files make: run openiis codes import\n%s", f.Name,
				is.Diff(strings.Split(string(have), "\n"), strings.Split(string(f.Bytes), "\n")))
		}
	}
}

// content is one small file that is in order, and the lint's complaint once a
// piece of it is replaced.
const smallCVX = "# source: CDC, cvx.csv; release date: 2025-11-19\n" +
	"cvx\tshort_name\tfull_name\tstatus\tunspecified\tupdated\n" +
	"03\tMMR\tmeasles, mumps and rubella\tactive\t\t2010-05-28\n" +
	"94\tMMRV\tmeasles, mumps, rubella, varicella\tactive\t\t2010-05-28\n" +
	"107\tDTaP\tDTaP, unspecified formulation\tactive\tyes\t2010-09-30\n"

const smallGroups = "# source: CDC, vac2vg.csv; release date: 2025-11-19\n" +
	"cvx\tgroup\tgroup_cvx\n03\tMMR\t03\n94\tMMR\t03\n107\tDTAP\t107\n"

func TestTheLintNamesFileLineAndFault(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"03\tMMR\tm", "3\tMMR\tm", `cvx.tsv:3: cvx: "3" is not in its canonical form`},
		{"94\tMMRV", "03\tMMRV", "cvx.tsv:4: 03 is there twice"},
		{"94\tMMRV", "02\tMMRV", "cvx.tsv:4: 02 is out of order: sort by cvx"},
		{"\tactive\t\t2010-05-28\n94", "\tobsolete\t\t2010-05-28\n94", "cvx.tsv:3: status: want one of"},
		{"yes\t2010-09-30", "yes\t9/30/2010", "cvx.tsv:5: updated: not a date: want YYYY-MM-DD"},
		{"107\tDTAP\t107", "107\tDTAP\t108", "vaccine-group.tsv:5: 108 is not in cvx.tsv"},
		{"03\tMMR\t03\n94", "03\tMMR\t03 \n94", "vaccine-group.tsv:3: group_cvx: no spaces at the ends, none doubled"},
		{"cvx\tgroup\tgroup_cvx", "cvx\tgroup", "vaccine-group.tsv:2: the columns must be cvx, group, group_cvx"},
		{"\tactive\tyes\t2010-09-30\n", "\tactive\tyes\n", "cvx.tsv:5: 5 cells where 6 are wanted"},
		{"; release date: 2025-11-19\ncvx\tshort", "\ncvx\tshort", "cvx.tsv:1: want a line like"},
	} {
		all := smallCVX + "===" + smallGroups
		if strings.Count(all, c.old) != 1 {
			t.Fatalf("the test's %q is there %d times", c.old, strings.Count(all, c.old))
		}
		cvx, groups, _ := strings.Cut(strings.Replace(all, c.old, c.new, 1), "===")
		got := strings.Join(Lint(fstest.MapFS{
			"cvx.tsv":           {Data: []byte(cvx)},
			"vaccine-group.tsv": {Data: []byte(groups)},
		}), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%q for %q: got %q, want %q", c.new, c.old, got, c.want)
		}
	}
}

func TestTheLintFollowsTheCodesThatTablesMapTo(t *testing.T) {
	const head = "# source: test; release date: 2025-01-01"
	const columns = "\ncode\tmeaning\tguide\tmaps_to\n"
	problems := func(old string) string {
		return strings.Join(Lint(fstest.MapFS{
			"hl7/NCIT-route.tsv": {Data: []byte(head + columns + "C28161\tintramuscular\tyes\t\n")},
			"hl7/0162.tsv":       {Data: []byte(old)},
		}), "\n")
	}
	is.Equal(t, "an old code with a successor", problems(head+"; maps to: NCIT-route"+columns+"IM\tinto the muscle\t\tC28161\n"), "")
	for row, want := range map[string]string{
		"IM\tinto the muscle\t\tC99999\n":   "maps_to C99999 is not a lasting code of hl7/NCIT-route.tsv",
		"IM\t\t\tC28161\n":                  "a code needs a meaning",
		"IM\tinto the muscle\tno\tC28161\n": "guide is yes or empty",
	} {
		if got := problems(head + "; maps to: NCIT-route" + columns + row); !strings.Contains(got, "hl7/0162.tsv:3: "+want) {
			t.Errorf("row %q: got %q, want %q", row, got, want)
		}
	}
	if got := problems(head + "; maps to: routes" + columns + "IM\tinto the muscle\t\tC28161\n"); !strings.Contains(got, "maps to table routes, which is not here") {
		t.Errorf("an unknown table: got %q", got)
	}
}

func TestAFolderWithoutAFileIsRefused(t *testing.T) {
	_, err := Parse(fstest.MapFS{"cvx.tsv": {Data: []byte(smallCVX)}})
	if err == nil || !strings.Contains(err.Error(), "vaccine-group.tsv is missing") {
		t.Errorf("got %v", err)
	}
}
