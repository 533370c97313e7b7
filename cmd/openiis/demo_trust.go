package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/enrol"
	"openiis/internal/form"
	"openiis/internal/helpdesk"
	"openiis/internal/iis"
	"openiis/internal/steward"
	"openiis/internal/synth"
)

// trusts has people ask, sign up and object, as the state's policy lets them.
func (s *story) trusts(ctx context.Context) error {
	for _, part := range []func(context.Context) error{s.asks, s.applies, s.objects, s.optsOut, s.learns} {
		s.clock.set(s.clock.now().Add(time.Second))
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// asks has the nurse ask the help desk twice: one ticket is answered, one is open.
func (s *story) asks(ctx context.Context) error {
	nurse := helpdesk.User{Actor: s.as(access.Clinic), Role: access.Clinic, Sender: s.senders[nurseClinic].ID}
	first, err := s.help.Open(ctx, nurse, helpdesk.Question{
		Topic: "message", Subject: "Warnings about lot numbers", Say: "Our answers warn of a lot number that is not known. Is the dose stored all the same?",
	})
	if err != nil {
		return err
	}
	staff := helpdesk.User{Actor: s.as(access.Administrator), Role: access.Administrator, Sees: true, Everyone: true, Answers: true}
	if err := s.help.Say(ctx, staff, first, "Yes: a warning never keeps a dose out. Please have the vendor send the lot as it is printed on the vial.", false); err != nil {
		return err
	}
	_, err = s.help.Open(ctx, nurse, helpdesk.Question{
		Topic: "training", Subject: "A session for new nurses", Say: "Three nurses begin next month. Could somebody show them the registry at our clinic?",
	})
	return err
}

// demoApplicant is a site that wants to take part.
func demoApplicant(county, state string) iis.Enrolment {
	person := func(name, title, phone, user string) iis.Contact {
		return iis.Contact{Name: name, Title: title, Phone: phone, Email: user + "@brookside.example"}
	}
	return iis.Enrolment{
		Kind: iis.KindClinic, Name: "Brookside Pediatrics", Street: "7 Brook Street", City: "Brookside", State: state, Zip: "01850", County: county,
		Phone: "555-555-0100", NPI: "1234567893", Reports: iis.ReportsHL7, Vendor: "Chartwell", Product: "Chart 5", Volume: "200",
		Contact:  person("Cleo Brandt", "", "555-555-0101", "cleo"),
		Official: person("Orla Brookes", "Medical Director", "555-555-0102", "orla"),
		Users: []iis.Applicant{
			{Contact: person("Anton Reed", "Office manager", "555-555-0103", "anton"), Username: "anton", Role: "access-administrator"},
			{Contact: person("Vida Lowe", "Nurse", "555-555-0104", "vida"), Username: "vida", Role: "vaccinator"},
		},
	}
}

// applies has a clinic apply where sites enrol: its senior official has signed, and the
// application waits for a review.
func (s *story) applies(ctx context.Context) error {
	law, err := s.keeper.Policy(ctx)
	if err != nil || law.Enrolment == nil {
		return err
	}
	code, err := s.enrol.Begin(ctx)
	if err != nil {
		return err
	}
	site := demoApplicant(s.places[0].County, demoState(law))
	if err := s.enrol.Save(ctx, code, func(e *iis.Enrolment) { *e = site }); err != nil {
		return err
	}
	link, err := s.enrol.MakeLink(ctx, code, "")
	if err != nil {
		return err
	}
	desk, err := s.enrol.Desktop(ctx, link)
	if err != nil {
		return err
	}
	for _, p := range desk.Mine() {
		answers := answersTo(p.Asks(), p.Suggested())
		wrong, err := s.enrol.SignByLink(ctx, link, enrol.Signing{Paper: p.N, Answers: answers, Address: "192.0.2.1", Signing: form.Signing{
			Name: site.Official.Name, Title: site.Official.Title, Agrees: true, Seen: p.Blank(nil).Seen(),
		}})
		if err != nil || len(wrong) > 0 {
			return fmt.Errorf("sign %s: %v %w", p.Title(), wrong, err)
		}
	}
	return s.enrol.Send(ctx, code, "We hope to begin next month.")
}

// answersTo are answers to what a form asks, beside those that are known.
func answersTo(asks []*form.Field, known form.Answers) form.Answers {
	out := form.Answers{}
	for name, values := range known {
		out[name] = values
	}
	for _, f := range asks {
		if len(out[f.Name]) > 0 {
			continue
		}
		switch f.Kind {
		case form.Choose, form.Several:
			out[f.Name] = []string{f.Choices[0].Value}
		case form.Phone:
			out[f.Name] = []string{"555-555-0105"}
		case form.Email:
			out[f.Name] = []string{"desk@brookside.example"}
		case form.Short, form.Long:
			out[f.Name] = []string{"The front desk"}
		}
	}
	return out
}

// founds are people of the registry whom a search finds, from the one after some others.
func (s *story) founds(ctx context.Context, after, most int, fits func(*synth.Life) bool) (out []iis.PersonID, err error) {
	for i := len(s.known) - 1 - after; i >= 0 && len(out) < most; i-- {
		if !fits(&s.known[i]) {
			continue
		}
		found, err := s.chart.Find(ctx, s.as(access.Administrator), chart.Search{Text: nameAndBirth(&s.known[i])})
		if err != nil {
			return nil, err
		}
		if len(found.Fits) == 1 && !slices.Contains(out, found.Fits[0].ID) {
			out = append(out, found.Fits[0].ID)
		}
	}
	return out, nil
}

// child reports somebody who is small, with doses, and has a mother who signs.
func (s *story) child(l *synth.Life) bool {
	return cal.AgeOn(l.Birth, s.people.Today).Years < 10 && len(l.Doses) > 3
}

// objects has a mother object to sharing where the state has a form for that.
func (s *story) objects(ctx context.Context) error {
	law, err := s.keeper.Policy(ctx)
	if err != nil || law.Sharing.Papers == nil {
		return err
	}
	children, err := s.founds(ctx, 0, 1, s.child)
	if err != nil || len(children) == 0 {
		return err
	}
	by := chart.Teller{Actor: s.as(access.Administrator), Staff: true}
	t, err := s.chart.ToSign(ctx, by, children[0], "objection")
	if err != nil {
		return err
	}
	var asks []*form.Field
	for i := range t.Form.Fields {
		asks = append(asks, &t.Form.Fields[i])
	}
	answers := answersTo(asks, t.Form.Prefill(t.Values))
	doc, wrong := t.Form.Sign("", t.Values, answers, form.Signing{
		Name: "Ida Finch", Title: "Mother", Agrees: true, Seen: t.Form.Show("", t.Values, answers).Seen(), Day: t.Today,
	})
	if len(wrong) > 0 {
		return fmt.Errorf("sign an objection: %v", wrong)
	}
	return s.chart.Sign(ctx, by, children[0], "objection", doc, nil)
}

// optsOut has a mother ask by a call that her child is left out, where the state lets her.
func (s *story) optsOut(ctx context.Context) error {
	law, err := s.keeper.Policy(ctx)
	if err != nil || !law.OptOut.Possible || !slices.Contains(law.OptOut.How, "call") {
		return err
	}
	children, err := s.founds(ctx, len(s.known)/4, 1, s.child)
	if err != nil || len(children) == 0 {
		return err
	}
	_, err = s.steward.OptOut(ctx, s.as(access.Administrator), steward.OptingOut{
		Person: children[0], How: "call", Relation: "mother", Checked: "questions",
		Said: "Ivy Lowe", Asked: cal.On(s.clock.now()).String(),
	})
	return err
}

// learns has the nurse complete a course besides those without which the registry cannot
// be used; others are still to do.
func (s *story) learns(ctx context.Context) error {
	l, err := s.training.Library(ctx)
	if err != nil || l.Named(demoCourse) == nil {
		return err
	}
	return s.training.ByCommand(ctx, s.users[access.Clinic], access.Clinic, demoCourse)
}

// demoCourse is the course that the nurse has completed.
const demoCourse = "finding-a-person"
