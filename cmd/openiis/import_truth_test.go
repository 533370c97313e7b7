package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store/storetest"
)

// inReport is what a report says behind a line, the first one after a heading.
func inReport(t *testing.T, report, heading, line string) int {
	t.Helper()
	_, rest, _ := strings.Cut(report, "\n  "+heading+" ")
	m := regexp.MustCompile(`^ *(\d+)\n(?:    .*\n)*?    ` + regexp.QuoteMeta(line) + ` +(\d+)\n`).FindStringSubmatch(rest)
	if m == nil {
		t.Fatalf("the report does not say %q of %q:\n%s", line, heading, report)
	}
	n, err := strconv.Atoi(m[2])
	is.NoError(t, line, err)
	return n
}

func TestTheReportOfAnImportAccountsForDuplicatesThatAreKnown(t *testing.T) {
	files := t.TempDir()
	generate(t, files, "--people", "500", "--seed", "11")
	args := []string{
		"legacy", "--patients", filepath.Join(files, "patients.csv"), "--doses", filepath.Join(files, "doses.csv"),
		"--truth", filepath.Join(files, "truth.csv"),
	}
	const (
		people, doses = "people with several rows", "further rows of doses, beyond the first of their shot"
		found, missed = "found: in one record", "missed: in records about which nobody is asked"
	)
	storetest.EachAddress(t, func(t *testing.T, db string) {
		out := t.TempDir()
		again := func() string {
			got := imports(t, "", append([]string{"--db", db}, append(args, "--out", out)...)...)
			is.Equal(t, "status", got.status, exitOK)
			report, err := os.ReadFile(filepath.Join(out, "report.txt"))
			is.NoError(t, "read the report", err)
			is.Equal(t, "what is printed", got.out, string(report))
			is.Equal(t, "sums that agree", strings.Count(got.out, ": agrees\n"), 6)
			return got.out
		}
		report := again()
		if inReport(t, report, people, found) == 0 || inReport(t, report, doses, "found: one dose with another row") == 0 {
			t.Errorf("nothing that was planted is found:\n%s", report)
		}
		is.Equal(t, "review", run([]string{"match", "review", "--db", db, "--all"}, nil, new(strings.Builder), new(strings.Builder)), exitOK)
		after := again()
		if before, now := inReport(t, report, people, found), inReport(t, after, people, found); now < before {
			t.Errorf("%d people are found after the clean-up, %d before", now, before)
		}
		if before, now := inReport(t, report, people, missed), inReport(t, after, people, missed); now > before {
			t.Errorf("%d people are missed after the clean-up, %d before", now, before)
		}
		listed, err := os.ReadFile(filepath.Join(out, "misjudged.csv"))
		is.NoError(t, "read what is misjudged", err)
		if !regexp.MustCompile(`^what,records\r\n("[a-z ,]+",[0-9A-Z]{13}(;[0-9A-Z]{13})*\r\n)*$`).Match(listed) {
			t.Errorf("misjudged.csv has more than numbers:\n%s", listed)
		}
	})
	wrong := imports(t, "", "--db", filepath.Join(t.TempDir(), "new.db"), "legacy", args[1], args[2], args[3], args[4], "--truth", args[2], "--out", t.TempDir())
	is.Equal(t, "status of a truth that is none", wrong.status, exitFailed)
	says(t, wrong.errors, "there is no column patient_id or none person")
}
