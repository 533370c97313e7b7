package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/rest"
	"openiis/internal/soap"
	"openiis/internal/web"
)

// How many requests are worked on at once, and how long one may wait for its
// turn. Waiting for slow senders costs little; a body counts when it is here.
const (
	requestsAtOnce = 512
	waitForTurn    = 10 * time.Second
)

// routes is the map of everything that HTTP reaches.
func (s *service) routes(stopping context.Context) http.Handler {
	mux := s.forSenders(stopping)
	mux.Handle("/", inTurn(web.Handler(web.Doors{
		Gate: s.gate, Chart: s.chart, Inbox: s.inbox, Intake: s.registry.desk, Quality: s.quality, Steward: s.steward, Notices: s.notices, Enrol: s.enrol, Audit: s.audit,
		Training: s.training, Help: s.help, Mail: s.mails, Rosters: s.rosters, Videos: s.Videos, Log: s.log, Secure: s.secure(), PagesAt: strings.TrimSuffix(s.PagesAt, "/"),
	})))
	if s.TrustProxy {
		return s.harden(behindProxy(mux))
	}
	return s.harden(mux)
}

// secure reports that browsers come over TLS: ours, or that of a proxy.
func (s *service) secure() bool { return s.SecureCookies || s.TLSCert != "" }

// forSenders is the map of what senders use.
func (s *service) forSenders(stopping context.Context) *http.ServeMux {
	hl7 := rest.Handler(s.desk, s.gate, rest.Options{MaxMessage: int64(s.MaxMessageBytes), Log: s.log, Stopping: stopping, Receipts: s.inbox})
	room := newBodyRoom(int64(s.MaxMessageBytes))
	mux := http.NewServeMux()
	mux.Handle("/hl7", inTurn(room.roomFor(hl7)))
	mux.Handle("/hl7/batch", hl7) // streams: it gives itself more time as it goes
	mux.Handle("/hl7/receipts/", inTurn(hl7))
	mux.Handle("/soap", inTurn(room.roomFor(soap.Handler(s.soap()))))
	mux.Handle("GET /healthz", s.health)
	return mux
}

// sendersOnly is what the listener for senders with certificates reaches: no pages. Whose certificate it is,
// TLS has verified; a proxy cannot say it.
func (s *service) sendersOnly(stopping context.Context) http.Handler {
	mux := s.forSenders(stopping)
	return s.harden(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
			r = r.WithContext(access.Certified(r.Context(), r.TLS.VerifiedChains[0][0]))
		}
		mux.ServeHTTP(w, r)
	}))
}

// harden sets what holds for every answer of every door; pages set what is theirs themselves.
func (s *service) harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		if s.secure() { // RFC 6797
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// behindProxy takes the caller's address from the last hop of X-Forwarded-For,
// which our own proxy wrote, behind what it was sent or as a line of its own (RFC 9110, 5.3:
// lines of one name are one list in their order): otherwise all callers would share one limit on
// failed passwords, the proxy's.
func behindProxy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if ip := strings.TrimSpace(hops[len(hops)-1]); ip != "" {
			r = r.Clone(r.Context())
			r.RemoteAddr = net.JoinHostPort(ip, "0")
		}
		next.ServeHTTP(w, r)
	})
}

// inTurn lets so many requests work at once; others wait a little for their
// turn.
func inTurn(next http.Handler) http.Handler {
	turns := make(chan struct{}, requestsAtOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !takeTurn(turns) {
			w.Header().Set("Retry-After", "5")
			http.Error(w, "Too much at once. Try again in a few seconds.", http.StatusServiceUnavailable)
			return
		}
		defer func() { <-turns }()
		next.ServeHTTP(w, r)
	})
}

// takeTurn reports false when there was no turn for too long.
func takeTurn(turns chan struct{}) bool {
	select {
	case turns <- struct{}{}:
		return true
	default:
	}
	wait := time.NewTimer(waitForTurn)
	defer wait.Stop()
	select {
	case turns <- struct{}{}:
		return true
	case <-wait.C:
		return false
	}
}

// soap joins the SOAP door with the acts behind it.
func (s *service) soap() soap.Service {
	return soap.Service{
		MaxBytes: int64(s.MaxMessageBytes), TrustProxy: s.TrustProxy, Certified: access.IsCertified,
		Sender: func(ctx context.Context, from, username, password string) (iis.Sender, error) {
			return s.gate.Sender(ctx, access.CallerAt(from), username, password)
		},
		Message: func(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) ([]byte, error) {
			begun := time.Now()
			reply, err := s.desk.Message(ctx, from, door, raw)
			logMessage(s.log, door, from, reply, begun, err)
			return reply.Bytes, err
		},
	}
}

// logMessage is the one line of a message: who, what, how long; never content.
func logMessage(log *slog.Logger, door iis.Door, from iis.Sender, reply intake.Reply, begun time.Time, err error) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("door", string(door)), slog.String("sender", from.Facility), slog.Any("", reply),
		slog.Int64("ms", time.Since(begun).Milliseconds()),
	}
	if err != nil && fault.KindOf(err) != fault.Invalid {
		attrs, level = append(attrs, slog.String("error", err.Error())), slog.LevelError
	}
	log.LogAttrs(context.Background(), level, "message", attrs...)
}
