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
// It encrypts nothing: give Serve a TLS listener, or put it behind a tunnel. Over TLS a
// sender may show a certificate beside its credential, or instead (access.Gate.Sender).
// Start at Server.Serve; one connection is in conn.go, how many there may be in
// conns.go, frames are in frame.go, and fault.go says how failures are
// acknowledged.
package mllp

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"openiis/internal/access"
	"openiis/internal/iis"
	"openiis/internal/intake"
)

// Desk takes messages (intake.Desk).
type Desk interface {
	Message(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) (intake.Reply, error)
	Decline(raw []byte, f iis.Finding) []byte
	Failed(raw []byte) []byte
}

// Gate knows senders by their credential (access.Gate).
type Gate interface {
	Sender(ctx context.Context, from access.Caller, username, password string) (iis.Sender, error)
}

// Server is the listener and its limits. Set it up before Serve and do not
// change it after.
type Server struct {
	Desk Desk
	Gate Gate
	Log  *slog.Logger // nil: nothing is logged

	MaxMessage int // bytes of one message; 0: 4 MB
	// MaxConns is how many connections of known senders there may be; more are
	// closed at once; 0: 512.
	MaxConns int
	// MaxStrangers is how many connections may be without a good credential
	// yet, in all and from one address; the next takes the place of the oldest;
	// 0: 64 and 16.
	MaxStrangers, MaxStrangersEach int
	// MaxUnfinished is how many bytes the frames may have, from one address, that
	// are on their way at once, beside 16 KB of each; 0: eight messages of
	// MaxMessage. All strangers together have half of it.
	MaxUnfinished int

	// IdleTimeout is how long a known sender may be silent between frames; 0:
	// 10 minutes.
	IdleTimeout time.Duration
	// StrangerTimeout is how long a stranger may take until a frame begins, and
	// again until it ends; 0: 10 seconds.
	StrangerTimeout time.Duration
	// FrameTimeout is how long a known sender's frame may take from its first
	// byte to its last, and an answer to be accepted; 0: 30 seconds.
	FrameTimeout time.Duration
	// Pause is how long an answer waits after too many wrong credentials; 0: a
	// second.
	Pause time.Duration
}

// The limits when Server says nothing.
const (
	defaultMaxMessage       = 4 << 20
	defaultMaxConns         = 512
	defaultMaxStrangers     = 64
	defaultMaxStrangersEach = 16
	unfinishedMessages      = 8 // of MaxMessage
	defaultIdleTimeout      = 10 * time.Minute
	defaultStrangerTimeout  = 10 * time.Second
	defaultFrameTimeout     = 30 * time.Second
	defaultPause            = time.Second
)

// Serve takes connections until ctx is done; then it takes no more, finishes
// the messages that it took, closes the connections and returns nil. A frame
// that is still arriving is not taken: its sender had no answer and sends it
// again. Any other end of the listener is an error. It closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	set := s.withDefaults()
	open := newConnections(limits{
		known: set.MaxConns, strangers: set.MaxStrangers, strangersEach: set.MaxStrangersEach,
		bytesEach: set.MaxUnfinished, strangeBytes: set.MaxUnfinished / 2,
	})
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
	orDefault(&set.MaxStrangers, defaultMaxStrangers)
	orDefault(&set.MaxStrangersEach, defaultMaxStrangersEach)
	orDefault(&set.MaxUnfinished, unfinishedMessages*set.MaxMessage)
	orDefault(&set.IdleTimeout, defaultIdleTimeout)
	orDefault(&set.StrangerTimeout, defaultStrangerTimeout)
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
		c := s.newConn(ctx, nc, open)
		if !open.add(c) {
			s.Log.Warn("mllp has too many connections", "limit", s.MaxConns)
			_ = nc.Close()
			continue
		}
		open.working.Go(func() {
			defer open.remove(c)
			for c.one() {
			}
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
