// Package crash kills the real program while it works, and proves that what it
// acknowledged is still there, that nothing is half there, and that sending
// again does no harm.
//
// It is a test and nothing else. OPENIIS_CRASHES says how often each database
// is crashed; in a plain `go test` it is twice. Start at
// TestWhatWasAcknowledgedSurvivesAKill.
package crash

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"openiis/internal/hl7"
	"openiis/internal/is"
	"openiis/internal/store/storetest"
	"openiis/internal/synth"
	"openiis/test/drive"
)

const (
	senders     = 8
	fewCrashes  = 2
	longestLife = 1500 * time.Millisecond // of a server from its first answer until it is killed
)

var (
	clinic     = synth.Facility{Code: "CRASH", Name: "Crash Clinic"}
	credential = drive.Credential{Facility: "CRASH", Username: "crash", Password: "a password for the crash test"}
)

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	crashes := fewCrashes
	if s := os.Getenv("OPENIIS_CRASHES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("OPENIIS_CRASHES is %q: want a number above zero", s)
		}
		crashes = n
	}
	bin, err := drive.Build(t.TempDir())
	is.NoError(t, "build", err)
	storetest.EachDurable(t, func(t *testing.T, address string) {
		p := drive.Program{Bin: bin, DB: address}
		is.NoError(t, "add a sender", p.AddSender(credential))
		l := &load{people: synth.People(uint64(len(address))), begun: time.Now()}
		for n := range crashes {
			if !t.Run(fmt.Sprintf("crash %d", n+1), func(t *testing.T) { crashOnce(t, p, l) }) {
				return
			}
		}
		t.Logf("%d crashes: %d messages acknowledged, %d sent and not answered, of which %d were stored", crashes, l.acknowledged, l.unanswered, l.stored)
	})
}

// crashOnce kills a busy server at a random moment, starts it again on the same
// database, and checks:
//
//  1. every acknowledged message's doses are in the history of its person;
//  2. of a message that was cut off, all doses are there or none, each whole;
//  3. the audit's chain is unbroken;
//  4. what was cut off can be sent again, and no dose is there twice;
//  5. the audit's chain is unbroken still, and the server can end well.
func crashOnce(t *testing.T, p drive.Program, l *load) {
	server := serve(t, p)
	life := time.Duration(rand.Int64N(int64(longestLife)))
	sent := l.sendUntilKilled(t, server, life)
	if t.Failed() {
		return
	}
	again := serve(t, p)
	asker := dial(t, again)
	for i := range sent {
		l.stored += sent[i].checkAfterCrash(t, history(t, asker, &sent[i].person), life)
	}
	verifyAudit(t, p, l.acknowledged)
	for i := range sent {
		sent[i].sendAgain(t, asker)
		sent[i].checkOnce(t, history(t, asker, &sent[i].person))
	}
	verifyAudit(t, p, l.acknowledged+l.unanswered)
	is.NoError(t, "stop", again.Stop())
}

// load deals persons; no person is dealt twice, so that what a history must
// hold is known exactly.
type load struct {
	people *synth.Population
	begun  time.Time

	mu           sync.Mutex
	next         int
	acknowledged int
	unanswered   int // sent, but the answer never came
	stored       int // of these, how many were stored all the same
}

// person deals the next person who has doses enough for two messages.
func (l *load) person() synth.Person {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		p := l.people.Person(l.next)
		l.next++
		if len(p.Doses) >= 4 {
			return p
		}
	}
}

// course is what was sent about one person: two messages of several doses, the
// second of which repeats a dose of the first.
type course struct {
	person   synth.Person
	messages []message
}

type message struct {
	control      string
	text         []byte
	doses        []int // places in the person's doses
	sent         bool
	acknowledged bool
}

func (l *load) course() course {
	p := l.person()
	half := len(p.Doses) / 2
	c := course{person: p}
	for n, span := range [][2]int{{0, half}, {half - 1, len(p.Doses)}} {
		m := message{control: fmt.Sprintf("K%d-%d", p.Index, n)}
		for i := span[0]; i < span[1]; i++ {
			m.doses = append(m.doses, i)
		}
		m.text = p.VXU(clinic, m.control, l.begun, m.doses...)
		c.messages = append(c.messages, m)
	}
	return c
}

