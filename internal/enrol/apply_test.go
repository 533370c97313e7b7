package enrol_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// portal is a registry of Massachusetts' in which sites enrol.
type portal struct {
	*enrol.Desk
	gate  *access.Gate
	t     *testing.T
	s     *store.Store
	ctx   context.Context
	clock time.Time
}

// programme reviews everything.
var programme = enrol.Reviewer{Actor: ada, Everyone: true}

func eachPortal(t *testing.T, test func(*portal)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(openPortal(t, s, "ma")) })
}

func openPortal(t *testing.T, s *store.Store, state string) *portal {
	t.Helper()
	ctx := context.Background()
	p := &portal{t: t, s: s, ctx: ctx, clock: s.Now()}
	s.SetClock(func() time.Time { p.clock = p.clock.Add(time.Millisecond); return p.clock })
	keeper := record.New(s, codeset.Default())
	_, err := keeper.GoBy(ctx, policy.Named(state), iis.Actor{Kind: "command"}, true)
	is.NoError(t, "go by "+state, err)
	p.gate, err = access.NewGate(s)
	is.NoError(t, "gate", err)
	p.gate.GoBy(keeper.Policy)
	p.Desk = enrol.New(s, keeper)
	p.InviteBy(p.gate.InviteFor)
	p.gate.HoldBy(p.Bars)
	is.NoError(t, "reviewer", s.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.PutAccount(store.Account{Username: "rex", Name: "Rex Review", Role: "state-reviewer", Hash: "-"}, s.Now())
		return err
	}))
	return p
}

// later is so many days later.
func (p *portal) later(days int) { p.clock = p.clock.AddDate(0, 0, days) }

func (p *portal) today() cal.Date { return cal.On(p.clock) }

// rex is a state reviewer, as those who review.
func (p *portal) rex() enrol.Reviewer {
	p.t.Helper()
	u, err := p.gate.Named(p.ctx, "rex")
	is.NoError(p.t, "rex", err)
	return enrol.Reviewer{Actor: iis.Actor{Kind: "user", User: u.ID}, Everyone: true}
}

func elm() iis.Enrolment {
	return iis.Enrolment{
		Kind: iis.KindClinic, Name: "Elm Street Pediatrics", Street: "1 Elm Street", City: "Lowell", State: "ma", Zip: "01850", County: "Middlesex",
		Phone: "978-555-0100", NPI: "1234567893", PIN: "MA100", Reports: iis.ReportsHL7, Vendor: "Chartwell", Product: "Chart 5", Volume: "200",
		Contact:  iis.Contact{Name: "Cora Contact", Phone: "978-555-0101", Email: "cora@elm.example"},
		Official: iis.Contact{Name: "Otto Official", Title: "Medical Director", Email: "otto@elm.example"},
		Users: []iis.Applicant{
			{Contact: iis.Contact{Name: "Ava Admin", Title: "Office manager", Phone: "978-555-0102", Email: "ava@elm.example"}, Username: "ava", Role: "access-administrator"},
			{Contact: iis.Contact{Name: "Abe Admin", Title: "Nurse manager", Phone: "978-555-0103", Email: "abe@elm.example"}, Role: "access-administrator"},
			{Contact: iis.Contact{Name: "Vic Vax", Title: "Nurse", Phone: "978-555-0104", Email: "vic@elm.example"}, Username: "vic", Role: "vaccinator"},
		},
	}
}

// begin begins an application that says something.
func (p *portal) begin(says iis.Enrolment) string {
	p.t.Helper()
	code, err := p.Begin(p.ctx)
	is.NoError(p.t, "begin", err)
	p.save(code, says)
	return code
}

func (p *portal) save(code string, says iis.Enrolment) {
	p.t.Helper()
	is.NoError(p.t, "save", p.Save(p.ctx, code, func(e *iis.Enrolment) { *e = says }))
}

func (p *portal) filed(code string) *enrol.Filing {
	p.t.Helper()
	f, err := p.Filed(p.ctx, code)
	is.NoError(p.t, "filed", err)
	return f
}

// answers are those to what a form still asks, so that it can be signed.
func answers(p *enrol.Paper) form.Answers {
	out := p.Suggested()
	if out == nil {
		out = form.Answers{}
	}
	for _, f := range p.Asks() {
		if len(out[f.Name]) > 0 {
			continue
		}
		switch f.Kind {
		case form.Choose, form.Several:
			out[f.Name] = []string{f.Choices[0].Value}
		case form.Phone:
			out[f.Name] = []string{"978-555-0199"}
		case form.Email:
			out[f.Name] = []string{"somebody@elm.example"}
		case form.Short, form.Long:
			out[f.Name] = []string{"Somebody"}
		}
	}
	return out
}

