package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/shared"
)

// scheduleSays runs a command and gives its exit status and all it says.
func scheduleSays(args ...string) (int, string) {
	var out bytes.Buffer
	status := run(append([]string{"schedule"}, args...), strings.NewReader(""), &out, &out)
	return status, out.String()
}

// copyOfRelease is a copy of the release that is committed.
func copyOfRelease(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(dir, os.DirFS("../../schedule/acip/4.64-508")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func alter(t *testing.T, path, old, with string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("%s has no %q", path, old)
	}
	if err := os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(with), 1), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestADifferenceIsToldByAntigenAndInWords(t *testing.T) {
	dir := copyOfRelease(t)
	if status, out := scheduleSays("diff", "4.64-508", dir); status != exitOK || out != "nothing changes\n" {
		t.Errorf("of a copy: %d, %s", status, out)
	}
	alter(t, filepath.Join(dir, "hpv.yaml"), ", minimum: 9 years,", ", minimum: 15 years,")
	alter(t, filepath.Join(dir, "hpv.yaml"), "maximum age to start: 15 years", "maximum age to start: 16 years")
	alter(t, filepath.Join(dir, "conflicts.yaml"), "minimum end: 24 days", "minimum end: 23 days")
	want := `HPV
  HPV, 2-dose series: maximum age to start 15 years → 16 years
  HPV, 2-dose series, dose 1: minimum age 9 years → 15 years

All antigens
  conflicts after 03 MMR, with a later 03 MMR: minimum end 24 days → 23 days
`
	if status, out := scheduleSays("diff", "4.64-508", dir); status != exitOK || out != want {
		t.Errorf("%d, said\n%s\nwant\n%s", status, out, want)
	}
	if status, out := scheduleSays("diff", "4.63", dir); status != exitFailed || !strings.Contains(out, `there is no release "4.63"`) {
		t.Errorf("of a release that is not there: %d, %s", status, out)
	}
}

func TestAReleaseIsLinted(t *testing.T) {
	dir := copyOfRelease(t)
	if status, out := scheduleSays("lint", dir); status != exitOK || out != "no problems\n" {
		t.Errorf("as it is: %d, %s", status, out)
	}
	alter(t, filepath.Join(dir, "hpv.yaml"), "latest recommended: 13 years + 4 weeks, maximum: 46 years", "latest recommended: 13 years + 4 weeks, maximum: 12 years")
	want := `hpv.yaml: series "HPV 2-dose series": dose 1: age: row 1: 13 years + 4 weeks stands before 12 years` + "\n"
	if status, out := scheduleSays("lint", dir); status != exitFailed || out != want {
		t.Errorf("%d, said %s, want %s", status, out, want)
	}
	alter(t, filepath.Join(dir, "hpv.yaml"), "type: Standard", "type: Normal")
	if status, out := scheduleSays("lint", dir); status != exitFailed || !strings.Contains(out, `hpv.yaml:19: series "HPV 2-dose series": type: "Normal": not known`) {
		t.Errorf("%d, said %s", status, out)
	}
}

func TestLocalChangesAreLintedOnTheReleaseOfTheDay(t *testing.T) {
	dir := "../../internal/schedule/testdata/states/xx/schedule"
	if status, out := scheduleSays("lint", dir, "--on", "2026-07-01"); status != exitOK || out != "2 files of local changes fit release 4.64-508\n" {
		t.Errorf("%d, said %s", status, out)
	}
	if status, out := scheduleSays("lint", t.TempDir()); status != exitFailed || !strings.Contains(out, "no release and no local changes") {
		t.Errorf("an empty folder: %d, %s", status, out)
	}
}

func TestCDCsFolderIsImported(t *testing.T) {
	from := filepath.Join(shared.Dir(t), "cdsi", "supporting-data-4.64-508")
	dir := copyOfRelease(t)
	if err := os.WriteFile(filepath.Join(dir, "smallpox.yaml"), []byte("antigen: Smallpox\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	alter(t, filepath.Join(dir, "hpv.yaml"), "type: Standard", "type: Risk")
	// What was known of the release stays: its day, its source, its known problems.
	if status, out := scheduleSays("import", from, "--out", dir); status != exitOK || out != dir+": 35 files, 1 of them written, 1 removed\nno problems\n" {
		t.Errorf("over a copy: %d, %s", status, out)
	}
	if status, out := scheduleSays("diff", "4.64-508", dir); status != exitOK || out != "nothing changes\n" {
		t.Errorf("after the import: %d, %s", status, out)
	}
	fresh := filepath.Join(t.TempDir(), "fresh")
	status, out := scheduleSays("import", "--out", fresh, "--released", "2025-11-10", from)
	if status != exitFailed || !strings.Contains(out, "35 files, 35 of them written") || !strings.Contains(out, `the conflict of CVX "94 before 333" is there twice`) {
		t.Errorf("to a new folder: %d, %s", status, out)
	}
	if b, err := os.ReadFile(filepath.Join(fresh, "release.yaml")); err != nil || !strings.Contains(string(b), "released: 2025-11-10\neffective: 2025-11-10\n") {
		t.Errorf("the release says %s, %v", b, err)
	}
	if status, out := scheduleSays("import", from, "--out", dir, "--release", "4.65-508"); status != exitUsage || !strings.Contains(out, "has release 4.64-508, not 4.65-508") {
		t.Errorf("over another release: %d, %s", status, out)
	}
}

func TestWhatCannotBeImportedLeavesTheFolderAsItWas(t *testing.T) {
	from := t.TempDir()
	if err := os.WriteFile(filepath.Join(from, "a.xml"), []byte("<antigenSupportingData/>"), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	status, out := scheduleSays("import", from, "--out", dir)
	if status != exitFailed || !strings.Contains(out, "nothing was written") || !strings.Contains(out, "a.xml: line 1: antigenSupportingData: no series names a target disease") {
		t.Errorf("%d, %s", status, out)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

func TestUnusableArgumentsOfScheduleAreRefused(t *testing.T) {
	for _, args := range [][]string{{}, {"explain"}, {"diff", "4.64-508"}, {"lint"}, {"import"}, {"list", "all"}, {"import", "x", "--released", "yesterday"}, {"lint", "x", "--on", "never"}, {"lint", "--what"}} {
		if status, out := scheduleSays(args...); status != exitUsage || out == "" {
			t.Errorf("%q: %d, %s", args, status, out)
		}
	}
	if status, out := scheduleSays("list"); status != exitOK || !strings.HasPrefix(out, "4.64-508  published 2025-11-10, in effect from 2025-11-10 on") {
		t.Errorf("list: %d, %s", status, out)
	}
	if status, out := scheduleSays("help"); status != exitOK || !strings.HasPrefix(out, "usage:") {
		t.Errorf("help: %d, %s", status, out)
	}
}
