package jobs

import (
	"context"
	"log/slog"
	"time"

	"openiis/internal/iis"
)

// warnEvery is how often the end of certificates is looked at.
const warnEvery = 24 * time.Hour

// Certified knows which certificates of senders are over or soon are (access.Gate).
type Certified interface {
	EndingSoon(ctx context.Context) ([]iis.SenderID, error)
}

// Certificates warns in the log, when it begins and each day, of senders whose certificate is
// over or soon is, until ctx is done. The pages say which.
func Certificates(ctx context.Context, of Certified, log *slog.Logger) {
	every(ctx, warnEvery, func() {
		list, err := of.EndingSoon(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("the certificates of senders cannot be read", "error", err.Error())
		}
		for _, id := range list {
			log.Warn("a certificate of a sender is over or ends within 30 days: give it a new one", "sender", id.Public())
		}
	})
}
