package main

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/test/world"
)

// call runs a command as a person does.
func call(args ...string) (status int, stdout, stderr string) {
	var out, said bytes.Buffer
	status = run(args, strings.NewReader(""), &out, &said)
	return status, out.String(), said.String()
}

func TestStandingsAreRenewedCountedAndVerifiedByCommand(t *testing.T) {
	db := filepath.Join(t.TempDir(), "registry.db")
	var out, said bytes.Buffer
	status := run([]string{"message", "import", "--db", db, "-"}, strings.NewReader(world.Update("1", "A1", "")), &out, &said)
	is.Equal(t, "import: "+said.String(), status, exitOK)

	status, text, errs := call("standing", "count", "--db", db)
	is.Equal(t, "count: "+errs, status, exitOK)
	is.Equal(t, "the message left it", strings.Contains(text, "1 people assessed"), true)
	if !regexp.MustCompile(`(?m)^ +1 +0 +0 +0 +0 +0 +0 +0 +HepB, Standard$`).MatchString(text) {
		t.Errorf("a child with one dose of three is not overdue for HepB:\n%s", text)
	}

	s, err := store.Open(context.Background(), db)
	is.NoError(t, "open", err)
	is.NoError(t, "as an older program left it", s.Write(context.Background(), func(tx *store.Tx) error { return tx.Exec(`DELETE FROM standing`) }))
	is.NoError(t, "close", s.Close())
	_, text, _ = call("record", "verify", "--db", db)
	is.Equal(t, "verify", text, "note: 1 wait to be assessed: run `openiis standing refresh`, or let a server run\n1 records, 0 wrong\n")

	_, text, _ = call("standing", "count", "--db", db)
	is.Equal(t, "who has no standing is counted: "+text, strings.HasPrefix(text, "1 people not assessed\n"), true)

	for _, changed := range []string{"1 people seen, 1 changed", "1 people seen, 0 changed"} {
		status, text, errs = call("standing", "refresh", "--db", db)
		is.Equal(t, "refresh: "+errs, status, exitOK)
		is.Equal(t, "it says: "+text, strings.HasPrefix(text, changed), true)
		is.Equal(t, "by which release: "+text, strings.Contains(text, "by release 4.64-508"), true)
	}

	s, err = store.Open(context.Background(), db)
	is.NoError(t, "open", err)
	is.NoError(t, "tamper", s.Write(context.Background(), func(tx *store.Tx) error {
		return tx.Exec(`UPDATE standing SET body = substr(body, 1, length(body) - 1) || substr(body, 1, 1)`)
	}))
	is.NoError(t, "close", s.Close())
	status, text, _ = call("record", "verify", "--db", db)
	is.Equal(t, "verify", status, exitFailed)
	is.Equal(t, "it says: "+text, regexp.MustCompile(`^wrong: the standing of record \S+ is not what the schedule says of it\n1 records, 1 wrong\n$`).MatchString(text), true)
	status, text, _ = call("audit", "verify", "--db", db)
	is.Equal(t, "audit: "+text, status, exitOK)
}

func TestStandingCommandsRefuseWhatTheyCannotUse(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.db")
	for _, args := range [][]string{{"standing"}, {"standing", "forget"}, {"standing", "refresh"}, {"standing", "refresh", "--db", missing}, {"standing", "count", "--db", missing}} {
		status, _, errs := call(args...)
		is.Equal(t, strings.Join(args, " ")+": "+errs, status, exitUsage)
	}
}
