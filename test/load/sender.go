package main

import (
	"fmt"
	"strconv"
	"time"

	"openiis/internal/synth"
	"openiis/test/drive"
)

// sender is one connection with what it sends.
type sender struct {
	w      *work
	server *drive.Server
	door   drive.Door
	number int
	kind   string        // U for updates, Q for queries; begins its control ids
	pace   time.Duration // between messages; 0: each as soon as the last was answered
	begun  time.Time
	until  time.Time
	abroad bool // it asks for the patients of another clinic

	sent   int
	recent [64]message // to be sent again
	tally  tally
}

// message is a message with what its answer is checked against.
type message struct {
	control string
	text    []byte
	number  string // of the person whose history is asked for, at the clinic that asks
	family  string // of the same where another clinic asks, and when born
	born    string
}

// run sends until the time is up. After a wrong answer it goes on; after a
// broken connection it opens another one.
func (s *sender) run() {
	home := s.number % clinics
	var client *drive.Client
	defer func() {
		if client != nil {
			_ = client.Close() // nothing more is expected of it
		}
	}()
	for {
		m := s.next(home) // making it is not the server's time
		due := time.Now()
		if s.pace > 0 {
			// The pace holds whatever the server does, and a late answer makes
			// those behind it late: time counts from when a message was due.
			due = s.begun.Add(time.Duration(s.sent) * s.pace)
			time.Sleep(time.Until(due))
		}
		if due.After(s.until) || !time.Now().Before(s.until) {
			return
		}
		s.sent++
		if client == nil {
			var err error
			if client, err = drive.Dial(s.server, s.door, s.w.clinics[home].credential); err != nil {
				s.tally.wrong(err)
				time.Sleep(100 * time.Millisecond) // the server is gone or full: do not spin
				continue
			}
		}
		answer, err := client.Send(m.text)
		if err != nil {
			s.tally.wrong(fmt.Errorf("message %s: %w", m.control, err))
			_ = client.Close() // broken
			client = nil
			continue
		}
		s.tally.took(time.Since(due))
		if err := m.check(answer); err != nil {
			s.tally.wrong(err)
		}
	}
}

func (m *message) check(answer []byte) error {
	if m.number != "" {
		return drive.FoundOne(answer, m.control, m.number)
	}
	if m.family != "" {
		return drive.FoundNamed(answer, m.control, m.family, m.born)
	}
	return drive.Accepted(answer, m.control)
}

// next is the next message: a query, or of ten updates seven with doses of
// people who are known, two of new people, and one that was sent before.
func (s *sender) next(home int) message {
	control := s.kind + strconv.Itoa(s.number) + "-" + strconv.FormatInt(s.begun.Unix(), 36) + "-" + strconv.Itoa(s.sent)
	at := s.w.clinics[home].Facility
	if s.kind == "Q" {
		whose := home
		if s.abroad {
			whose = (home + 1) % clinics
		}
		p := s.w.people.Person(s.w.knownAt(whose, (s.sent*9973+s.number*7919)%max(1, s.w.known)))
		m := message{control: control, text: p.QBP(at, control, time.Now())}
		if s.abroad {
			m.family, m.born = p.Name.Family, p.Birth.Compact()
		} else {
			m.number = p.MRN(at)
		}
		return m
	}
	turn := s.sent % 10
	if again := &s.recent[s.sent*31%len(s.recent)]; turn == 9 && again.text != nil {
		return *again
	}
	m := message{control: control}
	if turn < 7 && s.w.known > 0 {
		m.text = s.w.visit(at, home, control)
	} else {
		p := s.w.people.Person(s.w.known + int(s.w.newborn.Add(1)-1))
		m.text = p.VXU(at, control, time.Now(), upTo(&p, 0, 2)...)
	}
	s.recent[s.sent%len(s.recent)] = m
	return m
}

// knownAt is a known person of a clinic, near an index.
func (w *work) knownAt(home, i int) int {
	i = i/clinics*clinics + home
	if i >= w.known {
		return home
	}
	return i
}

// visit is an update on the next person of a clinic: their last dose on record
// and a new one; on the second round of all persons the one after it. One in
// ten persons comes from another clinic.
func (w *work) visit(at synth.Facility, home int, control string) []byte {
	n := int(w.visits[home].Add(1) - 1)
	if n%10 == 9 {
		home = (home + 1) % clinics
	}
	each := max(1, w.known/clinics)
	p := w.people.Person(w.knownAt(home, n%each*clinics))
	begin := held(&p) - 1 + n/each
	return p.VXU(at, control, time.Now(), upTo(&p, begin, 2)...)
}

// upTo are the places of some of a person's doses, as far as there are any.
func upTo(p *synth.Person, begin, most int) []int {
	begin = max(0, min(begin, len(p.Doses)-most))
	var out []int
	for i := begin; i < len(p.Doses) && len(out) < most; i++ {
		out = append(out, i)
	}
	return out
}
