package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// someAudit writes n lines of the audit about several persons.
func someAudit(t *testing.T, s *store.Store, n int) {
	t.Helper()
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			err := s.AuditRead(store.Audit{
				At: time.Now(), Actor: iis.Actor{Kind: "user", User: 7}, Act: "open record",
				Person: iis.PersonID(1 + i%5), Subject: int64(i), Written: []byte(fmt.Sprint(i)),
			})
			is.NoError(t, "audit", err)
		})
	}
	group.Wait()
}

// idAt is the id of the n-th row of an instant.
func idAt(at time.Time, n int) int64 {
	epoch := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	return at.Sub(epoch).Milliseconds()<<22 + int64(n)
}

// insertRows adds audit rows as whoever has the database's password can, at
// once and with ids of their choice.
func insertRows(t testing.TB, s *store.Store, ids ...int64) {
	t.Helper()
	i := 0
	is.NoError(t, "insert", s.Write(context.Background(), func(tx *store.Tx) error {
		columns := []string{"id", "at", "actor", "actor_id", "act", "person_id", "subject_id", "digest"}
		return tx.Copy("audit", columns, func(row []any) (bool, error) {
			if i == len(ids) {
				return false, nil
			}
			at := ids[i]>>22*1000 + time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
			copy(row, []any{ids[i], at, "sender", 77, "take message", 1 + i%5, i, []byte("0123456789abcdef")})
			i++
			return true, nil
		})
	}))
}

// burst are the ids of n rows of one instant and a millisecond each after it.
func burst(at time.Time, n int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = idAt(at.Add(time.Duration(i)*time.Millisecond), 0)
	}
	return ids
}

// seals runs a pass and wants so many rows sealed.
func seals(t *testing.T, z *store.Sealer, now time.Time, want int) {
	t.Helper()
	n, err := z.Pass(context.Background(), now)
	is.NoError(t, "seal", err)
	if n != want {
		t.Errorf("%d rows sealed, want %d", n, want)
	}
}

func verdict(t *testing.T, s *store.Store, now time.Time, anchors ...store.Head) store.Verdict {
	t.Helper()
	v, err := s.VerifyAudit(context.Background(), now, anchors...)
	is.NoError(t, "verify", err)
	return v
}

// whole wants an audit of so many rows, all sealed.
func whole(t *testing.T, s *store.Store, now time.Time, rows int64) {
	t.Helper()
	if v := verdict(t, s, now); v.Rows != rows || v.Unsealed != 0 || len(v.Broken) != 0 || len(v.Notes) != 0 {
		t.Errorf("want %d sealed rows and nothing else: %+v", rows, v)
	}
}

// tamper runs statements as whoever has the database's password can.
func tamper(t testing.TB, s *store.Store, statements ...string) {
	t.Helper()
	is.NoError(t, "tamper", s.Write(context.Background(), func(tx *store.Tx) error {
		var all error
		for _, sql := range statements {
			_, err := tx.Count(sql)
			all = errors.Join(all, err)
		}
		return all
	}))
}

func TestTheAuditIsChainedAndAChangeIsFound(t *testing.T) {
	const forget = `DELETE FROM setting WHERE name = 'audit head'`
	for _, c := range []struct {
		name, want string
		sql        []string
	}{
		{"a row changed", "it was changed, or a row of its 20", []string{`UPDATE audit SET act = 'nothing' WHERE subject_id = 3`}},
		{"a row made another person's", "was changed", []string{`UPDATE audit SET person_id = 9 WHERE subject_id = 3`}},
		{"a row removed", "1 row is missing of its 20", []string{`DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)`}},
		{"all rows of a seal removed", "20 rows are missing of its 20", []string{`DELETE FROM audit WHERE id > (SELECT min(id) + 1000000000 FROM audit)`}},
		{"a seal's hash changed", "was changed", []string{`UPDATE audit_seal SET hash = ids WHERE seq = 1`}},
		{"a seal's time changed", "was changed", []string{`UPDATE audit_seal SET at = at + 1 WHERE seq = 2`}},
		{"a seal's rows changed", "no longer says what it covers", []string{`UPDATE audit_seal SET ids = hash WHERE seq = 2`}},
		{"a seal removed", "1 seal is missing before seal 3", []string{`DELETE FROM audit_seal WHERE seq = 2`}},
		{"the last seal removed", "the chain ends at 2", []string{`DELETE FROM audit_seal WHERE seq = 3`}},
		{"the end cut off", "the chain ends at 2", []string{`DELETE FROM audit_seal WHERE seq = 3`, `DELETE FROM audit WHERE subject_id >= 40`}},
		{"everything removed", "the chain ends at 0", []string{`DELETE FROM audit_seal`, `DELETE FROM audit`}},
		{"the record of the end removed", "own record of its last seal is gone", []string{forget}},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				start := time.Now().Add(-time.Hour)
				z := s.NewSealer()
				for i := range 3 {
					at := start.Add(time.Duration(i) * time.Second)
					insertRows(t, s, burst(at, 20)...)
					seals(t, z, at.Add(500*time.Millisecond), 20)
				}
				whole(t, s, time.Now(), 60)
				tamper(t, s, c.sql...)
				if v := verdict(t, s, time.Now()); !strings.Contains(strings.Join(v.Broken, "\n"), c.want) {
					t.Errorf("want %q: %+v", c.want, v)
				}
			})
		})
	}
}

