package rest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
)

// stallsFor is how long a batch may stand still in either direction.
const stallsFor = time.Minute

// keptInMemory is how much of the answers waits in memory; more waits in a
// file.
const keptInMemory = 1 << 20

// batch takes a file of messages as it streams in. The answers wait until the
// last message was read: most clients send their whole request before they
// read, and would block for ever against a server that wants to answer first.
//
// When the server is told to stop, it reads no further, and answers 503 with the
// answers to what was taken; the last of them says what remains.
func (d *door) batch(q *request) error {
	if d.Stopping.Err() != nil {
		return fault.New(fault.Busy, "We are stopping. Send the file later.")
	}
	if err := d.admit(q, d.MaxBatch); err != nil {
		return err
	}
	leave, ok := d.batches.enter(q.r.Context(), q.r.RemoteAddr)
	if !ok {
		return fault.New(fault.Busy, "Too many files are on their way. Send one after the other.")
	}
	defer leave()
	ctx, stop := context.WithCancel(q.r.Context())
	defer stop()
	rc := http.NewResponseController(q.w)
	body := &moving{ctx: ctx, r: http.MaxBytesReader(q.w, q.r.Body, d.MaxBatch), allow: d.stalls, deadline: rc.SetReadDeadline}
	defer context.AfterFunc(d.Stopping, func() { stop(); body.wake() })()
	answers := &spool{}
	defer answers.close()
	result, err := d.desk.Batch(ctx, intake.Batch{
		From: q.from, Door: iis.DoorHTTP, Max: int(d.MaxMessage),
		Each: func(t intake.Taken) { d.logTaken(q, t) },
	}, body, answers)
	q.attrs = append(q.attrs, slog.Int("messages", result.Messages), slog.Int("aa", result.AA), slog.Int("ae", result.AE),
		slog.Int("ar", result.AR), slog.Int("failed", result.Failed), slog.Int("stray", result.Stray))
	to := &moving{ctx: context.Background(), w: q.w, allow: d.stalls, deadline: rc.SetWriteDeadline}
	_ = to.extend() // the time for the answer begins now; a connection that cannot be timed has none
	switch {
	case err != nil && d.Stopping.Err() != nil:
		return d.sendCut(q, rc, answers, to)
	case body.err != nil:
		return takenBefore(unread(body.err, d.MaxBatch), result.Messages)
	case err != nil:
		return err
	case result.Messages == 0:
		return fault.New(fault.Invalid, "There is no HL7 message in the request: no line begins with MSH.")
	}
	return send(q, http.StatusOK, answers, to)
}

// send sends the answers to a file.
func send(q *request, status int, answers *spool, to *moving) error {
	q.w.Header().Set("Content-Type", mediaType)
	q.w.Header().Set("Content-Length", strconv.FormatInt(answers.size, 10))
	q.w.WriteHeader(status)
	if err := answers.copyTo(to); err != nil && to.err == nil {
		return err // ours; a client that went away cannot be told
	}
	return nil
}

// lingerFor is how long a client may go on sending a file that was cut: closing
// at once would take the answer back from those who read it only afterwards.
const lingerFor = 5 * time.Second

// sendCut sends the answers to a file that was cut, and passes over what still
// comes of it.
func (d *door) sendCut(q *request, rc *http.ResponseController, answers *spool, to *moving) error {
	q.w.Header().Set("Connection", "close")
	q.w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	q.attrs = append(q.attrs, slog.Int("status", http.StatusServiceUnavailable))
	if err := rc.EnableFullDuplex(); err != nil { // or the server would wait for the rest first
		return err
	}
	if err := send(q, http.StatusServiceUnavailable, answers, to); err != nil {
		return err
	}
	if rc.Flush() == nil && rc.SetReadDeadline(time.Now().Add(min(lingerFor, d.stalls))) == nil {
		_, _ = io.Copy(io.Discard, q.r.Body) // whatever ends it, the answer was sent
	}
	return nil
}

// takenBefore adds to a refusal that part of the file was taken. Sending it
// again does no harm: the same report twice is one.
func takenBefore(err error, messages int) error {
	status, say := http.StatusBadRequest, err.Error()
	var own refusal
	if errors.As(err, &own) {
		status = own.status
	} else {
		status = statusOf(fault.KindOf(err))
	}
	if messages > 0 {
		say += " The first " + strconv.Itoa(messages) + " messages of the file were taken; it does no harm to send them again."
	}
	return refusal{status, say}
}

// logTaken is the line of one message of a batch.
func (d *door) logTaken(q *request, t intake.Taken) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("door", string(iis.DoorHTTP)), slog.String("sender", q.from.Facility), slog.Any("", t.Reply),
		slog.Int64("ms", t.Took.Milliseconds()),
	}
	if t.Err != nil {
		attrs, level = append(attrs, slog.String("error", t.Err.Error())), slog.LevelError
	}
	d.Log.LogAttrs(q.r.Context(), level, "message", attrs...)
}

// moving is one direction of a connection that may take any time as long as it
// moves and ctx is not done.
type moving struct {
	ctx      context.Context
	r        io.Reader
	w        io.Writer
	allow    time.Duration
	deadline func(time.Time) error
	err      error // why the connection failed, but for the end of reading
}

func (m *moving) Read(p []byte) (int, error) {
	if err := m.extend(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}

func (m *moving) Write(p []byte) (int, error) {
	if err := m.extend(); err != nil {
		return 0, err
	}
	n, err := m.w.Write(p)
	if err != nil {
		m.err = err
	}
	return n, err
}

// extend gives the connection more time. It fails when ctx is done: whoever
// wakes the connection does so after that.
func (m *moving) extend() error {
	err := m.deadline(time.Now().Add(m.allow))
	if errors.Is(err, http.ErrNotSupported) { // not a connection
		err = nil
	}
	if err != nil {
		m.err = err
		return err
	}
	return m.ctx.Err()
}

// wake ends a wait for the connection.
func (m *moving) wake() { _ = m.deadline(time.Unix(1, 0)) } // what is no connection does not wait

// spool keeps what is written until it is copied out: a little in memory, more
// in a file that has no name, so that nothing of it is left behind.
type spool struct {
	memory []byte
	file   *os.File
	size   int64
}

func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil && len(s.memory)+len(p) > keptInMemory {
		if err := s.toFile(); err != nil {
			return 0, err
		}
	}
	s.size += int64(len(p))
	if s.file == nil {
		s.memory = append(s.memory, p...)
		return len(p), nil
	}
	return s.file.Write(p)
}

func (s *spool) toFile() error {
	f, err := os.CreateTemp("", "openiis-answers-*") // readable by us alone
	if err != nil {
		return err
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	_, err = f.Write(s.memory)
	s.memory = nil
	return err
}

// copyTo writes everything to w, in pieces small enough for the slowest client
// that still moves.
func (s *spool) copyTo(w io.Writer) error {
	if s.file == nil {
		_, err := w.Write(s.memory)
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{s.file}, make([]byte, 32<<10))
	return err
}

func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close() // nothing of it is wanted any more
	}
}
