package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/enrol"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// vesper is a clinic that is not live yet: its record system sends tests.
var vesper = iis.Sender{Facility: "VESPER1", Name: "Vesper Walk-in Clinic"}

// vesperUsers look after it, and after its record system.
var vesperUsers = []access.NewUser{
	{Username: "vesper", Name: "Vale Eventide", Role: "access-administrator", Facility: vesper.Facility},
	{Username: "vendor", Name: "Vic Chartwell", Role: "vendor", Facility: vesper.Facility},
}

// tests has a clinic test: it has signed where sites sign, and some of its messages pass.
func (s *story) tests(ctx context.Context) error {
	law, err := s.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	staff := s.as(access.Administrator)
	sender, err := s.gate.AddSender(ctx, vesper, strings.ToLower(vesper.Facility), s.password)
	if err != nil {
		return err
	}
	site, err := s.enrol.OfSender(ctx, sender.ID)
	if err != nil {
		return err
	}
	_, _, err = s.enrol.Change(ctx, staff, site.ID, time.Time{}, func(o *iis.Organization) {
		o.City, o.Zip, o.State = "Vesper", "56603", demoState(law)
		if n := len(law.Regions); n > 0 {
			o.Region = law.Regions[0].Code
		}
	}, "where it lies")
	if err != nil {
		return err
	}
	if _, err := s.enrol.Move(ctx, staff, site.ID, time.Time{}, iis.StatusTesting, cal.None, "its record system sends tests before it sends for real"); err != nil {
		return err
	}
	for _, u := range vesperUsers {
		if err := s.gate.AddUser(ctx, u, s.password); err != nil {
			return err
		}
		if err := s.hasLearned(ctx, u); err != nil {
			return err
		}
		s.staff = append(s.staff, u)
	}
	if law.Enrolment != nil {
		if err := s.signsAll(ctx, site.ID); err != nil {
			return err
		}
	}
	return s.sendsTests(ctx, sender)
}

// signsAll has a site and its users sign everything.
func (s *story) signsAll(ctx context.Context, site iis.OrganizationID) error {
	st, err := s.enrol.Standing(ctx, site)
	if err != nil {
		return err
	}
	for i := range st.Papers {
		p := &st.Papers[i]
		who := vesperUsers[0]
		if p.Person != nil && !p.ByOfficial() {
			who.Username, who.Name = p.Person.Username, p.Person.Name
		}
		var a store.Account
		if err := s.store.Read(ctx, func(tx *store.Tx) (err error) { a, err = tx.Account(who.Username); return err }); err != nil {
			return err
		}
		hand := enrol.Hand{Actor: iis.Actor{Kind: "user", User: a.ID}, Username: who.Username, Keeps: who.Username == vesperUsers[0].Username}
		wrong, err := s.enrol.SignFor(ctx, site, hand, enrol.Signing{Paper: p.N, Answers: answersTo(p.Asks(), p.Suggested()), Address: "192.0.2.2", Signing: form.Signing{
			Name: who.Name, Title: "Practice manager", Agrees: true, Seen: p.Blank(nil).Seen(),
		}})
		if err != nil || len(wrong) > 0 {
			return fmt.Errorf("sign %s: %v %w", p.Title(), wrong, err)
		}
	}
	return nil
}

// sendsTests sends some tests: every fourth lacks the birth date, of which nothing could be stored.
func (s *story) sendsTests(ctx context.Context, from iis.Sender) error {
	at := s.clock.now()
	for n := range 12 {
		s.clock.set(at.Add(time.Duration(n) * time.Second))
		birth := s.now.AddDate(-2, 0, -n).Format("20060102")
		if n%4 == 3 {
			birth = ""
		}
		text := strings.Join([]string{
			fmt.Sprintf(`MSH|^~\&|CHARTWELL|%s|OPENIIS|STATE|%s||VXU^V04^VXU_V04|TEST-%d|T|2.5.1|||ER|AL|||||Z22^CDCPHINVS`, from.Facility, at.Format("20060102150405-0700"), n),
			fmt.Sprintf(`PID|1||T%d^^^%s^MR||Testcase^Number%c^^^^^L|Sample^Anna^^^^^M|%s|F||2106-3^White^CDCREC|1 Evening Way^^Vesper^MN^56603^USA^H||^PRN^PH^^^218^5550100|||||||||2186-5^not Hispanic^CDCREC`, n, from.Facility, 'A'+n, birth),
			fmt.Sprintf(`ORC|RE||%d^%s`, n, from.Facility),
			fmt.Sprintf(`RXA|0|1|%s||03^MMR^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||T%03d||MSD^Merck^MVX|||CP|A`, s.now.AddDate(0, 0, -3).Format("20060102"), n), "",
		}, "\r")
		if _, err := s.desk.Message(ctx, from, iis.DoorHTTP, []byte(text)); err != nil {
			return err
		}
	}
	return nil
}
