package jobs

import (
	"context"
	"log/slog"
	"time"
)

// forgetEvery is how often what is kept for a short while is looked through.
const forgetEvery = 5 * time.Minute

// Forgetful keeps forms for whoever sent them too late (access.Gate).
type Forgetful interface {
	ForgetForms(ctx context.Context) error
}

// Forget erases forms that are kept no longer, when it begins and every few minutes, until ctx is
// done.
func Forget(ctx context.Context, of Forgetful, log *slog.Logger) {
	for {
		if err := of.ForgetForms(ctx); err != nil && ctx.Err() == nil {
			log.Error("kept forms cannot be erased", "error", err.Error())
		}
		wait := time.NewTimer(forgetEvery)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return
		}
	}
}
