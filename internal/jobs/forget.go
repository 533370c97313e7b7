package jobs

import (
	"context"
	"log/slog"
	"time"
)

// forgetEvery is how often what is kept for a short while is looked through.
const forgetEvery = 5 * time.Minute

// Forgetful keeps something for a short while: forms for whoever sent them too late, and from where
// wrong passwords came (access.Gate).
type Forgetful interface {
	Forget(ctx context.Context) error
}

// Forget erases what is kept no longer, when it begins and every few minutes, until ctx is
// done.
func Forget(ctx context.Context, of Forgetful, log *slog.Logger) {
	every(ctx, forgetEvery, func() {
		if err := of.Forget(ctx); err != nil && ctx.Err() == nil {
			log.Error("what is kept for a short while cannot be erased", "error", err.Error())
		}
	})
}
