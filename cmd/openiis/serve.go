package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/jobs"
	"openiis/internal/legacy"
	"openiis/internal/mllp"
	"openiis/internal/policy"
	"openiis/internal/rest"
	"openiis/internal/store/db"
)

// serveCommand is `openiis serve`. SIGTERM and SIGINT finish what was taken and
// exit 0.
func serveCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	c, status, ok := readConfig("serve", args, stderr)
	if !ok {
		return status
	}
	ctx, stop := stopSignal()
	defer stop()
	r, err := openRegistry(ctx, c.DB)
	if err != nil {
		return fail(stderr, "serve", err)
	}
	limitMemory()
	r.widen()
	lines := newLogWriter(stdout)
	if err = errors.Join(r.matching(c.Matching), r.goBy(ctx, c.State), r.sealFactors(ctx, c.SecretFile), r.gate.CountIdle(ctx), r.waysIn(ctx, c), r.mailBy(c), r.ofAState(ctx)); err == nil {
		_, err = r.keeper.Weights(ctx) // rather now than at each message
	}
	if err == nil {
		err = serve(ctx, c, r, lines.logger())
	}
	err = errors.Join(err, r.Close())
	lines.Flush()
	if err != nil {
		return fail(stderr, "serve", err)
	}
	return exitOK
}

// ofAState has a registry that goes by a state's policy ask of its users what is asked where
// data are real. Without a state nothing stands between a sign-in and the pages: somebody
// tries the program, or builds on it.
func (r *registry) ofAState(ctx context.Context) error {
	p, err := r.keeper.Policy(ctx)
	if err == nil && p != policy.Neutral() {
		r.gate.WithRealData()
	}
	return err
}

// gcPercent trades memory for time: the live heap of a server is small, and a
// message leaves little behind. When long messages make it large, memoryLimit
// (bytes) ends the trade.
const (
	gcPercent   = 400
	memoryLimit = 256 << 20
)

// limitMemory sets both, unless the operator did (GOGC, GOMEMLIMIT).
func limitMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// leastProcs is on how many threads at least a server on the embedded database
// runs at once, however few processors there are. The database is part of the
// program: beside its checkpoint, and the other long work, messages would wait
// for the Go scheduler, which lets each run for 10 ms; the system lets those
// first who have slept.
const leastProcs = 4

// widen sees to leastProcs, unless the operator did (GOMAXPROCS).
func (r *registry) widen() {
	if r.store.Engine() == db.SQLite && os.Getenv("GOMAXPROCS") == "" && runtime.GOMAXPROCS(0) < leastProcs {
		runtime.GOMAXPROCS(leastProcs)
	}
}

