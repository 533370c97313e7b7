// Package jobs is the door through which time comes in: work that nobody asks
// for but the clock.
//
// It holds no rule and no SQL; each job calls one act. Start at Seal.
package jobs

import (
	"context"
	"encoding/hex"
	"log/slog"
	"time"
)

// every does something when it begins, and again after each pause, until ctx is done.
func every(ctx context.Context, pause time.Duration, do func()) {
	paced(ctx, func() time.Duration { do(); return pause })
}

// paced is every whose pause is said each time by what was done.
func paced(ctx context.Context, do func() (pause time.Duration)) {
	for {
		pause := time.NewTimer(do())
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

// How often the audit is sealed, so that a row is chained within a second, and
// how often the log says where the chain ends.
const (
	sealEvery = 500 * time.Millisecond
	headEvery = time.Hour
)

// Sealer is the work of chaining the audit (store.Sealer).
type Sealer interface {
	Pass(ctx context.Context, now time.Time) (int, error)
	Head() (seal int64, hash []byte)
}

// Seal chains the audit until ctx is done; what is written after that is sealed
// when the store is closed. Each hour, and at the end, it logs the newest seal:
// a log that is kept elsewhere is an anchor that nobody can cut off together
// with the chain.
func Seal(ctx context.Context, z Sealer, log *slog.Logger) {
	told := time.Now()
	every(ctx, sealEvery, func() {
		if _, err := z.Pass(ctx, time.Now()); err != nil && ctx.Err() == nil {
			log.Error("sealing the audit goes on", "error", err.Error())
		}
		if time.Since(told) >= headEvery {
			told = time.Now()
			logHead(z, log)
		}
	})
	logHead(z, log)
}

// logHead logs the newest seal in the words of `openiis audit head`.
func logHead(z Sealer, log *slog.Logger) {
	if seal, hash := z.Head(); seal > 0 {
		log.Info("audit head", "seal", seal, "hash", hex.EncodeToString(hash))
	}
}
