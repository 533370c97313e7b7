// Package jobs is the door through which time comes in: work that nobody asks
// for but the clock.
//
// It holds no rule and no SQL; each job calls one act. Start at Seal.
package jobs

import (
	"context"
	"log/slog"
	"time"
)

// sealEvery is how often the audit is sealed: a row is chained within a second.
const sealEvery = 500 * time.Millisecond

// Sealer is the work of chaining the audit (store.Sealer).
type Sealer interface {
	Pass(ctx context.Context, now time.Time) (int, error)
}

// Seal chains the audit until ctx is done, and once more then, so that an
// orderly stop leaves nothing unsealed.
func Seal(ctx context.Context, z Sealer, log *slog.Logger) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			pass(context.WithoutCancel(ctx), z, log)
			return
		case <-tick.C:
			pass(ctx, z, log)
		}
	}
}

func pass(ctx context.Context, z Sealer, log *slog.Logger) {
	if _, err := z.Pass(ctx, time.Now()); err != nil && ctx.Err() == nil {
		log.Error("the audit could not be sealed; it will be tried again", "error", err.Error())
	}
}
