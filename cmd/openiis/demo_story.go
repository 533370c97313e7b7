package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/quality"
	"openiis/internal/synth"
)

// goLive sets since when senders send for real: the first two of them for long,
// the health department for a few weeks.
func (s *story) goLive(ctx context.Context) error {
	for code, days := range map[string]int{"CLINIC1": historyDays + 40, "HOSP1": historyDays + 35, "LHD1": 33} {
		day := cal.On(s.daysAgo(days))
		if err := s.quality.SetGoLive(ctx, s.as(access.Administrator), s.senders[code].ID, day); err != nil {
			return err
		}
	}
	return nil
}

// afterGoLive has the two first senders reviewed, as the registry asks for after
// a month: one review is signed by both sides, the other waits for the site.
func (s *story) afterGoLive(ctx context.Context) error {
	s.clock.set(s.daysAgo(historyDays - 2))
	if _, err := s.quality.Watch(ctx, s.clock.now()); err != nil {
		return err
	}
	open, _, err := s.quality.Reviews(ctx, nil)
	if err != nil {
		return err
	}
	for _, r := range open {
		staff := quality.By{Actor: s.as(access.Administrator), Side: quality.Programme}
		site := quality.By{Actor: s.as(access.Clinic), Side: quality.Site, Site: s.senders[nurseClinic].ID}
		if err := s.quality.Comment(ctx, staff, r.ID, "Complete and on time. Please confirm that refusals are sent too."); err != nil {
			return err
		}
		if err := s.quality.Sign(ctx, staff, r.ID, ""); err != nil {
			return err
		}
		if r.Sender != site.Site {
			continue
		}
		if err := s.quality.Comment(ctx, site, r.ID, "They are, since Monday."); err != nil {
			return err
		}
		if err := s.quality.Sign(ctx, site, r.ID, ""); err != nil {
			return err
		}
	}
	return nil
}

// doubt is what a clinic user says of a record.
type doubt struct{ reason, say, answer string }

var demoDoubts = []doubt{
	{"missing", "The mother has a card with a measles dose that is not here.", "Found at the previous clinic and asked for."},
	{"person", "Their family name has changed; the new one is on the insurance card.", ""},
	{"double", "I believe that there is a second record under the name that the hospital used at birth.", ""},
	{"dose", "This dose was drawn up but not given.", ""},
}

// doubts has a clinic user say what looks wrong in a few records; staff answered
// one.
func (s *story) doubts(ctx context.Context) error {
	nurse, staff := s.as(access.Clinic), s.as(access.Administrator)
	at, said := s.clock.now(), 0
	for i := range s.known {
		l := &s.known[i]
		if said == len(demoDoubts) {
			return nil
		}
		if i%7 != 3 || len(l.Doses) < 5 {
			continue
		}
		found, err := s.chart.Find(ctx, nurse, chart.Search{Text: nameAndBirth(l)})
		if err != nil {
			return err
		}
		if len(found.Fits) == 0 {
			continue
		}
		d, person := demoDoubts[said], found.Fits[0].ID
		s.clock.set(at.Add(time.Duration(said) * time.Second))
		switch err := s.chart.Raise(ctx, nurse, person, d.reason, d.say); {
		case fault.KindOf(err) == fault.Denied: // they objected
			continue
		case err != nil:
			return err
		}
		said++
		if d.answer == "" {
			continue
		}
		if err := s.settle(ctx, staff, person, d.answer); err != nil {
			return err
		}
	}
	return nil
}

// settle answers what is open of a person.
func (s *story) settle(ctx context.Context, staff iis.Actor, person iis.PersonID, answer string) error {
	open, _, err := s.chart.Concerns(ctx, staff, false, 0)
	if err != nil {
		return err
	}
	for _, c := range open {
		if c.Person == person {
			if err := s.chart.Settle(ctx, staff, person, c.ID, answer); err != nil {
				return err
			}
		}
	}
	return nil
}

// count counts what came, so that the figures are there, and opens the reviews
// that they call for.
func (s *story) count(ctx context.Context) error {
	s.clock.set(s.now)
	for {
		n, err := s.quality.Tally(ctx, s.now.Add(time.Hour)) // nothing is under way
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	_, err := s.quality.Watch(ctx, s.now)
	return err
}

// worthASearch are people in whose records there is something to see, each of
// whom the registry finds by what is printed: a slip of a clinic's can have kept
// them under another name.
func (s *story) worthASearch(ctx context.Context) ([]string, error) {
	var out []string
	for _, w := range s.curious() {
		for i := range s.known {
			l := &s.known[i]
			if !w.fits(l) {
				continue
			}
			shown, err := s.shows(ctx, l)
			if err != nil {
				return nil, err
			}
			if shown {
				out = append(out, nameAndBirth(l)+": "+w.why)
				break
			}
		}
	}
	return out, nil
}

// curiosity is why somebody is worth a search.
type curiosity struct {
	why  string
	fits func(*synth.Life) bool
}

func (s *story) curious() []curiosity {
	young := func(l *synth.Life) bool { return cal.AgeOn(l.Birth, s.people.Today).Years < 6 }
	return []curiosity{
		{"a child whom a hospital knew before they had a name", func(l *synth.Life) bool {
			return young(l) && len(l.Doses) > 12 && len(l.Accounts) > 1 && l.Accounts[0].Placeholder
		}},
		{"a twin", func(l *synth.Life) bool { return l.Twin == 1 && len(l.Doses) > 5 }},
		{"a family name that changed", func(l *synth.Life) bool {
			return l.Renamed != cal.None && len(l.Accounts) > 1 && len(l.Doses) > 4 && l.Accounts[0].Name.Family != l.Name.Family && l.Accounts[0].Slips == 0
		}},
		{"vaccinated by a clinic and lately by a pharmacy", func(l *synth.Life) bool {
			return len(l.Doses) > 10 && slices.ContainsFunc(l.Accounts, func(a synth.Account) bool {
				return a.At.Kind == synth.Pharmacy && a.Last > s.people.Today.AddDays(-historyDays/2)
			})
		}},
	}
}

// nameAndBirth is what finds a person in the search box.
func nameAndBirth(l *synth.Life) string {
	return fmt.Sprintf("%s %s %s", l.Name.Family, l.Name.Given, l.Birth)
}

// shows says whether a search for a person leads to one record, which bears that
// name and birth date, not a slip of somebody's, and has half of the doses.
func (s *story) shows(ctx context.Context, l *synth.Life) (bool, error) {
	staff := s.as(access.Administrator)
	found, err := s.chart.Find(ctx, staff, chart.Search{Text: nameAndBirth(l)})
	if err != nil || len(found.Fits) != 1 {
		return false, err
	}
	record, err := s.chart.Open(ctx, staff, found.Fits[0].ID)
	if err != nil {
		return false, err
	}
	return bearsTheirs(record, l) && len(record.Doses) >= len(l.Doses)/2, nil
}

// bearsTheirs says whether a record has a person's own name and birth date.
func bearsTheirs(record *chart.Record, l *synth.Life) bool {
	return strings.Contains(record.Name, l.Name.Given) && strings.Contains(record.Name, l.Name.Family) && record.Birth == l.Birth
}
