package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/jobs"
	"openiis/internal/mllp"
	"openiis/internal/rest"
	"openiis/internal/soap"
	"openiis/internal/store"
	"openiis/internal/web"
)

// serveCommand is `openiis serve`. SIGTERM and SIGINT finish what was taken and
// exit 0.
func serveCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	c, status, ok := readConfig("serve", args, stderr)
	if !ok {
		return status
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	r, err := openRegistry(ctx, c.DB)
	if err != nil {
		return fail(stderr, "serve", err)
	}
	log := slog.New(slog.NewJSONHandler(stdout, nil))
	debug.SetGCPercent(gcPercent)
	if err := serve(ctx, c, r, log); err != nil {
		_ = r.Close() // the first error tells more
		return fail(stderr, "serve", err)
	}
	if err := r.Close(); err != nil {
		return fail(stderr, "serve", err)
	}
	return exitOK
}

// gcPercent trades memory for time: the live heap of a server is small, and a
// message leaves little behind.
const gcPercent = 200

// How long a stop waits for what was taken, and the limits of one request.
const (
	stopWithin     = 15 * time.Second
	headerWithin   = 10 * time.Second
	idleWithin     = 2 * time.Minute
	readWithin     = 30 * time.Second
	answerWithin   = 2 * time.Minute
	maxHeaderBytes = 64 << 10
	requestsAtOnce = 512 // waiting for slow senders costs little; a body counts when it is here
	waitForTurn    = 10 * time.Second
)

// serve runs the doors until ctx is done.
func serve(ctx context.Context, c Config, r *registry, log *slog.Logger) error {
	listener, err := net.Listen("tcp", c.HTTP)
	if err != nil {
		return err
	}
	work, finish := context.WithCancel(context.WithoutCancel(ctx))
	defer finish()
	var group sync.WaitGroup
	group.Go(func() { r.gate.Watch(work) })
	group.Go(func() { jobs.Seal(work, r.store.NewSealer(), log) })
	server := httpServer(c, r, log)
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(listener) }()
	mllpDone := make(chan struct{})
	if c.MLLP != "" {
		if err := serveMLLP(ctx, c, r, log, failed, mllpDone); err != nil {
			return errors.Join(err, server.Close())
		}
	} else {
		close(mllpDone)
	}
	log.Info("serving", "http", listener.Addr().String(), "mllp", c.MLLP, "database", r.store.Engine().String())
	select {
	case err = <-failed:
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
	case <-ctx.Done():
	}
	log.Info("stopping")
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if stopped := server.Shutdown(ending); stopped != nil {
		// whoever still sends is cut off: nothing of theirs was acknowledged
		log.Warn("stopping without waiting for senders that do not finish", "error", stopped.Error())
		stopped = server.Close()
		err = errors.Join(err, stopped)
	}
	<-mllpDone
	finish()
	group.Wait()
	return err
}

// serveMLLP starts the MLLP listener; it stops when ctx is done.
func serveMLLP(ctx context.Context, c Config, r *registry, log *slog.Logger, failed chan<- error, done chan<- struct{}) error {
	listener, err := net.Listen("tcp", c.MLLP)
	if err != nil {
		return err
	}
	server := &mllp.Server{Desk: r.desk, Gate: r.gate, Log: log, MaxMessage: c.MaxMessageBytes}
	go func() {
		defer close(done)
		if err := server.Serve(ctx, listener); err != nil {
			failed <- fmt.Errorf("mllp: %w", err)
		}
	}()
	return nil
}

func httpServer(c Config, r *registry, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           routes(c, r, log),
		ReadHeaderTimeout: headerWithin,
		IdleTimeout:       idleWithin,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// routes is the map of everything that HTTP reaches.
func routes(c Config, r *registry, log *slog.Logger) http.Handler {
	hl7 := rest.Handler(r.desk, r.gate, rest.Options{MaxMessage: int64(c.MaxMessageBytes), Log: log})
	mux := http.NewServeMux()
	mux.Handle("/hl7", timed(hl7))
	mux.Handle("/hl7/batch", begun(hl7)) // streams: it gives itself more time as it goes
	mux.Handle("/soap", timed(soap.Handler(soapService(c, r, log))))
	mux.Handle("GET /healthz", begun(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { health(w, req, r.store) })))
	mux.Handle("/", timed(web.Handler(web.Doors{Gate: r.gate, Chart: r.chart, Log: log, Secure: c.SecureCookies})))
	if c.TrustProxy {
		return behindProxy(mux)
	}
	return mux
}

// behindProxy takes the caller's address from the last hop of X-Forwarded-For,
// which our own proxy wrote: otherwise all callers would share one limit on
// failed passwords, the proxy's.
func behindProxy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if ip := strings.TrimSpace(hops[len(hops)-1]); ip != "" {
			r = r.Clone(r.Context())
			r.RemoteAddr = net.JoinHostPort(ip, "0")
		}
		next.ServeHTTP(w, r)
	})
}

// begun gives a request a time in which to get somewhere.
func begun(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if http.NewResponseController(w).SetReadDeadline(time.Now().Add(readWithin)) != nil {
			http.Error(w, "this connection cannot be timed", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// timed gives one request the time that one message may take, from a sender
// however slow.
func timed(next http.Handler) http.Handler {
	turns := make(chan struct{}, requestsAtOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		now := time.Now()
		if rc.SetReadDeadline(now.Add(readWithin)) != nil || rc.SetWriteDeadline(now.Add(answerWithin)) != nil {
			http.Error(w, "this connection cannot be timed", http.StatusInternalServerError)
			return
		}
		wait := time.NewTimer(waitForTurn)
		defer wait.Stop()
		select {
		case turns <- struct{}{}:
			defer func() { <-turns }()
			host, _, _ := net.SplitHostPort(r.RemoteAddr)
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, host)))
		case <-wait.C:
			w.Header().Set("Retry-After", "5")
			http.Error(w, "Too much at once. Try again in a few seconds.", http.StatusServiceUnavailable)
		}
	})
}

// health answers 200 when the database answers.
func health(w http.ResponseWriter, r *http.Request, s *store.Store) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if _, err := s.CredentialVersion(ctx); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// soapService joins the SOAP door with the acts behind it.
func soapService(c Config, r *registry, log *slog.Logger) soap.Service {
	return soap.Service{
		MaxBytes: int64(c.MaxMessageBytes), TrustProxy: c.TrustProxy,
		Sender: func(ctx context.Context, username, password string) (iis.Sender, error) {
			return r.gate.Sender(ctx, caller(ctx), username, password)
		},
		Message: func(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) ([]byte, error) {
			begun := time.Now()
			reply, err := r.desk.Message(ctx, from, door, raw)
			logMessage(log, door, from, reply, begun, err)
			return reply.Bytes, err
		},
	}
}

// caller is where a request comes from, for the limit on failed attempts.
func caller(ctx context.Context) access.Caller {
	addr, _ := ctx.Value(callerKey{}).(string)
	return access.Caller(addr)
}

type callerKey struct{}

// logMessage is the one line of a message: who, what, how long; never content.
func logMessage(log *slog.Logger, door iis.Door, from iis.Sender, reply intake.Reply, begun time.Time, err error) {
	attrs := []any{
		"door", string(door), "sender", from.Facility, slog.Any("", reply), "ms", time.Since(begun).Milliseconds(),
	}
	if err != nil && fault.KindOf(err) != fault.Invalid {
		log.Error("message", append(attrs, "error", err.Error())...)
		return
	}
	log.Info("message", attrs...)
}