// stopSignal is done when the program is asked to end. A second signal ends it
// at once.
func stopSignal() (ctx context.Context, stop context.CancelFunc) {
	ctx, stop = signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// How long a stop waits for what was taken, and the limits of one connection.
const (
	stopWithin     = 25 * time.Second
	headerWithin   = 10 * time.Second
	idleWithin     = 2 * time.Minute
	readWithin     = 30 * time.Second
	answerWithin   = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// service is what the doors need.
type service struct {
	Config
	*registry
	desk   desk // in front of the registry's own
	health *health
	log    *slog.Logger
}

// desk is a desk as the doors see it.
type desk interface {
	rest.Desk
	mllp.Desk
}

// serve opens the doors until ctx is done. It returns when whatever came through
// them has ended and the audit is sealed: the registry may be closed then.
func serve(ctx context.Context, c Config, r *registry, log *slog.Logger) error {
	l, err := listen(c)
	if err != nil {
		return err
	}
	s := &service{Config: c, registry: r, health: newHealth(r.store, log), log: log}
	s.desk = watchedDesk{r.desk, s.health}
	work, finish := context.WithCancel(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	background.Go(func() { jobs.Look(work, r.gate.Look, r.desk.Look) })
	background.Go(func() { warmSchedule(log) })
	background.Go(func() { jobs.Seal(work, watchedSealer{r.store.NewSealer(), s.health}, log) })
	background.Go(func() { jobs.Watch(work, r.quality, log) })
	background.Go(func() { jobs.Alert(work, r.audit, log) })
	background.Go(func() { jobs.Erase(work, r.steward, log) })
	background.Go(func() { jobs.Arrange(work, r.steward, log) })
	background.Go(func() { jobs.Renew(work, r.keeper.NewRenewer(iis.Actor{Kind: "job"}, false), log) })
	background.Go(func() { tellDeaths(work, r, log) })
	background.Go(func() { jobs.Refresh(work, r.keeper.NewRefresher(iis.Actor{Kind: "job"}), log) })
	background.Go(func() { jobs.Rekey(work, r.keeper.NewRekeyer(iis.Actor{Kind: "job"}), log) })
	background.Go(func() { jobs.CleanUp(work, r.keeper.NewCleaner(iis.Actor{Kind: "job"}), log) })
	background.Go(func() { jobs.Mail(work, r.mails, log) })
	background.Go(func() { jobs.Remind(work, r.mails.Forget, log, r.enrol.Remind, r.gate.RemindIdle, r.training.Remind) })
	background.Go(func() { jobs.Certificates(work, r.gate, log) })
	background.Go(func() { jobs.Forget(work, r.gate, log) })
	background.Go(func() { jobs.EraseTests(work, r.desk, log) })
	doors, stopping := errgroup.WithContext(ctx)
	doors.Go(func() error { return s.serveHTTP(stopping, l.web, s.routes(stopping), stopWithin) })
	if l.senders != nil {
		doors.Go(func() error { return s.serveHTTP(stopping, l.senders, s.sendersOnly(stopping), stopWithin) })
	}
	if l.mllp != nil {
		server := &mllp.Server{Desk: s.desk, Gate: r.gate, Log: log, MaxMessage: c.MaxMessageBytes}
		doors.Go(func() error { return server.Serve(stopping, l.mllp) })
	}
	log.Info("serving", "http", l.web.Addr().String(), "mllp", c.MLLP, "database", r.store.Engine().String())
	err = doors.Wait()
	finish()
	background.Wait()
	return err
}

// warmSchedule reads the schedule before the first record needs it.
func warmSchedule(log *slog.Logger) {
	if _, err := cdsi.For(cal.On(time.Now())); err != nil {
		log.Error("the schedule cannot be read: records are shown without what is due", "error", err.Error())
	}
}

// tellDeaths reads again what certificates of deaths say that came before that was kept.
func tellDeaths(ctx context.Context, r *registry, log *slog.Logger) {
	n, err := legacy.TellDeaths(ctx, r.store, codeset.Default(), iis.Actor{Kind: "job"})
	if n > 0 {
		log.Info("certificates of deaths were read again", "records", n)
	}
	if err != nil && ctx.Err() == nil {
		log.Error("certificates of deaths could not be read again", "error", err.Error())
	}
}

// listeners are what the doors listen at; nil where there is none.
type listeners struct{ web, senders, mllp net.Listener }

// Close closes those that are there.
func (l listeners) Close() (err error) {
	for _, one := range []net.Listener{l.web, l.senders, l.mllp} {
		if one != nil {
			err = errors.Join(err, one.Close())
		}
	}
	return err
}

// listen listens at every address before anything is served.
func listen(c Config) (l listeners, err error) {
	var t *tlsFiles
	if c.TLSCert != "" {
		if t, err = newTLSFiles(c.TLSCert, c.TLSKey, c.ClientCA); err != nil {
			return l, err
		}
	}
	for _, at := range []struct {
		setting, address string
		put              *net.Listener
		asks             bool // for the other end's certificate
	}{{"--http", c.HTTP, &l.web, false}, {"--senders", c.Senders, &l.senders, true}, {"--mllp", c.MLLP, &l.mllp, true}} {
		if at.address == "" {
			continue
		}
		one, err := listenAt(at.setting, at.address)
		if err != nil {
			return listeners{}, errors.Join(err, l.Close())
		}
		*at.put = t.over(one, at.asks)
	}
	return l, nil
}

// listenAt says with which setting another address is chosen.
func listenAt(setting, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("another program listens at %s already (%w): stop it, or choose another address with %s", address, syscall.EADDRINUSE, setting)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", setting, address, err)
	}
	return l, nil
}

// serveHTTP serves SOAP, HTTP and the pages until stopping is done. It returns
// when the last request has ended: one that is still on its way after
// all patience is cut off, and nothing of it was acknowledged.
func (s *service) serveHTTP(stopping context.Context, l net.Listener, routes http.Handler, patience time.Duration) error {
	work, cut := context.WithCancel(context.WithoutCancel(stopping))
	defer cut()
	var requests sync.RWMutex // a request reads; whoever waits for all writes
	server := &http.Server{
		Handler:           whileOpen(&requests, routes),
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       readWithin,
		WriteTimeout:      answerWithin,
		IdleTimeout:       idleWithin,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return work },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	var err error
	select {
	case err = <-failed:
	case <-stopping.Done():
	}
	s.log.Info("stopping")
	ending, cancel := context.WithTimeout(work, patience)
	defer cancel()
	if stopped := server.Shutdown(ending); stopped != nil {
		s.log.Warn("stopping without waiting for senders that do not finish", "error", stopped.Error())
		err = errors.Join(err, server.Close())
	}
	cut()
	requests.Lock() // for ever: it is closed
	return err
}

// whileOpen lets requests through until somebody locks what they hold.
func whileOpen(requests *sync.RWMutex, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !requests.TryRLock() {
			w.Header().Set("Retry-After", "60")
			http.Error(w, "We are stopping. Try again in a minute.", http.StatusServiceUnavailable)
			return
		}
		defer requests.RUnlock()
		next.ServeHTTP(w, r)
	})
}
