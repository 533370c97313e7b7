package main

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
)

// How much of the bodies of requests may be in memory at once, in bytes. A
// SOAP request shows who sends it in its body only, so without a limit anyone
// could fill the memory with bodies that do not end.
const (
	bodyFree  = 64 << 10 // of each body, for which nobody waits
	bodiesAll = 48 << 20 // of all longer bodies; one address may have half of it
)

// waitForRoom is how long a long body may wait for others: it must still arrive
// within readWithin.
const waitForRoom = 15 * time.Second

// bodyRoom is the memory that long bodies share, in the order in which they
// ask; an address that has its half waits without holding up others. It is safe
// for concurrent use.
type bodyRoom struct {
	most, mostEach int64

	mu      sync.Mutex
	used    int64
	each    map[access.Caller]int64
	waiting []*bodyWait // the oldest first
}

type bodyWait struct {
	from access.Caller
	n    int64
	in   chan struct{}
}

// newBodyRoom makes room enough that one address can always send one body of
// the largest size.
func newBodyRoom(maxMessage int64) *bodyRoom {
	largest := 2*maxMessage + bodyFree // a SOAP envelope: XML escapes
	most := max(bodiesAll, 2*largest)
	return &bodyRoom{most: most, mostEach: most / 2, each: map[access.Caller]int64{}}
}

// enter waits for n bytes of room; fault.Busy when they were not free in time.
func (b *bodyRoom) enter(ctx context.Context, from access.Caller, n int64) error {
	w := &bodyWait{from: from, n: n, in: make(chan struct{})}
	b.mu.Lock()
	b.waiting = append(b.waiting, w)
	b.admitLocked()
	b.mu.Unlock()
	end := time.NewTimer(waitForRoom)
	defer end.Stop()
	select {
	case <-w.in:
		return nil
	case <-end.C:
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, other := range b.waiting {
		if other == w {
			b.waiting = append(b.waiting[:i], b.waiting[i+1:]...)
			b.admitLocked() // it may have stood before others
			return fault.New(fault.Busy, "Too many long messages are on their way. Send this one again later.")
		}
	}
	return nil // it was let in meanwhile
}

// admitLocked lets in whom there is room for.
func (b *bodyRoom) admitLocked() {
	left := b.waiting[:0]
	full := false
	for _, w := range b.waiting {
		switch {
		case full || b.each[w.from]+w.n > b.mostEach:
			left = append(left, w)
		case b.used+w.n > b.most:
			full = true // smaller ones behind it must not keep it out for ever
			left = append(left, w)
		default:
			b.used += w.n
			b.each[w.from] += w.n
			close(w.in)
		}
	}
	clear(b.waiting[len(left):])
	b.waiting = left
}

// leave gives room back.
func (b *bodyRoom) leave(from access.Caller, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	if b.each[from] -= n; b.each[from] == 0 {
		delete(b.each, from)
	}
	b.admitLocked()
}

// roomFor makes long bodies wait for room before more than their beginning is
// read. What they take is theirs until they are answered.
func (b *bodyRoom) roomFor(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if 0 <= r.ContentLength && r.ContentLength <= bodyFree {
			next.ServeHTTP(w, r)
			return
		}
		body := &longBody{ReadCloser: r.Body, ctx: r.Context(), room: b, from: access.CallerAt(r.RemoteAddr), free: bodyFree, size: b.mostEach}
		if r.ContentLength > 0 {
			body.size = min(r.ContentLength, b.mostEach) // a longer one is refused by its door
		}
		defer func() {
			if body.inside {
				b.leave(body.from, body.size)
			}
		}()
		inner := r.WithContext(r.Context()) // a copy: the server keeps its own body
		inner.Body = body
		next.ServeHTTP(w, inner)
	})
}

// longBody is a body that waits for room when more than its free beginning is
// read. Whoever says little and sends nothing holds nothing.
type longBody struct {
	io.ReadCloser
	ctx    context.Context
	room   *bodyRoom
	from   access.Caller
	free   int64 // bytes that may still be read without room
	size   int64 // bytes of room that it needs
	inside bool
}

func (l *longBody) Read(p []byte) (int, error) {
	if l.inside || len(p) == 0 {
		return l.ReadCloser.Read(p)
	}
	if l.free == 0 {
		if err := l.room.enter(l.ctx, l.from, l.size); err != nil {
			return 0, err
		}
		l.inside = true
		return l.ReadCloser.Read(p)
	}
	n, err := l.ReadCloser.Read(p[:min(int64(len(p)), l.free)])
	l.free -= int64(n)
	return n, err
}