func TestAnAnchorShowsAnEndThatWasCutOffWithItsRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, now := context.Background(), time.Now()
		z := s.NewSealer()
		var heads []store.Head
		for i := range 3 {
			insertRows(t, s, burst(now.Add(time.Duration(i-10)*time.Second), 5)...)
			seals(t, z, now.Add(time.Duration(i-9)*time.Second), 5)
			h, err := s.AuditHead(ctx)
			is.NoError(t, "head", err)
			heads = append(heads, h)
		}
		if v := verdict(t, s, now, heads...); len(v.Broken) != 0 {
			t.Fatalf("before: %+v", v)
		}
		forged := fmt.Sprintf("%d %d %x", heads[1].Seal, heads[1].At.UnixMicro(), heads[1].Hash)
		tamper(t, s, `DELETE FROM audit_seal WHERE seq = 3`, `DELETE FROM audit WHERE id >= `+fmt.Sprint(idAt(now.Add(-8*time.Second), 0)),
			`UPDATE setting SET value = '`+forged+`' WHERE name = 'audit head'`)
		if v := verdict(t, s, now); len(v.Broken) != 0 {
			t.Errorf("nothing inside can show this: %+v", v)
		}
		if v := verdict(t, s, now, heads...); len(v.Broken) != 1 || !strings.Contains(v.Broken[0], "the anchor has seal 3") {
			t.Errorf("the anchor did not show it: %+v", v)
		}
		// the registry goes on, and there is a third seal again
		insertRows(t, s, idAt(now, 0))
		seals(t, s.NewSealer(), now, 1)
		if v := verdict(t, s, now, heads...); len(v.Broken) != 1 || !strings.Contains(v.Broken[0], "seal 3") {
			t.Errorf("the anchor did not show the other seal 3: %+v", v)
		}
	})
}

func TestAChainCutUnderAServerIsNeverMended(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, now := context.Background(), time.Now().Add(-time.Minute)
		pass := func(z *store.Sealer) (int, error) {
			now = now.Add(time.Second)
			insertRows(t, s, burst(now, 4)...)
			return z.Pass(ctx, now.Add(500*time.Millisecond))
		}
		z := s.NewSealer()
		for range 4 {
			_, err := pass(z)
			is.NoError(t, "pass", err)
		}
		tamper(t, s, `DELETE FROM audit_seal WHERE seq > 2`, `UPDATE setting SET value = '2 0 00' WHERE name = 'audit head'`)
		if _, err := pass(z); err == nil || !strings.Contains(err.Error(), "the audit was cut") {
			t.Errorf("the server does not tell: %v", err)
		}
		_, err := pass(z)
		is.NoError(t, "the pass after", err)
		tamper(t, s, `DELETE FROM audit_seal WHERE seq = 6`)
		again := s.NewSealer()
		if _, err := pass(again); err == nil || !strings.Contains(err.Error(), "its last seal is 5 and was 6") {
			t.Errorf("a server that starts does not tell: %v", err)
		}
		for range 10 {
			_, err = pass(again)
			is.NoError(t, "the passes after", err)
		}
		v := verdict(t, s, now)
		said := strings.Join(v.Broken, "\n")
		if !strings.Contains(said, "2 seals are missing before seal 5") || !strings.Contains(said, "1 seal is missing before seal 7") {
			t.Errorf("the gaps do not show: %+v", v)
		}
		if v.Rows != 17*4 || v.Unsealed != 0 { // the rows of the lost seals are under new ones
			t.Errorf("%+v", v)
		}
	})
}

