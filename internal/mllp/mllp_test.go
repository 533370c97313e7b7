package mllp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/iz"
	"openiis/internal/store"
	"openiis/test/world"
)

const (
	password = "s3cret|^&:\\~x"
	escaped  = `s3cret\F\\S\\T\:\E\\R\x`
	good     = "clinic:" + escaped
)

// door is a listening server over a real registry.
type door struct {
	*world.World
	t       *testing.T
	address string
	stop    context.CancelFunc
	end     func() // stops, and waits until it has
}

// listen starts a door; change may put something else in the place of its desk
// or gate.
func listen(t *testing.T, s Server, change ...func(*Server)) *door {
	t.Helper()
	d := &door{World: world.Open(t), t: t}
	d.Sender("CLINIC", "A clinic", "clinic", password)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(t, "listen", err)
	d.address = l.Addr().String()
	s.Desk, s.Gate, s.Log = d.Desk, d.Gate, d.Log.Logger()
	if s.Pause == 0 {
		s.Pause = time.Millisecond
	}
	for _, c := range change {
		c(&s)
	}
	ctx, stop := context.WithCancel(context.Background())
	d.stop = stop
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	d.end = sync.OnceFunc(func() {
		stop()
		is.NoError(t, "serve", <-ended)
	})
	t.Cleanup(func() {
		d.end()
		d.NeverLogs("s3cret")
		d.NeverLogs(password)
	})
	return d
}

// client is one connection to the door.
type client struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func (d *door) dial() *client { d.t.Helper(); return d.dialFrom("127.0.0.1") }

