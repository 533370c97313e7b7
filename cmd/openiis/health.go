package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/jobs"
	"openiis/internal/store"
)

// How often the database is tried, how long that may take, and how long a
// message or a seal that could not be written counts.
const (
	probeEvery  = 3 * time.Second
	probeWithin = 5 * time.Second
	failureFor  = 10 * time.Second
)

// prober is a database that can be tried: it writes something durable and takes
// nothing in.
type prober interface {
	Probe(ctx context.Context) error
}

// health says whether the registry can serve: by what came of the last messages
// and seals that it wrote, and by trying its database now and then. It is safe
// for concurrent use.
type health struct {
	probe prober
	log   *slog.Logger

	trying sync.Mutex // one tries, the others wait for what it finds
	tried  time.Time
	found  error

	mu     sync.Mutex
	failed map[string]time.Time // what could not be written last, with the time
	well   bool
}

func newHealth(s *store.Store, log *slog.Logger) *health {
	return &health{probe: s, log: log, failed: map[string]time.Time{}, well: true}
}

// ServeHTTP is GET /healthz: 200 when the registry can serve, else 503 and why.
func (h *health) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if say := h.trouble(r.Context()); say != "" {
		http.Error(w, say, http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// trouble is why the registry cannot serve, in one sentence; "" when it can. The
// log tells when that changes, with the error.
func (h *health) trouble(ctx context.Context) string {
	err := h.try(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	say := ""
	switch {
	case err != nil:
		say = "The database does not take writes. See the log, and look at its disk and its server."
	case time.Since(h.failed[aMessage]) < failureFor:
		say = "A message could not be stored a moment ago. See the log, and look at the database's disk and server."
	case time.Since(h.failed[aSeal]) < failureFor:
		say = "The audit could not be sealed a moment ago. See the log, and look at the database's disk and server."
	}
	if well := say == ""; well != h.well {
		h.well = well
		h.tell(say, err)
	}
	return say
}

func (h *health) tell(say string, err error) {
	switch {
	case err != nil:
		h.log.Error("not ready", "why", say, "error", err.Error())
	case say != "":
		h.log.Error("not ready", "why", say)
	default:
		h.log.Info("ready again")
	}
}

// try tries the database, unless it was tried a moment ago.
func (h *health) try(ctx context.Context) error {
	h.trying.Lock()
	defer h.trying.Unlock()
	if time.Since(h.tried) < probeEvery {
		return h.found
	}
	// Whoever asked may go away: what is found is for others too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeWithin)
	defer cancel()
	h.found, h.tried = h.probe.Probe(ctx), time.Now()
	return h.found
}

// What is written.
const (
	aMessage = "message"
	aSeal    = "seal"
)

// wrote hears what came of writing something.
func (h *health) wrote(what string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.failed[what] = time.Now()
	} else {
		delete(h.failed, what)
	}
}

// watchedSealer is a sealer whose failures the health hears of.
type watchedSealer struct {
	jobs.Sealer
	health *health
}

// Pass seals.
func (z watchedSealer) Pass(ctx context.Context, now time.Time) (int, error) {
	n, err := z.Sealer.Pass(ctx, now)
	if err != nil || n > 0 {
		z.health.wrote(aSeal, err)
	}
	return n, err
}

// watchedDesk is a desk whose failures the health hears of.
type watchedDesk struct {
	desk
	health *health
}

// Message takes a message.
func (d watchedDesk) Message(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) (intake.Reply, error) {
	reply, err := d.desk.Message(ctx, from, door, raw)
	d.note(ctx, err)
	return reply, err
}

// Batch takes a file of messages.
func (d watchedDesk) Batch(ctx context.Context, b intake.Batch, r io.Reader, w io.Writer) (intake.BatchResult, error) {
	each := b.Each
	b.Each = func(t intake.Taken) {
		d.note(ctx, t.Err)
		each(t)
	}
	return d.desk.Batch(ctx, b, r, w)
}

// note hears what came of a message. One that its sender gave up, or that is no
// message, says nothing of us.
func (d watchedDesk) note(ctx context.Context, err error) {
	if ctx.Err() == nil && (err == nil || fault.KindOf(err) == fault.Internal) {
		d.health.wrote(aMessage, err)
	}
}
