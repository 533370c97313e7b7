package jobs

import (
	"context"
	"log/slog"
	"time"
)

// How often it is looked whether everyone's standing must be renewed: a new day,
// or a new schedule.
const standingEvery = time.Minute

// Standing is the work of renewing everyone's standing, a stretch of persons at
// a time (record.Refresher). more is false when nothing is to be done now. After
// an error with which more is true it goes on.
type Standing interface {
	Step(ctx context.Context, now time.Time) (more bool, err error)
}

// Refresh renews everyone's standing each day, and for each new release of the
// schedule, until ctx is done. Where it is stopped, the next server goes on.
func Refresh(ctx context.Context, s Standing, log *slog.Logger) {
	run := &standingRun{Standing: s, log: log}
	for wait := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = run.step(ctx)
	}
}

// standingRun is a run on its way.
type standingRun struct {
	Standing
	log   *slog.Logger
	begun time.Time // zero: none is on its way
	told  bool      // that somebody could not be assessed
}

// step does a stretch and says when to do the next: after six times as long as
// this one took, so that messages come first.
func (r *standingRun) step(ctx context.Context) (wait time.Duration) {
	begun := time.Now()
	more, err := r.Step(ctx, begun)
	if err != nil && ctx.Err() == nil && !r.told {
		r.log.Error("not everyone's standing could be renewed; it will be tried again", "error", err.Error())
		r.told = more // once a run
	}
	switch {
	case more:
		if r.begun.IsZero() {
			r.begun = begun
		}
		return min(6*time.Since(begun), 10*time.Second)
	case err == nil && !r.begun.IsZero():
		r.log.Info("everyone's standing is renewed", "ms", time.Since(r.begun).Milliseconds())
	}
	r.begun, r.told = time.Time{}, false
	return standingEvery
}

// Renew makes records anew that were made by older rules, a stretch at a time
// (record.Renewer), until nothing is left to do or ctx is done. Where it is
// stopped, the next server goes on.
func Renew(ctx context.Context, s Standing, log *slog.Logger) {
	for wait := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		begun := time.Now()
		more, err := s.Step(ctx, begun)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				log.Error("not all records could be renewed; it will be tried again", "error", err.Error())
			}
			wait = standingEvery
		case !more:
			return
		default:
			wait = min(6*time.Since(begun), 10*time.Second)
		}
	}
}
