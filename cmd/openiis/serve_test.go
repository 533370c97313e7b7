package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store/storetest"
)

// stubDesk answers every message by its function.
type stubDesk struct {
	desk
	message func(ctx context.Context) (intake.Reply, error)
}

func (d stubDesk) Message(ctx context.Context, _ iis.Sender, _ iis.Door, _ []byte) (intake.Reply, error) {
	return d.message(ctx)
}

// opened is a registry with the sender clinic, for the length of a test.
func opened(t testing.TB) *registry {
	t.Helper()
	r, err := openRegistry(context.Background(), storetest.SQLite(t))
	is.NoError(t, "open", err)
	t.Cleanup(func() { is.NoError(t, "close", r.Close()) })
	_, err = r.gate.AddSender(context.Background(), iis.Sender{Facility: "CLINIC", Name: "A clinic"}, "clinic", "secret")
	is.NoError(t, "add sender", err)
	return r
}

// newService is a service over a registry, with another desk.
func newService(r *registry, d desk, log *slog.Logger) *service {
	return &service{Config: defaults(), registry: r, desk: d, health: newHealth(r.store, log), log: log}
}

// listening is a free port.
func listening(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(t, "listen", err)
	return l
}

// request is a message as the clinic sends it.
func request(path string, length int) string {
	return "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + base64.StdEncoding.EncodeToString([]byte("clinic:secret")) +
		"\r\nContent-Type: application/hl7-v2\r\nContent-Length: " + fmt.Sprint(length) + "\r\n\r\n"
}

func dial(t testing.TB, address net.Addr) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", address.String())
	is.NoError(t, "dial", err)
	t.Cleanup(func() { c.Close() })
	is.NoError(t, "deadline", c.SetDeadline(time.Now().Add(20*time.Second)))
	return c, bufio.NewReader(c)
}

func TestAStopFinishesTheRequestsThatItTook(t *testing.T) {
	taken, release := make(chan struct{}), make(chan struct{})
	s := newService(opened(t), stubDesk{message: func(ctx context.Context) (intake.Reply, error) {
		close(taken)
		<-release
		return intake.Reply{Bytes: []byte("answered")}, ctx.Err() // nil: it is not cut off
	}}, slog.New(slog.DiscardHandler))
	stopping, stop := context.WithCancel(context.Background())
	l := listening(t)
	ended := make(chan error, 1)
	go func() { ended <- s.serveHTTP(stopping, l, s.routes(stopping), time.Minute) }()
	c, answer := dial(t, l.Addr())
	fmt.Fprint(c, request("/hl7", 4)+"MSH|")
	<-taken
	stop()
	release <- struct{}{}
	res, err := http.ReadResponse(answer, nil)
	is.NoError(t, "answer", err)
	body, err := io.ReadAll(res.Body)
	is.NoError(t, "answer", err)
	is.Equal(t, "answer", string(body), "answered")
	is.NoError(t, "serve", <-ended)
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the door still takes connections")
	}
}

func TestAStopCutsARequestThatDoesNotEndAndReturnsOnlyWhenItHas(t *testing.T) {
	cut, release := make(chan struct{}), make(chan struct{})
	taken := make(chan struct{})
	s := newService(opened(t), stubDesk{message: func(ctx context.Context) (intake.Reply, error) {
		close(taken)
		<-ctx.Done()
		close(cut)
		<-release
		return intake.Reply{}, ctx.Err()
	}}, slog.New(slog.DiscardHandler))
	stopping, stop := context.WithCancel(context.Background())
	l := listening(t)
	ended := make(chan error, 1)
	go func() { ended <- s.serveHTTP(stopping, l, s.routes(stopping), 10*time.Millisecond) }()
	c, answer := dial(t, l.Addr())
	fmt.Fprint(c, request("/hl7", 4)+"MSH|")
	<-taken
	stop()
	<-cut
	select {
	case <-ended:
		t.Error("it returned while a request still used the registry")
	case <-time.After(100 * time.Millisecond):
		close(release)
		is.NoError(t, "serve", <-ended)
	}
	if _, err := http.ReadResponse(answer, nil); err == nil {
		t.Error("a message that was cut off was answered")
	}
}

// readingDesk tells when it begins to read a file, and reads it to its end.
type readingDesk struct {
	desk
	begun chan struct{}
}

func (d readingDesk) Batch(_ context.Context, _ intake.Batch, r io.Reader, w io.Writer) (intake.BatchResult, error) {
	close(d.begun)
	_, err := io.Copy(io.Discard, r)
	_, _ = io.WriteString(w, "what was taken")
	return intake.BatchResult{}, err
}

func TestAStopDoesNotWaitForAFileThatIsStillOnItsWay(t *testing.T) {
	begun := make(chan struct{})
	s := newService(opened(t), readingDesk{begun: begun}, slog.New(slog.DiscardHandler))
	stopping, stop := context.WithCancel(context.Background())
	l := listening(t)
	ended := make(chan error, 1)
	go func() { ended <- s.serveHTTP(stopping, l, s.routes(stopping), time.Hour) }()
	c, answer := dial(t, l.Addr())
	fmt.Fprint(c, request("/hl7/batch", 1000)+"MSH|")
	<-begun
	stop()
	res, err := http.ReadResponse(answer, nil)
	is.NoError(t, "answer", err)
	body, err := io.ReadAll(res.Body)
	is.NoError(t, "answer", err)
	is.Equal(t, "status", res.StatusCode, http.StatusServiceUnavailable)
	is.Equal(t, "answer", string(body), "what was taken")
	is.NoError(t, "hang up", c.Close())
	is.NoError(t, "serve", <-ended)
}

// BenchmarkHTTP is what HTTP costs around a message: a request and its answer
// on a connection that stays, with the line of the log.
func BenchmarkHTTP(b *testing.B) {
	file, err := os.Create(filepath.Join(b.TempDir(), "log"))
	is.NoError(b, "log", err)
	defer file.Close()
	reply := intake.Reply{Bytes: make([]byte, 400), Submission: 4711, Kind: "VXU", Ack: "AA"}
	answered := stubDesk{message: func(context.Context) (intake.Reply, error) { return reply, nil }}
	s := newService(opened(b), answered, newLogWriter(file).logger())
	stopping, stop := context.WithCancel(context.Background())
	l := listening(b)
	ended := make(chan error, 1)
	go func() { ended <- s.serveHTTP(stopping, l, s.routes(stopping), time.Minute) }()
	c, answer := dial(b, l.Addr())
	is.NoError(b, "deadline", c.SetDeadline(time.Time{}))
	message := []byte(request("/hl7", 1400) + strings.Repeat("MSH|^~\\&", 175))
	b.ReportAllocs()
	for b.Loop() {
		_, err := c.Write(message)
		is.NoError(b, "send", err)
		for line := ""; line != "\r\n"; {
			read, err := answer.ReadSlice('\n')
			is.NoError(b, "answer", err)
			line = string(read)
		}
		_, err = answer.Discard(len(reply.Bytes))
		is.NoError(b, "answer", err)
	}
	is.NoError(b, "hang up", c.Close())
	stop()
	is.NoError(b, "serve", <-ended)
}
