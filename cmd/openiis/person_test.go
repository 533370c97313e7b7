package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func person(args ...string) ran {
	var out, errs bytes.Buffer
	status := personCommand(args, nil, &out, &errs)
	return ran{status, out.String(), errs.String()}
}

// afterWord is the word behind a word.
func afterWord(text, word string) string {
	_, rest, _ := strings.Cut(text, word+" ")
	return strings.Fields(rest + " -")[0]
}

// twoRecords are the numbers of two records that a clinic has reported.
func twoRecords(t *testing.T, db string) (a, b string) {
	t.Helper()
	ctx := context.Background()
	r, err := openRegistry(ctx, db)
	is.NoError(t, "open", err)
	defer r.Close()
	var oak iis.Sender
	is.NoError(t, "sender", r.store.Write(ctx, func(tx *store.Tx) (err error) {
		oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street"}, "oak", "-", r.store.Now())
		return err
	}))
	for _, n := range []string{"1", "2"} {
		text := strings.Replace(update(n, "B"+n), "||Example^Ada", "||Quill"+n+"^Ada"+n, 1)
		_, err := r.desk.Message(ctx, oak, iis.DoorHTTP, []byte(text))
		is.NoError(t, "send", err)
	}
	var ids []iis.PersonID
	is.NoError(t, "read", r.store.Read(ctx, func(tx *store.Tx) (err error) {
		ids, err = tx.PersonsAfter(0, 10)
		return err
	}))
	if len(ids) != 2 {
		t.Fatalf("%d persons, want 2", len(ids))
	}
	return ids[0].Public(), ids[1].Public()
}

func TestAnOperatorHoldsRecordsAndSourcesTogether(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		a, b := twoRecords(t, db)
		is.Equal(t, "without a reason", person("together", "--db", db, a, b).status, exitFailed)
		is.Equal(t, "with one number", person("together", "--db", db, "--why", "x", a).status, exitUsage)
		says(t, person("together", "--db", db, "--why", "x", a, a).errors, "Choose two")
		says(t, person("together", "--db", db, "--why", "x", a, "nobody").errors, "is not the number of a person")
		says(t, person("together", "--db", db, "--why", "x", a, iis.PersonID(12345).Public()).errors, "no such record")
		joined := person("together", "--db", db, "--why", "one child", a, b)
		is.Equal(t, "together", joined.status, exitOK)
		decision := afterWord(joined.out, "decision")
		list := person("sources", "--db", db, b)
		_, rest, _ := strings.Cut(list.out, "source ")
		first, second := afterWord(list.out, "source"), afterWord(rest, "source")
		moved := person("move", "--db", db, "--why", "x", second, a)
		is.Equal(t, "a source leaves", moved.status, exitFailed)
		says(t, moved.errors, "belongs together with another of this record")
		says(t, person("decisions", "--db", db, b).out, "together "+a+" "+b+"  by command: one child")
		is.Equal(t, "unmerge", person("unmerge", "--db", db, "--why", "two", decision).status, exitOK)
		says(t, person("together", "--db", db, "--why", "x", first, second, a).errors, "no such source")
		is.Equal(t, "merge", person("merge", "--db", db, "--why", "one child", a, b).status, exitOK)
		held := person("together", "--db", db, "--why", "her two charts", first, second, a)
		is.Equal(t, "sources together", held.status, exitOK)
		says(t, person("move", "--db", db, "--why", "x", second, a).errors, "belongs together")
		is.Equal(t, "verified", run([]string{"record", "verify", "--db", db}, nil, io.Discard, io.Discard), exitOK)
	})
}

func TestAnOperatorMergesMovesAndUndoes(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		a, b := twoRecords(t, db)
		is.Equal(t, "without a reason", person("merge", "--db", db, a, b).status, exitFailed)
		is.Equal(t, "with one number", person("merge", "--db", db, "--why", "x", a).status, exitUsage)
		merged := person("merge", "--db", db, "--why", "one child", a, b)
		is.Equal(t, "merge", merged.status, exitOK)
		twice := person("merge", "--db", db, "--why", "one child", a, b)
		if twice.status != exitFailed || !strings.Contains(twice.errors, "one already") {
			t.Errorf("a second merge: %+v", twice)
		}
		sources := person("sources", "--db", db, b)
		if strings.Count(sources.out, "source ") != 2 || !strings.Contains(sources.out, "person "+a) || strings.Contains(sources.out, "Quill") {
			t.Errorf("sources: %+v", sources)
		}
		is.Equal(t, "unmerge", person("unmerge", "--db", db, "--why", "two", afterWord(merged.out, "decision")).status, exitOK)
		is.Equal(t, "apart", person("apart", "--db", db, "--why", "two", a, b).status, exitOK)
		history := person("decisions", "--db", db, a)
		for _, want := range []string{"merge " + a + " " + b, "undone by ", "by command: one child", "apart "} {
			if !strings.Contains(history.out, want) {
				t.Errorf("the history lacks %q:\n%s", want, history.out)
			}
		}
		is.Equal(t, "move of the only source", person("move", "--db", db, "--why", "x", afterWord(sources.out, "source"), a).status, exitFailed)
	})
}
