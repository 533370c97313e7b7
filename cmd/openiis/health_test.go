package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
)

// triedDatabase is a database that can be tried.
type triedDatabase struct {
	err   error
	tries int
}

func (d *triedDatabase) Probe(context.Context) error { d.tries++; return d.err }

// asked is the answer of GET /healthz: its status and body.
func asked(h *health) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
	return w.Code, w.Body.String()
}

func newTestHealth(d *triedDatabase, log *bytes.Buffer) *health {
	return &health{probe: d, log: slog.New(slog.NewTextHandler(log, nil)), failed: map[string]time.Time{}, well: true}
}

func TestHealthTriesTheDatabaseNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		d := &triedDatabase{}
		h := newTestHealth(d, &log)
		for range 10 {
			status, say := asked(h)
			is.Equal(t, "well", status, 200)
			is.Equal(t, "well", say, "ok\n")
		}
		is.Equal(t, "tries", d.tries, 1)
		d.err = errors.New("database or disk is full")
		time.Sleep(probeEvery)
		for range 10 {
			status, say := asked(h)
			is.Equal(t, "full", status, 503)
			is.Equal(t, "full", say, "The database does not take writes. See the log, and look at its disk and its server.\n")
		}
		is.Equal(t, "tries", d.tries, 2)
		d.err = nil
		time.Sleep(probeEvery)
		status, _ := asked(h)
		is.Equal(t, "well again", status, 200)
		is.Equal(t, "lines that tell the error", strings.Count(log.String(), "disk is full"), 1)
		is.Equal(t, "lines that tell the end", strings.Count(log.String(), "ready again"), 1)
	})
}

// sealing is a sealer that finds what it is told to.
type sealing struct{ err error }

func (s *sealing) Pass(context.Context, time.Time) (int, error) { return 1, s.err }
func (s *sealing) Head() (int64, []byte)                        { return 0, nil }

func TestHealthHearsWhatCouldNotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		h := newTestHealth(&triedDatabase{}, &log)
		var failure error
		desk := watchedDesk{stubDesk{message: func(context.Context) (intake.Reply, error) { return intake.Reply{}, failure }}, h}
		seal := &sealing{}
		z := watchedSealer{seal, h}
		message := func(ctx context.Context, err error) {
			failure = err
			_, _ = desk.Message(ctx, iis.Sender{}, iis.DoorHTTP, nil)
		}
		gone, leave := context.WithCancel(context.Background())
		leave()
		message(gone, context.Canceled)
		message(context.Background(), fault.New(fault.Invalid, "No message."))
		status, _ := asked(h)
		is.Equal(t, "what is not our fault", status, 200)

		message(context.Background(), errors.New("commit: disk is full"))
		status, say := asked(h)
		is.Equal(t, "a message", status, 503)
		if !strings.HasPrefix(say, "A message could not be stored") || strings.Contains(say, "commit") {
			t.Errorf("it says %q", say)
		}
		message(context.Background(), nil)
		status, _ = asked(h)
		is.Equal(t, "the next one", status, 200)

		seal.err = errors.New("seal: disk is full")
		_, _ = z.Pass(context.Background(), time.Now())
		status, say = asked(h)
		is.Equal(t, "a seal", status, 503)
		if !strings.HasPrefix(say, "The audit could not be sealed") {
			t.Errorf("it says %q", say)
		}
		time.Sleep(failureFor)
		status, _ = asked(h)
		is.Equal(t, "a while ago", status, 200)
	})
}

func TestHealthOfADatabaseThatIsGone(t *testing.T) {
	r := opened(t)
	h := newHealth(r.store, slog.New(slog.DiscardHandler))
	status, _ := asked(h)
	is.Equal(t, "open", status, 200)
	h.tried = time.Time{}
	is.NoError(t, "close", r.store.Close())
	status, _ = asked(h)
	is.Equal(t, "closed", status, 503)
}