// dialFrom connects from another address of the loopback network.
func (d *door) dialFrom(address string) *client {
	d.t.Helper()
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	c, err := from.Dial("tcp", d.address)
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

func update(control, security string) string { return world.Update(control, "N"+control, security) }

func frame(message string) string { return "\x0b" + message + "\x1c\r" }

// submissions are the ids in the log.
func (d *door) submissions() []iis.SubmissionID {
	d.t.Helper()
	var out []iis.SubmissionID
	for line := range strings.Lines(d.Log.String()) {
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
		sub, err := d.Store.Submission(context.Background(), id)
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
		"garbage":          {"hello " + world.Canary, "AR:UNKNOWN MSH^1^8 101"},
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
	_, err := d.Gate.AddSender(context.Background(), iis.Sender{Facility: "CLINIC", Name: "A clinic"}, "clinic", "another")
	is.NoError(t, "replace", err)
	c.write(frame(update("2", "")) + frame(update("3", "clinic:another")))
	is.Equal(t, "after", c.acks(2), "AR:2 MSH^1^8 103, AA:3")
}

// gateFunc is a gate that is a function.
type gateFunc func() (iis.Sender, error)

func (g gateFunc) Sender(context.Context, access.Caller, string, string) (iis.Sender, error) {
	return g()
}

func TestAfterManyWrongCredentialsASenderIsAskedToWait(t *testing.T) {
	c := listen(t, Server{Pause: 50 * time.Millisecond}, func(s *Server) {
		s.Gate = gateFunc(func() (iis.Sender, error) { return iis.Sender{}, fault.New(fault.Busy, "Wait.") })
	}).dial()
	begun := time.Now()
	c.write(frame(update("1", good)))
	is.Equal(t, "too many", c.acks(1), "AR:1  207")
	if time.Since(begun) < 50*time.Millisecond {
		t.Error("the answer did not wait")
	}
}

func TestAnAuthenticatedSenderLearnsThatATextIsNoMessage(t *testing.T) {
	c := listen(t, Server{}).dial()
	c.write(frame(update("1", good)) + frame("PID|1||"+world.Canary) + frame(update("2", "")))
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
	c.write(frame(update("0", good)))
	is.Equal(t, "answer", c.acks(1), "AA:0")
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
	is.Equal(t, "submissions", len(d.submissions()), 1)
}

func TestASlowStrangerIsCut(t *testing.T) {
	d := listen(t, Server{StrangerTimeout: 100 * time.Millisecond})
	c := d.dial()
	c.write("\x0b" + update("1", good)[:50])
	c.closed()
}

func TestASilentStrangerIsCutSoonerThanASilentSender(t *testing.T) {
	d := listen(t, Server{StrangerTimeout: 200 * time.Millisecond, IdleTimeout: time.Hour})
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

// heldDesk says when a message is taken, and goes on when it is told to.
type heldDesk struct {
	Desk
	taken, release chan struct{}
}

func (d heldDesk) Message(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) (intake.Reply, error) {
	d.taken <- struct{}{}
	<-d.release
	return d.Desk.Message(ctx, from, door, raw)
}

func TestAStopFinishesWhatWasTaken(t *testing.T) {
	held := heldDesk{taken: make(chan struct{}), release: make(chan struct{})}
	d := listen(t, Server{}, func(s *Server) { held.Desk, s.Desk = s.Desk, &held })
	idle, half, busy := d.dial(), d.dial(), d.dial()
	idle.write(frame(update("1", good)))
	<-held.taken
	held.release <- struct{}{}
	is.Equal(t, "before", idle.acks(1), "AA:1")
	half.write("\x0b" + update("2", good)[:60])
	busy.write(frame(update("3", good)))
	<-held.taken
	d.stop()
	idle.closed()
	half.closed()
	held.release <- struct{}{}
	is.Equal(t, "taken", busy.acks(1), "AA:3")
	busy.closed()
	if _, err := net.Dial("tcp", d.address); err == nil {
		t.Error("the door still takes connections")
	}
}

func TestSilentStrangersDoNotKeepSendersOut(t *testing.T) {
	d := listen(t, Server{MaxStrangers: 4, MaxStrangersEach: 3, StrangerTimeout: time.Hour})
	sender := d.dialFrom("127.0.0.9")
	sender.write(frame(update("1", good)))
	is.Equal(t, "before", sender.acks(1), "AA:1")
	var silent []*client
	for _, address := range []string{"127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.3"} {
		silent = append(silent, d.dialFrom(address))
	}
	another := d.dialFrom("127.0.0.9")
	another.write(frame(update("2", good)))
	is.Equal(t, "another connection", another.acks(1), "AA:2")
	sender.write(frame(update("3", "")))
	is.Equal(t, "the first one", sender.acks(1), "AA:3")
	// Those of the address that has most of them have gone, the oldest first.
	for _, i := range []int{1, 2, 3} {
		silent[i].closed()
	}
	for _, i := range []int{0, 4, 5} {
		silent[i].write(frame(update("4", good)))
		is.Equal(t, "one that came late", silent[i].acks(1), "AA:4")
	}
}

func TestAMessageOfAStrangerWhosePlaceIsGoneIsNotTaken(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	d := listen(t, Server{MaxStrangersEach: 1}, func(s *Server) {
		real := s.Gate
		s.Gate = gateFunc(func() (iis.Sender, error) {
			asked <- struct{}{}
			<-answer
			return real.Sender(context.Background(), "", "clinic", password)
		})
	})
	first := d.dial()
	first.write(frame(update("1", good)))
	<-asked
	second := d.dial()
	second.write(frame(update("2", good)))
	<-asked
	first.closed()
	close(answer)
	is.Equal(t, "the second", second.acks(1), "AA:2")
	d.end()
	is.Equal(t, "submissions", len(d.submissions()), 1)
}

func TestASenderThatIsNoLongerKnownIsAStrangerAgain(t *testing.T) {
	d := listen(t, Server{MaxStrangersEach: 1, StrangerTimeout: time.Hour})
	c := d.dial()
	c.write(frame(update("1", good)) + frame(update("2", "clinic:wrong")))
	is.Equal(t, "answers", c.acks(2), "AA:1, AR:2 MSH^1^8 103")
	d.dial().write("\x0b")
	c.closed()
}

func TestAFrameForWhichThereIsNoMemoryIsAnsweredAndTheConnectionClosed(t *testing.T) {
	d := listen(t, Server{MaxMessage: 200_000, MaxUnfinished: 150_000})
	long := func(control, security string, lines int) string {
		return frame(update(control, security) + strings.Repeat("NTE|1\r", lines))
	}
	c := d.dial()
	for control := range 5 { // what was answered counts no more
		c.write(long(strconv.Itoa(control), good, 6_000))
		is.Equal(t, "within", c.acks(1), "AA:"+strconv.Itoa(control))
	}
	stranger := d.dial()
	stranger.write(long("5", good, 12_000)) // a stranger has half as much
	is.Equal(t, "a stranger's", stranger.acks(1), "AR:UNKNOWN  207")
	stranger.closed()
	c.write(long("6", good, 12_000))
	is.Equal(t, "a sender's", c.acks(1), "AA:6")
	c.write(long("7", good, 25_000))
	is.Equal(t, "too long for a sender", c.acks(1), "AR:UNKNOWN  207")
	c.closed()
}

func TestUnfinishedFramesAreCountedByAddressAndForStrangers(t *testing.T) {
	open := newConnections(limits{known: 9, strangers: 9, strangersEach: 9, bytesEach: 100, strangeBytes: 150})
	guest := func(address string) *conn {
		near, far := net.Pipe()
		t.Cleanup(func() { near.Close(); far.Close() })
		c := &conn{net: near, caller: access.Caller(address)}
		is.Equal(t, "added", open.add(c), true)
		return c
	}
	a, again, b, c := guest("a"), guest("a"), guest("b"), guest("c")
	is.Equal(t, "60 from a", open.hold(a, 60), true)
	is.Equal(t, "60 more from a", open.hold(again, 60), false)
	is.Equal(t, "40 more from a", open.hold(again, 40), true)
	is.Equal(t, "50 from b", open.hold(b, 50), true)
	is.Equal(t, "one more of a stranger", open.hold(c, 1), false)
	is.Equal(t, "b is known", open.admit(b), true)
	is.Equal(t, "50 from c", open.hold(c, 50), true)
	open.demote(b)
	open.remove(a)
	is.Equal(t, "one more of a stranger", open.hold(c, 1), true)
	for _, n := range []*conn{again, b, c} {
		open.remove(n)
	}
	is.Equal(t, "addresses that hold something", len(open.bytes), 0)
	is.Equal(t, "what strangers hold", open.strange, 0)
}

func TestAFailureOfOursIsAE207SoThatTheSenderSendsAgain(t *testing.T) {
	d := listen(t, Server{})
	c := d.dial()
	c.write(frame(update("1", good)))
	is.Equal(t, "before", c.acks(1), "AA:1")
	is.NoError(t, "break", d.Store.Write(context.Background(), func(tx *store.Tx) error { return tx.Exec(`DROP TABLE submission`) }))
	c.write(frame(update("2", "")))
	is.Equal(t, "after", c.acks(1), "AE:2  207")
	told := func() bool { return strings.Contains(d.Log.String(), `"level":"ERROR"`) }
	if eventually(told); !told() {
		t.Errorf("the log tells no error:\n%s", d.Log)
	}
}

func TestAListenerThatFailsEndsServeAndItsConnections(t *testing.T) {
	w := world.Open(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(t, "listen", err)
	ended := make(chan error, 1)
	server := &Server{Desk: w.Desk, Gate: w.Gate}
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