func TestRowsInsertedByHandShow(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name    string
		age     time.Duration // of the row when it is inserted
		passes  bool          // a server runs
		broken  string
		note    string
		waiting int64
	}{
		{"a day old", 24 * time.Hour, true, "later rows have one: 1 row, from", "", 0},
		{"a day old, at rest", 24 * time.Hour, false, "later rows have one: 1 row, from", "", 0},
		{"ten minutes old", 10 * time.Minute, true, "", "more than a minute late for 1 row,", 0},
		{"ten minutes old, at rest", 10 * time.Minute, false, "later rows have one: 1 row, from", "", 0},
		{"after the last seal, at rest", 61 * time.Second, false, "", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				z := s.NewSealer()
				end := now.Add(-62 * time.Second)
				for i := range 20 { // minutes
					at := end.Add(time.Duration(i-19) * time.Minute)
					insertRows(t, s, burst(at, 3)...)
					seals(t, z, at.Add(time.Second/2), 3)
				}
				insertRows(t, s, idAt(now.Add(-c.age), 77))
				if c.passes {
					for i := range 20 * 12 { // twenty minutes
						_, err := z.Pass(context.Background(), end.Add(time.Duration(i)*5*time.Second))
						is.NoError(t, "pass", err)
					}
				}
				v := verdict(t, s, now)
				if got := strings.Join(v.Broken, "\n"); (got != "") != (c.broken != "") || !strings.Contains(got, c.broken) {
					t.Errorf("broken %q, want %q", got, c.broken)
				}
				if got := strings.Join(v.Notes, "\n"); (got != "") != (c.note != "") || !strings.Contains(got, c.note) {
					t.Errorf("notes %q, want %q", got, c.note)
				}
				if v.Waiting != c.waiting {
					t.Errorf("%d rows wait, want %d", v.Waiting, c.waiting)
				}
			})
		})
	}
}

func TestARowThatGivesAnotherTimeIsNoted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Now()
		insertRows(t, s, burst(now.Add(-time.Second), 3)...)
		tamper(t, s, `UPDATE audit SET at = at - 86400000000 WHERE subject_id = 1`) // before it is sealed
		seals(t, s.NewSealer(), now, 3)
		if v := verdict(t, s, now); len(v.Broken) != 0 || len(v.Notes) != 1 || !strings.Contains(v.Notes[0], "1 row of which the time") {
			t.Errorf("%+v", v)
		}
	})
}

func TestRowsThatNobodySealsAreADefect(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Now()
		insertRows(t, s, idAt(now.Add(-10*time.Minute), 0), idAt(now.Add(-9*time.Minute), 0), idAt(now.Add(-8*time.Minute), 0))
		v := verdict(t, s, now)
		if v.OldUnsealed != 3 || len(v.Broken) != 1 || !strings.Contains(v.Broken[0], "nothing sealed while") {
			t.Errorf("%+v", v)
		}
	})
}

func TestAMessageWithoutItsRowIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Now()
		for i := range 3 {
			sub := iis.Submission{Sender: iis.Sender{ID: 5}, Door: iis.DoorHTTP, Received: now, Raw: []byte("MSH")}
			is.NoError(t, "keep", s.Keep(&sub).Wait())
			is.NoError(t, "take", s.Write(context.Background(), func(tx *store.Tx) error {
				r := store.StoredReceipt{Submission: sub.ID, Sender: 5, Answered: now, Kind: "VXU", Ack: "AA", Person: iis.PersonID(i)}
				if err := tx.AddReceipt(r); err != nil {
					return err
				}
				return tx.AddAudit(store.Audit{At: now, Act: "take message", Person: r.Person, Subject: int64(sub.ID)})
			}))
		}
		z := s.NewSealer()
		seals(t, z, now, 3)
		whole(t, s, now, 3)
		// the chain made anew without a row, as whoever knows the program can
		tamper(t, s, `DELETE FROM audit WHERE person_id = 2`, `DELETE FROM audit_seal`, `DELETE FROM setting WHERE name = 'audit head'`)
		seals(t, s.NewSealer(), now, 2)
		if v := verdict(t, s, now); len(v.Broken) != 1 || !strings.Contains(v.Broken[0], "1 message, received") {
			t.Errorf("%+v", v)
		}
	})
}

// A pass must never have more to do than the rows that are new: with a fixed
// number of rows looked at in a sweep, sealing once stopped for ever after fifty
// thousand rows in twenty minutes.
func TestSealingKeepsUpWithALongLoad(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		start := time.Now().Add(-20 * time.Minute)
		z := s.NewSealer()
		const minutes, each = 12, 3_000
		for i := range 2 * minutes {
			at := start.Add(time.Duration(i) * 30 * time.Second)
			insertRows(t, s, burst(at, each)...)
			seals(t, z, at.Add(each*time.Millisecond), each)
		}
		whole(t, s, time.Now(), 2*minutes*each)
	})
}

func TestABulkOfRowsIsSealedInOnePassByManySeals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := time.Now()
		insertRows(t, s, burst(now.Add(-25*time.Second), 25_000)...)
		seals(t, s.NewSealer(), now, 25_000)
		whole(t, s, now, 25_000)
		if v := verdict(t, s, now); v.Seals != 3 {
			t.Errorf("%d seals, want 3", v.Seals)
		}
		behind := make([]int64, 12_000) // of one millisecond, behind the last row
		for i := range behind {
			behind[i] = idAt(now.Add(-time.Second), 1000+i)
		}
		insertRows(t, s, behind...)
		seals(t, s.NewSealer(), now, 12_000)
		whole(t, s, now, 37_000)
	})
}

