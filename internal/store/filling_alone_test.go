package store_test

import (
	"context"
	"errors"
	"testing"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// What is in memory leads to a record that is no more: somebody has joined it to
// another. The filling gives way; asking again would lead to the same record for ever.
func TestAFillingGivesWayWhereARecordIsNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f, err := s.Fill(context.Background(), "run", s.Now(), 0)
		is.NoError(t, "fill", err)
		tx := f.Begin(context.Background()).Tx()
		if _, err = tx.Hold(7); !errors.Is(err, store.ErrNotAlone) {
			t.Errorf("hold a record that is no more: %v", err)
		}
		if _, err = tx.Described(7); !errors.Is(err, store.ErrNotAlone) {
			t.Errorf("compare with a record that is no more: %v", err)
		}
	})
}
