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

// counter counts what it is asked to do.
type counter struct {
	batches []int // what each Tally gives; then done is called
	failed  error
	watched int
	done    func()
}

func (c *counter) Tally(context.Context, time.Time) (int, error) {
	if len(c.batches) == 0 {
		return 0, c.failed
	}
	n := c.batches[0]
	c.batches = c.batches[1:]
	return n, nil
}

func (c *counter) Watch(context.Context, time.Time) (int, error) {
	c.watched++
	c.done()
	return 0, nil
}

func TestEverythingIsCountedBeforeTheFiguresAreLookedAt(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c := &counter{batches: []int{250, 250, 3}, done: cancel}
	Watch(ctx, c, slog.New(slog.DiscardHandler))
	is.Equal(t, "batches left", len(c.batches), 0)
	is.Equal(t, "looked", c.watched, 1)
}

func TestWhatFailsIsLoggedAndTriedAgainLater(t *testing.T) {
	var log bytes.Buffer
	c := &counter{failed: errors.New("count what is not counted: the disk is full")}
	wait := tally(context.Background(), c, slog.New(slog.NewJSONHandler(&log, nil)))
	is.Equal(t, "wait", wait, tallyEvery)
	if !strings.Contains(log.String(), "the disk is full") {
		t.Errorf("the log is silent: %s", log.String())
	}
	c.batches = []int{250}
	if wait := tally(context.Background(), c, slog.New(slog.DiscardHandler)); wait >= tallyEvery {
		t.Errorf("with more to count it waits %v", wait)
	}
}
