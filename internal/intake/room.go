package intake

import (
	"context"

	"golang.org/x/sync/semaphore"

	"openiis/internal/fault"
)

// Reading, checking and storing a message takes some seven times its size, so
// what a hundred long ones take at once would be gigabytes. They wait for one
// another; short ones, which are nearly all, never do.
const (
	longMessage = 64 << 10 // bytes; shorter ones are not counted
	longAtOnce  = 16 << 20 // bytes of long messages that are worked on at once
)

// room is for the long messages that are worked on, in the order in which they
// came.
type room struct{ bytes *semaphore.Weighted }

func newRoom() room { return room{semaphore.NewWeighted(longAtOnce)} }

// enter waits until there is room for a message of a size. One that is longer
// than all the room has it alone.
func (r room) enter(ctx context.Context, size int) (leave func(), err error) {
	if size < longMessage {
		return func() {}, nil
	}
	n := int64(min(size, longAtOnce))
	if err := r.bytes.Acquire(ctx, n); err != nil {
		return nil, fault.Wrap(fault.Busy, err, "Too many long messages are on their way. Send this one again later.")
	}
	return func() { r.bytes.Release(n) }, nil
}
