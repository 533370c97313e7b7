package schedule_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.yaml.in/yaml/v3"

	"openiis/internal/cal"
	"openiis/internal/schedule"
	content "openiis/schedule"
)

// own is this program's release, read anew, so that a test may change it.
func own(t testing.TB) *schedule.Schedule {
	t.Helper()
	s, err := schedule.Load(content.Files, release)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// series is one of a schedule's series.
func series(t testing.TB, s *schedule.Schedule, antigen, name string) *schedule.Series {
	t.Helper()
	for i := range s.Antigens {
		if s.Antigens[i].Name != antigen {
			continue
		}
		for j := range s.Antigens[i].Series {
			if s.Antigens[i].Series[j].Name == name {
				return &s.Antigens[i].Series[j]
			}
		}
	}
	t.Fatalf("there is no series %q of %s", name, antigen)
	return nil
}

func inMemory(files map[string][]byte) fstest.MapFS {
	m := fstest.MapFS{}
	for name, b := range files {
		m[name] = &fstest.MapFile{Data: b}
	}
	return m
}

func TestWhatIsCommittedIsWhatCDCPublished(t *testing.T) {
	published, err := schedule.ImportXML(os.DirFS(cdc(t)))
	if err != nil {
		t.Fatal(err)
	}
	committed := own(t)
	published.Edition = committed.Edition // CDC's XML says nothing of it
	if !reflect.DeepEqual(published, committed) {
		t.Error("the schedule read from our files is not the one read from CDC's XML")
		for _, c := range schedule.Diff(committed, published) {
			t.Log(c)
		}
	}
	files := published.Files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		b, err := fs.ReadFile(content.Files, "acip/"+release+"/"+name)
		if err != nil {
			t.Errorf("an import writes %s, which is not committed", name)
		} else if !bytes.Equal(b, files[name]) {
			t.Errorf("%s is not byte for byte what an import writes", name)
		}
	}
	there, err := fs.Glob(content.Files, "acip/"+release+"/*")
	if err != nil || len(there) != len(files) {
		t.Errorf("%d files are committed, an import writes %d (%v)", len(there), len(files), err)
	}
}

func TestOurReleasesMakeSense(t *testing.T) {
	editions, err := schedule.Releases()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range editions {
		s, err := schedule.Load(content.Files, e.Release)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range schedule.Lint(s) {
			t.Error(p)
		}
		if e.Effective == cal.None {
			t.Errorf("release %s does not say from which day on it is in effect", e.Release)
		}
	}
}

func TestAScheduleIsReadAsItWasWritten(t *testing.T) {
	s := own(t)
	back, err := schedule.Read(inMemory(s.Files()))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(s, back) {
		t.Error("it differs")
	}
}

func TestFilesAreSmallEnoughToRead(t *testing.T) {
	total := 0
	for name, b := range own(t).Files() {
		total += len(b)
		if len(b) > 150_000 {
			t.Errorf("%s has %d bytes", name, len(b))
		}
	}
	if total > 900_000 {
		t.Errorf("the release has %d bytes", total)
	}
}

