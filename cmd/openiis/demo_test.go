package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/quality"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/internal/synth"
)

// told is a demonstration of some people, ready to sign in.
func told(t *testing.T, address string, people int) *story {
	t.Helper()
	r, err := openRegistry(context.Background(), address)
	is.NoError(t, "open", err)
	t.Cleanup(func() { is.NoError(t, "close", r.Close()) })
	s := newStory(r, people, time.Now())
	is.NoError(t, "tell", s.tell(context.Background()))
	return s
}

// The first of December: whose ages made the rosters read so many records that the administrator
// who put them there was alerted about.
func TestADemonstrationOfAnyDayIsTold(t *testing.T) {
	for _, day := range []string{"2026-12-01", "2027-01-01", "2028-02-29", "2027-08-31"} {
		now, err := time.Parse(time.DateOnly, day)
		is.NoError(t, "day", err)
		ctx := context.Background()
		r, err := openRegistry(ctx, filepath.Join(t.TempDir(), "demo.db"))
		is.NoError(t, "open", err)
		s := newStory(r, 300, now.Add(9*time.Hour))
		is.NoError(t, day, s.tell(ctx))
		s.store.SetClock(func() time.Time { return s.now })
		for more := true; more; {
			_, more, err = s.audit.Judge(ctx, s.now.Add(2*time.Minute))
			is.NoError(t, "judge", err)
		}
		alerts, err := s.audit.Alerts(ctx, audit.By{Actor: s.as(access.Administrator)}, false, 0)
		is.NoError(t, "alerts", err)
		is.Equal(t, "alerts on "+day, len(alerts.Alerts), 1)
		is.NoError(t, "close", r.Close())
	}
}

func TestADemonstrationHasSomethingOnEveryPage(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		s := told(t, address, 300)
		senders, err := s.quality.Senders(ctx, nil)
		is.NoError(t, "senders", err)
		is.Equal(t, "senders and the programme, with which a mother objected, a child care programme, a health plan, and a clinic that tests", len(senders), len(s.places)+4)
		left, err := s.quality.Tally(ctx, time.Now().Add(time.Hour))
		is.NoError(t, "tally", err)
		is.Equal(t, "not counted yet", left, 0)
		for more := true; more; {
			_, more, err = s.audit.Judge(ctx, s.now.Add(2*time.Minute))
			is.NoError(t, "judge", err)
		}
		alerts, err := s.audit.Alerts(ctx, audit.By{Actor: s.as(access.Administrator)}, false, 0)
		is.NoError(t, "alerts", err)
		is.Equal(t, "alerts", len(alerts.Alerts), 1)
		doses := int64(0)
		for _, l := range senders {
			one, err := s.quality.Sender(ctx, nil, l.ID)
			is.NoError(t, "sender", err)
			doses += one.Now.Doses
			if l.Facility == badClinic && one.Now.Refused() < 10 {
				t.Errorf("the clinic with bad messages had %d refused", one.Now.Refused())
			}
		}
		if doses < 20 {
			t.Errorf("%d doses were given and reported in the last four weeks", doses)
		}
		causes := map[string]bool{}
		open, closed, err := s.quality.Reviews(ctx, nil)
		is.NoError(t, "reviews", err)
		for _, r := range open {
			causes[r.Why()] = true
		}
		if !causes["Quality dropped"] || !causes["After go-live"] || len(closed) != 1 {
			t.Errorf("open reviews are for %v, and %d are closed", causes, len(closed))
		}
		notes, _, err := s.chart.Concerns(ctx, s.as(access.Administrator), false, 0)
		is.NoError(t, "notes", err)
		is.Equal(t, "open notes", len(notes), len(demoDoubts)-1)
		allTimesAreOfTheStory(t, s, open, notes)
		for _, kind := range []string{"CLINIC1", "HOSP1", "PHARM1", "SCHOOL1", "LHD1"} {
			is.Equal(t, kind, s.senders[kind].Facility, kind)
		}
	})
}

