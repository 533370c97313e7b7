package jobs

import (
	"context"
	"log/slog"
	"time"
)

// How often it is looked for mails that are due, and for what is to be reminded of.
const (
	mailEvery   = 5 * time.Second
	remindEvery = 24 * time.Hour
)

// Box is the outbox (mail.Box).
type Box interface {
	On() bool
	Deliver(ctx context.Context) (more bool, err error)
}

// Mail sends mails until ctx is done. What it does not get to waits for the next server that
// runs. Without a relay it ends at once.
func Mail(ctx context.Context, b Box, log *slog.Logger) {
	if !b.On() {
		return
	}
	every(ctx, mailEvery, func() {
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = b.Deliver(ctx); err != nil && ctx.Err() == nil {
				log.Error("mails could not be sent; it will be tried again", "error", err.Error())
			}
		}
	})
}

// Remind writes, when it begins and each day, to those whose agreements end soon and whose
// access is paused soon, and removes old mails, until ctx is done.
func Remind(ctx context.Context, forget func(context.Context) error, log *slog.Logger, remind ...func(context.Context) (int, error)) {
	every(ctx, remindEvery, func() {
		for _, one := range remind {
			n, err := one(ctx)
			switch {
			case err != nil && ctx.Err() == nil:
				log.Error("reminders could not be written; it will be tried again tomorrow", "error", err.Error())
			case n > 0:
				log.Info("reminders were written", "records", n)
			}
		}
		if err := forget(ctx); err != nil && ctx.Err() == nil {
			log.Error("old mails could not be removed; it will be tried again tomorrow", "error", err.Error())
		}
	})
}