// signing signs a paper in a name.
func (p *portal) signing(paper *enrol.Paper, name string) enrol.Signing {
	return enrol.Signing{Paper: paper.N, Answers: answers(paper), Address: "192.0.2.1", Signing: form.Signing{
		Name: name, Title: "Medical Director", Agrees: true, Seen: paper.Blank(nil).Seen(),
	}}
}

// signAll has the senior official sign everything by a link.
func (p *portal) signAll(code string) {
	p.t.Helper()
	token, err := p.MakeLink(p.ctx, code, "")
	is.NoError(p.t, "link", err)
	desk, err := p.Desktop(p.ctx, token)
	is.NoError(p.t, "desktop", err)
	for _, paper := range desk.Mine() {
		if paper.Done() {
			continue
		}
		wrong, err := p.SignByLink(p.ctx, token, p.signing(&paper, "Otto Official"))
		is.NoError(p.t, "sign "+paper.Title(), err)
		is.Equal(p.t, "wrong with "+paper.Title(), fmt.Sprint(wrong), "[]")
	}
}

// sent is an application that waits for review, with its number.
func (p *portal) sent(says iis.Enrolment) (string, iis.ApplicationID) {
	p.t.Helper()
	code := p.begin(says)
	p.signAll(code)
	is.NoError(p.t, "send", p.Send(p.ctx, code, ""))
	return code, p.filed(code).ID
}

// approved is a site of an application that was approved, with the links.
func (p *portal) approved(says iis.Enrolment, facility string) (iis.OrganizationID, []enrol.Link) {
	p.t.Helper()
	_, id := p.sent(says)
	site, links, err := p.Approve(p.ctx, p.rex(), id, enrol.Approval{Facility: facility})
	is.NoError(p.t, "approve", err)
	return site, links
}

// takesUp has somebody take up a link, and signs them in past their second factor.
func (p *portal) takesUp(l enrol.Link) (session string) {
	p.t.Helper()
	session, err := p.gate.Accept(p.ctx, access.Place{Caller: "a"}, l.Token, "four words in a row")
	is.NoError(p.t, "take up the link of "+l.Username, err)
	is.NoError(p.t, "factor", p.s.Write(p.ctx, func(tx *store.Tx) error {
		a, err := tx.Account(l.Username)
		if err != nil {
			return err
		}
		return tx.SetFactor(a.ID, "one that was set up", 0)
	}))
	return session
}

// stage is how far somebody is in, at their next request, whose sign-in was whole.
func (p *portal) stage(username string) access.Stage {
	p.t.Helper()
	token := "session of " + username
	is.NoError(p.t, "session", p.s.Write(p.ctx, func(tx *store.Tx) error {
		a, err := tx.Account(username)
		if err != nil {
			return err
		}
		if err := tx.EndSession(hashOf(token)); err != nil {
			return err
		}
		return tx.AddSession(hashOf(token), store.Session{Account: a, Created: time.Now(), Expires: time.Now().Add(time.Hour)})
	}))
	u, err := p.gate.SignedIn(p.ctx, token)
	is.NoError(p.t, "signed in", err)
	return u.Stage
}

