package enrol_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/course"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
)

func hashOf(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// hand is somebody of a site as one who signs.
func (p *portal) hand(username string, keeps bool) enrol.Hand {
	p.t.Helper()
	u, err := p.gate.Named(p.ctx, username)
	is.NoError(p.t, username, err)
	return enrol.Hand{Actor: iis.Actor{Kind: "user", User: u.ID}, Username: username, Keeps: keeps}
}

// signs has somebody sign every form that they may, and that is due.
func (p *portal) signs(site iis.OrganizationID, hand enrol.Hand, name string) {
	p.t.Helper()
	st, err := p.Standing(p.ctx, site)
	is.NoError(p.t, "standing", err)
	for i := range st.Papers {
		if paper := &st.Papers[i]; hand.May(paper) && paper.Due() {
			wrong, err := p.SignFor(p.ctx, site, hand, p.signing(paper, name))
			if paper.ByOfficial() && fault.KindOf(err) == fault.Denied { // the application names somebody else as the official
				_, token, made := p.LinkFor(p.ctx, site, hand, iis.Contact{Name: name, Email: "otto@elm.example"})
				is.NoError(p.t, "link", made)
				wrong, err = p.SignByLink(p.ctx, token, p.signing(paper, name))
			}
			is.NoError(p.t, "sign "+paper.Title(), err)
			is.Equal(p.t, "wrong with "+paper.Title(), fmt.Sprint(wrong), "[]")
		}
	}
}

func (p *portal) number(paper string, site iis.OrganizationID, person string) int {
	p.t.Helper()
	st, err := p.Standing(p.ctx, site)
	is.NoError(p.t, "standing", err)
	for _, one := range st.Papers {
		if one.Form.Code == paper && (person == "" && one.Person == nil || one.Person != nil && one.Person.Username == person) {
			return one.N
		}
	}
	p.t.Fatalf("no form %s of %s", paper, person)
	return 0
}

func TestAccessWaitsForTheFirstSignatureAndEndsWhenAnAgreementLapses(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, links := p.approved(elm(), "ELM")
		p.takesUp(links[0])
		is.Equal(t, "at the first sign-in", p.stage("ava"), access.WantsAgreement)
		p.signs(site, p.hand("ava", true), "Ava Admin")
		is.Equal(t, "when their own is signed", p.stage("ava"), access.Whole)

		p.later(3*365 - 60)
		is.Equal(t, "two months before", p.stage("ava"), access.Whole)
		q, err := p.Renewals(p.ctx, programme, 1)
		is.NoError(t, "queue", err)
		is.Equal(t, "within 90 days", q.Within[2], 4) // the site's two, her designation, her own
		p.later(31)
		q, err = p.Renewals(p.ctx, programme, 1)
		is.NoError(t, "queue", err)
		is.Equal(t, "within 30 days", q.Within[1], 4)
		p.later(31)
		is.Equal(t, "when it has lapsed", p.stage("ava"), access.WantsAgreement)
		q, err = p.Renewals(p.ctx, programme, 1)
		is.NoError(t, "queue", err)
		is.Equal(t, "lapsed", q.Lapsed, 4)

		own := p.number("individual-user-agreement", site, "ava")
		st, err := p.Standing(p.ctx, site)
		is.NoError(t, "standing", err)
		for _, paper := range st.Barred("ava") {
			is.NoError(t, "extend", p.Extend(p.ctx, programme, site, paper.N, p.today().AddDays(10), "the official is on leave"))
		}
		is.Equal(t, "with time that was granted", p.stage("ava"), access.Whole)
		signs := func(as string) error { // in her own account, what the senior official signs
			is.NoError(t, "e-mail", p.s.Write(p.ctx, func(tx *store.Tx) error {
				a, err := tx.Account("ava")
				if a.Email = as; err == nil {
					err = tx.SetAccount(a, p.s.Now())
				}
				return err
			}))
			paper := &st.Papers[p.number("provider-site-enrollment-agreement", site, "")-1]
			s := p.signing(paper, "Otto Official")
			s.Name = "" // so that nothing is signed
			_, err := p.SignFor(p.ctx, site, p.hand("ava", true), s)
			return err
		}
		is.Equal(t, "as the official, whose e-mail is another", fault.KindOf(signs("ava@elm.example")), fault.Denied)
		is.Equal(t, "without an e-mail", fault.KindOf(signs("")), fault.Denied)
		is.NoError(t, "who is the official", signs("Otto@elm.example"))
		is.Equal(t, "less time", fault.KindOf(p.Extend(p.ctx, programme, site, own, p.today().AddDays(5), "less")), fault.Conflict)
		p.later(11)
		is.Equal(t, "when that is over", p.stage("ava"), access.WantsAgreement)
		p.signs(site, p.hand("ava", true), "Otto Official")
		is.Equal(t, "renewed", p.stage("ava"), access.Whole)
		st, err = p.Standing(p.ctx, site)
		is.NoError(t, "standing", err)
		is.Equal(t, "everything that was signed", len(st.History), 4+1+4) // Abe's designation among the first
	})
}

