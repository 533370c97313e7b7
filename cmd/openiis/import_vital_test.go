package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store/storetest"
)

const (
	birthRows = "certificate_no,last_name,first_name,birth_date,sex,plurality,mother_first,mother_maiden,street,zip,hepb_date\n" +
		"B1,Zyxwcanary,Ada,2025-03-01,F,1,Eva,Vang,12 Larch St,58102,2025-03-01\n" +
		"B2,Zyxwcanary,Otto,31/31/2025,M,1,Eva,Vang,12 Larch St,58102,\n"
	deathRows = "certificate_no,last_name,first_name,birth_date,death_date,street,zip\n" +
		"D1,Zyxwcanary,Ada,2025-03-01,2025-03-09,12 Larch St,58102\n" +
		"D2,Zyxwcanary,Nobody,1925-03-01,2025-03-09,1 Oak Lane,58102\n"
)

func TestBirthsAndDeathsAreImported(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		births, deaths := written(t, "births.csv", birthRows), written(t, "deaths.csv", deathRows)
		for _, args := range [][]string{{"--db", db, "births", births, "--dry-run"}, {"--db", db, "births", "--dry-run", births}} {
			tried := imports(t, "", args...)
			is.Equal(t, "previewed", tried.status, exitOK)
			is.Equal(t, "as such", strings.Contains(tried.out, "Nothing was written"), true)
		}
		got := imports(t, "", "--db", db, "births", births)
		is.Equal(t, "imported", got.status, exitOK)
		for _, line := range []string{"rows of births = new + matched + possible + rejected\n    2 = 2: agrees", "birth_date ", "doses of hepatitis B vaccine"} {
			if !strings.Contains(got.out, line) {
				t.Errorf("the report does not say %q:\n%s", line, got.out)
			}
		}
		rejected, err := os.ReadFile(filepath.Join(only(t, filepath.Join(filepath.Dir(births), "import-births", "births-????????")), "rejected-births.csv"))
		is.NoError(t, "rejected", err)
		is.Equal(t, "rejected rows", strings.Count(string(rejected), "\n"), 2)
		died := imports(t, "", "--db", db, "deaths", deaths)
		is.Equal(t, "imported", died.status, exitOK)
		is.Equal(t, "not known", strings.Contains(died.out, "not known here: no record is made                                             1"), true)
		for name, said := range map[string]string{"births": got.out + got.errors, "deaths": died.out + died.errors} {
			if strings.Contains(said, "Zyxwcanary") {
				t.Errorf("the import of %s names a patient:\n%s", name, said)
			}
		}
		list := person("unmatched", "--db", db)
		is.Equal(t, "unmatched", strings.HasPrefix(list.out, "D2  since ") && strings.HasSuffix(list.out, "(nobody was found)\n"), true)
		is.Equal(t, "lines", strings.Count(list.out, "\n"), 1)
		placed, err := os.ReadFile(filepath.Join(only(t, filepath.Join(filepath.Dir(deaths), "import-deaths", "deaths-????????")), "placed.csv"))
		is.NoError(t, "placed", err)
		_, number, _ := strings.Cut(string(placed), "D1,")
		_, number, _ = strings.Cut(number, ",")
		number, _, _ = strings.Cut(number, "\r")
		alive := person("alive", "--db", db, "--why", "The mother called.", number)
		is.Equal(t, "alive", alive.status, exitOK)
		is.Equal(t, "unmatched", strings.Contains(person("unmatched", "--db", db).out, "(decision "+strings.TrimSpace(afterWord(alive.out, "decision"))+")\n"), true)
		is.Equal(t, "again", person("alive", "--db", db, "--why", "The mother called.", number).status, exitFailed)
		is.Equal(t, "without a file", imports(t, "", "--db", db, "births").status, exitUsage)
		is.Equal(t, "with two", imports(t, "", "--db", db, "deaths", deaths, births).status, exitUsage)
		is.Equal(t, "of something else", imports(t, "", "--db", db, "births", deaths).status, exitFailed)
	})
}

func TestAnImportOfFilesThatAreNotThereMakesNoRegistry(t *testing.T) {
	there, absent := written(t, "there.csv", birthRows), filepath.Join(t.TempDir(), "absent.csv")
	for _, args := range [][]string{
		{"births", absent}, {"deaths", absent},
		{"legacy", "--patients", absent, "--doses", there}, {"legacy", "--patients", there, "--doses", absent},
		{"legacy", "--patients", there, "--doses", there, "--facilities", absent},
	} {
		db := filepath.Join(t.TempDir(), "registry.db")
		got := imports(t, "", append([]string{"--db", db}, args...)...)
		is.Equal(t, "status", got.status, exitFailed)
		is.Equal(t, "it is said", strings.Contains(got.errors, "absent.csv: no such file"), true)
		_, err := os.Stat(db)
		is.Equal(t, strings.Join(args[:2], " ")+": no database was made", os.IsNotExist(err), true)
	}
}

// only is the one folder of a pattern.
func only(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	is.NoError(t, "find", err)
	if len(found) != 1 {
		t.Fatalf("%s: %d folders", pattern, len(found))
	}
	return found[0]
}
