package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store/storetest"
)

const flatRows = "Kennung,Last Name,First Name,DOB,Sex,Date Given,CVX,Lot\n" +
	"A1,Zyxwcanary,Ada,3/4/2020,F,1/2/2025,08,L1\n" +
	"A1,Zyxwcanary,Ada,3/4/2020,F,13/45/2025,94,L2\n"

func imports(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	status := run(append([]string{"import"}, args...), strings.NewReader(stdin), &out, &errs)
	return ran{status, out.String(), errs.String()}
}

func TestAFileOfRowsIsImported(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		is.Equal(t, "sender", senderCommand([]string{"add", "--db", db, "--facility", "OAK", "--name", "Oak", "--username", "oak", "--password-file", written(t, "p", "correct horse battery staple")}, nil, &bytes.Buffer{}, &bytes.Buffer{}), exitOK)
		file, mapping, report := written(t, "shots.csv", flatRows), written(t, "mapping.tsv", "Kennung\tmrn\n"), filepath.Join(t.TempDir(), "report.csv")
		lacking := imports(t, "", "--db", db, "flat", file, "--sender", "oak")
		is.Equal(t, "without a number", lacking.status, exitFailed)
		is.Equal(t, "said", strings.Contains(lacking.errors, "No column holds: Patient number"), true)
		tried := imports(t, "", "--db", db, "flat", file, "--sender", "OAK", "--mapping", mapping, "--dry-run")
		is.Equal(t, "tried", summaryOf(t, tried), flatSummary{DryRun: true, Rows: 2, Stored: 1, Warned: 1, Results: map[string]int{"added": 1, "refused": 1}, Refused: map[string]int{"date unreadable": 1}})
		got := imports(t, "", "--db", db, "flat", file, "--sender", "oak", "--mapping", mapping, "--report", report)
		s := summaryOf(t, got)
		is.Equal(t, "numbered", len(s.File), 13)
		is.Equal(t, "stored", s.Results, map[string]int{"added": 1, "refused": 1})
		text, err := os.ReadFile(report)
		is.NoError(t, "report", err)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		is.Equal(t, "refusal", lines[len(lines)-1], "3,refused,,E,6,Date Given,date unreadable,“Date Given” is a day that there is not.")
		for name, said := range map[string]string{"standard error": got.errors, "standard output": got.out, "report": string(text)} {
			if strings.Contains(said, "Zyxwcanary") {
				t.Errorf("%s names a patient:\n%s", name, said)
			}
		}
		again := imports(t, flatRows, "--db", db, "flat", "-", "--sender", "oak")
		is.Equal(t, "again, by the mapping that is remembered", summaryOf(t, again).Results, map[string]int{"known": 1, "refused": 1})
	})
}

func summaryOf(t *testing.T, r ran) (s flatSummary) {
	t.Helper()
	if r.status != exitOK {
		t.Fatalf("status %d: %s", r.status, r.errors)
	}
	is.NoError(t, "summary", json.Unmarshal([]byte(r.out), &s))
	return s
}

func TestAFileOfRowsThatCannotBeImportedSaysWhy(t *testing.T) {
	db := storetest.SQLite(t)
	is.Equal(t, "sender", senderCommand([]string{"add", "--db", db, "--facility", "OAK", "--name", "Oak", "--username", "oak", "--password-file", written(t, "p", "correct horse battery staple")}, nil, &bytes.Buffer{}, &bytes.Buffer{}), exitOK)
	file := written(t, "shots.csv", flatRows)
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"flat", file, "--sender", "oak"}, exitUsage, "--db is required"},
		{[]string{"--db", db, "flat", file}, exitUsage, "--sender is required"},
		{[]string{"--db", db, "flat", "--sender", "oak"}, exitUsage, "name one file"},
		{[]string{"--db", db, "flat", file, "--sender", "oak", "--doses", "some"}, exitUsage, "given or historical"},
		{[]string{"--db", db, "paper", file}, exitUsage, "want legacy, births, deaths or flat"},
		{[]string{"--db", db + ".none", "flat", file, "--sender", "oak"}, exitUsage, "no database"},
		{[]string{"--db", db, "flat", file, "--sender", "elm"}, exitFailed, "no sender"},
		{[]string{"--db", db, "flat", file + ".none", "--sender", "oak"}, exitFailed, "no such file"},
		{[]string{"--db", db, "flat", written(t, "list.csv", "%PDF-1.7"), "--sender", "oak"}, exitFailed, "PDF"},
		{[]string{"--db", db, "flat", file, "--sender", "oak", "--mapping", written(t, "m", "a b")}, exitFailed, "no tab"},
	} {
		got := imports(t, "", c.args...)
		if got.status != c.status || !strings.Contains(got.errors, c.says) {
			t.Errorf("%v: got status %d and %q, want %d and %q", c.args, got.status, got.errors, c.status, c.says)
		}
	}
}
