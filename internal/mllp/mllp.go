// Package mllp is the door of the minimal lower layer protocol (HL7 v2.5.1
// transport, appendix C of its implementation guide): messages in frames on a
// lasting connection, each answered in a frame before the next is taken.
//
// MLLP has no place for a credential. Here it travels in MSH-8 (Security) of the
// message, as username:password or username^password; a later message on the
// same connection may leave MSH-8 empty. So that no password is stored, MSH-8 is
// blanked before the message is kept: it is the one thing of a message that is
// not kept as it came (credential.go). A message without a valid credential is
// answered with AR and nothing of it is kept.
//
// It encrypts nothing: give Serve a TLS listener, or put it behind a tunnel.
// Start at Server.Serve; one connection is in conn.go, frames are in frame.go,
// and fault.go says how failures are acknowledged.
package mllp

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"openiis/internal/access"
	"openiis/internal/intake"
)

// Server is the listener and its limits. Set it up before Serve and do not
// change it after.
type Server struct {
	Desk *intake.Desk
	Gate *access.Gate
	Log  *slog.Logger // nil: nothing is logged

	MaxMessage int // bytes of one message; 0: 4 MB
	MaxConns   int // connections at once; more are closed at once; 0: 128
	// IdleTimeout is how long a connection whose sender is known may be silent
	// between frames; 0: 10 minutes. One whose sender is not has FrameTimeout.
	IdleTimeout time.Duration
	// FrameTimeout is how long a frame may take from its first byte to its
	// last, and its answer to be accepted; 0: 30 seconds.
	FrameTimeout time.Duration
	// Pause is how long an answer waits after too many wrong credentials; 0: a
	// second.
	Pause time.Duration
}

// The limits when Server says nothing.
const (
	defaultMaxMessage   = 4 << 20
	defaultMaxConns     = 128
	defaultIdleTimeout  = 10 * time.Minute
	defaultFrameTimeout = 30 * time.Second
	defaultPause        = time.Second
)

// Serve takes connections until ctx is done; then it takes no more, finishes
// the messages that it took, closes the connections and returns nil. A frame
// that is still arriving is not taken: its sender had no answer and sends it
// again. Any other end of the listener is an error. It closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	set := s.withDefaults()
	open := &connections{conns: map[net.Conn]struct{}{}}
	run, stop := context.WithCancel(ctx)
	defer stop()
	woken := make(chan struct{})
	context.AfterFunc(run, func() {
		defer close(woken)
		_ = l.Close() // Accept returns
		open.wake()
	})
	err := set.accept(run, l, open)
	if ctx.Err() != nil {
		err = nil
	}
	stop()
	<-woken
	open.working.Wait()
	return err
}

func (s *Server) withDefaults() *Server {
	set := *s
	if set.Log == nil {
		set.Log = slog.New(slog.DiscardHandler)
	}
	orDefault(&set.MaxMessage, defaultMaxMessage)
	orDefault(&set.MaxConns, defaultMaxConns)
	orDefault(&set.IdleTimeout, defaultIdleTimeout)
	orDefault(&set.FrameTimeout, defaultFrameTimeout)
	orDefault(&set.Pause, defaultPause)
	return &set
}

func orDefault[T int | time.Duration](v *T, otherwise T) {
	if *v <= 0 {
		*v = otherwise
	}
}

// accept takes connections until the listener ends. When the system is short of
// something (file descriptors, mostly), it waits and tries again.
func (s *Server) accept(ctx context.Context, l net.Listener, open *connections) error {
	wait := time.Duration(0)
	for {
		nc, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return err
			}
			wait = min(max(2*wait, 5*time.Millisecond), time.Second)
			s.Log.Warn("mllp cannot take connections for a moment", "error", err.Error())
			if !sleep(ctx, wait) {
				return ctx.Err()
			}
			continue
		}
		wait = 0
		if !open.add(nc, s.MaxConns) {
			s.Log.Warn("mllp has too many connections", "limit", s.MaxConns)
			_ = nc.Close()
			continue
		}
		open.working.Go(func() {
			defer open.remove(nc)
			s.serveConn(ctx, nc)
		})
	}
}

// sleep waits, and reports false when ctx was done before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// connections are those that are open.
type connections struct {
	working sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
}

func (c *connections) add(nc net.Conn, limit int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || len(c.conns) >= limit {
		return false
	}
	c.conns[nc] = struct{}{}
	return true
}

func (c *connections) remove(nc net.Conn) {
	c.mu.Lock()
	delete(c.conns, nc)
	c.mu.Unlock()
	_ = nc.Close()
}

// wake ends every wait for input.
func (c *connections) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for nc := range c.conns {
		_ = nc.SetReadDeadline(time.Unix(1, 0)) // a closed one needs no waking
	}
}