// sendUntilKilled keeps all senders busy, kills the server after a time, and
// returns what was sent and what of it was acknowledged.
func (l *load) sendUntilKilled(t *testing.T, server *drive.Server, life time.Duration) []course {
	t.Helper()
	sent := make([][]course, senders)
	var group sync.WaitGroup
	working := make(chan struct{}) // closed at the first answer
	var once sync.Once
	for i := range senders {
		client := dial(t, server)
		group.Go(func() {
			for cut := false; !cut; {
				c := l.course()
				cut = c.send(t, client)
				sent[i] = append(sent[i], c)
				once.Do(func() { close(working) })
			}
		})
	}
	<-working
	time.Sleep(life) // the moment of the crash is the point
	is.NoError(t, "kill", server.Kill())
	group.Wait()
	all := slices.Concat(sent...)
	for _, c := range all {
		for _, m := range c.messages {
			switch {
			case m.acknowledged:
				l.acknowledged++
			case m.sent:
				l.unanswered++
			}
		}
	}
	return all
}

// send sends a course; it reports that the connection broke, after which the
// rest was not sent.
func (c *course) send(t *testing.T, client *drive.Client) (cut bool) {
	for i := range c.messages {
		m := &c.messages[i]
		m.sent = true
		answer, err := client.Send(m.text)
		if err != nil {
			return true
		}
		if err := drive.Accepted(answer, m.control); err != nil {
			t.Error(err)
			return true
		}
		m.acknowledged = true
	}
	return false
}

// sendAgain sends what was cut off, as its sender would.
func (c *course) sendAgain(t *testing.T, client *drive.Client) {
	t.Helper()
	for i := range c.messages {
		if m := &c.messages[i]; !m.acknowledged {
			answer, err := client.Send(m.text)
			is.NoError(t, "send again", err)
			is.NoError(t, "send again", drive.Accepted(answer, m.control))
		}
	}
}

// checkAfterCrash holds a history against what was sent before the crash. It
// returns how many messages are there that were never answered.
func (c *course) checkAfterCrash(t *testing.T, found map[string]int, life time.Duration) (stored int) {
	t.Helper()
	var certain []int
	for _, m := range c.messages {
		if m.acknowledged {
			certain = append(certain, m.doses...)
		}
	}
	for line := range c.lines(certain) {
		if found[line] == 0 {
			t.Errorf("person %d, killed after %v: an acknowledged dose is not there, or not whole: %s", c.person.Index, life, line)
		}
	}
	possible := map[string]bool{}
	for i, m := range c.messages {
		for line := range c.lines(m.doses) {
			possible[line] = true
		}
		own := c.lines(c.onlyIn(i))
		there := 0
		for line := range own {
			there += found[line]
		}
		if there != 0 && there != len(own) {
			t.Errorf("person %d, killed after %v: %d of the %d doses that only message %s holds are there", c.person.Index, life, there, len(own), m.control)
		}
		if there > 0 && !m.acknowledged {
			stored++
		}
	}
	for line, n := range found {
		if !possible[line] || n != 1 {
			t.Errorf("person %d, killed after %v: %d times there, and that is not what was sent: %s", c.person.Index, life, n, line)
		}
	}
	return stored
}

// onlyIn are the doses of a message that no other message holds: what another
// stored says nothing about whether this one was.
func (c *course) onlyIn(i int) []int {
	var out []int
	for _, d := range c.messages[i].doses {
		if !slices.ContainsFunc(c.messages, func(m message) bool {
			return m.control != c.messages[i].control && slices.Contains(m.doses, d)
		}) {
			out = append(out, d)
		}
	}
	return out
}

// checkOnce wants every dose of the person once.
func (c *course) checkOnce(t *testing.T, found map[string]int) {
	t.Helper()
	all := make([]int, len(c.person.Doses))
	for i := range all {
		all[i] = i
	}
	is.Equal(t, "the doses of person "+strconv.Itoa(c.person.Index)+" after sending again", found, c.lines(all))
}

