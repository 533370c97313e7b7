package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store/storetest"
)

func TestAnOperatorNotesThatAUserHasCompletedACourse(t *testing.T) {
	db := storetest.SQLite(t)
	secret := written(t, "p", "secret\n")
	is.Equal(t, "add", user(t, "add", "--db", db, "--username", "ada", "--name", "Ada", "--role", "administrator", "--password-file", secret).status, exitOK)
	done := user(t, "completed", "--db", db, "--username", "ada", "--course", "privacy-and-security")
	is.Equal(t, "completed", done, ran{exitOK, "user ada has completed privacy-and-security\n", ""})
	none := user(t, "completed", "--db", db, "--username", "ada", "--course", "flying")
	if none.status != exitFailed || !strings.Contains(none.errors, "There is no such course") {
		t.Errorf("a course that is not there: %+v", none)
	}
	is.Equal(t, "nobody", user(t, "completed", "--db", db, "--username", "zoe", "--course", "privacy-and-security").status, exitFailed)
	is.Equal(t, "without a course", user(t, "completed", "--db", db, "--username", "ada").status, exitUsage)
}

func TestAFolderOfOnesOwnIsCheckedWithItsCourses(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		path := filepath.Join(dir, name)
		is.NoError(t, "folder", os.MkdirAll(filepath.Dir(path), 0o700))
		is.NoError(t, "write", os.WriteFile(path, []byte(text), 0o600))
	}
	neutral, err := os.ReadFile("../../states/neutral/policy.yaml")
	is.NoError(t, "read", err)
	put("policy.yaml", strings.NewReplacer("state: neutral", "state: own", "\ntraining:\n", "\ntraining:\n- course: ours\n  for: [viewer]\n  before: use\n  source: a setting of this file\n").Replace(string(neutral)))
	bad := ranAs("state", "check", dir)
	if bad.status == exitOK || !strings.Contains(bad.errors+bad.out, `requires the course "ours", which is not there`) {
		t.Errorf("a course that is not there: %+v", bad)
	}
	put("training/ours/course.yaml", "course: ours\nlanguage: en\ntitle: Ours\nabout: It.\nplace: 1\nminutes: 5\nversion: 1\ncounts since: 1\npass mark: 50\nquiz:\n- question: What?\n  right: [This]\n  wrong: [That]\n  why: So.\n")
	put("training/ours/pages.md", "# One\n\n<b>Bold</b>\n")
	bad = ranAs("state", "check", dir)
	if bad.status == exitOK || !strings.Contains(bad.errors+bad.out, "pages.md:3: HTML cannot stand here") {
		t.Errorf("a page with HTML: %+v", bad)
	}
	put("training/ours/pages.md", "# One\n\nPlain.\n")
	is.Equal(t, "well written", ranAs("state", "check", dir).status, exitOK)
}
