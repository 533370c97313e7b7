package mllp

import (
	"bufio"
	"context"
	"crypto/tls"
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
	open   *connections
	ctx    context.Context // done when the server stops
	caller access.Caller
	frames frames
	held   int // bytes of the frame on its way that are accounted for; guarded by open
	// known is the credential that was good last on this connection. It is
	// verified for every message all the same: a password that is replaced ends
	// with it.
	known credential
	// certified says that the sender was known by its certificate last, without a credential.
	certified bool
}

func (s *Server) newConn(ctx context.Context, nc net.Conn, open *connections) *conn {
	c := &conn{Server: s, net: nc, open: open, ctx: ctx, caller: access.CallerAt(nc.RemoteAddr().String())}
	c.frames = frames{
		r: bufio.NewReaderSize(nc, bufferSize), max: s.MaxMessage,
		begun: func() error { return c.readWithin(c.patience(s.FrameTimeout)) },
		hold:  func(more int) bool { return open.hold(c, more) },
	}
	return c
}

// patience is how long a connection may take for something: a stranger's
// silence costs a place.
func (c *conn) patience(ofKnown time.Duration) time.Duration {
	if c.known.isZero() && !c.certified {
		return c.StrangerTimeout
	}
	return ofKnown
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
	if c.readWithin(c.patience(c.IdleTimeout)) != nil {
		return false
	}
	raw, err := c.frames.next()
	if err != nil {
		c.unread(err)
		return false
	}
	defer c.open.release(c)
	begun := time.Now()
	// What was taken is finished, even when the server stops meanwhile.
	reply, from, ok := c.take(context.WithoutCancel(c.ctx), raw)
	return ok && c.send(reply, from, begun)
}

// unread ends a connection whose frame could not be read to its end.
func (c *conn) unread(err error) {
	c.open.release(c)
	switch {
	case errors.Is(err, errTooLong):
		err = fault.New(fault.TooLarge, "The message is longer than the limit of %d bytes. Send it in smaller parts.", c.MaxMessage)
	case errors.Is(err, errNoRoom):
		err = fault.New(fault.Busy, "Too many long messages are on their way from your address. Send one after the other.")
	default:
		c.logEnd(err)
		return
	}
	c.send(c.refuse(nil, err), iis.Sender{}, time.Now())
	c.linger()
}

// reply is an answer, and the failure behind it that only the log tells.
type reply struct {
	intake.Reply
	err error
}

// take finds out who sends and hands the message on. It reports false when the
// connection was closed meanwhile: then nothing was taken.
func (c *conn) take(ctx context.Context, raw []byte) (r reply, from iis.Sender, ok bool) {
	if t, ok := c.net.(*tls.Conn); ok { // a message has come: the handshake is done
		if chains := t.ConnectionState().VerifiedChains; len(chains) > 0 {
			ctx = access.Certified(ctx, chains[0][0])
		}
	}
	from, err := c.sender(ctx, raw)
	if err != nil {
		return c.refuse(raw, err), from, true
	}
	if !c.open.admit(c) {
		return reply{}, from, false
	}
	got, err := c.Desk.Message(ctx, from, iis.DoorMLLP, withoutSecurity(raw))
	if err != nil && !intake.IsNoMessage(err) {
		r = c.refuse(raw, err)
		r.Submission, r.Kind = got.Submission, got.Kind
		return r, from, true
	}
	return reply{Reply: got}, from, true
}

var errNoCredential = errors.New("mllp: no credential")

// sender is who sends: by the message's own credential, or else by the one that
// was good before.
func (c *conn) sender(ctx context.Context, raw []byte) (iis.Sender, error) {
	sent := credentialOf(raw)
	if sent.isZero() {
		sent = c.known
	}
	byCertificate := sent.isZero() && access.IsCertified(ctx)
	if sent.isZero() && !byCertificate {
		return iis.Sender{}, errNoCredential
	}
	from, err := c.Gate.Sender(ctx, c.caller, sent.username, sent.password)
	switch fault.KindOf(err) {
	case fault.Denied:
		c.known, c.certified = credential{}, false
		c.open.demote(c)
	case fault.Busy:
		sleep(c.ctx, c.Pause)
	}
	if err == nil {
		c.known, c.certified = sent, byCertificate
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
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("door", string(iis.DoorMLLP)), slog.String("sender", from.Facility), slog.Any("", r.Reply),
		slog.Int64("ms", time.Since(begun).Milliseconds()),
	}
	if err != nil {
		attrs = append(attrs, slog.String("unsent", err.Error()))
	}
	if r.err != nil {
		attrs, level = append(attrs, slog.String("error", r.err.Error())), slog.LevelError
	}
	c.Log.LogAttrs(c.ctx, level, "message", attrs...)
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
