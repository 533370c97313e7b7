package rest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"openiis/internal/intake"
	"openiis/internal/is"
)

// outline is what answers say of messages and of how they are wrapped.
func outline(answers string) string {
	var out []string
	for line := range strings.SplitSeq(answers, "\r") {
		switch f := strings.Split(line, "|"); f[0] {
		case "FHS", "BHS":
			out = append(out, f[0])
		case "MSA":
			out = append(out, f[1]+":"+f[2])
		case "BTS", "FTS":
			out = append(out, line)
		}
	}
	return strings.Join(out, " ")
}

// watchedDesk tells when it wants more of a file than so many bytes.
type watchedDesk struct {
	Desk
	bytes  int
	hungry chan struct{}
}

func (d watchedDesk) Batch(ctx context.Context, b intake.Batch, r io.Reader, w io.Writer) (intake.BatchResult, error) {
	read := 0
	return d.Desk.Batch(ctx, b, readerFunc(func(p []byte) (int, error) {
		if read == d.bytes {
			close(d.hungry)
		}
		n, err := r.Read(p)
		read += n
		return n, err
	}), w)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAFileIsCutWhenTheServerStopsAndTheAnswerSaysWhere(t *testing.T) {
	stopping, stop := context.WithCancel(context.Background())
	begin := "FHS|^~\\&\rBHS|^~\\&\r" + update("1", "A") + update("2", "B") + strings.SplitAfter(update("3", "C"), "\r")[0]
	hungry := make(chan struct{})
	s := serve(t, Options{Stopping: stopping, stalls: time.Hour}, func(d Desk) Desk { return watchedDesk{d, len(begin), hungry} })
	r, sent := io.Pipe()
	ended := make(chan answer)
	go func() {
		ended <- s.post(t, "/hl7/batch", "", func(q *http.Request) { q.Body, q.ContentLength = r, -1 })
	}()
	fmt.Fprint(sent, begin)
	<-hungry
	stop() // while the server waits for the rest of the third
	a := <-ended
	is.Equal(t, "status", a.status, http.StatusServiceUnavailable)
	is.Equal(t, "type", a.header.Get("Content-Type"), mediaType)
	is.Equal(t, "Retry-After", a.header.Get("Retry-After"), "10")
	is.Equal(t, "answer", outline(a.body), "FHS BHS AA:1 AA:2 AR:UNKNOWN BTS|3 FTS|1")
	if !strings.Contains(a.body, "after message 2 of this file") {
		t.Errorf("it does not say where it was cut:\n%s", a.body)
	}
	is.NoError(t, "close", sent.Close())
	s.Close() // waits for the lines
	is.Equal(t, "lines of messages", len(s.logged(t, "message")), 2)
	is.Equal(t, "status in the log", s.logged(t, "batch")[0]["status"], any(503.0))
}

// TestAClientThatReadsOnlyAfterItHasSentGetsTheAnswerToAFileThatWasCut sends
// more than the connection's buffers hold before it reads.
func TestAClientThatReadsOnlyAfterItHasSentGetsTheAnswerToAFileThatWasCut(t *testing.T) {
	stopping, stop := context.WithCancel(context.Background())
	begin := update("1", "A") + strings.SplitAfter(update("2", "B"), "\r")[0]
	rest := strings.Repeat("NTE|1\r", 5<<20)
	hungry := make(chan struct{})
	s := serve(t, Options{Stopping: stopping, stalls: time.Hour}, func(d Desk) Desk { return watchedDesk{d, len(begin), hungry} })
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	is.NoError(t, "dial", err)
	defer c.Close()
	is.NoError(t, "deadline", c.SetDeadline(time.Now().Add(20*time.Second)))
	q, _ := http.NewRequest(http.MethodPost, s.URL, nil)
	q.SetBasicAuth("clinic", "s3cret:|&")
	fmt.Fprintf(c, "POST /hl7/batch HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s",
		q.Header.Get("Authorization"), len(begin)+len(rest), begin)
	<-hungry
	stop()
	_, err = io.WriteString(c, rest)
	is.NoError(t, "send the rest", err)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	is.NoError(t, "answer", err)
	body, err := io.ReadAll(res.Body)
	is.NoError(t, "body", err)
	is.Equal(t, "answer", outline(string(body)), "AA:1 AR:UNKNOWN")
}

func TestAFileThatBeginsWhileTheServerStopsIsNotTaken(t *testing.T) {
	stopping, stop := context.WithCancel(context.Background())
	stop()
	s := serve(t, Options{Stopping: stopping})
	a := s.post(t, "/hl7/batch", update("1", "A"))
	is.Equal(t, "status", a.status, http.StatusServiceUnavailable)
	is.Equal(t, "answer", a.body, "We are stopping. Send the file later.\n")
	is.Equal(t, "Retry-After", a.header.Get("Retry-After"), "10")
	is.Equal(t, "lines of messages", len(s.logged(t, "message")), 0)
}

func TestTooManyFilesAtOnceWaitAndAreThenAskedToComeLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBatches()
		var leaves []func()
		enter := func(address string, want bool) {
			t.Helper()
			leave, ok := b.enter(t.Context(), address)
			is.Equal(t, address, ok, want)
			if ok {
				leaves = append(leaves, leave)
			}
		}
		for range maxBatchesEach {
			enter("192.0.2.1:9", true)
		}
		enter("192.0.2.1:10", false)
		for i := range maxBatches - maxBatchesEach {
			enter(fmt.Sprintf("192.0.2.%d:9", i+2), true)
		}
		begun := time.Now()
		enter("198.51.100.1:9", false)
		is.Equal(t, "waited", time.Since(begun), waitForBatch)

		// The client read its answer before its file had left: the next one waits.
		time.AfterFunc(time.Millisecond, leaves[0])
		enter("192.0.2.1:11", true)
		for _, leave := range leaves[1:] {
			leave()
		}
		enter("198.51.100.1:9", true)
		is.Equal(t, "addresses remembered", len(b.each), 1)
	})
}
