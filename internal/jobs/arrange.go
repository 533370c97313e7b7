package jobs

import (
	"context"
	"log/slog"
	"time"
)

// arrangeEvery is how often it is looked whether something came into the queue of
// possible duplicates. Whoever opens the queue arranges what has just come.
const arrangeEvery = time.Minute

// Arranger is the work of giving what came into the queue its place there, a part
// at a time (steward.Desk); zero: nothing is left.
type Arranger interface {
	Arrange(ctx context.Context) (int, error)
}

// Arrange arranges the queue of possible duplicates until ctx is done: after a
// whole registry came in, there may be a hundred thousand of them. What it does
// not get to is for the next server that runs.
func Arrange(ctx context.Context, a Arranger, log *slog.Logger) {
	paced(ctx, func() time.Duration {
		begun := time.Now()
		n, err := a.Arrange(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("the queue of possible duplicates could not be arranged; it will be tried again", "error", err.Error())
		case n > 0:
			return min(4*time.Since(begun), arrangeEvery) // messages come first
		}
		return arrangeEvery
	})
}