func TestASiteThatHasSignedNothingIsHeldToNothingUntilItIsAskedTo(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, err := p.Add(p.ctx, iis.Actor{Kind: "command"}, iis.Organization{Kind: iis.KindClinic, Name: "Oak"}, "")
		is.NoError(t, "add", err)
		is.NoError(t, "ossi", p.s.Write(p.ctx, func(tx *store.Tx) error {
			s, err := tx.AddSenderAt("OAK", "Oak", site.ID, p.s.Now())
			if err != nil {
				return err
			}
			_, err = tx.PutAccount(store.Account{Username: "ossi", Name: "Ossi", Role: "vaccinator", Hash: "-", Sender: s.ID}, p.s.Now())
			return err
		}))
		is.Equal(t, "before", p.stage("ossi"), access.Whole)
		is.NoError(t, "ask", p.AskToSign(p.ctx, programme, site.ID, p.today().AddDays(30), "everyone signs this year"))
		is.Equal(t, "asked", p.stage("ossi"), access.Whole)
		p.later(31)
		is.Equal(t, "a day late", p.stage("ossi"), access.WantsAgreement)
		st, err := p.Standing(p.ctx, site.ID)
		is.NoError(t, "standing", err)
		for i := range st.Papers {
			_, err := p.SignFor(p.ctx, site.ID, p.hand("ossi", false), p.signing(&st.Papers[i], "Ossi"))
			is.Equal(t, "may sign "+st.Papers[i].Title(), err == nil, st.Papers[i].Person != nil)
		}
		is.Equal(t, "of the site's nothing is signed", p.stage("ossi"), access.WantsAgreement)
		p.signs(site.ID, p.hand("ossi", true), "Otto Official")
		is.Equal(t, "signed", p.stage("ossi"), access.Whole)
		is.NoError(t, "refuse", p.Refuse(p.ctx, programme, site.ID, 1, "nobody can read it"))
		is.Equal(t, "refused", p.stage("ossi"), access.WantsAgreement)
	})
}

func TestASeniorOfficialRenewsByALinkAndUsersByTheirOwn(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, links := p.approved(elm(), "ELM")
		p.takesUp(links[0])
		_, _, err := p.LinkFor(p.ctx, site, p.hand("ava", false), iis.Contact{Name: "Otto"})
		is.Equal(t, "who does not look after it", fault.KindOf(err), fault.Denied)
		p.later(4 * 365)
		_, token, err := p.LinkFor(p.ctx, site, p.hand("ava", true), iis.Contact{Name: "Otto Official"})
		is.NoError(t, "link", err)
		desk, err := p.Desktop(p.ctx, token)
		is.NoError(t, "desktop", err)
		is.Equal(t, "theirs", len(desk.Mine()), 3) // two of the site, and the designation
		for _, paper := range desk.Mine() {
			wrong, err := p.SignByLink(p.ctx, token, p.signing(&paper, "Olga Official"))
			is.NoError(t, "sign", err)
			is.Equal(t, "wrong", len(wrong), 0)
		}
		st, err := p.Standing(p.ctx, site)
		is.NoError(t, "standing", err)
		is.Equal(t, "renewed", fmt.Sprint(st.Papers[0].State(), st.Papers[0].Signed.Signer), "SignedOlga Official")
		is.Equal(t, "left", len(st.Barred("ava")), 1) // her own
	})
}

