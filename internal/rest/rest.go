// Package rest is the HTTP door: one HL7 message in a request, its answer in
// the response; or a file of messages, answered one by one.
//
// It asks who sends, hands the body on and sends the answer back; what is in a
// message it does not read. A message that is wrong is an answer with status
// 200; what could not be taken at all is a status and one plain sentence
// (fault.go). Start at Handler; files are in batch.go.
package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
)

// The limits when Options say nothing.
const (
	DefaultMaxMessage = 4 << 20
	DefaultMaxBatch   = 1 << 30
)

// maxCredential is the longest user name or password, in bytes, that is worth
// checking: hashing a longer one would be work for a stranger.
const maxCredential = 1024

// Options are the limits of the door, and its log.
type Options struct {
	MaxMessage int64        // bytes of one message; 0: DefaultMaxMessage
	MaxBatch   int64        // bytes of a file; 0: DefaultMaxBatch
	Log        *slog.Logger // nil: nothing is logged
	// Stopping is done when the server is told to stop: then no more messages of
	// a batch are taken, and those that were are answered. Nil: never.
	Stopping context.Context

	// Receipts, when there is one, serves GET /hl7/receipts/{number}.
	Receipts Receipts

	stalls time.Duration // how long a batch may stand still; 0: stallsFor
}

// Desk takes messages (intake.Desk).
type Desk interface {
	Message(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) (intake.Reply, error)
	Batch(ctx context.Context, b intake.Batch, r io.Reader, w io.Writer) (intake.BatchResult, error)
}

// Gate knows senders by their credential (access.Gate).
type Gate interface {
	Sender(ctx context.Context, from access.Caller, username, password string) (iis.Sender, error)
}

