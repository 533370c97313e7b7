package rest

import (
	"sync"

	"openiis/internal/access"
)

// How many files may be on their way at once: each may hold some
// megabytes of messages that wait to be answered.
const (
	maxBatches     = 32
	maxBatchesEach = 16 // from one address
)

// batches counts the files that are on their way. It is safe for concurrent
// use.
type batches struct {
	mu   sync.Mutex
	all  int
	each map[access.Caller]int
}

// enter counts one more file from a remote address, unless there are too many.
func (b *batches) enter(address string) (leave func(), ok bool) {
	from := access.CallerAt(address)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all >= maxBatches || b.each[from] >= maxBatchesEach {
		return nil, false
	}
	b.all++
	b.each[from]++
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.all--
		if b.each[from]--; b.each[from] == 0 {
			delete(b.each, from)
		}
	}, true
}
