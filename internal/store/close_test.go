package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"openiis/internal/fault"
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
