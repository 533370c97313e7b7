package rest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/test/world"
)

// service is a real server over a real registry, and what it logs.
type service struct {
	*httptest.Server
	*world.World
}

// serve starts a service; change may put another desk in front of its own.
func serve(t *testing.T, o Options, change ...func(Desk) Desk) *service {
	t.Helper()
	w := world.Open(t)
	w.Sender("CLINIC", "A clinic", "clinic", "s3cret:|&")
	var desk Desk = w.Desk
	for _, c := range change {
		desk = c(desk)
	}
	return serveOver(t, w, desk, o)
}

// serveOver starts a service over a registry.
func serveOver(t *testing.T, w *world.World, desk Desk, o Options) *service {
	t.Helper()
	o.Log = w.Log.Logger()
	s := &service{httptest.NewServer(Handler(desk, w.Gate, o)), w}
	t.Cleanup(s.Server.Close)
	return s
}

func update(control, number string) string { return world.Update(control, number, "") }

// answer is a response read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

// post sends as the clinic; change may make the request another one.
func (s *service) post(t *testing.T, path, body string, change ...func(*http.Request)) answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader(body))
	is.NoError(t, "request", err)
	r.Header.Set("Content-Type", "application/hl7-v2")
	r.SetBasicAuth("clinic", "s3cret:|&")
	for _, c := range change {
		c(r)
	}
	res, err := s.Client().Do(r)
	is.NoError(t, "post", err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	is.NoError(t, "read the answer", err)
	return answer{res.StatusCode, res.Header, string(b)}
}

// logged are the lines of the log with a message.
func (s *service) logged(t *testing.T, msg string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for line := range strings.Lines(s.Log.String()) {
		var m map[string]any
		is.NoError(t, "log line", json.Unmarshal([]byte(line), &m))
		if m["msg"] == msg {
			out = append(out, m)
		}
	}
	return out
}

func TestAMessageIsAnsweredWith200WhateverItsAcknowledgement(t *testing.T) {
	s := serve(t, Options{})
	for name, c := range map[string]struct{ body, want string }{
		"a good one":           {update("C1", "A1"), "\rMSA|AA|C1\r"},
		"one with an error":    {strings.Replace(update("C2", "A2"), "20200304", "nonsense", 1), "\rMSA|AE|C2\r"},
		"one of another type":  {strings.Replace(update("C3", "A3"), "VXU^V04", "ADT^A04", 1), "\rMSA|AR|C3\r"},
		"one without a number": {strings.Replace(update("C4", "A4"), "|C4|", "||", 1), "|UNKNOWN\r"},
	} {
		a := s.post(t, "/hl7", c.body)
		is.Equal(t, name+": status", a.status, http.StatusOK)
		is.Equal(t, name+": type", a.header.Get("Content-Type"), "application/hl7-v2; charset=utf-8")
		is.Equal(t, name+": cache", a.header.Get("Cache-Control"), "no-store")
		if !strings.HasPrefix(a.body, "MSH|^~\\&|") || !strings.Contains(a.body, c.want) {
			t.Errorf("%s: got %q, want %q in it", name, a.body, c.want)
		}
	}
}

func TestEachRequestIsOneLineOfTheLog(t *testing.T) {
	s := serve(t, Options{})
	s.post(t, "/hl7", update("C1", "A1"))
	lines := s.logged(t, "message")
	if len(lines) != 1 {
		t.Fatalf("%d lines, want 1:\n%s", len(lines), s.Log)
	}
	for key, want := range map[string]any{"door": "http", "sender": "CLINIC", "kind": "VXU", "ack": "AA", "findings": 0.0} {
		is.Equal(t, key, lines[0][key], want)
	}
	id, ok := iis.ParseSubmissionID(fmt.Sprint(lines[0]["submission"]))
	if !ok {
		t.Fatalf("the line names no submission: %v", lines[0])
	}
	sub, err := s.Store.Submission(context.Background(), id)
	is.NoError(t, "submission", err)
	is.Equal(t, "kept", string(sub.Raw), update("C1", "A1"))
	is.Equal(t, "door", sub.Door, iis.DoorHTTP)
}

