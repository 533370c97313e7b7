package jobs

import (
	"context"
	"log/slog"
	"time"
)

// judgeEvery is how often what users did is judged. A line of the audit is judged when it
// is a minute old.
const judgeEvery = 30 * time.Second

// Judge is the work of judging access by a stretch of the audit (audit.Desk).
type Judge interface {
	Judge(ctx context.Context, now time.Time) (raised int, more bool, err error)
}

// Alert raises alerts on unusual access until ctx is done. What it does not get to is for
// the next server that runs.
func Alert(ctx context.Context, j Judge, log *slog.Logger) {
	paced(ctx, func() time.Duration { return judge(ctx, j, log) })
}

// judge judges one stretch and says when to judge the next: when there are more, after six
// times as long as this one took, so that messages come first.
func judge(ctx context.Context, j Judge, log *slog.Logger) (wait time.Duration) {
	begun := time.Now()
	_, more, err := j.Judge(ctx, begun)
	switch {
	case err != nil && ctx.Err() == nil:
		log.Error("access could not be judged; it will be tried again", "error", err.Error())
	case more && err == nil:
		return min(6*time.Since(begun), judgeEvery)
	}
	return judgeEvery
}
