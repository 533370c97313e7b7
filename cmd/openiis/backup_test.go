package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/is"
	"openiis/internal/store/storetest"
)

// runs is a command that must end well, and what it printed.
func runs(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(args, nil, &out, &errs); status != exitOK {
		t.Fatalf("openiis %s ended with %d: %s%s", strings.Join(args, " "), status, errs.String(), out.String())
	}
	return out.String()
}

// The drill: a registry with messages, files, decisions, notices and people of every
// kind is lost, and is there again from its backup, on the other database too.
func TestALostRegistryIsThereAgain(t *testing.T) {
	secret := written(t, "passphrase", "a long enough passphrase\n")
	storetest.EachAddress(t, func(t *testing.T, db string) {
		s := told(t, db, 60)
		runs(t, "match", "review", "--db", db, "--all")
		file := filepath.Join(t.TempDir(), "registry.backup")
		said := runs(t, "backup", "--db", db, "--out", file, "--passphrase-file", secret)
		if !strings.HasPrefix(said, "written to "+file+": ") {
			t.Errorf("backup says %q", said)
		}
		holds := strings.TrimPrefix(said, "written to "+file)
		is.Equal(t, "what is in it", runs(t, "restore", "--check", "--from", file, "--passphrase-file", secret), "whole"+holds)
		is.Equal(t, "its password", len(s.password) > 0, true)

		storetest.EachAddress(t, func(t *testing.T, again string) {
			got := runs(t, "restore", "--db", again, "--no-opt-outs", "--from", file, "--passphrase-file", secret)
			runs(t, "restored", "let-in", "--db", again, "--everybody", "--why", "a drill")
			runs(t, "restored", "confirm", "--db", again, "--why", "a drill")
			if !strings.HasPrefix(got, "restored"+holds) {
				t.Errorf("restore says %q, and the backup has %q", got, holds)
			}
			for _, verify := range [][]string{{"audit", "verify"}, {"record", "verify"}} {
				if out := runs(t, append(verify, "--db", again)...); strings.Contains(out, "wrong:") || strings.Contains(out, "broken:") {
					t.Errorf("%v: %s", verify, out)
				}
			}
			r, err := openRegistry(context.Background(), again)
			is.NoError(t, "open", err)
			_, err = r.gate.SignIn(context.Background(), access.CallerAt("192.0.2.1:1"), "nurse", s.password)
			is.NoError(t, "sign in with the password of before", err)
			is.NoError(t, "close", r.Close())
		})
	})
}

func TestABackupSaysWhatItWants(t *testing.T) {
	db := storetest.SQLite(t)
	told(t, db, 20)
	file := filepath.Join(t.TempDir(), "b")
	for _, c := range []struct {
		says string
		args []string
	}{
		{"want one of --passphrase-file, --recipients-file and --plain", []string{"backup", "--db", db, "--out", file}},
		{"want one of", []string{"backup", "--db", db, "--out", file, "--plain", "--passphrase-file", "x"}},
		{"too short", []string{"backup", "--db", db, "--out", file, "--passphrase-file", written(t, "p", "short")}},
		{"--out is required", []string{"backup", "--db", db, "--plain"}},
		{"--db is required", []string{"restore", "--from", file, "--plain"}},
		{"leave --db out", []string{"restore", "--db", db, "--check", "--from", file, "--plain"}},
		{"want one of --passphrase-file, --identity-file and --plain", []string{"restore", "--check", "--from", file}},
		{"no such file", []string{"restore", "--check", "--from", file, "--plain"}},
	} {
		var out, errs bytes.Buffer
		if status := run(c.args, nil, &out, &errs); status == exitOK || !strings.Contains(errs.String(), c.says) {
			t.Errorf("openiis %v: ended with %d and said %q, want %q", c.args, status, errs.String(), c.says)
		}
	}
}
