package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/audit"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// audits has the audit searched, access judged and alerts decided.
func (l *life) audits(begin func(string), person iis.PersonID) {
	ctx := context.Background()
	desk := audit.New(l.s, l.keeper)
	reviewer := audit.By{Actor: iis.Actor{Kind: "user", User: 78}, Reviews: true}
	begin("the audit")
	for _, q := range []audit.Query{{}, {Sender: "OAK"}, {Person: person.Public()}} {
		page, err := desk.Search(ctx, reviewer, q, 0)
		is.NoError(l.t, "search", err)
		if len(page.Lines) == 0 {
			l.t.Errorf("nothing is found by %+v", q)
		}
	}
	is.NoError(l.t, "search by user", l.s.Read(ctx, func(tx *store.Tx) error {
		found, _, err := tx.SearchAudit(store.AuditFilter{Actor: nurse, Acts: []string{"search"}, Begins: []string{"open "}}, 10)
		if err == nil && len(found) == 0 {
			l.t.Error("nothing is found of the nurse")
		}
		return err
	}))
	is.NoError(l.t, "watch", desk.Watch(ctx, reviewer, person.Public(), "known to everyone"))
	_, err := l.chart.Print(ctx, nurse, person)
	is.NoError(l.t, "open", err)
	raised := 0
	for more := true; more; {
		var n int
		n, more, err = desk.Judge(ctx, time.Now().Add(2*time.Minute))
		is.NoError(l.t, "judge", err)
		raised += n
	}
	is.Equal(l.t, "alerts", raised, 1)
	list, err := desk.Alerts(ctx, reviewer, false, 0)
	is.NoError(l.t, "list", err)
	_, err = desk.Alert(ctx, reviewer, list.Alerts[0].ID)
	is.NoError(l.t, "open", err)
	is.NoError(l.t, "decide", desk.Decide(ctx, reviewer, list.Alerts[0].ID, audit.Explained, "asked for it"))
	_, err = desk.Alerts(ctx, reviewer, true, list.Alerts[0].ID)
	is.NoError(l.t, "decided", err)
	_, err = desk.Watched(ctx, reviewer, 0)
	is.NoError(l.t, "watched", err)
	is.NoError(l.t, "end", desk.EndWatch(ctx, reviewer, person))
}

// hour is an instant of the audit that tests insert.
var hour = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// manyLines are n lines of the audit by senders, a millisecond each, and of users each
// thousandth.
func manyLines(t *testing.T, s *store.Store, n, users int) {
	t.Helper()
	i := 0
	is.NoError(t, "insert", s.Write(context.Background(), func(tx *store.Tx) error {
		columns := []string{"id", "at", "actor", "actor_id", "act", "person_id", "subject_id", "digest"}
		return tx.Copy("audit", columns, func(row []any) (bool, error) {
			if i == n {
				return false, nil
			}
			at := hour.Add(time.Duration(i) * time.Millisecond)
			copy(row, []any{idAt(at, 0), at.UnixMicro(), "sender", 70 + i%7, "take message", 1 + i%500, i, []byte("0123456789abcdef")})
			if users > 0 && i%(n/users) == 0 {
				copy(row, []any{idAt(at, 0), at.UnixMicro(), "user", 700 + i%3, "open record", 1 + i%500, 0, nil})
			}
			i++
			return true, nil
		})
	}))
}

// plan is how a database answers the statements that run in a function, as one text each.
func plan(t *testing.T, s *store.Store, run func(*store.Tx) error) (plans []string) {
	t.Helper()
	ctx := context.Background()
	var heard []store.Statement
	store.Overhear(s, func(st store.Statement) { heard = append(heard, st) })
	is.NoError(t, "run", s.Read(ctx, run))
	explain := "EXPLAIN "
	if s.Engine() == db.SQLite {
		explain = "EXPLAIN QUERY PLAN "
	}
	for _, st := range heard {
		if !strings.Contains(st.SQL, "FROM audit") {
			continue
		}
		text := ""
		is.NoError(t, "explain", s.Read(ctx, func(tx *store.Tx) error {
			text = ""
			return tx.Select(db.Query{SQL: explain + st.SQL, Args: st.Args, Each: func(r db.Row) error {
				column := 0
				if s.Engine() == db.SQLite {
					column = 3
				}
				text += r.Text(column) + "\n"
				return nil
			}})
		}))
		plans = append(plans, text)
	}
	return plans
}

func TestNoSearchOfTheAuditReadsItWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		manyLines(t, s, 60_000, 60)
		if s.Engine() == db.PostgreSQL {
			is.NoError(t, "analyze", s.Write(context.Background(), func(tx *store.Tx) error { return tx.Exec(`ANALYZE audit`) }))
		}
		for _, c := range []struct {
			name  string
			f     store.AuditFilter
			index string
		}{
			{"a person", store.AuditFilter{Persons: []iis.PersonID{7}}, "audit_person"},
			{"a person's by kind", store.AuditFilter{Persons: []iis.PersonID{7}, Acts: []string{"open record"}, From: hour}, "audit_person"},
			{"a user", store.AuditFilter{Actor: iis.Actor{Kind: "user", User: 701}}, "audit_user"},
			{"a user's in a time", store.AuditFilter{Actor: iis.Actor{Kind: "user", User: 701}, From: hour, Until: hour.Add(time.Second)}, "audit_user"},
			{"a site's users", store.AuditFilter{Site: &store.AuditSite{Users: []iis.UserID{701, 702, 703}}}, "audit_user"},
			{"of a record, a site's", store.AuditFilter{Persons: []iis.PersonID{7}, Site: &store.AuditSite{Users: []iis.UserID{701, 702}, Senders: []iis.SenderID{72}}}, "audit_person"},
			{"a site's senders", store.AuditFilter{Site: &store.AuditSite{Senders: []iis.SenderID{72, 73}}, From: hour.Add(58 * time.Second)}, "PRIMARY KEY|audit_pkey"},
			{"a sender", store.AuditFilter{Actor: iis.Actor{Kind: "sender", Sender: 72}, From: hour.Add(58 * time.Second)}, "PRIMARY KEY|audit_pkey"},
			{"a kind", store.AuditFilter{Acts: []string{"open record"}, From: hour.Add(58 * time.Second)}, "PRIMARY KEY|audit_pkey"},
		} {
			for _, p := range plan(t, s, func(tx *store.Tx) error { _, _, err := tx.SearchAudit(c.f, 51); return err }) {
				one, other, _ := strings.Cut(c.index, "|")
				if !strings.Contains(p, one) && (other == "" || !strings.Contains(p, other)) || strings.Contains(p, "Seq Scan") {
					t.Errorf("%s is not found by %s:\n%s", c.name, c.index, p)
				}
			}
		}
		for _, p := range plan(t, s, func(tx *store.Tx) error {
			_, err := tx.UserLines(idAt(hour, 0), idAt(hour.Add(time.Second), 0))
			return err
		}) {
			if !strings.Contains(p, "PRIMARY KEY") && !strings.Contains(p, "audit_pkey") && !strings.Contains(p, "audit_user") {
				t.Errorf("what is judged is read by:\n%s", p)
			}
		}
	})
}

// A search that no index answers stops after so many lines, and says where it goes on.
func TestASearchByTimeGoesBackInParts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		manyLines(t, s, 120_000, 2) // the two lines of users are the first, and one in the middle
		f := store.AuditFilter{Acts: []string{"open record"}}
		var parts []string
		for {
			var found []store.Audit
			var next int64
			is.NoError(t, "search", s.Read(context.Background(), func(tx *store.Tx) (err error) { found, next, err = tx.SearchAudit(f, 51); return err }))
			parts = append(parts, fmt.Sprint(len(found)))
			if next == 0 {
				break
			}
			if f.Before != 0 && next >= f.Before {
				t.Fatalf("it goes on before %d after %d", next, f.Before)
			}
			f.Before = next
		}
		is.Equal(t, "lines in each part", strings.Join(parts, " "), "0 1 1")
	})
}

// What an intake pays for the index of users' lines is nothing: a message's line is not in
// it.
func TestAMessageWritesNothingIntoTheIndexOfUsersLines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		manyLines(t, s, 20_000, 0)
		if got := pagesOf(t, s, "audit_user"); got > 1 {
			t.Errorf("after 20,000 lines of messages the index of users' lines has %d pages", got)
		}
		if got := pagesOf(t, s, "audit_person"); got < 50 {
			t.Errorf("the index of persons has %d pages: the test counts nothing", got)
		}
	})
}

// pagesOf is how many pages an index has.
func pagesOf(t *testing.T, s *store.Store, index string) (n int64) {
	t.Helper()
	sql := `SELECT pg_relation_size(CAST(CAST($1 AS TEXT) AS regclass)) / 8192`
	if s.Engine() == db.SQLite {
		sql = `SELECT count(*) FROM dbstat WHERE name = $1`
	}
	is.NoError(t, "count pages", s.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Select(db.Query{SQL: sql, Args: []any{index}, Each: func(r db.Row) error { n = r.Int(0); return nil }})
	}))
	return n
}