func TestALinkForSigningEndsWithTheAccessOfWhoMadeIt(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, links := p.approved(elm(), "ELM")
		p.takesUp(links[0])
		p.later(4 * 365)
		link := func(what string, good bool, change func() error) {
			p.t.Helper()
			_, token, err := p.LinkFor(p.ctx, site, p.hand("ava", true), iis.Contact{Name: "Otto Official"})
			is.NoError(p.t, "link", err)
			desk, err := p.Desktop(p.ctx, token)
			is.NoError(p.t, "good at first", err)
			is.NoError(p.t, what, change())
			_, err = p.SignByLink(p.ctx, token, p.signing(&desk.Mine()[0], "Otto Official"))
			is.Equal(p.t, what, err == nil, good)
			if !good {
				is.Equal(p.t, what, fault.KindOf(err), fault.NotFound)
			}
		}
		set := func(as string) func() error {
			return func() error {
				_, err := p.gate.ChangeUser(p.ctx, "ava", access.UserChange{Role: &as})
				return err
			}
		}
		by := access.ByCommand()
		id := p.hand("ava", true).User
		link("nothing changes", true, func() error { return nil })
		link("a role that keeps no agreements", false, set("clinic-staff"))
		is.NoError(t, "again", set("access-administrator")())
		link("her access ends", false, func() error { return p.gate.EndAccess(p.ctx, by, id, "Left.") })
		is.NoError(t, "let in", p.gate.LetIn(p.ctx, by, id, "Back."))
		_, token, err := p.LinkFor(p.ctx, site, p.hand("ava", true), iis.Contact{Name: "Otto Official"})
		is.NoError(t, "link", err)
		is.NoError(t, "end", p.gate.EndAccess(p.ctx, by, id, "Left."))
		is.NoError(t, "let in", p.gate.LetIn(p.ctx, by, id, "Back."))
		_, err = p.Desktop(p.ctx, token)
		is.Equal(t, "it does not come back with her", fault.KindOf(err), fault.NotFound)
	})
}

func TestALinkOfAnApplicationEndsWithTheAccessOfWhoApprovedIt(t *testing.T) {
	eachPortal(t, func(p *portal) {
		_, links := p.approved(elm(), "ELM")
		_, err := p.gate.Invited(p.ctx, links[0].Token)
		is.NoError(t, "a reviewer who may not manage users", err)
		role := "viewer"
		_, err = p.gate.ChangeUser(p.ctx, "rex", access.UserChange{Role: &role})
		is.NoError(t, "less", err)
		_, err = p.gate.Invited(p.ctx, links[0].Token)
		is.Equal(t, "by who reviews no more", fault.KindOf(err), fault.NotFound)
	})
}

// has stores figures of what a sender sent on a day.
func (p *portal) has(facility string, day cal.Date, good, refused int64) {
	p.t.Helper()
	after, _, err := p.s.Untallied(p.ctx, p.s.Now(), 1)
	is.NoError(p.t, "tallied", err)
	var s iis.Sender
	is.NoError(p.t, "sender", p.s.Read(p.ctx, func(tx *store.Tx) (err error) { s, err = tx.SenderByFacility(facility); return err }))
	added, err := p.s.AddTally(p.ctx, store.Tally{After: after, UpTo: after + 1, Days: []store.SenderDay{{Sender: s.ID, Day: day, Sums: store.Sums{Accepted: good, Unstored: refused}}}})
	is.NoError(p.t, "figures", err)
	is.Equal(p.t, "added", added, true)
}

// tested stores figures of test messages that a sender sent on a day, those that did not pass
// being refused.
func (p *portal) tested(facility string, day cal.Date, tests store.Share) {
	p.t.Helper()
	after, _, err := p.s.Untallied(p.ctx, p.s.Now(), 1)
	is.NoError(p.t, "tallied", err)
	var s iis.Sender
	is.NoError(p.t, "sender", p.s.Read(p.ctx, func(tx *store.Tx) (err error) { s, err = tx.SenderByFacility(facility); return err }))
	d := store.SenderDay{Sender: s.ID, Day: day, Sums: store.Sums{Accepted: tests.Have, Unstored: tests.Of - tests.Have}, DayDetail: store.DayDetail{Tests: tests}}
	added, err := p.s.AddTally(p.ctx, store.Tally{After: after, UpTo: after + 1, Days: []store.SenderDay{d}})
	is.NoError(p.t, "figures", err)
	is.Equal(p.t, "added", added, true)
}

