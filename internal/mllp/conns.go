package mllp

import (
	"slices"
	"sync"
	"time"

	"openiis/internal/access"
)

// connections are those that are open. Strangers, who have not shown a good
// credential yet, have places of their own, so that they cannot take those of
// senders; and when these run out, the newest takes the place of an older one:
// a sender shows its credential at once, whoever only holds a place does not.
type connections struct {
	max     limits
	working sync.WaitGroup

	mu        sync.Mutex
	closed    bool
	known     map[*conn]struct{}
	strangers []*conn               // the oldest first
	bytes     map[access.Caller]int // of unfinished frames
	strange   int                   // bytes of unfinished frames of strangers
}

// limits are how many connections there may be, and how many bytes of
// unfinished frames.
type limits struct {
	known, strangers, strangersEach int
	bytesEach, strangeBytes         int
}

func newConnections(max limits) *connections {
	return &connections{max: max, known: map[*conn]struct{}{}, bytes: map[access.Caller]int{}}
}

// add makes room for a stranger. It reports false when senders have taken all
// places, or when it is too late.
func (c *connections) add(n *conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.known) >= c.max.known {
		return false
	}
	c.addStrangerLocked(n)
	return true
}

func (c *connections) addStrangerLocked(n *conn) {
	if c.strangersOf(n.caller) >= c.max.strangersEach {
		c.evictLocked(n.caller)
	} else if len(c.strangers) >= c.max.strangers {
		c.evictLocked(c.crowdLocked())
	}
	c.strangers = append(c.strangers, n)
}

func (c *connections) strangersOf(caller access.Caller) int {
	n := 0
	for _, s := range c.strangers {
		if s.caller == caller {
			n++
		}
	}
	return n
}

// crowdLocked is the address that has the most strangers.
func (c *connections) crowdLocked() access.Caller {
	return slices.MaxFunc(c.strangers, func(a, b *conn) int { return c.strangersOf(a.caller) - c.strangersOf(b.caller) }).caller
}

// evictLocked closes the oldest stranger of an address.
func (c *connections) evictLocked(caller access.Caller) {
	i := slices.IndexFunc(c.strangers, func(s *conn) bool { return s.caller == caller })
	_ = c.strangers[i].net.Close() // its own goroutine finds out
	c.strangers = slices.Delete(c.strangers, i, i+1)
}

// admit makes a stranger a known sender. It reports false when its place was
// taken meanwhile: the connection is closed.
func (c *connections) admit(n *conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.known[n]; ok {
		return true
	}
	i := slices.Index(c.strangers, n)
	if i < 0 {
		return false
	}
	c.strangers = slices.Delete(c.strangers, i, i+1)
	c.known[n] = struct{}{}
	c.strange -= n.held
	return true
}

// demote makes a known sender a stranger again.
func (c *connections) demote(n *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.known[n]; ok {
		delete(c.known, n)
		c.strange += n.held
		c.addStrangerLocked(n)
	}
}

// remove closes a connection.
func (c *connections) remove(n *conn) {
	c.release(n)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, n)
	if i := slices.Index(c.strangers, n); i >= 0 {
		c.strangers = slices.Delete(c.strangers, i, i+1)
	}
	_ = n.net.Close()
}

// hold accounts for more bytes of a connection's unfinished frame; it reports
// false when the others of its address, or all strangers, leave no room for
// them.
func (c *connections) hold(n *conn, more int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, known := c.known[n]
	if c.bytes[n.caller]+more > c.max.bytesEach || !known && c.strange+more > c.max.strangeBytes {
		return false
	}
	c.bytes[n.caller] += more
	if !known {
		c.strange += more
	}
	n.held += more
	return true
}

// release gives back what a connection held.
func (c *connections) release(n *conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.known[n]; !known {
		c.strange -= n.held
	}
	if c.bytes[n.caller] -= n.held; c.bytes[n.caller] == 0 {
		delete(c.bytes, n.caller)
	}
	n.held = 0
}

// wake ends every wait for input.
func (c *connections) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for n := range c.known {
		n.wake()
	}
	for _, n := range c.strangers {
		n.wake()
	}
}

// wake ends a connection's wait for input.
func (c *conn) wake() { _ = c.net.SetReadDeadline(time.Unix(1, 0)) } // a closed one needs none
