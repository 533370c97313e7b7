package jobs

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"openiis/internal/is"
	"openiis/test/world"
)

// box is an outbox with so many mails, the second of which fails once.
type box struct {
	off       bool
	left      atomic.Int64
	delivered atomic.Int64
}

func (b *box) On() bool { return !b.off }

func (b *box) Deliver(context.Context) (bool, error) {
	if b.left.Add(-1) < 0 {
		return false, nil
	}
	if b.delivered.Add(1) == 2 {
		return false, errors.New("the disk is full")
	}
	return true, nil
}

func TestMailsAreSentOneAfterTheOtherAndATroubleIsLogged(t *testing.T) {
	b, log := &box{}, &world.Log{}
	b.left.Store(2)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { Mail(ctx, b, log.Logger()); close(done) }()
	for b.delivered.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	for !strings.Contains(log.String(), "mails could not be sent") {
		time.Sleep(time.Millisecond)
	}
	stop()
	<-done
	Mail(context.Background(), &box{off: true}, log.Logger()) // ends at once
}

func TestRemindersAreWrittenAndOldMailsRemovedAtTheBeginning(t *testing.T) {
	log := &world.Log{}
	ctx, stop := context.WithCancel(context.Background())
	var calls atomic.Int64
	Remind(ctx, func(context.Context) error { stop(); return nil }, log.Logger(),
		func(context.Context) (int, error) { calls.Add(1); return 3, nil },
		func(context.Context) (int, error) { calls.Add(1); return 0, errors.New("no") })
	is.Equal(t, "calls", calls.Load(), 2)
	if text := log.String(); !strings.Contains(text, `"records":3`) || !strings.Contains(text, "reminders could not be written") {
		t.Errorf("the log says %s", text)
	}
}
