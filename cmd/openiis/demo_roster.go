package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/roster"
	"openiis/internal/store"
	"openiis/internal/synth"
)

// mostOnRoster is how many are on each roster of a demonstration.
const mostOnRoster = 40

// These keep rosters in a demonstration, where the state lets sites of their kind have one.
var demoRosters = []struct {
	sender   iis.Sender
	kind     iis.OrganizationKind
	user     access.NewUser
	from, to int // ages in years
}{
	{iis.Sender{Facility: "CARE1", Name: "Larkfield Child Care"}, iis.KindChildCare, access.NewUser{Username: "childcare", Name: "Cleo Mossgrove", Role: "child-care"}, 0, 4},
	{iis.Sender{Facility: "PLAN1", Name: "Windrow Health Plan"}, iis.KindHealthPlan, access.NewUser{Username: "plan", Name: "Perrin Oakes", Role: "health-plan"}, 18, 64},
}

// rostersFor has a school, a child care programme and a health plan keep a roster, each with a
// user, where the state lets it have one.
func (s *story) rostersFor(ctx context.Context) error {
	law, err := s.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	if law.Roster(iis.KindSchool) != nil && s.people.Facilities(synth.School) > 0 {
		school := s.people.Facility(synth.School, 0)
		if err := s.keepsRoster(ctx, s.senders[school.Code], access.NewUser{Username: "schoolnurse", Name: "Sol Brightwater", Role: "school-nurse"}, 5, 17); err != nil {
			return err
		}
	}
	for _, d := range demoRosters {
		if law.Roster(d.kind) == nil {
			continue
		}
		sender, err := s.gate.AddSender(ctx, d.sender, strings.ToLower(d.sender.Facility), s.password)
		if err != nil {
			return err
		}
		site, err := s.enrol.OfSender(ctx, sender.ID)
		if err != nil {
			return err
		}
		_, _, err = s.enrol.Change(ctx, s.as(access.Administrator), site.ID, time.Time{}, func(o *iis.Organization) { o.Kind = d.kind }, "what it is")
		if err != nil {
			return err
		}
		if err := s.keepsRoster(ctx, sender, d.user, d.from, d.to); err != nil {
			return err
		}
	}
	return nil
}

// keepsRoster gives a site a user, and a roster of children of some ages.
func (s *story) keepsRoster(ctx context.Context, sender iis.Sender, u access.NewUser, from, to int) error {
	u.Facility = sender.Facility
	if err := s.gate.AddUser(ctx, u, s.password); err != nil {
		return err
	}
	s.staff = append(s.staff, u)
	if err := s.hasLearned(ctx, u); err != nil {
		return err
	}
	site, err := s.enrol.OfSender(ctx, sender.ID)
	if err != nil {
		return err
	}
	children, err := s.children(ctx, from, to)
	if err != nil {
		return err
	}
	staff := s.as(access.Administrator)
	for i, c := range children {
		n := c.LegalName()
		age := cal.AgeOn(c.Birth, cal.On(s.now)).Years
		place := "Room " + strconv.Itoa(1+i%2)
		if site.Kind == iis.KindSchool {
			place = iis.Grades[min(max(age-4, 0), len(iis.Grades)-1)]
		}
		_, err := s.rosters.Add(ctx, staff, site.ID, roster.Search{Family: n.Family, Given: n.Given, Birth: c.Birth.String()}, roster.Details{Own: fmt.Sprintf("%05d", 10420+i*7), Place: place})
		if k := fault.KindOf(err); err != nil && k != fault.Invalid && k != fault.Conflict { // a namesake, or one who is closed
			return err
		}
	}
	return nil
}

// hasLearned notes for a user the courses without which their state lets them use nothing.
func (s *story) hasLearned(ctx context.Context, u access.NewUser) error {
	law, err := s.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	needs, err := course.Needs(law, course.BeforeUse)
	if err != nil {
		return err
	}
	var a store.Account
	if err := s.store.Read(ctx, func(tx *store.Tx) (err error) { a, err = tx.Account(u.Username); return err }); err != nil {
		return err
	}
	for _, n := range needs[u.Role] {
		if err := s.training.ByCommand(ctx, a.ID, u.Role, n.Course); err != nil {
			return err
		}
	}
	return nil
}

// children are some people of the registry of some ages in years, both included, whose records are
// shared: others do not open to who keeps a roster. Nobody opens a record for that, so that whom the
// alerts are about does not depend on the day on which the story is told.
func (s *story) children(ctx context.Context, from, to int) (out []iis.Person, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		out = nil
		ids, err := tx.RecentPersons(1000)
		if err != nil {
			return err
		}
		cards, err := tx.Cards(ids...)
		if err != nil {
			return err
		}
		histories, err := s.keeper.Histories(tx)
		if err != nil {
			return err
		}
		for i := 0; i < len(cards) && len(out) < mostOnRoster; i++ {
			c := &cards[i]
			age := cal.AgeOn(c.Golden.Birth, cal.On(s.now)).Years
			if c.Golden.Birth != cal.None && age >= from && age <= to && !c.Golden.Closed() &&
				histories.SharingOf(c.Sources, c.Choices).Status == iis.SharingYes {
				out = append(out, c.Golden)
			}
		}
		return nil
	})
	return out, err
}
