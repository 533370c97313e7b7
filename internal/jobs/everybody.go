package jobs

import (
	"context"
	"log/slog"
	"time"
)

// How often it is looked whether everybody must be gone through: for a new day, a
// new schedule, or other keys.
const everybodyEvery = time.Minute

// Everybody is work that goes through everybody, a stretch of persons at a time:
// record.Refresher, record.Rekeyer. more is false when nothing is to be done now.
// After an error with which more is true it goes on.
type Everybody interface {
	Step(ctx context.Context, now time.Time) (more bool, err error)
}

// Refresh renews everyone's standing each day, and for each new release of the
// schedule, until ctx is done. Where it is stopped, the next server goes on.
func Refresh(ctx context.Context, s Everybody, log *slog.Logger) { through(ctx, refreshing(s, log)) }

func refreshing(s Everybody, log *slog.Logger) *stretches {
	return &stretches{
		Everybody: s,
		failed: func(err string) {
			log.Error("not everyone's standing could be renewed; it will be tried again", "error", err)
		},
		done: func(ms int64) { log.Info("everyone's standing is renewed", "ms", ms) },
	}
}

// Rekey makes everyone's match keys anew when this program makes other keys than
// the one before, until ctx is done. Where it is stopped, the next server goes on.
func Rekey(ctx context.Context, s Everybody, log *slog.Logger) { through(ctx, rekeying(s, log)) }

func rekeying(s Everybody, log *slog.Logger) *stretches {
	return &stretches{
		Everybody: s,
		failed: func(err string) {
			log.Error("not everyone's match keys could be made anew; it will be tried again", "error", err)
		},
		done: func(ms int64) { log.Info("everyone's match keys are made anew", "ms", ms) },
	}
}

// Renew makes everyone's record anew that was made by older rules, or before a sender was
// what it is now, until ctx is done (record.Renewer). Where it is stopped, the next
// server goes on.
func Renew(ctx context.Context, s Everybody, log *slog.Logger) {
	through(ctx, &stretches{
		Everybody: s,
		failed: func(err string) {
			log.Error("not all records could be renewed; it will be tried again", "error", err)
		},
		done: func(ms int64) { log.Info("all records are renewed", "ms", ms) },
	})
}

// CleanUp looks again for duplicates of whoever changed, until ctx is done
// (record.Cleaner). Where it is stopped, the next server goes on.
func CleanUp(ctx context.Context, s Everybody, log *slog.Logger) {
	through(ctx, &stretches{
		Everybody: s,
		failed: func(err string) {
			log.Error("not everyone who changed could be looked at for duplicates; it will be tried again", "error", err)
		},
		done: func(ms int64) { log.Info("everyone who changed is looked at for duplicates", "ms", ms) },
	})
}

func through(ctx context.Context, s *stretches) {
	paced(ctx, func() time.Duration { return s.step(ctx) })
}

// stretches are a run on its way.
type stretches struct {
	Everybody
	failed func(err string) // tells the log that somebody was left out
	done   func(ms int64)   // and how long it took
	begun  time.Time        // zero: none is on its way
	told   bool             // that somebody was left out
}

// step does a stretch and says when to do the next: after six times as long as
// this one took, so that messages come first.
func (s *stretches) step(ctx context.Context) (wait time.Duration) {
	begun := time.Now()
	more, err := s.Step(ctx, begun)
	if err != nil && ctx.Err() == nil && !s.told {
		s.failed(err.Error())
		s.told = more // once a run
	}
	switch {
	case more:
		if s.begun.IsZero() {
			s.begun = begun
		}
		return min(6*time.Since(begun), 10*time.Second)
	case err == nil && !s.begun.IsZero():
		s.done(time.Since(s.begun).Milliseconds())
	}
	s.begun, s.told = time.Time{}, false
	return everybodyEvery
}
