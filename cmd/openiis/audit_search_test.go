package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func TestTheAuditIsSearchedByACommandWhichIsAudited(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s, err := store.Open(ctx, address)
		is.NoError(t, "open", err)
		var oak iis.Sender
		is.NoError(t, "fill", s.Write(ctx, func(tx *store.Tx) (err error) {
			if oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street Clinic"}, "oak", "-", time.Now()); err != nil {
				return err
			}
			_, err = tx.PutAccount(store.Account{Username: "noor", Name: "Noor Fernwick", Role: "clinic", Sender: oak.ID}, time.Now())
			return err
		}))
		is.NoError(t, "audit", s.Write(ctx, func(tx *store.Tx) error {
			a, err := tx.Account("noor")
			for range 60 { // more than a page
				if err == nil {
					err = tx.AddAudit(store.Audit{At: s.Now(), Actor: iis.Actor{Kind: "user", User: a.ID}, Act: "open record", Person: 5})
				}
			}
			if err == nil {
				err = tx.AddAudit(store.Audit{At: s.Now(), Actor: iis.Actor{Kind: "sender", Sender: oak.ID}, Act: store.ActAnswerQuery, Person: 5})
			}
			return err
		}))
		is.NoError(t, "close", s.Close())

		search := func(more ...string) (out []searchedLine) {
			t.Helper()
			got := auditRun(t, append([]string{"search", "--db", address}, more...)...)
			is.Equal(t, "status", got.status, exitOK)
			for line := range strings.Lines(got.out) {
				var l searchedLine
				is.NoError(t, "a line of JSON", json.Unmarshal([]byte(line), &l))
				out = append(out, l)
			}
			return out
		}
		lines := search("--user", "noor")
		is.Equal(t, "of a user", len(lines), 60)
		is.Equal(t, "a line", []string{lines[0].By, lines[0].User, lines[0].Name, lines[0].Role, lines[0].Site, lines[0].Act, string(lines[0].Kind), lines[0].Say, lines[0].Person},
			[]string{"user", "noor", "Noor Fernwick", "clinic", "Oak Street Clinic", "open record", "looked", "Opened the record", iis.PersonID(5).Public()})
		is.Equal(t, "some", len(search("--user", "noor", "--limit", "7")), 7)
		is.Equal(t, "of a sender", search("--sender", "OAK")[0].Say, "Received the record in answer to a query")
		is.Equal(t, "of a kind", len(search("--kind", "answered")), 1)
		is.Equal(t, "since tomorrow", len(search("--since", time.Now().AddDate(0, 0, 1).Format(time.DateOnly))), 0)
		is.Equal(t, "until today", len(search("--user", "noor", "--until", time.Now().Format(time.DateOnly))), 60)
		is.Equal(t, "it is audited", search("--kind", "audits")[0].Say, "Searched the audit")
	})
	address := filepath.Join(t.TempDir(), "registry.db")
	s, err := store.Open(context.Background(), address)
	is.NoError(t, "open", err)
	is.NoError(t, "close", s.Close())
	for want, args := range map[string][]string{
		"--since \"monday\": want a day": {"--since", "monday"}, "no user with this name": {"--user", "nobody"}, "not a registry number": {"--person", "Juniper"},
		"no kind of act": {"--kind", "dance"}, "--limit -1": {"--limit", "-1"},
	} {
		got := auditRun(t, append([]string{"search", "--db", address}, args...)...)
		if got.status == exitOK || !strings.Contains(got.errors, want) {
			t.Errorf("%v: %d %s, want %q", args, got.status, got.errors, want)
		}
	}
}
