package check

import (
	"bufio"
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/shared"
)

// publicFiles are the messages of a folder of the public sets, by file name.
func publicFiles(t *testing.T, pattern ...string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(append([]string{shared.Dir(t), "hl7"}, pattern...)...))
	is.NoError(t, "list the public files", err)
	if len(names) == 0 {
		t.Fatalf("there is no file %s among the public sets", filepath.Join(pattern...))
	}
	out := map[string]string{}
	for _, name := range names {
		out[filepath.Base(name)] = string(shared.File(t, append([]string{"hl7"}, append(pattern[:len(pattern)-1:len(pattern)-1], filepath.Base(name))...)...))
	}
	return out
}

// warnings are what is found of a message that makes the answer AE.
func warnings(fs iis.Findings) []string {
	out := []string{}
	for _, f := range fs {
		if f.Severity != iis.Information {
			out = append(out, short(f))
		}
	}
	return out
}

// knownWarnings are the files of NIST's VXU that get a warning, each with all of
// them and why that is right. None does; a file that comes to need one is listed
// here with its reason, and a file that is listed must need it.
var knownWarnings = map[string][]string{}

func TestNISTsOwnVXUAreAnsweredWithoutAWarning(t *testing.T) {
	files := publicFiles(t, "nist", "VXU_*.hl7")
	for name, raw := range files {
		in := read(t, raw)
		if in.VXU.Refused || len(in.VXU.Orders) == 0 {
			t.Errorf("%s was not read: the test says nothing about it", name)
		}
		want := knownWarnings[name]
		if want == nil {
			want = []string{}
		}
		is.Equal(t, name, warnings(withoutDays(all(in))), want)
	}
	for name := range knownWarnings {
		if _, there := files[name]; !there {
			t.Errorf("%s is a known exception, but there is no such file", name)
		}
	}
}

// withoutDays leaves out what is said of days: several of NIST's messages carry
// days after their own MSH-7 or before the birth date, made from templates with
// one old header, and it is right to say so.
func withoutDays(fs iis.Findings) iis.Findings {
	return slices.DeleteFunc(fs, func(f iis.Finding) bool {
		return f.Rule == futureBirth.Name || f.Rule == futureDose.Name || f.Rule == beforeBirth.Name
	})
}

// labelled is a message of a labelled set.
type labelled struct {
	ID, Issue, Expected, Location, Message string
}

func labelledSet(t *testing.T, name string) []labelled {
	t.Helper()
	var out []labelled
	lines := bufio.NewScanner(bytes.NewReader(shared.File(t, "hl7", "labelled", name)))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l labelled
		is.NoError(t, "a line of "+name, json.Unmarshal(lines.Bytes(), &l))
		out = append(out, l)
	}
	return out
}

func TestMessagesOfRealSendersAreNeverAnError(t *testing.T) {
	sets := publicFiles(t, "vendor-samples", "*.hl7")
	for _, l := range labelledSet(t, "smm-tolerance-D.jsonl") {
		sets[l.ID] = l.Message
	}
	for name, raw := range sets {
		for _, f := range all(read(t, raw)) {
			if f.Severity == iis.Error {
				t.Errorf("%s: %s", name, short(f))
			}
		}
	}
}

// elsewhere are rows of the labelled set whose location is not where their
// defect is.
var elsewhere = map[string]string{
	"NEXT_OF_KIN_NAME_FIRST_IS_MISSING": "NK1-2.2", // the labels of the two names are swapped
	"NEXT_OF_KIN_NAME_LAST_IS_MISSING":  "NK1-2.1",
}

// The share is a measure, not yet a bar: most of what is not reported needs
// rules about data quality, which the guide itself does not have.
func TestLabelledDefectsAreReportedWhereTheyAre(t *testing.T) {
	hit, of := map[string]int{}, map[string]int{}
	for _, l := range labelledSet(t, "mqe-quality-issues-253.jsonl") {
		if l.Expected != "ERROR" && l.Expected != "WARNING" {
			continue
		}
		of[l.Expected]++
		if where, moved := elsewhere[l.Issue]; moved {
			l.Location = where
		}
		if reports(all(read(t, l.Message)), l.Location) {
			hit[l.Expected]++
		} else {
			t.Logf("not reported: %s %s %s (%s)", l.ID, l.Expected, l.Issue, l.Location)
		}
	}
	for _, e := range []string{"ERROR", "WARNING"} {
		t.Logf("%s: %d of %d defects are reported where they are", e, hit[e], of[e])
	}
}

// reports says whether a finding is at a place such as PID-7, PID-5.2, ORC or
// "RXA-5 or RXA-17".
func reports(fs iis.Findings, location string) bool {
	for _, place := range strings.Split(location, " or ") {
		segment, rest, _ := strings.Cut(place, "-")
		field, component, _ := strings.Cut(rest, ".")
		f, _ := strconv.Atoi(field)
		c, _ := strconv.Atoi(component)
		for _, got := range fs {
			w := got.Where
			if w.Segment == segment && (f == 0 || w.Field == f) && (c == 0 || w.Component == 0 || w.Component == c) {
				return true
			}
		}
	}
	return false
}
