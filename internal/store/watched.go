package store

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// watchedFor is how long what was read holds: a change takes effect within it,
// whatever delays the next look.
const watchedFor = 900 * time.Millisecond

// Watched is what all programs on a registry hold in memory, so that no message pays
// for a read of it: it is read anew within a second of any program's changing it. It
// is safe for concurrent use.
type Watched[T any] struct {
	store   *Store
	version func(*Tx) (string, error)
	read    func(*Tx) (T, error)
	held    atomic.Pointer[held[T]]
	mu      sync.Mutex // held by whoever looks
}

// held is what was read. It never changes.
type held[T any] struct {
	version string
	looked  time.Time // when the version was asked for
	value   T
}

// Watch watches what a function reads: it is read anew when its version is another.
func Watch[T any](s *Store, version func(*Tx) (string, error), read func(*Tx) (T, error)) *Watched[T] {
	return &Watched[T]{store: s, version: version, read: read}
}

// Now is what was read, not older than a second, and its version.
func (w *Watched[T]) Now(ctx context.Context) (value T, version string, err error) {
	h := w.held.Load()
	if h == nil || time.Since(h.looked) > watchedFor {
		if err := w.Look(ctx); err != nil {
			return value, "", err
		}
		h = w.held.Load()
	}
	return h.value, h.version, nil
}

// Look asks whether the version changed, and reads anew if it did: jobs.Look does
// every moment, so that no message waits for it. Those who come while somebody looks
// share the answer.
func (w *Watched[T]) Look(ctx context.Context) error {
	came := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	old := w.held.Load()
	if old != nil && old.looked.After(came) {
		return nil
	}
	now := held[T]{looked: time.Now()}
	err := w.store.Read(ctx, func(tx *Tx) (err error) {
		// the version first: what is changed between the two reads is read again
		if now.version, err = w.version(tx); err != nil {
			return err
		}
		if old != nil && old.version == now.version {
			now.value = old.value
			return nil
		}
		now.value, err = w.read(tx)
		return err
	})
	if err == nil {
		w.held.Store(&now)
	}
	return err
}
