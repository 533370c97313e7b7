package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func sender(t *testing.T, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	status := senderCommand(args, nil, &out, &errs)
	return ran{status, out.String(), errs.String()}
}

const severityHead = "rule\tseverity\treason\n"

func TestSeveritiesThatACommandSetsHoldInAServerThatRunsWithinASecond(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		secret := written(t, "p", "secret\n")
		for _, name := range []string{"oak", "elm"} {
			is.Equal(t, "add", sender(t, "add", "--db", db, "--facility", name, "--username", name, "--password-file", secret).status, exitOK)
		}
		ctx := context.Background()
		r, err := openRegistry(ctx, db)
		is.NoError(t, "open", err)
		defer r.Close()
		var oak, elm iis.Sender
		is.NoError(t, "senders", r.store.Read(ctx, func(tx *store.Tx) (err error) {
			if oak, err = tx.SenderByFacility("oak"); err == nil {
				elm, err = tx.SenderByFacility("elm")
			}
			return err
		}))
		answered := func(from iis.Sender) string {
			reply, err := r.desk.Message(ctx, from, iis.DoorHTTP, []byte(strings.Replace(update("1", "A"), "|F\rNK1", "|\rNK1", 1)))
			is.NoError(t, "send", err)
			return reply.Ack
		}
		is.Equal(t, "before", answered(oak), "AE")
		got := sender(t, "severities", "--db", db, "--username", "oak", "--file", written(t, "s.tsv", severityHead+"PID-8 missing\toff\tOak never asks\n"))
		is.Equal(t, "set", got, ran{exitOK, "oak (oak): rules given a severity: 1; changed: 1\n", ""})
		time.Sleep(time.Second)
		is.Equal(t, "oak a second later", answered(oak), "AA")
		is.Equal(t, "elm", answered(elm), "AE")

		is.Equal(t, "everyone", sender(t, "severities", "--db", db, "--everyone", "--file", written(t, "a.tsv", severityHead+"PID-8 missing\tI\tall\nNK1 missing\toff\tall\n")).status, exitOK)
		shown := sender(t, "severities", "--db", db, "--username", "oak", "--show")
		is.Equal(t, "status", shown.status, exitOK)
		for _, text := range []string{"# oak (oak)\n" + severityHead + "# set ", " by this command; by itself the rule is W\nPID-8 missing\toff\tOak never asks\n", "# NK1 missing\toff\tall\n"} {
			if !strings.Contains(shown.out, text) {
				t.Errorf("shown is no %q:\n%s", text, shown.out)
			}
		}
		again := sender(t, "severities", "--db", db, "--username", "oak", "--file", written(t, "again.tsv", shown.out))
		is.Equal(t, "what was shown, set", again.out, "oak (oak): rules given a severity: 1; changed: 0\n")
		time.Sleep(time.Second)
		is.Equal(t, "elm, of everyone", answered(elm), "AA")
	})
}

func TestATableOfSeveritiesThatIsWrongIsRefusedWhole(t *testing.T) {
	db := storetest.SQLite(t)
	is.Equal(t, "add", sender(t, "add", "--db", db, "--facility", "OAK", "--username", "oak", "--password-file", written(t, "p", "secret\n")).status, exitOK)
	got := sender(t, "severities", "--db", db, "--username", "oak", "--file", written(t, "bad.tsv", severityHead+"PID-8 missing\toff\tx\nPID-88 missing\toff\tx\nPD1-12 protected\tW\tx\n"))
	is.Equal(t, "refused", got, ran{exitUsage, "", "openiis sender severities: bad.tsv cannot be used:\n" +
		"line 3: there is no rule \"PID-88 missing\": did you mean \"PID-8 missing\", \"PID-1 missing\", \"PID-3 missing\"?\n" +
		"line 4: rule \"PD1-12 protected\" tells a fact, which the sender cannot correct: it may be I or off\n"})
	shown := sender(t, "severities", "--db", db, "--username", "oak", "--show")
	is.Equal(t, "in force", shown, ran{exitOK, "# OAK (OAK)\n" + severityHead, ""})
	unknown := sender(t, "severities", "--db", db, "--username", "elm", "--show")
	is.Equal(t, "unknown sender", unknown, ran{exitFailed, "", "openiis sender severities: no sender has the user name \"elm\": `openiis sender add` adds one\n"})
	for _, args := range []string{
		"severities", "severities --db x", "severities --db x --username u", "severities --db x --show", "severities --db x --username u --everyone --show",
		"severities --db x --username u --show --file y", "severities --db x --username u --show more", "severities --db x --everyone --file absent", "remove",
	} {
		if got := sender(t, strings.Fields(args)...); got.status != exitUsage || got.errors == "" || got.out != "" {
			t.Errorf("%q: status %d, said %q", args, got.status, got.errors)
		}
	}
}

