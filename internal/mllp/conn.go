package mllp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/iz"
)

// conn is one connection.
type conn struct {
	*Server
	net    net.Conn
	ctx    context.Context // done when the server stops
	caller access.Caller
	frames frames
	// known is the credential that was good last on this connection. It is
	// verified for every message all the same: a password that is replaced ends
	// with it.
	known credential
}

func (s *Server) serveConn(ctx context.Context, nc net.Conn) {
	c := &conn{Server: s, net: nc, ctx: ctx, caller: callerOf(nc)}
	c.frames = frames{r: bufio.NewReaderSize(nc, 16<<10), max: s.MaxMessage, begun: func() error { return c.readWithin(s.FrameTimeout) }}
	for c.one() {
	}
}

// callerOf is the remote address without its port.
func callerOf(nc net.Conn) access.Caller {
	addr := nc.RemoteAddr().String()
	if host, _, err := net.SplitHostPort(addr); err == nil {
		addr = host
	}
	return access.Caller(addr)
}

// readWithin sets the time until which reading must succeed. It fails when the
// server stops: whoever wakes the connection does so after that.
func (c *conn) readWithin(d time.Duration) error {
	if err := c.net.SetReadDeadline(time.Now().Add(d)); err != nil {
		return err
	}
	return c.ctx.Err()
}

// one takes one frame and answers it, and reports whether another may follow.
func (c *conn) one() bool {
	wait := c.IdleTimeout
	if c.known.isZero() {
		wait = c.FrameTimeout // a stranger's silence costs a connection
	}
	if c.readWithin(wait) != nil {
		return false
	}
	raw, err := c.frames.next()
	switch {
	case errors.Is(err, errTooLong):
		c.send(c.refuse(nil, fault.New(fault.TooLarge, "The message is longer than the limit of %d bytes. Send it in smaller parts.", c.MaxMessage)), iis.Sender{}, time.Now())
		c.linger()
		return false
	case err != nil:
		c.logEnd(err)
		return false
	}
	begun := time.Now()
	// What was taken is finished, even when the server stops meanwhile.
	reply, from := c.take(context.WithoutCancel(c.ctx), raw)
	return c.send(reply, from, begun)
}

// reply is an answer, and the failure behind it that only the log tells.
type reply struct {
	intake.Reply
	err error
}

// take finds out who sends and hands the message on.
func (c *conn) take(ctx context.Context, raw []byte) (reply, iis.Sender) {
	from, err := c.sender(ctx, raw)
	if err != nil {
		return c.refuse(raw, err), from
	}
	r, err := c.Desk.Message(ctx, from, iis.DoorMLLP, withoutSecurity(raw))
	if err != nil && !intake.IsNoMessage(err) {
		refused := c.refuse(raw, err)
		refused.Submission, refused.Kind = r.Submission, r.Kind
		return refused, from
	}
	return reply{Reply: r}, from
}

var errNoCredential = errors.New("mllp: no credential")

// sender is who sends: by the message's own credential, or else by the one that
// was good before.
func (c *conn) sender(ctx context.Context, raw []byte) (iis.Sender, error) {
	sent := credentialOf(raw)
	if sent.isZero() {
		sent = c.known
	}
	if sent.isZero() {
		return iis.Sender{}, errNoCredential
	}
	from, err := c.Gate.Sender(ctx, c.caller, sent.username, sent.password)
	switch fault.KindOf(err) {
	case fault.Denied:
		c.known = credential{}
	case fault.Busy:
		sleep(c.ctx, c.Pause)
	}
	if err == nil {
		c.known = sent
	}
	return from, err
}

// refuse acknowledges a message that was not taken.
func (c *conn) refuse(raw []byte, err error) reply {
	a := answer{iz.AckReject, noCredential}
	if err != errNoCredential {
		a = answerTo(err)
	}
	r := reply{Reply: intake.Reply{Kind: "?", Ack: a.ack, Findings: iis.Findings{a.finding}}}
	if a.ack == iz.AckReject {
		r.Bytes = c.Desk.Decline(raw, a.finding)
		return r
	}
	r.Bytes, r.err = c.Desk.Failed(raw), err
	return r
}

// send writes an answer and the message's line in the log, and reports whether
// the connection is still good.
func (c *conn) send(r reply, from iis.Sender, begun time.Time) bool {
	err := c.net.SetWriteDeadline(time.Now().Add(c.FrameTimeout))
	if err == nil {
		_, err = c.net.Write(framed(r.Bytes))
	}
	attrs := []any{"door", string(iis.DoorMLLP), "sender", from.Facility, slog.Any("", r.Reply), "ms", time.Since(begun).Milliseconds()}
	if err != nil {
		attrs = append(attrs, "unsent", err.Error())
	}
	if r.err != nil {
		c.Log.Error("message", append(attrs, "error", r.err.Error())...)
	} else {
		c.Log.Info("message", attrs...)
	}
	return err == nil
}

// logEnd tells of a connection that ended in the middle of a frame. One that
// ends between frames is as it should be.
func (c *conn) logEnd(err error) {
	if c.frames.inside && c.ctx.Err() == nil {
		c.Log.Info("mllp frame without an end", "door", string(iis.DoorMLLP), "timeout", isTimeout(err))
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// How much of what still comes is read before a connection is closed on a
// sender that is not done: closing at once would take the answer back.
const (
	lingerFor   = time.Second
	lingerBytes = 16 << 20
)

func (c *conn) linger() {
	if half, ok := c.net.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // it is about to be closed anyway
	}
	if c.readWithin(lingerFor) == nil {
		_, _ = io.CopyN(io.Discard, c.net, lingerBytes)
	}
}