// Handler serves POST /hl7, POST /hl7/batch and, with Options.Receipts, GET
// /hl7/receipts/{number}. It is safe for concurrent use.
// How long one message may take to arrive is for the server to limit; a batch
// may take as long as it moves.
func Handler(desk Desk, gate Gate, o Options) http.Handler {
	if o.MaxMessage <= 0 {
		o.MaxMessage = DefaultMaxMessage
	}
	if o.MaxBatch <= 0 {
		o.MaxBatch = DefaultMaxBatch
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Stopping == nil {
		o.Stopping = context.Background()
	}
	if o.stalls <= 0 {
		o.stalls = stallsFor
	}
	d := &door{desk: desk, gate: gate, batches: newBatches(), Options: o}
	mux := http.NewServeMux() // answers 405 with Allow by itself
	mux.HandleFunc("POST /hl7", d.serve("message", d.message))
	mux.HandleFunc("POST /hl7/batch", d.serve("batch", d.batch))
	if o.Receipts != nil {
		mux.HandleFunc("GET "+receiptPath+"{number}", d.serve("receipt", d.receipt))
	}
	return mux
}

type door struct {
	desk    Desk
	gate    Gate
	batches *batches
	Options
}

// request is one request on its way, and the line of the log that it will be.
type request struct {
	w     http.ResponseWriter
	r     *http.Request
	from  iis.Sender
	attrs []slog.Attr
}

// serve runs one kind of request: its errors are answered, and it has its line
// in the log.
func (d *door) serve(what string, do func(*request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		q := &request{w: w, r: r}
		w.Header().Set("Cache-Control", "no-store") // the answer may be about a patient
		w.Header().Set("X-Content-Type-Options", "nosniff")
		err := do(q)
		q.attrs = append(q.attrs, slog.String("door", string(iis.DoorHTTP)), slog.String("sender", q.from.Facility),
			slog.Int64("ms", time.Since(begun).Milliseconds()))
		level := slog.LevelInfo
		if err != nil {
			status := d.refuse(w, err)
			q.attrs = append(q.attrs, slog.Int("status", status))
			if status >= http.StatusInternalServerError { // the error holds ids only
				q.attrs, level = append(q.attrs, slog.String("error", err.Error())), slog.LevelError
			}
		}
		d.Log.LogAttrs(r.Context(), level, what, q.attrs...)
	}
}

// message takes one message. What is wrong with the request comes first, then
// who sends, and the body is read last.
func (d *door) message(q *request) error {
	if err := d.admit(q, d.MaxMessage); err != nil {
		return err
	}
	raw, err := d.body(q)
	if err != nil {
		return unread(err, d.MaxMessage)
	}
	reply, err := d.desk.Message(q.r.Context(), q.from, iis.DoorHTTP, raw)
	q.attrs = append(q.attrs, slog.Any("", reply))
	switch {
	case err != nil && intake.IsNoMessage(err) && isFile(raw):
		return refusal{http.StatusBadRequest, "This is a file of messages: it begins with FHS or BHS. Send it to /hl7/batch."}
	case err != nil:
		return err
	}
	d.linkReceipt(q, reply.Submission)
	q.w.Header().Set("Content-Type", mediaType)
	q.w.Header().Set("Content-Length", strconv.Itoa(len(reply.Bytes)))
	_, _ = q.w.Write(reply.Bytes) // the client went away: there is nobody to tell
	return nil
}

// readAtOnce is the longest body, in bytes, for which there is room before any
// of it is here.
const readAtOnce = 64 << 10

// body reads the body of one message.
func (d *door) body(q *request) ([]byte, error) {
	if n := q.r.ContentLength; 0 <= n && n <= readAtOnce {
		raw := make([]byte, n)
		_, err := io.ReadFull(q.r.Body, raw)
		return raw, err
	}
	return io.ReadAll(http.MaxBytesReader(q.w, q.r.Body, d.MaxMessage))
}

// isFile reports a text that begins as a file of messages does, whatever framing
// stands before.
func isFile(raw []byte) bool {
	raw = bytes.TrimLeftFunc(raw, func(r rune) bool { return r <= ' ' || r == '\ufeff' })
	return bytes.HasPrefix(raw, []byte("FHS")) || bytes.HasPrefix(raw, []byte("BHS"))
}

// admit decides whether the body will be read at all.
func (d *door) admit(q *request, limit int64) error {
	if err := checkMedia(q.r.Header); err != nil {
		return err
	}
	if q.r.ContentLength > limit {
		q.w.Header().Set("Connection", "close") // what follows is never read
		return tooLarge(limit)
	}
	return d.identify(q)
}

// identify finds who sends.
func (d *door) identify(q *request) error {
	username, password, _ := q.r.BasicAuth()
	if len(username) > maxCredential || len(password) > maxCredential {
		return fault.New(fault.Denied, "The user name or the password is wrong.")
	}
	if username == "" && password == "" && access.IsCertified(q.r.Context()) {
		var err error
		q.from, err = d.gate.Sender(q.r.Context(), access.CallerAt(q.r.RemoteAddr), "", "")
		return err
	}
	if username == "" || password == "" {
		return fault.New(fault.Denied, "Send your user name and password with HTTP Basic authentication.")
	}
	var err error
	q.from, err = d.gate.Sender(q.r.Context(), access.CallerAt(q.r.RemoteAddr), username, password)
	return err
}

// mediaType is that of every HL7 answer.
const mediaType = "application/hl7-v2; charset=utf-8"

// checkMedia refuses a body that is said to be something else. One that does
// not say passes: the body shows what it is.
func checkMedia(h http.Header) error {
	if e := strings.TrimSpace(h.Get("Content-Encoding")); e != "" && !strings.EqualFold(e, "identity") {
		return refusal{http.StatusUnsupportedMediaType, "The request is compressed. Send it without Content-Encoding."}
	}
	sent := h.Get("Content-Type")
	if sent == "" || sent == "application/hl7-v2" {
		return nil
	}
	typ, _, err := mime.ParseMediaType(sent)
	if err != nil { // a bad parameter does not make it another type
		typ, _, _ = strings.Cut(sent, ";")
		typ = strings.ToLower(strings.TrimSpace(typ))
	}
	switch typ {
	case "application/hl7-v2", "application/hl7-v2+er7", "x-application/hl7-v2+er7", "text/plain":
		return nil
	}
	return refusal{http.StatusUnsupportedMediaType, "The body is not said to be an HL7 message. Send it with Content-Type: application/hl7-v2."}
}

func tooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "The request is larger than this service takes: the limit is %d bytes. Send it in smaller parts.", limit)
}

// unread is why a body could not be read to its end.
func unread(err error, limit int64) error {
	var over *http.MaxBytesError
	var late net.Error
	switch {
	case fault.KindOf(err) == fault.Busy: // there was no room for it
		return err
	case errors.As(err, &over):
		return tooLarge(limit)
	case errors.As(err, &late) && late.Timeout():
		return refusal{http.StatusRequestTimeout, "The request took too long to arrive. Send it again."}
	}
	return refusal{http.StatusBadRequest, "The request ended before its body was complete. Send it again."}
}