func TestSeveritiesOfARegistryThatIsNotThereMakeNone(t *testing.T) {
	db := filepath.Join(t.TempDir(), "mistyped.db")
	got := sender(t, "severities", "--db", db, "--everyone", "--show")
	is.Equal(t, "refused", got, ran{exitUsage, "", "openiis sender severities: there is no database " + db + ": check its name; `openiis serve` makes a new one\n"})
	_, err := os.Stat(db)
	is.Equal(t, "it was not made", os.IsNotExist(err), true)
}

func TestCheckUsesATableOfSeverities(t *testing.T) {
	file := written(t, "m.hl7", strings.Replace(update("1", "A"), "|F\rNK1", "|\rNK1", 1))
	ack := func(args ...string) string {
		got := message(t, "", append([]string{"check", "--now", "2025-06-01"}, append(args, file)...)...)
		is.Equal(t, "status", got.status, exitOK)
		var m struct{ Ack string }
		is.NoError(t, "a line of JSON", json.Unmarshal([]byte(got.out), &m))
		return m.Ack
	}
	is.Equal(t, "without", ack(), "AE")
	is.Equal(t, "with", ack("--severities", written(t, "s.tsv", severityHead+"PID-8 missing\tI\tx\n")), "AA")
	bad := message(t, "", "check", "--severities", written(t, "b.tsv", severityHead+"PID-8 missing\tE\tx\n"), file)
	is.Equal(t, "a bad table", bad, ran{exitUsage, "", "openiis message check: b.tsv cannot be used:\nline 2: rule \"PID-8 missing\": severity \"E\" is none of W, I and off\n"})
}

func TestAnOfficeOfVitalRecordsIsASenderOfItsOwnKind(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, db string) {
		add := func(args ...string) ran {
			return sender(t, append([]string{"add", "--db", db, "--facility", "VR", "--username", "vr", "--password-file", written(t, "p", "secret\n")}, args...)...)
		}
		kind := func() (s iis.Sender) {
			r, err := openRegistry(context.Background(), db)
			is.NoError(t, "open", err)
			defer r.Close()
			is.NoError(t, "sender", r.store.Read(context.Background(), func(tx *store.Tx) (err error) {
				s, err = tx.SenderByFacility("VR")
				return err
			}))
			return s
		}
		unknown := add("--kind", "office")
		is.Equal(t, "another word", unknown.status, exitUsage)
		is.Equal(t, "said", strings.Contains(unknown.errors, "want provider or vital-records"), true)
		is.Equal(t, "added", add().status, exitOK)
		is.Equal(t, "kind", kind().Kind, iis.SendsVaccinations)
		is.Equal(t, "changed", add("--kind", "vital-records").status, exitOK)
		is.Equal(t, "kind", kind().Kind, iis.SendsCertificates)
		is.Equal(t, "with another password", add().status, exitOK)
		is.Equal(t, "kind", kind().Kind, iis.SendsCertificates)
	})
}