// lines are doses as a history tells them when they are whole.
func (c *course) lines(doses []int) map[string]int {
	out := map[string]int{}
	for _, i := range doses {
		d := &c.person.Doses[i]
		line := []string{c.person.Filler(d), d.Date.Compact(), d.Vaccine.CVX}
		switch {
		case d.Refused:
			line = append(line, "", "", "RE", "", "0")
		case d.Historical:
			line = append(line, "", "", "CP", "", "0")
		default:
			site, observed := "", "1" // eligibility
			if d.Site != nil {
				site = d.Site.Code
			}
			if len(d.Vaccine.VIS) > 0 {
				observed = "3"
			}
			line = append(line, d.Lot, d.Expiration.Compact(), "CP", site, observed)
		}
		out[strings.Join(line, " ")] = 1
	}
	return out
}

// history asks for a person and returns their order groups in the form of
// lines, with how often each is there; none when nobody was found.
func history(t *testing.T, asker *drive.Client, p *synth.Person) map[string]int {
	t.Helper()
	const control = "asked"
	answer, err := asker.Send(p.QBP(clinic, control, time.Now()))
	is.NoError(t, "ask", err)
	is.NoError(t, "ask", drive.Accepted(answer, control))
	m, err := hl7.Parse(answer)
	is.NoError(t, "read the answer", err)
	out := map[string]int{}
	switch profile := m.MSH().Field(21).Comp(1).String(); profile {
	case "Z33":
		is.Equal(t, "status of an answer without a person", m.First("QAK").Field(2).String(), "NF")
		return out
	case "Z32":
		is.NoError(t, "ask", drive.FoundOne(answer, control, p.MRN(clinic)))
	default:
		t.Fatalf("person %d: the answer is of profile %s", p.Index, profile)
	}
	var filler, rxa, site string
	observed := 0
	end := func() {
		if filler != "" {
			out[strings.Join([]string{filler, rxa, site, strconv.Itoa(observed)}, " ")]++
		}
		filler, rxa, site, observed = "", "", "", 0
	}
	for i := range m.Len() {
		switch s := m.Segment(i); s.Name() {
		case "ORC":
			end()
			filler = s.Field(3).Comp(1).String()
		case "RXA":
			rxa = strings.Join([]string{s.Field(3).String(), s.Field(5).Comp(1).String(), s.Field(15).String(), s.Field(16).String(), s.Field(20).String()}, " ")
		case "RXR":
			site = s.Field(2).Comp(1).String()
		case "OBX":
			observed++
		}
	}
	end()
	return out
}

// verifyAudit is `openiis audit verify`; it wants the chain unbroken and a row
// for each of so many messages at least.
func verifyAudit(t *testing.T, p drive.Program, messages int) {
	t.Helper()
	said, err := p.Run("audit", "verify", "--db", p.DB)
	is.NoError(t, "verify the audit", err)
	_, err = p.Run("record", "verify", "--db", p.DB)
	is.NoError(t, "verify the records", err)
	var rows, seals, unsealed int
	if _, err := fmt.Sscanf(said, "%d rows under %d seals; %d not yet sealed", &rows, &seals, &unsealed); err != nil {
		t.Fatalf("the audit's verdict cannot be read: %v: %q", err, said)
	}
	if rows+unsealed < messages {
		t.Errorf("the audit has %d rows after %d messages", rows+unsealed, messages)
	}
}

// serve starts the program for the length of a test.
func serve(t *testing.T, p drive.Program) *drive.Server {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	is.NoError(t, "make a log", err)
	s, err := p.Serve(log)
	is.NoError(t, "serve", err)
	t.Cleanup(func() {
		_ = s.Kill() // it may have ended already
		_ = log.Close()
	})
	return s
}

func dial(t *testing.T, s *drive.Server) *drive.Client {
	t.Helper()
	c, err := drive.Dial(s, drive.HTTP, credential)
	is.NoError(t, "dial", err)
	t.Cleanup(func() { _ = c.Close() }) // the server may be gone
	return c
}