func TestRequestsThatCannotBeTakenHaveTheirStatus(t *testing.T) {
	s := serve(t, Options{MaxMessage: 2000, MaxBatch: 5000})
	plain := func(*http.Request) {}
	as := func(user, password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth(user, password) }
	}
	typed := func(typ string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Content-Type", typ) }
	}
	unsized := func(r *http.Request) { r.ContentLength = -1 }
	for name, c := range map[string]struct {
		path, body string
		change     func(*http.Request)
		want       int
	}{
		"nothing":                       {"/hl7", "", plain, 400},
		"no MSH":                        {"/hl7", "PID|1||" + world.Canary, plain, 400},
		"no MSH in a batch":             {"/hl7/batch", "FHS|^~\\&\rPID|" + world.Canary + "\r", plain, 400},
		"an empty batch":                {"/hl7/batch", "", plain, 400},
		"no credential":                 {"/hl7", update("1", "A"), func(r *http.Request) { r.Header.Del("Authorization") }, 401},
		"not Basic":                     {"/hl7", update("1", "A"), func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 401},
		"a wrong password":              {"/hl7", update("1", "A"), as("clinic", "wrong"), 401},
		"an unknown name":               {"/hl7/batch", update("1", "A"), as("nobody", "s3cret:|&"), 401},
		"an endless password":           {"/hl7", update("1", "A"), as("clinic", strings.Repeat("x", 5000)), 401},
		"too large":                     {"/hl7", strings.Repeat("x", 2001), plain, 413},
		"too large and unannounced":     {"/hl7", update("1", "A") + strings.Repeat("x", 20_000), unsized, 413},
		"a batch too large":             {"/hl7/batch", strings.Repeat("x", 5001), plain, 413},
		"a batch too large, unsized":    {"/hl7/batch", update("1", "A") + strings.Repeat("NTE|1\r", 50_000), unsized, 413},
		"JSON":                          {"/hl7", "{}", typed("application/json"), 415},
		"a form":                        {"/hl7/batch", "a=b", typed("application/x-www-form-urlencoded"), 415},
		"XML":                           {"/hl7", "<a/>", typed("application/hl7-v2+xml"), 415},
		"compressed":                    {"/hl7", "x", func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, 415},
		"another path":                  {"/hl7/other", "x", plain, 404},
		"with parameters":               {"/hl7", update("1", "A"), typed(`application/hl7-v2; charset=utf-8; msgstruct="VXU_V04"`), 200},
		"with a parameter that is none": {"/hl7", update("1", "A"), typed(`application/hl7-v2; charset`), 200},
		"the older name":                {"/hl7", update("1", "A"), typed("x-application/hl7-v2+er7"), 200},
		"plain text":                    {"/hl7", update("1", "A"), typed("text/plain; charset=utf-8"), 200},
		"undeclared":                    {"/hl7", update("1", "A"), func(r *http.Request) { r.Header["Content-Type"] = nil }, 200},
	} {
		a := s.post(t, c.path, c.body, c.change)
		if a.status != c.want {
			t.Errorf("%s: status %d, want %d: %s", name, a.status, c.want, a.body)
		}
		if c.want == 200 {
			continue
		}
		if strings.Contains(a.body, world.Canary) || (c.want != 404 && !strings.HasSuffix(a.body, ".\n")) {
			t.Errorf("%s: got %q, want a sentence of our own", name, a.body)
		}
		if challenged := a.header.Get("WWW-Authenticate") != ""; challenged != (c.want == 401) {
			t.Errorf("%s: challenged: %v", name, challenged)
		}
	}
}

func TestOtherMethodsAreToldWhatIsAllowed(t *testing.T) {
	s := serve(t, Options{})
	for _, path := range []string{"/hl7", "/hl7/batch"} {
		a := s.post(t, path, "", func(r *http.Request) { r.Method = http.MethodGet })
		is.Equal(t, "status", a.status, http.StatusMethodNotAllowed)
		is.Equal(t, "Allow", a.header.Get("Allow"), "POST")
	}
}

// busyGate lets nobody in at the moment.
type busyGate struct{}

func (busyGate) Sender(context.Context, access.Caller, string, string) (iis.Sender, error) {
	return iis.Sender{}, fault.New(fault.Busy, "Too many failed attempts.")
}

