package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/synth"
)

// historyDays is how long ago the facilities began to send: clinics and hospitals
// first what they had, and all of them what was new since.
const historyDays = 120

// hospitalYears is how far back the hospitals' births go.
const hospitalYears = 6

// Who does what on purpose, so that there is something to see: one clinic sends
// late, another has had a new system for a week that writes bad messages.
const (
	lateClinic = "CLINIC3"
	badClinic  = "CLINIC4"
	badDays    = 6

	badMessages = 44
)

// clock is the time of a demonstration. It never goes back.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.at.Load()) }

func (c *clock) set(t time.Time) {
	if n := t.UnixNano(); n > c.at.Load() {
		c.at.Store(n)
	}
}

// letter is a message that comes at a time. Its text is made when it is sent.
type letter struct {
	at      time.Time
	from    synth.Facility
	person  *synth.Person
	doses   []int // places in person.Doses
	ask     bool  // a query
	spoil   func([]byte) []byte
	control string
}

// mail is what all facilities send: what they had when they began, and what
// they sent since, each in order of time.
func (s *story) mail() (history, recent []letter) {
	start := cal.On(s.daysAgo(historyDays))
	for i := range s.size {
		l := s.people.Life(i)
		for k := range l.Accounts {
			a := &l.Accounts[k]
			history, recent = s.account(history, recent, a, start)
		}
		recent = append(recent, s.births(&l)...)
		if len(s.known) < 4000 {
			s.known = append(s.known, l)
		}
	}
	if s.protects {
		protect(recent)
	}
	recent = append(recent, s.spoiled(recent)...)
	for n, list := range [][]letter{history, recent} {
		slices.SortStableFunc(list, func(a, b letter) int { return a.at.Compare(b.at) })
		for i := range list {
			list[i].control = fmt.Sprintf("%s-%d%06d", list[i].from.Code, n+1, i)
		}
	}
	return history, recent
}

// protect has the clinic of the first of some letters say of its patient, in each, that they
// object to sharing (PD1-12): where people object on no form.
func protect(list []letter) {
	var whose *synth.Person
	for i := range list {
		l := &list[i]
		if l.ask || l.spoil != nil {
			continue
		}
		if whose == nil {
			whose = l.person
		}
		if l.person == whose {
			l.spoil = func(m []byte) []byte { return field(m, "PD1", 12, "Y") }
		}
	}
}

// account adds the letters of one facility about one person.
func (s *story) account(history, recent []letter, a *synth.Account, start cal.Date) (_, _ []letter) {
	had := letter{at: s.daysAgo(historyDays).Add(time.Duration(a.Index%90) * time.Minute), from: a.At, person: &a.Person}
	byDay := map[cal.Date]*letter{}
	var days []cal.Date
	for i, o := range a.Doses {
		if o.Date < start {
			had.doses = append(had.doses, i)
			continue
		}
		if byDay[o.Date] == nil {
			byDay[o.Date] = &letter{from: a.At, person: &a.Person}
			days = append(days, o.Date)
		}
		byDay[o.Date].doses = append(byDay[o.Date].doses, i)
	}
	begins := a.At.Kind == synth.Clinic || a.At.Kind == synth.Hospital && a.Last > start.AddDays(-hospitalYears*365)
	if a.First < start && begins {
		history = append(history, had)
	} else if a.First >= start && len(days) == 0 {
		days = append(days, a.First)
		byDay[a.First] = &letter{from: a.At, person: &a.Person}
	}
	for _, day := range days {
		l := byDay[day]
		if l.at = s.sentAt(a, day); l.at.After(s.now) {
			continue // it is still to come
		}
		if (a.Index+int(day))%5 == 0 { // they look first
			ask := *l
			ask.at, ask.ask = l.at.Add(-7*time.Minute), true
			recent = append(recent, ask)
		}
		recent = append(recent, *l)
	}
	return history, recent
}

// sentAt is when a facility reports what it gave on a day: mostly in the
// evening, some days later, and the late clinic after a week or two.
func (s *story) sentAt(a *synth.Account, day cal.Date) time.Time {
	n := (a.Index*7919 + int(day)*31) % 100
	late := 0
	switch {
	case a.At.Code == lateClinic && n < 70:
		late = 9 + n%12
	case n >= 85:
		late = 1 + n%6
	case n >= 70:
		late = 1
	}
	of := day.AddDays(late).Time()
	return time.Date(of.Year(), of.Month(), of.Day(), 9, 0, 0, 0, s.now.Location()).Add(time.Duration(n*5) * time.Minute)
}

