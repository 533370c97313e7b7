package rest

import (
	"context"
	"sync"
	"time"

	"openiis/internal/access"
)

// How many files may be on their way at once: each may hold some
// megabytes of messages that wait to be answered.
const (
	maxBatches     = 32
	maxBatchesEach = 16 // from one address
)

// waitForBatch is how long a file may wait for others. A client that has read
// the whole answer to one file and sends the next is often faster than the end
// of the first: it must not be refused for that.
const waitForBatch = 10 * time.Second

// batches counts the files that are on their way. It is safe for concurrent
// use.
type batches struct {
	mu   sync.Mutex
	all  int
	each map[access.Caller]int
	left chan struct{} // closed when one more has left
}

func newBatches() *batches {
	return &batches{each: map[access.Caller]int{}, left: make(chan struct{})}
}

// enter counts one more file from a remote address, waiting a while for others
// to leave; not ok when there are too many for too long, or ctx is done.
func (b *batches) enter(ctx context.Context, address string) (leave func(), ok bool) {
	from := access.CallerAt(address)
	end := time.NewTimer(waitForBatch)
	defer end.Stop()
	for {
		left, entered := b.try(from)
		if entered {
			return func() { b.leave(from) }, true
		}
		select {
		case <-left:
		case <-end.C:
			return nil, false
		case <-ctx.Done():
			return nil, false
		}
	}
}

// try counts one more file unless there are too many; left is closed when that
// may have changed.
func (b *batches) try(from access.Caller) (left <-chan struct{}, entered bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all >= maxBatches || b.each[from] >= maxBatchesEach {
		return b.left, false
	}
	b.all++
	b.each[from]++
	return nil, true
}

func (b *batches) leave(from access.Caller) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all--
	if b.each[from]--; b.each[from] == 0 {
		delete(b.each, from)
	}
	close(b.left)
	b.left = make(chan struct{})
}
