package mllp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/iz"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

const (
	canary   = "Zyxwcanary" // a patient's name that must never be in a log
	password = "s3cret|^&:\\~x"
	escaped  = `s3cret\F\\S\\T\:\E\\R\x`
	good     = "clinic:" + escaped
)

// door is a listening server over a real registry.
type door struct {
	t       *testing.T
	address string
	store   *store.Store
	gate    *access.Gate
	log     *buffer
	stop    context.CancelFunc
	ended   chan error
}

// buffer is a log that may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func listen(t *testing.T, s Server) *door {
	t.Helper()
	d := &door{t: t, store: storetest.Open(t, storetest.SQLite(t)), log: &buffer{}, ended: make(chan error, 1)}
	var err error
	d.gate, err = access.NewGate(d.store)
	is.NoError(t, "gate", err)
	_, err = d.gate.AddSender(context.Background(), iis.Sender{Facility: "CLINIC", Name: "A clinic"}, "clinic", password)
	is.NoError(t, "add sender", err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(t, "listen", err)
	d.address = l.Addr().String()
	s.Desk, s.Gate, s.Log = intake.New(d.store, codeset.Default()), d.gate, slog.New(slog.NewJSONHandler(d.log, nil))
	if s.Pause == 0 {
		s.Pause = time.Millisecond
	}
	ctx, stop := context.WithCancel(context.Background())
	d.stop = stop
	go func() { d.ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		is.NoError(t, "serve", <-d.ended)
		for _, never := range []string{canary, "s3cret", password} {
			if strings.Contains(d.log.String(), never) {
				t.Errorf("the log holds %s:\n%s", never, d.log)
			}
		}
	})
	return d
}

// client is one connection to the door.
type client struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func (d *door) dial() *client {
	d.t.Helper()
	c, err := net.Dial("tcp", d.address)
	is.NoError(d.t, "dial", err)
	d.t.Cleanup(func() { c.Close() })
	is.NoError(d.t, "deadline", c.SetDeadline(time.Now().Add(20*time.Second)))
	return &client{d.t, c, bufio.NewReader(c)}
}

func (c *client) write(text string) {
	c.t.Helper()
	_, err := io.WriteString(c, text)
	is.NoError(c.t, "write", err)
}

// read is the next answer.
func (c *client) read() *hl7.Message {
	c.t.Helper()
	b, err := c.r.ReadBytes(endBlock)
	is.NoError(c.t, "read an answer", err)
	if next, err := c.r.ReadByte(); err != nil || next != carriageReturn {
		c.t.Fatalf("after the end block came %q, %v", next, err)
	}
	if b[0] != startBlock {
		c.t.Fatalf("the answer begins with %q", b[0])
	}
	m, err := hl7.Parse(b[1 : len(b)-1])
	is.NoError(c.t, "parse the answer", err)
	return m
}

