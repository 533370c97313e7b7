package store_test

import (
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func TestIdsFollowTheRegistrysClock(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		then := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
		s.SetClock(func() time.Time { return then })
		first := s.NewID()
		is.Equal(t, "now", s.Now(), then)
		s.SetClock(time.Now)
		second := s.NewID()
		if second <= first || time.Since(s.Now()) > time.Minute {
			t.Errorf("ids went from %s to %s", iis.SubmissionID(first).Public(), iis.SubmissionID(second).Public())
		}
		is.Equal(t, "day of the first id", store.IDTime(first).Format(time.DateOnly), "2025-03-01")
	})
}
