package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/synth"
)

// generate runs the command into a folder and gives its files.
func generate(t *testing.T, dir string, args ...string) map[string][]byte {
	t.Helper()
	var out, diag bytes.Buffer
	if status := run(append([]string{"generate", "--out", dir}, args...), nil, &out, &diag); status != exitOK {
		t.Fatalf("status %d: %s", status, &diag)
	}
	return filesOf(t, dir)
}

func filesOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	is.NoError(t, "folder", err)
	files := map[string][]byte{}
	for _, e := range entries {
		files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name()))
		is.NoError(t, e.Name(), err)
	}
	return files
}

func TestTheSameSeedGivesTheSameBytesOnAnyNumberOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const people = "5000" // more than two chunks
	one := generate(t, t.TempDir(), "--people", people, "--seed", "7")
	runtime.GOMAXPROCS(4)
	four := generate(t, t.TempDir(), "--people", people, "--seed", "7")
	packed := generate(t, t.TempDir(), "--people", people, "--seed", "7", "--gzip")
	other := generate(t, t.TempDir(), "--people", people, "--seed", "8")
	is.Equal(t, "files", len(one), 4)
	for name, want := range one {
		if sha256.Sum256(four[name]) != sha256.Sum256(want) {
			t.Errorf("%s differs between one processor and four", name)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed[name+".gz"]))
		is.NoError(t, name, err)
		got, err := io.ReadAll(z)
		is.NoError(t, name, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%s.gz holds another %s", name, name)
		}
		if name != "truth.csv" && bytes.Equal(other[name], want) {
			t.Errorf("%s is the same under two seeds", name)
		}
		if n := bytes.Count(want, []byte("\n")); n != bytes.Count(want, []byte("\r\n")) || !bytes.HasSuffix(want, []byte("\r\n")) {
			t.Errorf("%s: a row does not end as RFC 4180 says", name)
		}
	}
}

func TestEveryDoseBelongsToARecordAndEveryRecordToAPerson(t *testing.T) {
	files := generate(t, t.TempDir(), "--people", "3000")
	rows := func(name string, columns []string) [][]string {
		r := csv.NewReader(bytes.NewReader(files[name]))
		list, err := r.ReadAll()
		is.NoError(t, name, err)
		is.Equal(t, "header of "+name, list[0], columns)
		return list[1:]
	}
	records, persons := map[string]bool{}, map[string]bool{}
	for _, p := range rows("patients.csv", synth.PatientColumns) {
		records[p[0]] = true
	}
	for _, d := range rows("doses.csv", synth.DoseColumns) {
		if !records[d[0]] {
			t.Fatalf("dose %s is of record %s, which is not there", d[1], d[0])
		}
	}
	truth := rows("truth.csv", synth.TruthColumns)
	for _, r := range truth {
		if !records[r[0]] {
			t.Fatalf("the truth knows a record %s that is not there", r[0])
		}
		persons[r[1]] = true
	}
	is.Equal(t, "records of the truth, persons", []int{len(truth), len(persons)}, []int{len(records), 3000})
}

func TestGenerateWritesOverNothingUnasked(t *testing.T) {
	for _, name := range []string{"patients.csv", "doses.csv.gz", "patients.csv.partial"} {
		dir := t.TempDir()
		is.NoError(t, "a file of somebody's", os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o666))
		var out, diag bytes.Buffer
		is.Equal(t, "status", run([]string{"generate", "--people", "10", "--out", dir}, nil, &out, &diag), exitFailed)
		says(t, diag.String(), filepath.Join(dir, name))
		says(t, diag.String(), "--force")
		is.Equal(t, "what is there", filesOf(t, dir), map[string][]byte{name: []byte("mine")})
		files := generate(t, dir, "--people", "10", "--force")
		if len(files) != 4 || files["patients.csv"] == nil || bytes.Equal(files["patients.csv"], []byte("mine")) {
			t.Errorf("after --force over %s there are %d files, not the four of this run", name, len(files))
		}
	}
}

func TestAnInterruptedRunLeavesNothingThatLooksWhole(t *testing.T) {
	dir := t.TempDir()
	people, err := populationOf(50_000, 1, "state", "2025-06-30")
	is.NoError(t, "population", err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	g := generation{people: people, dir: dir}
	if _, err := g.run(ctx, io.Discard); err == nil {
		t.Fatal("a run that was stopped says that it went well")
	}
	is.Equal(t, "what is left", filesOf(t, dir), map[string][]byte{})
}

func TestGenerateSaysWhatItCannotUse(t *testing.T) {
	dir := t.TempDir()
	for args, want := range map[string]string{
		"--people 10":                                 "--out is required",
		"--people 0 --out " + dir:                     "--people 0",
		"--people 200000000 --out " + dir:             "want 1 to",
		"--ages dogs --out " + dir:                    "state or children",
		"--today 30.6.2025 --out " + dir:              "YYYY-MM-DD",
		"--today 1850-01-01 --out " + dir:             "this century",
		"--out " + dir + " more":                      `"more" is not expected`,
		"--duplicate-people 21 --out " + dir:          "--duplicate-people 21: want 0 to 20 per cent",
		"--duplicate-doses -1 --out " + dir:           "--duplicate-doses -1: want 0 to 50 per cent",
		"--duplicate-doses NaN --out " + dir:          "one decimal",
		"--duplicate-doses 2.55 --out " + dir:         "one decimal",
		"--seed x --out " + dir:                       "invalid value",
		"--people 10 --out " + dir + " --compression": "not defined",
	} {
		var out, diag bytes.Buffer
		is.Equal(t, "status of "+args, run(append([]string{"generate"}, strings.Fields(args)...), nil, &out, &diag), exitUsage)
		says(t, diag.String(), want)
	}
	is.Equal(t, "files", len(filesOf(t, dir)), 0)
}

// says requires a text to have a part.
func says(t *testing.T, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%q is not in:\n%s", part, text)
	}
}
