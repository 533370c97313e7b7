package jobs

import (
	"context"
	"log/slog"
	"time"
)

// eraseEvery is how often it is looked whether a record is to be erased whose person opted
// out.
const eraseEvery = 10 * time.Minute

// Eraser is the work of erasing records whose time to be taken back is over
// (steward.Desk).
type Eraser interface {
	EraseDue(ctx context.Context) (int, error)
}

// Erase erases what is due until ctx is done. What it does not get to is for the next
// server that runs; until it is erased the record is closed.
func Erase(ctx context.Context, e Eraser, log *slog.Logger) {
	every(ctx, eraseEvery, func() {
		n, err := e.EraseDue(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("a record of somebody who opted out could not be erased; it will be tried again", "error", err.Error())
		}
		if n > 0 {
			log.Info("records of people who opted out are erased", "records", n)
		}
	})
}
