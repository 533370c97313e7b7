package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/jobs"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

func auditRun(t *testing.T, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	status := auditCommand(args, strings.NewReader(""), &out, &errs)
	return ran{status, out.String(), errs.String()}
}

// opened writes lines of the audit as a program that ends well.
func audited(t *testing.T, address string, lines int) {
	t.Helper()
	s, err := store.Open(context.Background(), address)
	is.NoError(t, "open", err)
	for range lines {
		is.NoError(t, "audit", s.AuditRead(store.Audit{At: time.Now(), Actor: iis.Actor{Kind: "user", User: 7}, Act: "open record", Person: 5}))
	}
	is.NoError(t, "close", s.Close())
}

// cutOff removes the last seal, its rows and its record.
func cutOff(t *testing.T, address, record string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, address)
	is.NoError(t, "open", err)
	defer d.Close()
	is.NoError(t, "cut", d.Write(ctx, func(tx db.Tx) error {
		for _, sql := range []string{`DELETE FROM audit_seal WHERE seq = 2`, `DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)`} {
			if err := tx.Exec(sql); err != nil {
				return err
			}
		}
		return tx.Exec(`UPDATE setting SET value = $1 WHERE name = 'audit head'`, record)
	}))
}

func TestAHeadKeptElsewhereShowsACutAudit(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		audited(t, address, 3)
		first := auditRun(t, "head", "--db", address)
		is.Equal(t, "status of head", first.status, exitOK)
		var h headLine
		is.NoError(t, "the line", json.Unmarshal([]byte(first.out), &h))
		if h.Seal != 1 || len(h.Hash) != 64 || time.Since(h.Time) > time.Minute {
			t.Errorf("head is %+v", h)
		}
		audited(t, address, 1)
		anchors := written(t, "anchors", first.out+auditRun(t, "head", "--db", address).out)

		well := auditRun(t, "verify", "--db", address, "--anchor", anchors)
		is.Equal(t, "verify", well, ran{exitOK, "4 rows under 2 seals; 0 not yet sealed, of which 0 are older than a minute\nheld against 2 anchors\n", ""})

		cutOff(t, address, "1 0 "+h.Hash)
		unseen := auditRun(t, "verify", "--db", address)
		is.Equal(t, "verify without an anchor", unseen.status, exitOK)
		says(t, unseen.out, "held against no anchor: ")
		says(t, unseen.out, "--anchor FILE")
		seen := auditRun(t, "verify", "--db", address, "--anchor", anchors)
		is.Equal(t, "verify with the anchor", seen.status, exitFailed)
		if !strings.Contains(seen.out, "broken: the anchor has seal 2 of ") {
			t.Errorf("it says %s", seen.out)
		}
	})
}

func TestTheServersLogIsAnAnchor(t *testing.T) {
	address := storetest.SQLite(t)
	s, err := store.Open(context.Background(), address)
	is.NoError(t, "open", err)
	is.NoError(t, "audit", s.AuditRead(store.Audit{At: time.Now(), Act: "open record", Person: 5}))
	var log bytes.Buffer
	lines := slog.New(slog.NewJSONHandler(&log, nil))
	lines.Info("serving", "http", "127.0.0.1:8080")
	ctx, stop := context.WithCancel(context.Background())
	stop()
	z := s.NewSealer()
	_, err = z.Pass(context.Background(), time.Now())
	is.NoError(t, "seal", err)
	jobs.Seal(ctx, z, lines)
	is.NoError(t, "close", s.Close())

	got := auditRun(t, "verify", "--db", address, "--anchor", written(t, "log", log.String()))
	if got.status != exitOK || !strings.Contains(got.out, "held against 1 anchors") {
		t.Errorf("%+v\n%s", got, log.String())
	}
}

func TestAnAnchorThatHoldsNothingIsRefused(t *testing.T) {
	address := storetest.SQLite(t)
	audited(t, address, 1)
	line := auditRun(t, "head", "--db", address).out
	for name, content := range map[string]string{
		"an empty file":        "",
		"a log without a head": `{"msg":"serving"}` + "\n",
		"a line cut off":       line + line[:len(line)/2],
		"half a hash":          strings.Replace(line, `"}`, `00"}`, 1),
		"no seal":              strings.Replace(line, `"seal":1`, `"seal":0`, 1),
	} {
		got := auditRun(t, "verify", "--db", address, "--anchor", written(t, "anchors", content))
		if got.status != exitUsage || got.out != "" || !strings.Contains(got.errors, "read the anchors") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := auditRun(t, "verify", "--db", address, "--anchor", filepath.Join(t.TempDir(), "none")); got.status != exitUsage {
		t.Errorf("no file: %+v", got)
	}
}

func TestRowsThatWereLeftUnsealedAreToldApart(t *testing.T) {
	address := storetest.SQLite(t)
	audited(t, address, 1)
	insert := func(ago time.Duration) {
		ctx := context.Background()
		d, err := db.Open(ctx, address)
		is.NoError(t, "open", err)
		defer d.Close()
		at := time.Now().Add(-ago)
		is.NoError(t, "insert", d.Write(ctx, func(tx db.Tx) error {
			id := at.Sub(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).Milliseconds() << 22
			return tx.Exec(`INSERT INTO audit (id, at, actor, actor_id, act, subject_id) VALUES ($1, $2, 'user', 7, 'open record', 5)`, id, at.UnixMicro())
		}))
	}
	insert(0)
	fresh := auditRun(t, "verify", "--db", address)
	if fresh.status != exitOK || !strings.Contains(fresh.out, "2 rows under 1 seals; 1 not yet sealed, of which 0 are older than a minute\n") {
		t.Errorf("a fresh row: %+v", fresh)
	}
	insert(time.Hour)
	old := auditRun(t, "verify", "--db", address)
	if old.status != exitFailed || !strings.Contains(old.out, "broken: without a seal, although later rows have one: 1 row, from ") {
		t.Errorf("a row inserted into the past: %+v", old)
	}
}

func TestAuditTouchesNoOtherDatabase(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none.db")
	for _, command := range []string{"verify", "head"} {
		if got := auditRun(t, command, "--db", none); got.status != exitUsage {
			t.Errorf("%s of a file that is not there: %+v", command, got)
		}
		if _, err := os.Stat(none); err == nil {
			t.Errorf("%s made the file", command)
		}
		got := auditRun(t, command, "--db", written(t, "letter.db", "Dear parent, …"))
		if got.status != exitFailed || !strings.Contains(got.errors, "is not a database") {
			t.Errorf("%s of a letter: %+v", command, got)
		}
	}
	for _, args := range [][]string{nil, {"look"}, {"verify"}, {"head", "--db", none, "more"}} {
		if got := auditRun(t, args...); got.status != exitUsage {
			t.Errorf("%v: %+v", args, got)
		}
	}
}
