package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/is"
)

func TestLongBodiesWaitForRoomInTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBodyRoom(4 << 20)
		ctx := context.Background()
		is.NoError(t, "one address has its half", b.enter(ctx, "a", b.mostEach))
		is.Equal(t, "and no more, for it waits too long", fault.KindOf(b.enter(ctx, "a", 1)), fault.Busy)
		is.NoError(t, "another address", b.enter(ctx, "b", b.mostEach-1))

		var order []string
		ask := func(from access.Caller, n int64) {
			go func() {
				is.NoError(t, "let in", b.enter(ctx, from, n))
				order = append(order, string(from))
			}()
			synctest.Wait()
		}
		ask("a", 2)          // has its half: holds up nobody
		ask("c", b.mostEach) // does not fit: those behind it wait
		ask("d", 1)
		is.Equal(t, "nobody was let in", len(order), 0)
		b.leave("b", b.mostEach-1)
		synctest.Wait()
		is.Equal(t, "the first that fits", order, []string{"c"})
		b.leave("a", b.mostEach)
		synctest.Wait()
		is.Equal(t, "then all", len(order), 3)
		b.leave("a", 2)
		b.leave("c", b.mostEach)
		b.leave("d", 1)
		is.Equal(t, "all is given back", b.used, int64(0))
		is.Equal(t, "of each", len(b.each), 0)
	})
}

// TestStrangersCannotFillTheMemoryWithBodies holds many bodies one byte before
// their end, as anyone can: SOAP shows who sends in the body only.
func TestStrangersCannotFillTheMemoryWithBodies(t *testing.T) {
	s := newService(opened(t), nil, slog.New(slog.DiscardHandler))
	s.desk = s.registry.desk
	stopping, stop := context.WithCancel(context.Background())
	l := listening(t)
	ended := make(chan error, 1)
	go func() { ended <- s.serveHTTP(stopping, l, s.routes(stopping), time.Millisecond) }()
	defer func() { stop(); <-ended }()

	const size = 8 << 20
	begun := "POST /soap HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml\r\nContent-Length: " + fmt.Sprint(size) + "\r\n\r\n"
	taken := make(chan int, 32)
	body := strings.Repeat("x", size-1)
	for range cap(taken) {
		go func() {
			c, _ := dial(t, l.Addr())
			_ = c.SetWriteDeadline(time.Now().Add(2 * time.Second))
			_, _ = io.WriteString(c, begun)
			n, _ := io.WriteString(c, body) // ends when nobody reads it
			taken <- n
		}()
	}
	held := 0
	for range cap(taken) {
		if <-taken == len(body) {
			held++
		}
	}
	if held < 1 || held > bodiesAll/2/size {
		t.Errorf("%d bodies of one address are held, want %d at most", held, bodiesAll/2/size)
	}
	// Short messages come through all the same.
	r, err := http.NewRequest(http.MethodPost, "http://"+l.Addr().String()+"/hl7", strings.NewReader(update("1", "1")))
	is.NoError(t, "request", err)
	r.SetBasicAuth("clinic", "secret")
	res, err := http.DefaultClient.Do(r)
	is.NoError(t, "a short message", err)
	res.Body.Close()
	is.Equal(t, "a short message", res.StatusCode, http.StatusOK)
}