// allTimesAreOfTheStory: nothing is of a time to come, and what comes after is
// of now again.
func allTimesAreOfTheStory(t *testing.T, s *story, open []quality.Review, notes []chart.ListedConcern) {
	t.Helper()
	for _, r := range open {
		if r.Opened.After(time.Now()) || r.Opened.Before(s.daysAgo(historyDays+3)) {
			t.Errorf("a review was opened at %s", r.Opened)
		}
	}
	for _, n := range notes {
		if n.Raised.After(time.Now()) {
			t.Errorf("a note was written at %s", n.Raised)
		}
	}
	if d := time.Since(s.store.Now()); d < 0 || d > time.Minute {
		t.Errorf("the registry's clock is %s behind when the story is told", d)
	}
}

func TestADemonstrationHasDosesAndASoundAudit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.db")
	s := told(t, path, 120)
	ctx := context.Background()
	with, whole := 0, 0
	for i := range 40 {
		l := s.people.Life(i)
		found, err := s.chart.Find(ctx, s.as(access.Reader), chart.Search{Text: nameAndBirth(&l)})
		is.NoError(t, "find", err)
		if len(found.Fits) == 0 {
			continue // a slip of their clinic's
		}
		record, err := s.chart.Open(ctx, s.as(access.Reader), found.Fits[0].ID)
		is.NoError(t, "open", err)
		with++
		if len(l.Doses) < 4 || len(record.Doses) >= len(l.Doses)/2 {
			whole++
		}
	}
	if with < 30 || whole < with*8/10 {
		t.Errorf("of 40 people %d are found by their name, %d with most of their doses", with, whole)
	}
	_, err := s.store.NewSealer().Pass(ctx, time.Now())
	is.NoError(t, "seal", err)
	for _, name := range []string{"audit", "record"} {
		var out, diag bytes.Buffer
		if status := run([]string{name, "verify", "--db", path}, nil, &out, &diag); status != exitOK {
			t.Errorf("%s verify: %s%s", name, &out, &diag)
		}
	}
}

func TestWhatADemonstrationPrintsLetsPeopleIn(t *testing.T) {
	s := told(t, filepath.Join(t.TempDir(), "demo.db"), 60)
	ctx := context.Background()
	var out bytes.Buffer
	s.print(&out, Config{HTTP: "127.0.0.1:1"}, nil)
	for _, u := range demoUsers {
		says(t, out.String(), u.Username+" ")
		_, err := s.gate.SignIn(ctx, access.CallerAt("127.0.0.1:9"), u.Username, s.password)
		is.NoError(t, "sign in as "+u.Username, err)
	}
	for _, f := range s.places {
		says(t, out.String(), f.Name)
		sender, err := s.gate.Sender(ctx, access.CallerAt("127.0.0.1:9"), username(f), s.password)
		is.NoError(t, "send as "+username(f), err)
		is.Equal(t, "facility", sender.Facility, f.Code)
	}
	says(t, out.String(), s.password)
	says(t, out.String(), "Noor Fernwick (Clinic staff of CLINIC1)")
	is.NoError(t, "nurse", s.store.Read(ctx, func(tx *store.Tx) error {
		a, err := tx.Account("nurse")
		is.Equal(t, "the nurse's sender", a.Sender, s.senders["CLINIC1"].ID)
		return err
	}))
}