func TestAfterManyWrongPasswordsASenderIsAskedToWait(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/hl7", strings.NewReader(update("1", "A")))
	r.SetBasicAuth("clinic", "wrong")
	Handler(nil, busyGate{}, Options{}).ServeHTTP(w, r)
	is.Equal(t, "status", w.Code, http.StatusServiceUnavailable)
	is.Equal(t, "Retry-After", w.Header().Get("Retry-After"), "10")
	is.Equal(t, "answer", w.Body.String(), "Too many failed attempts.\n")
}

func TestAFileSentToTheDoorOfMessagesIsShownTheOtherDoor(t *testing.T) {
	s := serve(t, Options{})
	for _, begin := range []string{"FHS|^~\\&\r", "BHS|^~\\&\r", "\xef\xbb\xbf\x0b\r\nFHS|^~\\&\n"} {
		a := s.post(t, "/hl7", begin+update("1", "A"))
		is.Equal(t, "status", a.status, http.StatusBadRequest)
		is.Equal(t, "answer", a.body, "This is a file of messages: it begins with FHS or BHS. Send it to /hl7/batch.\n")
	}
}

// TestAHugeBodyIsRefusedBeforeItIsRead speaks HTTP by hand: most clients would
// hide how much they had sent.
func TestAHugeBodyIsRefusedBeforeItIsRead(t *testing.T) {
	s := serve(t, Options{})
	for name, how := range map[string]string{"announced": "Content-Length: 104857600", "chunked": "Transfer-Encoding: chunked"} {
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		is.NoError(t, "dial", err)
		defer c.Close()
		is.NoError(t, "deadline", c.SetDeadline(time.Now().Add(20*time.Second)))
		r, _ := http.NewRequest(http.MethodPost, s.URL, nil)
		r.SetBasicAuth("clinic", "s3cret:|&")
		fmt.Fprintf(c, "POST /hl7 HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n%s\r\n\r\n", r.Header.Get("Authorization"), how)
		status := make(chan int, 1)
		go func() {
			res, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Errorf("%s: no answer: %v", name, err)
				status <- 0
				return
			}
			status <- res.StatusCode
		}()
		sent := 0
		if name == "chunked" {
			chunk := []byte(fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat("x", 64<<10)))
			for len(status) == 0 && sent < 100<<20 {
				n, err := c.Write(chunk)
				sent += n
				if err != nil {
					break
				}
			}
		}
		is.Equal(t, name, <-status, http.StatusRequestEntityTooLarge)
		if sent > 32<<20 {
			t.Errorf("%s: %d bytes were sent before the answer came", name, sent)
		}
	}
}

func TestABatchIsAnsweredMessageByMessage(t *testing.T) {
	s := serve(t, Options{MaxMessage: 10_000})
	file := "FHS|^~\\&|EHR|CLINIC|IIS|STATE|20250102||f||1\rBHS|^~\\&|EHR|CLINIC|IIS|STATE|20250102||b||2\r" +
		update("1", "A") + strings.Replace(update("2", "B"), "P|2.5.1", "X|9", 1) + update("3", strings.Repeat("long", 5000)) + update("4", "D") + "BTS|4\rFTS|1\r"
	a := s.post(t, "/hl7/batch", file)
	is.Equal(t, "status", a.status, http.StatusOK)
	var got []string
	for line := range strings.SplitSeq(a.body, "\r") {
		switch f := strings.Split(line, "|"); f[0] {
		case "FHS", "BHS":
			got = append(got, strings.Join(f[:6], "|"))
		case "MSA", "BTS", "FTS":
			got = append(got, line)
		}
	}
	is.Equal(t, "answer", got, []string{
		`FHS|^~\&|IIS|STATE|EHR|CLINIC`, `BHS|^~\&|IIS|STATE|EHR|CLINIC`,
		"MSA|AA|1", "MSA|AR|2", "MSA|AR|UNKNOWN", "MSA|AA|4", "BTS|4", "FTS|1",
	})
	is.Equal(t, "lines of messages", len(s.logged(t, "message")), 4)
	summary := s.logged(t, "batch")
	if len(summary) != 1 || summary[0]["messages"] != 4.0 || summary[0]["aa"] != 2.0 || summary[0]["ar"] != 2.0 {
		t.Errorf("the line of the batch is %v", summary)
	}
}

