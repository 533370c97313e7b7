package jobs

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"openiis/internal/is"
)

// stepper does what it is told.
type stepper struct {
	steps []result
	done  func()
}

type result struct {
	more bool
	err  error
}

func (s *stepper) Step(context.Context, time.Time) (bool, error) {
	if len(s.steps) == 0 {
		return false, nil
	}
	r := s.steps[0]
	if s.steps = s.steps[1:]; len(s.steps) == 0 && s.done != nil {
		s.done()
	}
	return r.more, r.err
}

func TestARunOverEveryoneGoesOnUntilItIsDone(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var log bytes.Buffer
	s := &stepper{steps: []result{{more: true}, {more: true}, {}}, done: cancel}
	Refresh(ctx, s, slog.New(slog.NewTextHandler(&log, nil)))
	is.Equal(t, "steps left", len(s.steps), 0)
	is.Equal(t, "lines", strings.Count(log.String(), "everyone's standing is renewed"), 1)
}

func TestKeysAreMadeAnewUntilAllAreDone(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var log bytes.Buffer
	Rekey(ctx, &stepper{steps: []result{{more: true}, {}}, done: cancel}, slog.New(slog.NewTextHandler(&log, nil)))
	is.Equal(t, "lines", strings.Count(log.String(), "everyone's match keys are made anew"), 1)
	s := rekeying(&stepper{steps: []result{{err: errors.New("the disk is full")}}}, slog.New(slog.NewTextHandler(&log, nil)))
	is.Equal(t, "it waits", s.step(context.Background()), everybodyEvery)
	is.Equal(t, "told", strings.Contains(log.String(), "the disk is full"), true)
}

func TestWhatARunCouldNotDoIsToldOnceARun(t *testing.T) {
	var log bytes.Buffer
	bad := result{more: true, err: errors.New("person 5 could not be assessed")}
	r := refreshing(&stepper{steps: []result{bad, bad, {}, bad, {err: errors.New("the disk is full")}}}, slog.New(slog.NewTextHandler(&log, nil)))
	var waits []bool
	for range 5 {
		waits = append(waits, r.step(context.Background()) == everybodyEvery)
	}
	is.Equal(t, "it waits for long", waits, []bool{false, false, true, false, true})
	is.Equal(t, "persons", strings.Count(log.String(), "person 5"), 2)
	is.Equal(t, "renewed", strings.Count(log.String(), "is renewed"), 1)
}

func TestARunThatEndsWithAnErrorIsTold(t *testing.T) {
	var log bytes.Buffer
	r := refreshing(&stepper{steps: []result{{err: errors.New("the disk is full")}, {}}}, slog.New(slog.NewTextHandler(&log, nil)))
	is.Equal(t, "it waits", r.step(context.Background()), everybodyEvery)
	is.Equal(t, "told", strings.Contains(log.String(), "the disk is full"), true)
	is.Equal(t, "nothing was renewed", strings.Contains(log.String(), "is renewed"), false)
	log.Reset()
	is.Equal(t, "it waits", r.step(context.Background()), everybodyEvery)
	is.Equal(t, "and says nothing when nothing is to be done", log.String(), "")
}

func TestRecordsAreRenewedAndThenItLooksAgainFromTimeToTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var log bytes.Buffer
	s := &stepper{steps: []result{{more: true}, {more: true}, {}}, done: cancel}
	Renew(ctx, s, slog.New(slog.NewTextHandler(&log, nil)))
	is.Equal(t, "steps left", len(s.steps), 0)
	is.Equal(t, "lines", strings.Count(log.String(), "all records are renewed"), 1)
}

func TestWhatKeepsRecordsFromBeingRenewedIsTold(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var log bytes.Buffer
	s := &stepper{steps: []result{{err: errors.New("the disk is full")}}, done: func() { time.AfterFunc(50*time.Millisecond, cancel) }}
	Renew(ctx, s, slog.New(slog.NewTextHandler(&log, nil)))
	is.Equal(t, "told", strings.Contains(log.String(), "the disk is full"), true)
}