func TestEveryReaderOfYAMLReadsOurFilesAlike(t *testing.T) {
	err := fs.WalkDir(content.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(content.Files, name)
		if err != nil {
			return err
		}
		schedule.CompareYAML(t, name, text, yaml.Unmarshal)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAReleaseIsReadWithinATenthOfASecond(t *testing.T) {
	best := time.Hour
	for range 10 { // the machine may be busy with something else
		start := time.Now()
		own(t)
		best = min(best, time.Since(start))
	}
	t.Logf("read in %v", best)
	if best > 100*time.Millisecond {
		t.Errorf("reading the release took %v at best", best)
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		own(b)
	}
}

// library has three editions of one release, the last without a date.
func library(t *testing.T) *schedule.Library {
	t.Helper()
	m := fstest.MapFS{}
	s := own(t)
	for _, e := range []schedule.Edition{
		{Release: "4.64-508", Effective: cal.Of(2025, 11, 10)}, {Release: "4.60-508", Effective: cal.Of(2024, 7, 1)}, {Release: "4.99-draft"},
	} {
		s.Edition = e
		for name, b := range s.Files() {
			m["acip/"+e.Release+"/"+name] = &fstest.MapFile{Data: b}
		}
	}
	l, err := schedule.Open(m)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTheReleaseIsChosenByTheDayOfAssessment(t *testing.T) {
	l := library(t)
	for day, want := range map[string]string{
		"2020-01-01": "4.60-508", // before all: the first
		"2024-07-01": "4.60-508", "2025-11-09": "4.60-508", "2025-11-10": "4.64-508", "2030-01-01": "4.64-508",
	} {
		s, err := l.For(date(t, day))
		if err != nil {
			t.Fatal(err)
		}
		if s.Release != want {
			t.Errorf("on %s it is %s, want %s", day, s.Release, want)
		}
	}
	var names []string
	for _, e := range l.Releases() {
		names = append(names, e.Release)
	}
	if got := strings.Join(names, " "); got != "4.99-draft 4.60-508 4.64-508" {
		t.Errorf("the releases are %s", got)
	}
	a, err := l.Named("4.99-draft")
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := l.Named("4.99-draft"); a != b {
		t.Error("a release is read twice")
	}
	if _, err := l.Named("5.0"); err == nil {
		t.Error("a release that is not there is found")
	}
}

func TestOurOwnReleaseServesToday(t *testing.T) {
	s, err := schedule.For(cal.Of(2026, 1, 1))
	if err != nil || s.Release != release {
		t.Errorf("it is %v, %v", s, err)
	}
	again, err := schedule.For(cal.Of(2026, 1, 2))
	if err != nil || again != s {
		t.Error("it is read twice")
	}
}

func TestAFileThatCannotBeReadIsRefusedWithAllItsErrors(t *testing.T) {
	whole := own(t).Files()
	for _, c := range []struct{ file, old, new, want string }{
		{"hpv.yaml", "- dose: 2\n", "- dose: 2\n    colour: red\n", `hpv.yaml:38: series "HPV 2-dose series": dose 2: the key "colour" is not known here; known are: dose, recurring,`},
		{"hpv.yaml", "  type: Standard\n", "  type: Ordinary\n", `hpv.yaml:19: series "HPV 2-dose series": type: "Ordinary": not known; known are: evaluation only, risk, standard`},
		{"hpv.yaml", "  type: Standard\n", "  type: [Standard]\n", `series "HPV 2-dose series": want one value here`},
		{"hpv.yaml", "  type: Standard\n", "  type: \"\"\n", `series "HPV 2-dose series": nothing is written here: leave the key out`},
		{"hpv.yaml", "- series: HPV 2-dose series\n  vaccine", "- vaccine", `hpv.yaml:17: series is missing`},
		{"hpv.yaml", "  - dose: 2\n    interval", "  - interval", `series "HPV 2-dose series": dose is missing`},
		{"hpv.yaml", "    age:\n    - {", "    age:\n    - none\n    - {", `want keys and values here`},
		{"hpv.yaml", "earliest recommended: 11 years", "earliest recommended: 11 yrs", `series "HPV 2-dose series": dose 1: earliest recommended: "11 yrs": not a length of time`},
		{"hpv.yaml", "minimum: 9 years", "minimum: 9 years, minimum: 9 years", `the key "minimum" is here twice`},
		{"hpv.yaml", `cvx: "62"`, "cvx: 4v", `dose 1: "4v" is not a CVX code`},
		{"hpv.yaml", `cvx: "62", `, "", `dose 1: cvx is missing`},
		{"hpv.yaml", "volume: 0.5 mL", "volume: 0.5", `volume: "0.5": want a number and mL`},
		{"hpv.yaml", "volume: 0.5 mL", "volume: 0.5 mL, forecast: maybe", `forecast: "maybe": want yes or no`},
		{"hpv.yaml", "  guidance:\n", "  guidance: none\n  other:\n", `guidance: want a list here`},
		{"hpv.yaml", "antigen: HPV", "antigen: HPVs", `the file of HPVs has to be named hpvs.yaml`},
		{"hpv.yaml", "same as dose", "same as Dose", `does not name a list above`},
		{"hpv.yaml", "greater than 1 Total", "greater than one Total", `"one" is not a number of doses`},
		{"hpv.yaml", "greater than 1 Total", "more than 1 Total", `"more than 1 Total": not known`},
		{"hpv.yaml", "    age:\n", "    age\n", `hpv.yaml:28: want a key, a colon and a space; "age" is none`},
		{"covid-19.yaml", "cessation: 2023-09-11", "cessation: 2023-09-31", `cessation: "2023-09-31": not a date`},
		{"vaccines.yaml", `cvx: "01"`, `cvx: "1"`, `"1" is not a CVX code of at least two digits`},
	} {
		files := maps.Clone(whole)
		if !bytes.Contains(files[c.file], []byte(c.old)) {
			t.Fatalf("%s has no %q", c.file, c.old)
		}
		files[c.file] = bytes.Replace(files[c.file], []byte(c.old), []byte(c.new), 1)
		files["ebola.yaml"] = append(bytes.Clone(files["ebola.yaml"]), "more: 1\n"...) // an error of its own, told as well
		_, err := schedule.Read(inMemory(files))
		if err == nil {
			t.Errorf("%q for %q in %s is read", c.new, c.old, c.file)
			continue
		}
		if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `the key "more" is not known here`) {
			t.Errorf("%q for %q: the error is\n%v\nwant in it\n%s", c.new, c.old, err, c.want)
		}
	}
	files := maps.Clone(whole)
	delete(files, "vaccines.yaml")
	if _, err := schedule.Read(inMemory(files)); err == nil || !strings.Contains(err.Error(), "the file vaccines.yaml is missing") {
		t.Errorf("without vaccines.yaml: %v", err)
	}
}

func TestEveryKeyIsExplained(t *testing.T) {
	readme, err := os.ReadFile("../../schedule/README.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := slices.Collect(maps.Values(own(t).Files()))
	for _, name := range []string{"hpv-at-9.yaml", "cholera-workers.yaml"} {
		b, err := os.ReadFile(exampleState + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, b)
	}
	told := map[string]bool{}
	for _, text := range texts {
		keys, err := schedule.Keys(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			if !told[k] && !strings.Contains(string(readme), "`"+k+"`") {
				t.Errorf("schedule/README.md does not explain the key %q", k)
			}
			told[k] = true
		}
	}
	if len(told) < 60 {
		t.Errorf("only %d keys found", len(told))
	}
}