func TestNothingThatIsTypedIsLostAndWhatIsWrongIsTold(t *testing.T) {
	eachPortal(t, func(p *portal) {
		code, err := p.Begin(p.ctx)
		is.NoError(t, "begin", err)
		says := elm()
		says.NPI, says.Zip, says.Contact.Email = "1234567890", "1850", "cora at elm"
		says.Users = []iis.Applicant{{Contact: iis.Contact{Name: "Vic Vax", Email: "vic@elm.example"}, Username: "vic", Role: "administrator"}}
		p.save(code, says)
		f := p.filed(strings.ToLower(enrol.CodeWords(code))) // as it is written down
		is.Equal(t, "NPI", f.Says.NPI, "1234567890")
		is.Equal(t, "ZIP code", f.Says.Zip, "1850")
		var keys []string
		for _, w := range f.Problems {
			keys = append(keys, w.Key)
		}
		slices.Sort(keys)
		is.Equal(t, "wrong", strings.Join(keys, " "), "contact-email npi user-1-role users zip")
		err = p.Send(p.ctx, code, "")
		is.Equal(t, "send", fault.KindOf(err), fault.Invalid)
		for _, want := range []string{"NPI:", "ZIP code:", "Access administrators:", "To be signed: Provider Site Enrollment Agreement"} {
			if !strings.Contains(fault.Public(err), want) {
				t.Errorf("it does not say %q: %s", want, fault.Public(err))
			}
		}
		_, err = p.Filed(p.ctx, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		is.Equal(t, "a code that nobody has", fault.KindOf(err), fault.NotFound)
	})
}

func TestAnApplicationIsOneTransactionFromFormsToInvitations(t *testing.T) {
	eachPortal(t, func(p *portal) {
		code, id := p.sent(elm())
		for _, paper := range p.filed(code).Papers {
			if paper.Agreed.Per != policy.PerUser && (paper.Signed.Signer != "Otto Official" || len(paper.Signed.Digest) != 64 || paper.Signed.Address != "192.0.2.1") {
				t.Errorf("%s is signed by %+v", paper.Title(), paper.Signed)
			}
		}
		is.Equal(t, "papers", len(p.filed(code).Papers), 2+2+3)
		err := p.Save(p.ctx, code, func(e *iis.Enrolment) { e.Name = "Another" })
		is.Equal(t, "change it during review", fault.KindOf(err), fault.Conflict)

		// A user name that is taken meanwhile fails at the very end: nothing is done then.
		is.NoError(t, "abe", p.s.Write(p.ctx, func(tx *store.Tx) error {
			_, err := tx.PutAccount(store.Account{Username: "ABE@elm.example", Name: "Another Abe", Role: "viewer", Hash: "-"}, p.s.Now())
			return err
		}))
		_, _, err = p.Approve(p.ctx, p.rex(), id, enrol.Approval{Facility: "ELM"})
		is.Equal(t, "taken", fault.KindOf(err), fault.Conflict)
		list, err := p.List(p.ctx, enrol.Filter{Status: enrol.AnyStatus})
		is.NoError(t, "list", err)
		is.Equal(t, "organizations after a failure", list.Found, 0)
		is.Equal(t, "status after a failure", p.filed(code).Status, iis.ApplicationSubmitted)
		is.NoError(t, "ask", p.Ask(p.ctx, p.rex(), id, []iis.FieldNote{{Field: "users", Label: "Users", Say: "Another user name for Abe, please."}}, "Nearly."))
		is.Equal(t, "note", p.filed(code).Note("users"), "Another user name for Abe, please.")
		is.NoError(t, "change", p.Save(p.ctx, code, func(e *iis.Enrolment) { e.Users[1].Username = "abe.elm" }))
		p.signAll(code) // the designation is of another user name
		is.NoError(t, "send again", p.Send(p.ctx, code, "Done."))
		site, links, err := p.Approve(p.ctx, p.rex(), id, enrol.Approval{Facility: "elm"})
		is.NoError(t, "approve", err)

		card, err := p.Open(p.ctx, nil, site)
		is.NoError(t, "open", err)
		is.Equal(t, "site", fmt.Sprint(card.Name, card.Kind, card.Status, card.State, card.Senders[0].Facility), "Elm Street Pediatrics"+"clinic"+"training"+"MA"+"ELM")
		is.Equal(t, "links", fmt.Sprint(len(links), links[0].Username, links[1].Username), "2avaabe.elm")
		f := p.filed(code)
		is.Equal(t, "status", f.Status, iis.ApplicationApproved)
		var acts []string
		for _, e := range f.Entries {
			acts = append(acts, e.Act)
		}
		slices.Reverse(acts)
		is.Equal(t, "first and last act", acts[0]+", "+acts[len(acts)-1], "begun, approved")
		_, _, err = p.Approve(p.ctx, p.rex(), id, enrol.Approval{Facility: "ELM2"})
		is.Equal(t, "approve twice", fault.KindOf(err), fault.Conflict)
		standing, err := p.Standing(p.ctx, site)
		is.NoError(t, "standing", err)
		is.Equal(t, "held", standing.Held, true)
		is.Equal(t, "signed of the site", fmt.Sprint(standing.Papers[0].State(), standing.Papers[1].State()), "SignedSigned")
	})
}

func TestAFormWhoseWordsChangedIsSignedAnewAndTheFormerSignatureIsKept(t *testing.T) {
	eachPortal(t, func(p *portal) {
		code := p.begin(elm())
		p.signAll(code)
		is.Equal(t, "to sign", len(p.filed(code).ToSign()), 0)
		is.NoError(t, "another name", p.Save(p.ctx, code, func(e *iis.Enrolment) { e.Name = "Elm Street Clinic" }))
		f := p.filed(code)
		is.Equal(t, "to sign again", len(f.ToSign()), 4)
		is.Equal(t, "stale", f.Papers[0].Stale, true)
		is.Equal(t, "send", fault.KindOf(p.Send(p.ctx, code, "")), fault.Invalid)
		is.NoError(t, "the former name", p.Save(p.ctx, code, func(e *iis.Enrolment) { e.Name = "Elm Street Pediatrics" }))
		is.Equal(t, "to sign", len(p.filed(code).ToSign()), 0) // the same words: the signature holds of them
		is.NoError(t, "another name", p.Save(p.ctx, code, func(e *iis.Enrolment) { e.Name = "Elm Street Clinic" }))
		p.signAll(code)
		var signed []iis.Agreement
		is.NoError(t, "read", p.s.Read(p.ctx, func(tx *store.Tx) (err error) { signed, err = tx.AgreementsBy(f.ID); return err }))
		standing := 0
		for _, a := range signed {
			if a.Replaced.IsZero() {
				standing++
			}
		}
		is.Equal(t, "kept, and standing", fmt.Sprint(len(signed), standing), "8 4")
		token, err := p.MakeLink(p.ctx, code, "")
		is.NoError(t, "link", err)
		desk, err := p.Desktop(p.ctx, token)
		is.NoError(t, "desktop", err)
		s := p.signing(&desk.Papers[0], "Otto Official")
		s.Seen = "of other words"
		wrong, err := p.SignByLink(p.ctx, token, s)
		is.NoError(t, "sign", err)
		is.Equal(t, "signs words that were not shown", len(wrong), 1)
	})
}

func TestALinkSignsWhatItIsForAndNothingElse(t *testing.T) {
	eachPortal(t, func(p *portal) {
		code := p.begin(elm())
		first, err := p.MakeLink(p.ctx, code, "")
		is.NoError(t, "link", err)
		official, err := p.MakeLink(p.ctx, code, "")
		is.NoError(t, "another link", err)
		_, err = p.Desktop(p.ctx, first)
		is.Equal(t, "the link before", fault.KindOf(err), fault.NotFound)
		vic, err := p.MakeLink(p.ctx, code, "vic")
		is.NoError(t, "link of a user", err)
		desk, err := p.Desktop(p.ctx, vic)
		is.NoError(t, "desktop", err)
		is.Equal(t, "forms of a user", len(desk.Mine()), 1)
		_, err = p.SignByLink(p.ctx, vic, p.signing(&desk.Papers[0], "Otto Official"))
		is.Equal(t, "a user signs for the site", fault.KindOf(err), fault.NotFound)
		wrong, err := p.SignByLink(p.ctx, vic, p.signing(&desk.Mine()[0], "Vic Vax"))
		is.NoError(t, "own form", err)
		is.Equal(t, "wrong", len(wrong), 0)
		desk, err = p.Desktop(p.ctx, official)
		is.NoError(t, "desktop", err)
		for _, paper := range desk.Mine() {
			if !paper.ByOfficial() {
				t.Errorf("the senior official is shown %s", paper.Title())
			}
		}
		p.later(31)
		_, err = p.Desktop(p.ctx, official)
		is.Equal(t, "a month later", fault.KindOf(err), fault.NotFound)
		_, err = p.MakeLink(p.ctx, code, "nobody")
		is.Equal(t, "a link for nobody", fault.KindOf(err), fault.NotFound)
	})
}

func TestAnUploadIsKeptAsItCameAndNothingElseIsTaken(t *testing.T) {
	eachPortal(t, func(p *portal) {
		code := p.begin(elm())
		scan := []byte("%PDF-1.4\n% a scan\n%%EOF\n")
		up := enrol.Upload{Paper: 1, Name: `C:\scans\..\"elm".pdf`, Content: scan, Signer: "Otto Official", SignerTitle: "Medical Director", Day: p.today()}
		is.NoError(t, "upload", p.UploadFor(p.ctx, code, up))
		d, err := p.Document(p.ctx, code, 1)
		is.NoError(t, "document", err)
		is.Equal(t, "document", fmt.Sprintf("%s %s %q", d.Name, d.Type, d.Content), fmt.Sprintf("elm.pdf application/pdf %q", scan))
		f := p.filed(code)
		is.Equal(t, "done", f.Papers[0].Done(), true)
		for what, content := range map[string][]byte{"a page": []byte("<html><script>"), "half a PDF": []byte("%PDF-1.4\n"), "nothing": nil, "a JPEG of its first bytes": {0xff, 0xd8, 0xff}} {
			up.Content = content
			is.Equal(t, what, fault.KindOf(p.UploadFor(p.ctx, code, up)), fault.Invalid)
		}
		up.Content = append(scan, make([]byte, 5<<20)...)
		is.Equal(t, "too large", fault.KindOf(p.UploadFor(p.ctx, code, up)), fault.TooLarge)
		up.Content, up.Day = scan, p.today().AddDays(1)
		is.Equal(t, "signed tomorrow", fault.KindOf(p.UploadFor(p.ctx, code, up)), fault.Invalid)
		is.NoError(t, "change", p.Save(p.ctx, code, func(e *iis.Enrolment) { e.Phone = "978-555-0111" }))
		is.Equal(t, "of other words", p.filed(code).Papers[0].Stale, true)
	})
}

func TestAReviewerFindsTheSiteThatIsHereAndAttachesToIt(t *testing.T) {
	eachPortal(t, func(p *portal) {
		there, err := p.Add(p.ctx, iis.Actor{Kind: "command"}, iis.Organization{Kind: iis.KindClinic, Name: "ELM STREET PEDIATRICS", PIN: "MA100", Zip: "01850"}, "")
		is.NoError(t, "add", err)
		other, err := p.Add(p.ctx, ada, iis.Organization{Kind: iis.KindPharmacy, Name: "Pine Pharmacy"}, "")
		is.NoError(t, "add", err)
		is.NoError(t, "ossi", p.s.Write(p.ctx, func(tx *store.Tx) error {
			s, err := tx.AddSenderAt("ELM", "Elm", there.ID, p.s.Now())
			if err != nil {
				return err
			}
			_, err = tx.PutAccount(store.Account{Username: "ossi", Name: "Ossi", Role: "vaccinator", Hash: "-", Sender: s.ID}, p.s.Now())
			return err
		}))
		_, id := p.sent(elm())
		r, err := p.ForReview(p.ctx, programme, id)
		is.NoError(t, "review", err)
		is.Equal(t, "alike", len(r.Alike), 1)
		is.Equal(t, "why", r.Alike[0].Why, "the same PIN, the same name, the same ZIP code")
		_, _, err = p.Approve(p.ctx, p.rex(), id, enrol.Approval{Facility: "ELM"})
		is.Equal(t, "as a new one, with a PIN that is taken", fault.KindOf(err), fault.Conflict)
		site, _, err := p.Approve(p.ctx, p.rex(), id, enrol.Approval{Attach: there.ID, Facility: "ELM"})
		is.NoError(t, "attach", err)
		is.Equal(t, "site", site, there.ID)
		card, err := p.Open(p.ctx, nil, site)
		is.NoError(t, "open", err)
		is.Equal(t, "took what it says", fmt.Sprint(card.Name, card.NPI, card.Status, card.Senders[0].Facility), "Elm Street Pediatrics"+"1234567893"+"training"+"ELM")
		is.Equal(t, "who was there before works on", p.stage("ossi"), access.Whole)
		p.later(31)
		is.Equal(t, "and signs within a month", p.stage("ossi"), access.WantsAgreement)
		is.Equal(t, "the other", func() iis.OrganizationStatus { c, _ := p.Open(p.ctx, nil, other.ID); return c.Status }(), iis.StatusEnrolling)
	})
}

func TestARegionalReviewerSeesTheOwnRegionAndNoDraft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := openPortal(t, s, "mn")
		says := elm()
		says.State, says.County = "MN", "Hennepin"
		code, id := p.sent(says)
		f := p.filed(code)
		if f.Application.Region == "" {
			t.Fatal("the county is in no region")
		}
		own, other := enrol.Reviewer{Actor: ada, Region: f.Application.Region}, enrol.Reviewer{Actor: ada, Region: "elsewhere"}
		for _, c := range []struct {
			by   enrol.Reviewer
			sees int
		}{{own, 1}, {other, 0}, {enrol.Reviewer{Actor: ada}, 0}, {programme, 1}} {
			q, err := p.Applications(p.ctx, c.by, iis.ApplicationSubmitted, 1)
			is.NoError(t, "queue", err)
			is.Equal(t, "sees", len(q.List), c.sees)
			_, err = p.ForReview(p.ctx, c.by, id)
			is.Equal(t, "opens", err == nil, c.sees == 1)
		}
		is.Equal(t, "declines", fault.KindOf(p.Decline(p.ctx, other, id, "no")), fault.NotFound)
		draft := p.filed(p.begin(says)).ID
		_, err := p.ForReview(p.ctx, programme, draft)
		is.Equal(t, "a draft", fault.KindOf(err), fault.NotFound)
	})
}