func TestWhomADemonstrationNamesIsFoundAndChildrenHaveDoses(t *testing.T) {
	ctx := context.Background()
	s := told(t, filepath.Join(t.TempDir(), "demo.db"), 300)
	worth, err := s.worthASearch(ctx)
	is.NoError(t, "examples", err)
	is.Equal(t, "examples", len(worth), len(s.curious()))
	staff := s.as(access.Reader)
	for _, line := range worth {
		search, why, _ := strings.Cut(line, ": ")
		whose := slices.IndexFunc(s.known, func(l synth.Life) bool { return nameAndBirth(&l) == search })
		found, err := s.chart.Find(ctx, staff, chart.Search{Text: search})
		is.NoError(t, search, err)
		if len(found.Fits) != 1 {
			t.Fatalf("%s (%s): %d records fit", search, why, len(found.Fits))
		}
		record, err := s.chart.Open(ctx, staff, found.Fits[0].ID)
		is.NoError(t, search, err)
		if len(record.Doses) < 3 {
			t.Errorf("%s (%s): the record has %d doses", search, why, len(record.Doses))
		}
		if !bearsTheirs(record, &s.known[whose]) {
			t.Errorf("%s (%s): the record is of %s, born %s", search, why, record.Name, record.Birth)
		}
	}
	children, bare := 0, 0
	for i := range s.known {
		l := &s.known[i]
		if years := cal.AgeOn(l.Birth, s.people.Today).Years; years < 2 || years > 17 {
			continue
		}
		found, err := s.chart.Find(ctx, staff, chart.Search{Text: nameAndBirth(l)})
		is.NoError(t, "find", err)
		if len(found.Fits) == 0 {
			continue // a slip of their clinic's
		}
		record, err := s.chart.Open(ctx, staff, found.Fits[0].ID)
		is.NoError(t, "open", err)
		children++
		if len(record.Doses) == 0 {
			bare++
		}
	}
	t.Logf("%d of %d children have no doses", bare, children)
	if children < 30 || bare*20 > children {
		t.Errorf("%d of %d children have no doses", bare, children)
	}
}

func TestADemonstrationsMailAboutOnePersonComesInOrder(t *testing.T) {
	const some = 60
	ctx := context.Background()
	s := told(t, filepath.Join(t.TempDir(), "demo.db"), 20)
	a := &s.known[slices.IndexFunc(s.known, func(l synth.Life) bool { return len(l.Doses) > 5 })].Accounts[0]
	var list []letter
	for n := range some {
		at := s.now.Add(time.Duration(n-some) * time.Millisecond)
		list = append(list, letter{at: at, from: a.At, person: &a.Person, doses: []int{0}, ask: n%2 == 1, control: fmt.Sprint("ORDER", n)})
	}
	is.NoError(t, "send", s.send(ctx, list))
	found, err := s.chart.Find(ctx, s.as(access.Reader), chart.Search{Text: nameAndBirth(&synth.Life{Person: a.Person})})
	is.NoError(t, "find", err)
	log, err := s.store.AccessLog(ctx, found.Fits[0].ID, some+1) // the search is the newest line
	is.NoError(t, "log", err)
	for n, line := range log[1:] {
		is.Equal(t, fmt.Sprintf("line %d is an answer to a query", n), line.Act == "answer query", n%2 == 0)
	}
}

func TestADemonstrationLeavesARegistryAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	r, err := openRegistry(context.Background(), path)
	is.NoError(t, "open", err)
	_, err = r.gate.AddSender(context.Background(), iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "secret")
	is.NoError(t, "sender", err)
	is.NoError(t, "close", r.Close())
	var out, diag bytes.Buffer
	is.Equal(t, "status", run([]string{"demo", "--people", "10", "--db", path}, nil, &out, &diag), exitFailed)
	says(t, diag.String(), "there is a registry in this database already")
	r, err = openRegistry(context.Background(), path)
	is.NoError(t, "open", err)
	defer r.Close()
	is.NoError(t, "read", r.store.Read(context.Background(), func(tx *store.Tx) error {
		names, err := tx.SenderNames()
		is.Equal(t, "senders", len(names), 1)
		return err
	}))
}

func TestADemonstrationOnABusyPortMakesNoDatabase(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(t, "listen", err)
	defer l.Close()
	db := filepath.Join(t.TempDir(), "registry.db")
	var out, diag bytes.Buffer
	is.Equal(t, "status", run([]string{"demo", "--people", "10", "--db", db, "--http", l.Addr().String()}, nil, &out, &diag), exitFailed)
	says(t, diag.String(), "another program listens at "+l.Addr().String())
	says(t, diag.String(), "choose another address with --http")
	_, err = os.Stat(db)
	is.Equal(t, "no database was made", os.IsNotExist(err), true)
}
