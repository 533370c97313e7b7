package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"openiis/internal/is"
	"openiis/test/drive"
)

// TestEveryAnswerIsRightOnEveryDoor runs each door for a second. How fast it is
// does not matter here.
func TestEveryAnswerIsRightOnEveryDoor(t *testing.T) {
	bin, err := drive.Build(t.TempDir())
	is.NoError(t, "build", err)
	db := filepath.Join(t.TempDir(), "load.db")
	for i, door := range drive.Doors {
		o := options{bin: bin, db: db, mode: mixedMode, door: door, people: 40, senders: 3, seconds: 1, seed: 5, seeded: i > 0}
		r, err := run(o, t.Output())
		is.NoError(t, string(door), err)
		is.Equal(t, string(door)+": wrong answers", r.Errors, []string{})
		if r.Updates.Messages == 0 || r.Queries.Messages == 0 || r.ServerMB == 0 {
			t.Errorf("%s: nothing was sent: %+v", door, r)
		}
		var table bytes.Buffer
		is.NoError(t, "print", r.table(&table))
		if !strings.Contains(table.String(), "updates") || !strings.Contains(table.String(), "queries") {
			t.Errorf("the table has no row of updates or of queries:\n%s", table.String())
		}
	}
}

// TestPagesAreReadBesideUpdates has somebody search and read records for a second.
func TestPagesAreReadBesideUpdates(t *testing.T) {
	bin, err := drive.Build(t.TempDir())
	is.NoError(t, "build", err)
	r, err := run(options{bin: bin, db: filepath.Join(t.TempDir(), "load.db"), mode: pagesMode, door: drive.HTTP, people: 40, senders: 3, seconds: 1, seed: 5}, t.Output())
	is.NoError(t, "run", err)
	is.Equal(t, "wrong answers", r.Errors, []string{})
	if r.Updates.Messages == 0 || r.Pages["a record"].Messages == 0 || r.Pages["half a name and a day"].Messages == 0 {
		t.Errorf("nothing was read: %+v", r)
	}
}

// TestAHistoryIsFoundByAnotherClinic asks for the patients of another clinic.
func TestAHistoryIsFoundByAnotherClinic(t *testing.T) {
	bin, err := drive.Build(t.TempDir())
	is.NoError(t, "build", err)
	r, err := run(options{bin: bin, db: filepath.Join(t.TempDir(), "load.db"), mode: queryMode, door: drive.HTTP, people: 40, senders: 3, seconds: 1, seed: 5, abroad: true}, t.Output())
	is.NoError(t, "run", err)
	is.Equal(t, "wrong answers", r.Errors, []string{})
	if r.Queries.Messages == 0 {
		t.Error("nothing was asked")
	}
}

func TestARunHasBounds(t *testing.T) {
	for _, args := range []string{"--seconds 0", "--seconds 100000", "--senders 0", "--people -1", "--door fax", "--mode guess", "--mode query --people 0", "more"} {
		if _, err := readOptions(strings.Fields(args), &bytes.Buffer{}); err == nil {
			t.Errorf("%s was taken", args)
		}
	}
}
