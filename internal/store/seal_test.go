package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
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

func verdict(t *testing.T, s *store.Store) store.Verdict {
	t.Helper()
	v, err := s.VerifyAudit(context.Background(), time.Now())
	is.NoError(t, "verify", err)
	return v
}

func TestTheAuditIsChainedAndAChangeIsFound(t *testing.T) {
	for _, c := range []struct{ name, sql string }{
		{"a row changed", `UPDATE audit SET act = 'nothing' WHERE subject_id = 3`},
		{"a row removed", `DELETE FROM audit WHERE subject_id = 3`},
		{"a seal changed", `UPDATE audit_seal SET hash = ids WHERE seq = 1`},
		{"a seal removed", `DELETE FROM audit_seal WHERE seq = 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.EachAddress(t, func(t *testing.T, address string) {
				ctx := context.Background()
				s := storetest.Open(t, address)
				z := s.NewSealer()
				for range 3 {
					someAudit(t, s, 20)
					n, err := z.Pass(ctx, time.Now())
					is.NoError(t, "seal", err)
					if n != 20 {
						t.Errorf("%d rows sealed, want 20", n)
					}
				}
				if v := verdict(t, s); v.Rows != 60 || v.Unsealed != 0 || len(v.Broken) != 0 {
					t.Fatalf("before: %+v", v)
				}
				d, err := db.Open(ctx, address)
				is.NoError(t, "open", err)
				defer d.Close()
				is.NoError(t, "tamper", d.Write(ctx, func(tx db.Tx) error { return tx.Exec(c.sql) }))
				if v := verdict(t, s); len(v.Broken) == 0 {
					t.Errorf("not noticed: %+v", v)
				}
			})
		})
	}
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
		_, err := sealers[0].Pass(ctx, time.Now()) // a pass may have given way to the other
		is.NoError(t, "seal", err)
		_, err = sealers[0].Pass(ctx, time.Now())
		is.NoError(t, "seal", err)
		if v := verdict(t, s); v.Rows != 160 || v.Unsealed != 0 || len(v.Broken) != 0 {
			t.Errorf("%+v", v)
		}
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