func TestARowThatBecomesVisibleLateIsSealed(t *testing.T) {
	for _, late := range []time.Duration{time.Second, 10 * time.Second, 50 * time.Second, 15 * time.Minute} {
		t.Run(late.String(), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				start, every := time.Now().Add(-time.Hour), max(time.Second/2, late/100)
				z := s.NewSealer()
				inserted, sealed := false, time.Duration(0)
				for age := time.Duration(0); sealed == 0 && age < 40*time.Minute; age += every {
					if !inserted && age >= late {
						inserted = true
						insertRows(t, s, idAt(start, 5))
					}
					insertRows(t, s, idAt(start.Add(age), 0)) // others come all the time
					n, err := z.Pass(context.Background(), start.Add(age+every/2))
					is.NoError(t, "pass", err)
					if n == 2 {
						sealed = age
					}
				}
				if sealed < late || sealed > 2*late+5*time.Second {
					t.Errorf("a row that was %v late was sealed after %v", late, sealed)
				}
			})
		})
	}
}

func TestWhatACrashLeftIsSealedHoweverLateTheNextServerComes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		crash := time.Now().Add(-3 * 24 * time.Hour)
		z := s.NewSealer()
		insertRows(t, s, burst(crash.Add(-10*time.Second), 50)...)
		seals(t, z, crash.Add(-5*time.Second), 50)
		insertRows(t, s, burst(crash.Add(-time.Second), 30)...)
		insertRows(t, s, idAt(crash.Add(-5100*time.Millisecond), 9)) // its transaction ended after the last pass
		v := verdict(t, s, time.Now())
		if v.Waiting != 31 || v.OldUnsealed != 31 || len(v.Broken) != 0 {
			t.Errorf("at rest: %+v", v)
		}
		again := s.NewSealer()
		n, err := again.Pass(context.Background(), time.Now())
		is.NoError(t, "pass", err)
		if n != 31 {
			t.Errorf("%d rows sealed, want 31", n)
		}
		whole(t, s, time.Now(), 81)
	})
}

func TestTwoServersAndARestartSealEachRowOnce(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s, other := storetest.Open(t, address), storetest.Open(t, address)
		sealers := []*store.Sealer{s.NewSealer(), other.NewSealer()}
		for i := range 8 {
			someAudit(t, s, 10)
			someAudit(t, other, 10)
			if i == 5 {
				sealers[0] = s.NewSealer() // restarted
			}
			for _, z := range sealers {
				_, err := z.Pass(ctx, time.Now())
				is.NoError(t, "seal", err)
			}
		}
		whole(t, s, time.Now(), 160)
	})
}

// Servers that seal while others write, on PostgreSQL in transactions that end
// in another order than they began.
func TestServersThatSealAtOnceSealEachRowOnce(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		const servers, writers, each = 3, 4, 150
		ctx, stop := context.WithCancel(context.Background())
		var sealing, writing sync.WaitGroup
		for range servers {
			s := storetest.Open(t, address)
			z := s.NewSealer()
			sealing.Go(func() {
				for ctx.Err() == nil {
					_, err := z.Pass(context.Background(), time.Now())
					is.NoError(t, "seal", err)
				}
			})
			for range writers {
				writing.Go(func() {
					for range each {
						someAudit(t, s, 1)
					}
				})
			}
		}
		writing.Wait()
		stop()
		sealing.Wait()
		s := storetest.Open(t, address)
		_, err := s.NewSealer().Pass(context.Background(), time.Now())
		is.NoError(t, "seal", err)
		whole(t, s, time.Now(), servers*writers*each)
	})
}

func TestTheAccessLogOfAPersonIsNewestFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		someAudit(t, s, 20)
		log, err := s.AccessLog(context.Background(), 2, 3)
		is.NoError(t, "access log", err)
		if len(log) != 3 || log[0].ID < log[1].ID || log[0].Actor.User != 7 || log[0].Person != 2 {
			t.Errorf("%+v", log)
		}
	})
}

func TestIDsOnlyRiseAndAreNeverMadeTwice(t *testing.T) {
	address := filepath.Join(t.TempDir(), "r.db")
	stores := []*store.Store{storetest.Open(t, address), storetest.Open(t, address)}
	var mu sync.Mutex
	seen := map[int64]bool{}
	var group sync.WaitGroup
	for _, s := range stores {
		for range 2 {
			group.Go(func() {
				last := int64(0)
				for range 20_000 {
					id := s.NewID()
					if id <= last {
						t.Errorf("%d after %d", id, last)
					}
					last = id
					mu.Lock()
					if seen[id] {
						t.Errorf("%d twice", id)
					}
					seen[id] = true
					mu.Unlock()
				}
			})
		}
	}
	group.Wait()
}