func TestAnswersThatDoNotFitInMemoryArriveWhole(t *testing.T) {
	s := serve(t, Options{})
	const n = 4000
	var file strings.Builder
	for i := range n { // of a type that is answered without a record
		file.WriteString(strings.Replace(update("1", fmt.Sprint("A", i)), "VXU^V04", "ADT^A04", 1))
	}
	a := s.post(t, "/hl7/batch", file.String())
	is.Equal(t, "status", a.status, http.StatusOK)
	is.Equal(t, "answers", strings.Count(a.body, "\rMSA|AR|1\r"), n)
	if len(a.body) <= keptInMemory {
		t.Errorf("the answers have %d bytes: too few for this test", len(a.body))
	}
}

func TestABatchThatBreaksOffSaysWhatWasTaken(t *testing.T) {
	s := serve(t, Options{MaxBatch: 200_000})
	a := s.post(t, "/hl7/batch", strings.Repeat(update("1", "A"), 2)+update("2", strings.Repeat("x", 300_000)), func(r *http.Request) { r.ContentLength = -1 })
	is.Equal(t, "status", a.status, http.StatusRequestEntityTooLarge)
	if !strings.Contains(a.body, "The first 2 messages of the file were taken") {
		t.Errorf("got %q", a.body)
	}
}

func TestABatchThatStandsStillIsCutOff(t *testing.T) {
	s := serve(t, Options{stalls: 200 * time.Millisecond})
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	is.NoError(t, "dial", err)
	defer c.Close()
	is.NoError(t, "deadline", c.SetDeadline(time.Now().Add(20*time.Second)))
	r, _ := http.NewRequest(http.MethodPost, s.URL, nil)
	r.SetBasicAuth("clinic", "s3cret:|&")
	fmt.Fprintf(c, "POST /hl7/batch HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: 100000\r\n\r\n%s", r.Header.Get("Authorization"), update("1", "A"))
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	is.NoError(t, "answer", err)
	is.Equal(t, "status", res.StatusCode, http.StatusRequestTimeout)
}

func TestAFailureOfOursIs500AndTellsNothing(t *testing.T) {
	s := serve(t, Options{})
	s.post(t, "/hl7", update("1", "A")) // the credential is remembered now
	is.NoError(t, "break", s.Store.Write(context.Background(), func(tx *store.Tx) error { return tx.Exec(`DROP TABLE submission`) }))
	a := s.post(t, "/hl7", update("2", "B"))
	is.Equal(t, "status", a.status, http.StatusInternalServerError)
	is.Equal(t, "answer", a.body, fault.Public(errors.New("x"))+"\n")
	if !strings.Contains(s.Log.String(), `"level":"ERROR"`) {
		t.Errorf("the log tells no error:\n%s", s.Log)
	}
}

// TestEveryKindOfFailureHasItsStatus walks the kinds.
func TestEveryKindOfFailureHasItsStatus(t *testing.T) {
	want := map[fault.Kind]int{
		fault.Internal: 500, fault.NotFound: 404, fault.Invalid: 400, fault.Denied: 401,
		fault.Conflict: 409, fault.Busy: 503, fault.TooLarge: 413,
	}
	d := &door{}
	for _, k := range fault.Kinds() {
		w := httptest.NewRecorder()
		status := d.refuse(w, fmt.Errorf("on the way: %w", fault.Wrap(k, errors.New("secret insides"), "A sentence.")))
		is.Equal(t, k.String(), status, want[k])
		is.Equal(t, k.String()+" as sent", w.Code, want[k])
		if strings.Contains(w.Body.String(), "insides") {
			t.Errorf("%s: the cause was told", k)
		}
		is.Equal(t, k.String()+": Retry-After", w.Header().Get("Retry-After") != "", k == fault.Busy)
		is.Equal(t, k.String()+": WWW-Authenticate", w.Header().Get("WWW-Authenticate") != "", k == fault.Denied)
	}
}
