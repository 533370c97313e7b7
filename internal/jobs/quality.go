package jobs

import (
	"context"
	"log/slog"
	"time"
)

// How often what came is counted, and how often the figures are looked at.
const (
	tallyEvery = 10 * time.Second
	watchEvery = time.Hour
)

// Quality is the work of counting submissions and of watching the figures
// (quality.Desk).
type Quality interface {
	Tally(ctx context.Context, now time.Time) (int, error)
	Watch(ctx context.Context, now time.Time) (int, error)
}

// Watch counts what came and looks at the figures until ctx is done. What it
// does not get to is for the next server that runs.
func Watch(ctx context.Context, q Quality, log *slog.Logger) {
	var watched time.Time
	paced(ctx, func() time.Duration {
		pause := tally(ctx, q, log)
		now := time.Now()
		if pause < tallyEvery || now.Sub(watched) < watchEvery {
			return pause // figures that are not up to date would open reviews for nothing
		}
		watched = now
		if _, err := q.Watch(ctx, now); err != nil && ctx.Err() == nil {
			log.Error("the quality of senders could not be looked at; it will be tried again", "error", err.Error())
		}
		return pause
	})
}

// tally counts one batch and says when to count the next: when there may be
// more, after twelve times as long as this one took, so that messages come first.
func tally(ctx context.Context, q Quality, log *slog.Logger) (wait time.Duration) {
	begun := time.Now()
	n, err := q.Tally(ctx, begun)
	switch {
	case err != nil && ctx.Err() == nil:
		log.Error("submissions could not be counted; it will be tried again", "error", err.Error())
	case n > 0 && err == nil:
		return min(12*time.Since(begun), tallyEvery-1)
	}
	return tallyEvery
}
