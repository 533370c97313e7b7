package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

func TestCloseWaitsForWhatRunsAndRefusesWhatComesLater(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s, err := store.Open(ctx, address)
		is.NoError(t, "open", err)
		reading, goOn := make(chan struct{}), make(chan struct{})
		var group sync.WaitGroup
		group.Go(func() {
			is.NoError(t, "a read under way", s.Read(ctx, func(tx *store.Tx) error {
				close(reading)
				<-goOn
				return tx.Select(db.Query{SQL: `SELECT count(*) FROM audit`, Each: func(db.Row) error { return nil }})
			}))
		})
		<-reading
		closed := make(chan error)
		go func() { closed <- s.Close() }()
		for fault.KindOf(s.Read(ctx, func(*store.Tx) error { return nil })) != fault.Busy {
			time.Sleep(time.Millisecond) // until Close has begun
		}
		select {
		case <-closed:
			t.Error("Close did not wait")
		default:
		}
		close(goOn)
		is.NoError(t, "close", <-closed)
		group.Wait()
		is.NoError(t, "close again", s.Close())
	})
}

// Handlers that come before, while and after a registry closes are served or
// refused; none crashes, and what was told to be written is there.
func TestLateHandlersNeverCrash(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s, err := store.Open(ctx, address)
		is.NoError(t, "open", err)
		var written, read atomic.Int64
		var group sync.WaitGroup
		again := func(done *atomic.Int64, handler func() error) {
			group.Go(func() {
				for handler() == nil {
					done.Add(1)
				}
			})
		}
		line := store.Audit{At: time.Now(), Actor: iis.Actor{Kind: "user", User: 1}, Act: "open record", Person: 3}
		for range 4 {
			again(&written, func() error { return s.Write(ctx, func(tx *store.Tx) error { return tx.AddAudit(line) }) })
			again(&written, func() error { return s.AuditRead(line) })
			again(&read, func() error { _, err := s.AccessLog(ctx, 3, 10); return err })
		}
		z := s.NewSealer()
		again(&read, func() error { _, err := z.Pass(ctx, time.Now()); return err })
		for written.Load() < 100 || read.Load() < 100 {
			time.Sleep(time.Millisecond) // until all are at work
		}
		is.NoError(t, "close", s.Close())
		group.Wait()
		if v := verdict(t, storetest.Open(t, address), time.Now()); v.Rows != written.Load() || len(v.Broken) > 0 {
			t.Errorf("%d rows, want %d: %+v", v.Rows, written.Load(), v)
		}
	})
}

func TestCloseSealsWhatTheProgramAdded(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s, err := store.Open(context.Background(), address)
		is.NoError(t, "open", err)
		someAudit(t, s, 5)
		is.NoError(t, "close", s.Close())
		whole(t, storetest.Open(t, address), time.Now(), 5)
	})
}