// acks are the next answers as MSA-1:MSA-2, with ERR-2 and ERR-3.1 of the first
// error.
func (c *client) acks(n int) string {
	c.t.Helper()
	var out []string
	for range n {
		m := c.read()
		s := m.First("MSA").Field(1).String() + ":" + m.First("MSA").Field(2).String()
		if err := m.First("ERR"); !err.IsZero() && err.Field(4).String() == "E" {
			s += " " + string(err.Field(2).Raw()) + " " + err.Field(3).String()
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// closed waits until the server closes the connection.
func (c *client) closed() {
	c.t.Helper()
	if _, err := c.r.ReadByte(); err == nil {
		c.t.Error("the connection gave more, want that it is closed")
	} else if isTimeout(err) {
		c.t.Error("the connection stayed open")
	}
}

func update(control, security string) string {
	return "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20250102120000-0500|" + security + "|VXU^V04^VXU_V04|" + control + "|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" +
		"PID|1||N" + control + "^^^CLINIC^MR||" + canary + "^Ada^^^^^L||20200304|F\r" +
		"ORC|RE||" + control + "-1^CLINIC\rRXA|0|1|20250102||08^Hep B, adolescent or pediatric^CVX|0.5|mL^mL^UCUM||01^Historical^NIP001|||||||||||CP|A\r"
}

func frame(message string) string { return "\x0b" + message + "\x1c\r" }

// submissions are the ids in the log.
func (d *door) submissions() []iis.SubmissionID {
	d.t.Helper()
	var out []iis.SubmissionID
	for line := range strings.Lines(d.log.String()) {
		var m struct{ Submission string }
		is.NoError(d.t, "log line", json.Unmarshal([]byte(line), &m))
		if id, ok := iis.ParseSubmissionID(m.Submission); ok {
			out = append(out, id)
		}
	}
	return out
}

// eventually waits until something holds, for a second at most.
func eventually(holds func() bool) {
	for range 100 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestMessagesAreAnsweredInTheirOrder(t *testing.T) {
	c := listen(t, Server{}).dial()
	c.write(frame(update("1", good)))
	is.Equal(t, "first", c.acks(1), "AA:1")
	c.write(frame(update("2", "")) + frame(strings.Replace(update("3", ""), "VXU^V04", "ADT^A04", 1)) + frame(update("4", "")))
	is.Equal(t, "pipelined", c.acks(3), "AA:2, AR:3 MSH^1^9^1^1 200, AA:4")
}

func TestFramesAreTakenLeniently(t *testing.T) {
	c := listen(t, Server{}).dial()
	bare := func(n string) string { return strings.TrimSuffix(update(n, ""), "\r") }
	c.write("garbage\r\n" + frame(update("1", good)))
	c.write("\x0b" + bare("2") + "\x1c\r")            // no CR after the last segment
	c.write("\x0b" + update("3", "") + "\x1c")        // no CR after the frame
	c.write("\r\n\r\n more garbage \x1c\r\r\x0b\r\n") // and a blank line in the frame
	c.write(strings.ReplaceAll(update("4", ""), "\r", "\n") + "\x1c\r")
	is.Equal(t, "answers", c.acks(4), "AA:1, AA:2, AA:3, AA:4")
}

func TestAFrameMayArriveByteByByte(t *testing.T) {
	c := listen(t, Server{}).dial()
	for _, b := range []byte(frame(update("1", good))) {
		c.write(string(b))
	}
	is.Equal(t, "answer", c.acks(1), "AA:1")
}

func TestTheCredentialIsNotKept(t *testing.T) {
	d := listen(t, Server{})
	for _, security := range []string{good, "clinic^" + escaped} {
		c := d.dial()
		c.write(frame(update("1", security)))
		is.Equal(t, "answer", c.acks(1), "AA:1")
	}
	eventually(func() bool { return len(d.submissions()) == 2 }) // the line of a message follows its answer
	ids := d.submissions()
	is.Equal(t, "submissions", len(ids), 2)
	for _, id := range ids {
		sub, err := d.store.Submission(context.Background(), id)
		is.NoError(t, "submission", err)
		is.Equal(t, "kept", string(sub.Raw), update("1", ""))
		is.Equal(t, "door", sub.Door, iis.DoorMLLP)
	}
}

func TestWithoutAGoodCredentialNothingIsTaken(t *testing.T) {
	d := listen(t, Server{})
	for name, c := range map[string]struct{ message, want string }{
		"none":             {update("1", ""), "AR:1 MSH^1^8 101"},
		"wrong":            {update("1", "clinic:wrong"), "AR:1 MSH^1^8 103"},
		"no password":      {update("1", "clinic"), "AR:1 MSH^1^8 103"},
		"unknown":          {update("1", "nobody:"+escaped), "AR:1 MSH^1^8 103"},
		"endless":          {update("1", "clinic:"+strings.Repeat("x", 100_000)), "AR:1 MSH^1^8 103"},
		"garbage":          {"hello " + canary, "AR:UNKNOWN MSH^1^8 101"},
		"nothing":          {"", "AR:UNKNOWN MSH^1^8 101"},
		"in another field": {strings.Replace(update("1", ""), "|CLINIC|", "|"+good+"|", 1), "AR:1 MSH^1^8 101"},
	} {
		conn := d.dial()
		conn.write(frame(c.message))
		is.Equal(t, name, conn.acks(1), c.want)
	}
	is.Equal(t, "submissions", len(d.submissions()), 0)
}

func TestAConnectionForgetsItsSenderAfterAWrongCredential(t *testing.T) {
	c := listen(t, Server{}).dial()
	c.write(frame(update("1", good)) + frame(update("2", "clinic:wrong")) + frame(update("3", "")) + frame(update("4", good)))
	is.Equal(t, "answers", c.acks(4), "AA:1, AR:2 MSH^1^8 103, AR:3 MSH^1^8 101, AA:4")
}

func TestAReplacedPasswordEndsForOpenConnectionsToo(t *testing.T) {
	d := listen(t, Server{})
	c := d.dial()
	c.write(frame(update("1", good)))
	is.Equal(t, "before", c.acks(1), "AA:1")
	_, err := d.gate.AddSender(context.Background(), iis.Sender{Facility: "CLINIC", Name: "A clinic"}, "clinic", "another")
	is.NoError(t, "replace", err)
	c.write(frame(update("2", "")) + frame(update("3", "clinic:another")))
	is.Equal(t, "after", c.acks(2), "AR:2 MSH^1^8 103, AA:3")
}

func TestAfterManyWrongCredentialsASenderIsAskedToWait(t *testing.T) {
	c := listen(t, Server{Pause: 50 * time.Millisecond}).dial()
	for range 5 {
		c.write(frame(update("1", "clinic:wrong")))
		is.Equal(t, "wrong", c.acks(1), "AR:1 MSH^1^8 103")
	}
	begun := time.Now()
	c.write(frame(update("1", good)))
	is.Equal(t, "too many", c.acks(1), "AR:1  207")
	if time.Since(begun) < 50*time.Millisecond {
		t.Error("the answer did not wait")
	}
}

func TestAnAuthenticatedSenderLearnsThatATextIsNoMessage(t *testing.T) {
	c := listen(t, Server{}).dial()
	c.write(frame(update("1", good)) + frame("PID|1||"+canary) + frame(update("2", "")))
	is.Equal(t, "answers", c.acks(3), "AA:1, AR:UNKNOWN MSH^1 200, AA:2")
}

func TestAFrameOverTheLimitIsAnsweredAndTheConnectionClosed(t *testing.T) {
	c := listen(t, Server{MaxMessage: 2000}).dial()
	c.write(frame(update("1", good)))
	is.Equal(t, "in the limit", c.acks(1), "AA:1")
	go func() { _, _ = io.WriteString(c.Conn, frame(update("2", "")+strings.Repeat("NTE|1\r", 100_000))) }()
	is.Equal(t, "over the limit", c.acks(1), "AR:UNKNOWN MSH^1 999")
	c.closed()
}

func TestAFrameOfExactlyTheLimitIsTaken(t *testing.T) {
	message := update("1", good)
	c := listen(t, Server{MaxMessage: len(message)}).dial()
	c.write(frame(message) + frame(message+"\r"))
	is.Equal(t, "answers", c.acks(2), "AA:1, AR:UNKNOWN MSH^1 999")
}

func TestASlowFrameIsCut(t *testing.T) {
	d := listen(t, Server{FrameTimeout: 300 * time.Millisecond})
	c := d.dial()
	c.write("\x0b" + update("1", good)[:50])
	ended := make(chan struct{})
	go func() { // a byte now and then does not help
		defer close(ended)
		for range 200 {
			if _, err := io.WriteString(c.Conn, "x"); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	begun := time.Now()
	c.closed()
	if time.Since(begun) > 3*time.Second {
		t.Errorf("it was cut after %v", time.Since(begun))
	}
	<-ended
	is.Equal(t, "submissions", len(d.submissions()), 0)
}

func TestASilentStrangerIsCutSoonerThanASilentSender(t *testing.T) {
	d := listen(t, Server{FrameTimeout: 200 * time.Millisecond, IdleTimeout: time.Hour})
	stranger, sender := d.dial(), d.dial()
	sender.write(frame(update("1", good)))
	is.Equal(t, "answer", sender.acks(1), "AA:1")
	stranger.write("garbage without a frame") // is no sign of life
	stranger.closed()
	sender.write(frame(update("2", "")))
	is.Equal(t, "answer", sender.acks(1), "AA:2")
}

func TestASilentSenderIsCutInTheEnd(t *testing.T) {
	c := listen(t, Server{IdleTimeout: 100 * time.Millisecond}).dial()
	c.write(frame(update("1", good)))
	is.Equal(t, "answer", c.acks(1), "AA:1")
	c.closed()
}

func TestMoreConnectionsThanTheLimitAreClosedAtOnce(t *testing.T) {
	d := listen(t, Server{MaxConns: 2})
	a, b := d.dial(), d.dial()
	for _, c := range []*client{a, b} {
		c.write(frame(update("1", good)))
		is.Equal(t, "within", c.acks(1), "AA:1")
	}
	d.dial().closed()
	is.NoError(t, "close", a.Close())
	for { // its place is free again
		c := d.dial()
		if _, err := io.WriteString(c, frame(update("2", good))); err != nil {
			continue
		}
		if _, err := c.r.Peek(1); err == nil {
			is.Equal(t, "answer", c.acks(1), "AA:2")
			return
		}
	}
}

func TestAStopFinishesWhatWasTaken(t *testing.T) {
	d := listen(t, Server{})
	idle, half, busy := d.dial(), d.dial(), d.dial()
	idle.write(frame(update("1", good)))
	is.Equal(t, "before", idle.acks(1), "AA:1")
	half.write("\x0b" + update("2", good)[:60])
	// Its message is taken while the database is held, and answered after.
	held, release := make(chan struct{}), make(chan struct{})
	go func() {
		_ = d.store.Write(context.Background(), func(*store.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	busy.write(frame(update("3", good)))
	time.Sleep(200 * time.Millisecond) // long enough to be taken
	d.stop()
	idle.closed()
	half.closed()
	close(release)
	is.Equal(t, "taken", busy.acks(1), "AA:3")
	busy.closed()
	if _, err := net.Dial("tcp", d.address); err == nil {
		t.Error("the door still takes connections")
	}
}

func TestAFailureOfOursIsAE207SoThatTheSenderSendsAgain(t *testing.T) {
	d := listen(t, Server{})
	c := d.dial()
	c.write(frame(update("1", good)))
	is.Equal(t, "before", c.acks(1), "AA:1")
	is.NoError(t, "close", d.store.Close())
	c.write(frame(update("2", "")))
	is.Equal(t, "after", c.acks(1), "AE:2  207")
	told := func() bool { return strings.Contains(d.log.String(), `"level":"ERROR"`) }
	if eventually(told); !told() {
		t.Errorf("the log tells no error:\n%s", d.log)
	}
}

func TestAListenerThatFailsEndsServeAndItsConnections(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	gate, err := access.NewGate(s)
	is.NoError(t, "gate", err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(t, "listen", err)
	ended := make(chan error, 1)
	server := &Server{Desk: intake.New(s, codeset.Default()), Gate: gate}
	go func() { ended <- server.Serve(context.Background(), l) }()
	c, err := net.Dial("tcp", l.Addr().String())
	is.NoError(t, "dial", err)
	defer c.Close()
	_, err = io.WriteString(c, frame("x"))
	is.NoError(t, "write", err)
	_, err = bufio.NewReader(c).ReadBytes(endBlock)
	is.NoError(t, "answer", err)
	is.NoError(t, "close", l.Close())
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want that the listener was closed", err)
	}
}

// TestEveryKindOfFailureHasItsAcknowledgement walks the kinds.
func TestEveryKindOfFailureHasItsAcknowledgement(t *testing.T) {
	want := map[fault.Kind]string{
		fault.Internal: "AE 207", fault.NotFound: "AE 207", fault.Conflict: "AE 207",
		fault.Invalid: "AR 200", fault.Denied: "AR 103", fault.Busy: "AR 207", fault.TooLarge: "AR 999",
	}
	for _, k := range fault.Kinds() {
		a := answerTo(fmt.Errorf("on the way: %w", fault.Wrap(k, errors.New("secret insides"), "A sentence.")))
		is.Equal(t, k.String(), a.ack+" "+a.finding.HL7, want[k])
		if strings.Contains(a.finding.Say, "insides") {
			t.Errorf("%s: the cause is told", k)
		}
		if a.ack != iz.AckReject && a.ack != iz.AckError {
			t.Errorf("%s: acknowledged as %s", k, a.ack)
		}
	}
}
