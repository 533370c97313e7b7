package store

import (
	"testing"
	"time"

	"openiis/internal/is"
)

// Ids only rise, whatever the clock does; those of decisions go on from any other, and are none of another kind.
func TestIDsRiseAndDecisionsHaveTheirOwn(t *testing.T) {
	now := idEpoch.Add(1000 * time.Hour)
	ids, decisions, seen := newIDMaker(7), newDecisionMaker(7), map[int64]bool{}
	rises := func(made func(time.Time) int64) {
		t.Helper()
		last := int64(0)
		for i := range 3000 {
			at := now.Add(time.Duration(i/1500) * time.Millisecond)
			if i%7 == 0 {
				at = now.Add(-time.Hour)
			}
			id := made(at)
			if id <= last || seen[id] {
				t.Fatalf("%d follows %d, and was there: %v", id, last, seen[id])
			}
			last, seen[id] = id, true
		}
	}
	rises(ids.next)
	rises(decisions.next)
	ahead := newDecisionMaker(8).next(now.Add(24 * time.Hour))
	is.Equal(t, "greater than one of a clock that is ahead", decisions.after(ahead, now) > ahead, true)
	is.Equal(t, "and so is the next", decisions.next(now) > ahead, true)
	is.Equal(t, "which takes no other ids along", ids.next(now) < ahead, true)
}
