package store_test

import (
	"testing"
	"time"

	"openiis/internal/is"
	"openiis/internal/store"
)

func TestJudgingGoesOnWhereItStoppedAndAfterAClockThatWasWrong(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	dayAgo := now.Add(-24 * time.Hour)
	at := func(judged int64) (from, to time.Time, more bool) {
		a, b, more := store.JudgeBounds(judged, dayAgo, now)
		return store.IDTime(a), store.IDTime(b), more
	}
	for what, c := range map[string]struct {
		judged, from, to time.Time
		more             bool
	}{
		"never judged":                    {time.Time{}, dayAgo, dayAgo.Add(time.Hour), true},
		"a while ago":                     {now.Add(-10 * time.Minute), now.Add(-10 * time.Minute), now.Add(-time.Minute), false},
		"just now":                        {now.Add(-time.Minute), now.Add(-time.Minute), now.Add(-time.Minute), false},
		"longer ago than a day":           {now.Add(-50 * time.Hour), now.Add(-50 * time.Hour), now.Add(-49 * time.Hour), true},
		"by a server whose clock is fast": {now.Add(30 * time.Minute), now.Add(30 * time.Minute), now.Add(30 * time.Minute), false},
		"by a clock that was wrong":       {now.AddDate(0, 1, 0), now.Add(-time.Hour), now.Add(-time.Minute), false},
	} {
		judged := int64(0)
		if !c.judged.IsZero() {
			judged = store.IDAt(c.judged)
		}
		from, to, more := at(judged)
		is.Equal(t, what, []any{from, to, more}, []any{c.from, c.to, c.more})
	}
}

func TestTheIDsOfInstantsAreInTheirOrderHoweverFarAway(t *testing.T) {
	last := int64(0)
	for i, day := range []string{"0001-01-01", "1900-01-01", "1950-01-01", "1960-01-01", "2023-12-31", "2026-03-02", "2090-01-01", "2100-01-01", "9999-12-31"} {
		at, err := time.Parse(time.DateOnly, day)
		is.NoError(t, "day", err)
		if id := store.IDAt(at); i > 0 && id < last {
			t.Errorf("the ids of %s are before those of a day before", day)
		} else {
			last = id
		}
	}
}
