package store

import (
	"sync"

	"openiis/internal/fault"
)

// running counts the transactions that are under way, so that Close can wait
// for them. Its zero value is open.
type running struct {
	mu      sync.Mutex
	closed  bool
	pending sync.WaitGroup // grows only under mu and before closed
}

// errStopping is told to whoever comes after Close was called.
var errStopping = fault.New(fault.Busy, "The registry is stopping. Please try again in a moment.")

// begin counts one in, until end; fault.Busy after close.
func (r *running) begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return errStopping
	}
	r.pending.Add(1)
	return nil
}

// end counts one out.
func (r *running) end() { r.pending.Done() }

// close lets nobody begin any more, and returns when the last has ended.
func (r *running) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.pending.Wait()
}
