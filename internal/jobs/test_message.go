package jobs

import (
	"context"
	"log/slog"
	"time"
)

// eraseTestsEvery is how often it is looked for test messages that are kept no longer.
const eraseTestsEvery = 6 * time.Hour

// Tests keeps test messages for a while (intake.Desk).
type Tests interface {
	EraseTests(ctx context.Context) (int, error)
}

// EraseTests erases test messages that are kept no longer, when it begins and every few hours,
// until ctx is done.
func EraseTests(ctx context.Context, of Tests, log *slog.Logger) {
	every(ctx, eraseTestsEvery, func() {
		n, err := of.EraseTests(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("test messages could not be erased; it will be tried again", "error", err.Error())
		}
		if n > 0 {
			log.Info("test messages are erased", "messages", n)
		}
	})
}