// lanes is how many letters are sent at once.
const lanes = 48

// send sends letters, as many at once as several facilities do, but those about
// one person one after the other, or a facility that looks first would be
// answered after it reported. The registry's clock goes along.
func (s *story) send(ctx context.Context, list []letter) error {
	group, ctx := errgroup.WithContext(ctx)
	var next [lanes]chan *letter
	for n := range next {
		next[n] = make(chan *letter) // nobody runs ahead: the clock would with them
		group.Go(func() error { return s.sendLane(ctx, next[n]) })
	}
	group.Go(func() error {
		for _, lane := range next {
			defer close(lane)
		}
		for i := range list {
			select {
			case next[list[i].person.Index%lanes] <- &list[i]:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	s.sent += len(list)
	return group.Wait()
}

func (s *story) sendLane(ctx context.Context, lane <-chan *letter) error {
	for l := range lane {
		s.clock.set(l.at)
		_, err := s.desk.Message(ctx, s.senders[l.from.Code], iis.DoorFile, l.text())
		if err != nil && fault.KindOf(err) != fault.Invalid { // a text that is no message is one of the things to see
			return err
		}
	}
	return nil
}

// text is the message.
func (l *letter) text() []byte {
	var out []byte
	if l.ask {
		out = l.person.QBP(l.from, l.control, l.at)
	} else {
		out = l.person.VXU(l.from, l.control, l.at, l.doses...)
	}
	if l.spoil != nil {
		out = l.spoil(out)
	}
	return out
}

// spoils are mistakes that interface engineers know.
var spoils = []func([]byte) []byte{
	func(m []byte) []byte { return field(m, "PID", 7, "") },                   // no birth date
	func(m []byte) []byte { return field(m, "MSH", 12, "2.3") },               // another version
	func(m []byte) []byte { return field(m, "PID", 5, "") },                   // no name
	func(m []byte) []byte { return field(m, "MSH", 11, "T") },                 // a test
	func(m []byte) []byte { return field(m, "RXA", 5, "8888^Unknown^CVX") },   // no such vaccine
	func(m []byte) []byte { return field(m, "RXA", 3, "20991231") },           // a dose to come
	func(m []byte) []byte { return field(m, "RXA", 3, "19000101") },           // before anybody's birth
	func(m []byte) []byte { return field(m, "PID", 10, "Purple") },            // no such race
	func(m []byte) []byte { return field(m, "RXA", 15, "") },                  // no lot
	func(m []byte) []byte { return bytes.ReplaceAll(m, []byte("ORC|"), nil) }, // segments without a name
	func([]byte) []byte { return []byte("Test. Please ignore.\r\n") },
}

// spoiled are the bad messages of the last days: of a clinic whose new system is
// not right yet, and a few of everybody.
func (s *story) spoiled(recent []letter) []letter {
	var out []letter
	spoil := func(from *letter, at time.Time, n int) {
		bad := *from
		bad.at, bad.spoil = at, spoils[n%len(spoils)]
		out = append(out, bad)
	}
	var bad []*letter
	for i := range recent {
		l := &recent[i]
		if l.ask || len(l.doses) == 0 {
			continue
		}
		if i%150 == 149 {
			spoil(l, l.at.Add(time.Minute), i/150)
		}
		if l.from.Code == badClinic {
			bad = append(bad, l)
		}
	}
	for n := range min(badMessages, badMessages*len(bad)) {
		day := s.daysAgo(1 + n%badDays)
		at := time.Date(day.Year(), day.Month(), day.Day(), 10, n, 0, 0, s.now.Location())
		spoil(bad[n%len(bad)], at, n%(3+n/3)) // the same few, and others
	}
	return out
}

// field is a message with a field written over, in the first segment of a name.
func field(message []byte, segment string, n int, value string) []byte {
	lines := strings.Split(string(message), "\r")
	for i, line := range lines {
		if !strings.HasPrefix(line, segment+"|") {
			continue
		}
		fields := strings.Split(line, "|")
		if segment == "MSH" {
			n-- // MSH-1 is the separator itself
		}
		for len(fields) <= n {
			fields = append(fields, "")
		}
		fields[n] = value
		lines[i] = strings.Join(fields, "|")
		break
	}
	return []byte(strings.Join(lines, "\r"))
}
