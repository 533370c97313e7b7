package intake

import (
	"context"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/is"
)

func TestLongMessagesWaitForOneAnotherAndShortOnesDoNot(t *testing.T) {
	r := newRoom()
	ctx := context.Background()
	first, err := r.enter(ctx, 3*longAtOnce) // longer than all the room: alone
	is.NoError(t, "the first", err)
	short, err := r.enter(ctx, longMessage-1)
	is.NoError(t, "a short one", err)
	short()

	hurried, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, err = r.enter(hurried, longMessage)
	is.Equal(t, "a long one that cannot wait", fault.KindOf(err), fault.Busy)

	entered := make(chan error, 1)
	go func() {
		leave, err := r.enter(ctx, longMessage)
		if err == nil {
			leave()
		}
		entered <- err
	}()
	first()
	is.NoError(t, "a long one that waits", <-entered)
	all, err := r.enter(ctx, longAtOnce)
	is.NoError(t, "all the room is free again", err)
	all()
}