// learns has users complete every course that they must.
func (p *portal) learns(usernames ...string) {
	p.t.Helper()
	needs, err := course.Needs(policy.Named("ma"), course.BeforeGoLive)
	is.NoError(p.t, "needs", err)
	is.NoError(p.t, "learn", p.s.Write(p.ctx, func(tx *store.Tx) error {
		for _, name := range usernames {
			a, err := tx.Account(name)
			if err != nil {
				return err
			}
			for _, n := range needs[a.Role] {
				r := iis.CourseResult{User: a.ID, Course: n.Course, Version: n.Least, Role: a.Role, Passed: true, At: p.s.Now()}
				if err := tx.AddCourseResult(r, iis.Actor{Kind: "user", User: a.ID}); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// saysOf fails the test when an item of a site's checklist does not say something.
func (p *portal) saysOf(site iis.OrganizationID, key, want string) {
	p.t.Helper()
	c, err := p.Checklist(p.ctx, site)
	is.NoError(p.t, "checklist", err)
	for _, i := range c.Items {
		if i.Key == key {
			if said := i.Say + " " + i.Do; !strings.Contains(said, want) {
				p.t.Errorf("%s: it says %q, want %q", key, said, want)
			}
		}
	}
}

func TestASiteGoesLiveWhenItsChecklistIsDoneOrTheProgrammeSaysWhyNot(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, links := p.approved(elm(), "ELM")
		left := func() string {
			c, err := p.Checklist(p.ctx, site)
			is.NoError(t, "checklist", err)
			return strings.Join(c.Left(), "; ")
		}
		is.Equal(t, "at first", left(), "Access administrators are there; Users are trained; Test messages have passed; The site has a plan to inform patients")
		err := p.GoLive(p.ctx, programme, site, cal.None, false, "")
		is.Equal(t, "too early", fault.KindOf(err), fault.Conflict)
		_, err = p.Move(p.ctx, ada, site, time.Time{}, iis.StatusLive, cal.None, "now")
		is.Equal(t, "by another page", fault.KindOf(err), fault.Conflict)
		p.takesUp(links[0])
		p.takesUp(links[1])
		p.signs(site, p.hand("ava", true), "Ava Admin")
		p.signs(site, p.hand("abe@elm.example", false), "Abe Admin")
		is.NoError(t, "plan", p.SetPlan(p.ctx, ada, iis.InformingPlan{Organization: site, How: []string{"fact-sheet", "unheard of"}, Designated: "The front desk"}))
		p.designates("abe@elm.example")
		p.has("ELM", p.today(), 19, 1)
		is.Equal(t, "one message short", left(), "Users are trained; Test messages have passed")
		p.has("ELM", p.today().AddDays(-1), 20, 30)
		is.Equal(t, "too many refused", left(), "Users are trained; Test messages have passed")
		p.later(1)
		p.has("ELM", p.today(), 2000, 0)
		p.tested("ELM", p.today(), store.Share{Have: 9, Of: 10})
		p.saysOf(site, enrol.CheckTests, "Of these 10 were tests (MSH-11 T or D), 9 without error: nothing of them was stored.")
		is.Equal(t, "but for training", left(), "Users are trained")
		p.learns("ava", "abe@elm.example")
		p.saysOf(site, enrol.CheckTrained, "2 of 3 users have done the courses that they must. Still to do: Vic Vax (has no account yet).")
		_, err = p.InviteRest(p.ctx, p.hand("ava", true).Actor, site, 0)
		is.NoError(t, "invite", err)
		p.saysOf(site, enrol.CheckTrained, "2 of 3 users have done the courses that they must. Still to do: Vic Vax (has no account yet).")
		var open []store.Invitation
		is.NoError(t, "invitations", p.s.Read(p.ctx, func(tx *store.Tx) (err error) {
			open, err = tx.OpenInvitationsFor("vic", p.s.Now())
			return err
		}))
		is.NoError(t, "withdraw", p.gate.Withdraw(p.ctx, access.ByCommand(), open[0].ID))
		is.Equal(t, "who is not to be a user after all", left(), "")
		rest, err := p.InviteRest(p.ctx, p.hand("ava", true).Actor, site, 0)
		is.NoError(t, "invite again", err)
		p.takesUp(rest[0])
		is.Equal(t, "who came and learned nothing", left(), "Agreements are signed; Users are trained")
		p.signs(site, p.hand("vic", false), "Vic Vax")
		p.learns("vic")
		is.Equal(t, "done", left(), "")
		day := p.today().AddDays(3)
		is.NoError(t, "go live", p.GoLive(p.ctx, programme, site, day, false, ""))
		c, err := p.Checklist(p.ctx, site)
		is.NoError(t, "checklist", err)
		is.Equal(t, "live", fmt.Sprint(c.Status, c.GoLive, len(c.GoLives), c.GoLives[0].Override, len(c.GoLives[0].Items)), fmt.Sprint(iis.StatusLive, day, 1, false, 5))
		is.Equal(t, "plan", fmt.Sprint(c.Plan.How), "[fact-sheet]")

		hasty := elm()
		hasty.Name, hasty.NPI, hasty.PIN, hasty.Users = "Fir Pharmacy", "", "", hasty.Users[:1]
		hasty.Users[0].Username = "fay"
		fir, _ := p.approved(hasty, "FIR")
		is.Equal(t, "without a reason", fault.KindOf(p.GoLive(p.ctx, programme, fir, cal.None, true, " ")), fault.Invalid)
		_, err = p.Move(p.ctx, ada, fir, time.Time{}, iis.StatusInactive, cal.None, "a mistake")
		is.NoError(t, "close", err)
		_, err = p.Move(p.ctx, ada, fir, time.Time{}, iis.StatusLive, cal.None, "again")
		is.Equal(t, "round the checklist, by closing", fault.KindOf(err), fault.Conflict)
		_, err = p.Move(p.ctx, ada, fir, time.Time{}, iis.StatusEnrolling, cal.None, "again")
		is.NoError(t, "open again", err)
		is.NoError(t, "all the same", p.GoLive(p.ctx, programme, fir, cal.None, true, "an outbreak"))
		c, err = p.Checklist(p.ctx, fir)
		is.NoError(t, "checklist", err)
		_, err = p.Move(p.ctx, ada, fir, time.Time{}, iis.StatusInactive, cal.None, "a mistake")
		is.NoError(t, "close", err)
		_, err = p.Move(p.ctx, ada, fir, time.Time{}, iis.StatusLive, cal.None, "it was live")
		is.NoError(t, "open again what was live", err)
		is.Equal(t, "kept with it", fmt.Sprintf("%v %s %v", c.GoLives[0].Override, c.GoLives[0].Why, c.GoLives[0].Items[0].Done), "true an outbreak true")
	})
}

func TestLettersSayWhatTheFiguresSay(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, _ := p.approved(elm(), "ELM")
		letter := func(code string) *form.Document {
			t.Helper()
			d, err := p.Letter(p.ctx, ada, site, code)
			is.NoError(t, code, err)
			return d
		}
		is.Equal(t, "registered", letter("registration-of-intent").Answer("registered"), form.DayWords("eng", p.today()))
		_, err := p.Letter(p.ctx, ada, site, "active-engagement")
		is.Equal(t, "without a message", fault.KindOf(err), fault.Conflict)
		p.has("ELM", p.today(), 7, 1)
		d := letter("active-engagement")
		is.Equal(t, "testing", d.Answer("option")+" "+d.Answer("messages")+" "+d.Answer("stored"), "Option 1: pre-production and validation 8 7")
		is.NoError(t, "live", p.GoLive(p.ctx, programme, site, cal.None, true, "an outbreak"))
		is.Equal(t, "live", letter("active-engagement").Answer("option"), "Option 2: validated data production")
		_, err = p.Letter(p.ctx, ada, site, "unheard-of")
		is.Equal(t, "no such letter", fault.KindOf(err), fault.NotFound)
	})
}

func TestARecordSystemReportsWithoutAnAgreementAndAsksNothing(t *testing.T) {
	eachPortal(t, func(p *portal) {
		p.approved(elm(), "ELM")
		desk := intake.New(p.s, codeset.Default())
		desk.HoldBy(p.BarsSite)
		var from iis.Sender
		is.NoError(t, "sender", p.s.Read(p.ctx, func(tx *store.Tx) (err error) { from, err = tx.SenderByFacility("ELM"); return err }))
		send := func(lines ...string) intake.Reply {
			t.Helper()
			r, err := desk.Message(p.ctx, from, iis.DoorHTTP, []byte(strings.Join(lines, "\r")+"\r"))
			is.NoError(t, "send", err)
			return r
		}
		report := func() string {
			return send(`MSH|^~\&|EHR|ELM|||20260612093012-0500||VXU^V04^VXU_V04|1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS`, `PID|1||T1^^^ELM^MR||Testcase^Number^^^^^L||20240105|F`).Ack
		}
		ask := func() intake.Reply {
			return send(`MSH|^~\&|EHR|ELM|||20260612093012-0500||QBP^Q11^QBP_Q11|2|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS`, `QPD|Z34^x^CDCPHINVS|37|T1^^^ELM^MR|Testcase^Number^^^^^L||20240105|F`, `RCP|I|5^RD&records&HL70126`)
		}
		if got := ask(); got.Ack != "AA" {
			t.Errorf("with an agreement: %s", got.Bytes)
		}
		p.later(4 * 365)
		if ack := report(); ack == "AR" {
			t.Errorf("a report without an agreement: %s", ack)
		}
		got := ask()
		if got.Ack != "AE" || !strings.Contains(string(got.Bytes), "has lapsed") || strings.Contains(string(got.Bytes), "\rPID|") {
			t.Errorf("a query without an agreement: %s", got.Bytes)
		}
	})
}
