package enrol_test

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/mail"
	"openiis/internal/policy"
	"openiis/internal/relay"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// took is a relay that takes everything.
type took struct{ list []relay.Letter }

func (r *took) Send(_ context.Context, l relay.Letter) error { r.list = append(r.list, l); return nil }
func (r *took) Host() string                                 { return "relay.example" }

// mails gives the portal an outbox; what is returned hands everything over and tells to whom,
// with the subjects.
func (p *portal) mails() func() []relay.Letter {
	p.t.Helper()
	box, to := mail.New(p.s, func(context.Context) (*policy.Policy, error) { return policy.Named("ma"), nil }), &took{}
	is.NoError(p.t, "by", box.By(to, "https://registry.example.gov", []byte("a secret")))
	p.MailBy(box)
	p.gate.MailBy(box)
	return func() []relay.Letter {
		p.t.Helper()
		to.list = nil
		for more := true; more; {
			var err error
			more, err = box.Deliver(p.ctx)
			is.NoError(p.t, "deliver", err)
		}
		return to.list
	}
}

func addresses(list []relay.Letter) string {
	var out []string
	for _, l := range list {
		out = append(out, l.To)
	}
	return strings.Join(out, " ")
}

func TestWhoAppliesIsWrittenToAtEachStepWithoutTheCode(t *testing.T) {
	p := openPortal(t, storetest.Open(t, storetest.SQLite(t)), "ma")
	sent := p.mails()
	code := p.begin(elm())
	token, err := p.MakeLink(p.ctx, code, "")
	is.NoError(t, "link", err)
	list := sent()
	is.Equal(t, "the official", addresses(list), "otto@elm.example")
	is.Equal(t, "the link", strings.Contains(list[0].Text, "https://registry.example.gov/sign/"+token+"\n"), true)
	p.signAll(code)
	sent()
	is.NoError(t, "send", p.Send(p.ctx, code, ""))
	received := sent()
	id := p.filed(code).ID
	is.NoError(t, "ask", p.Ask(p.ctx, p.rex(), id, nil, "Please mend the telephone number."))
	asked := sent()
	is.NoError(t, "send", p.Send(p.ctx, code, ""))
	sent()
	_, _, err = p.Approve(p.ctx, p.rex(), id, enrol.Approval{Facility: "ELM"})
	is.NoError(t, "approve", err)
	approved := sent()
	is.Equal(t, "received", addresses(received), "cora@elm.example")
	is.Equal(t, "asked", addresses(asked), "cora@elm.example")
	is.Equal(t, "approved", addresses(approved), "ava@elm.example abe@elm.example cora@elm.example")
	for _, l := range append(append(received, asked...), approved...) {
		for _, secret := range []string{code, enrol.CodeWords(code), "mend the telephone"} {
			if strings.Contains(l.Text, secret) {
				t.Errorf("a mail has %q:\n%s", secret, l.Text)
			}
		}
	}
	is.Equal(t, "reference", strings.Contains(received[0].Text, id.Public()), true)
}

func TestAllUsersThatAnApplicationNamesAreInvitedAtOnceAndSignTheirOwn(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, links := p.approved(elm(), "ELM")
		is.Equal(p.t, "administrators", len(links), 2)
		rest, err := p.InviteRest(p.ctx, ada, site, 0)
		is.NoError(p.t, "invite the rest", err)
		is.Equal(p.t, "links", len(rest), 1)
		is.Equal(p.t, "whose", rest[0].Username, "vic")
		_, err = p.InviteRest(p.ctx, ada, site, 0)
		refused(p.t, "once more", err, fault.Conflict, "invited already")
		var from iis.Sender
		is.NoError(p.t, "sender", p.s.Read(p.ctx, func(tx *store.Tx) (err error) { from, err = tx.SenderByFacility("ELM"); return err }))
		bars, err := p.Bars(p.ctx, "vic", "vaccinator", from.ID)
		is.NoError(p.t, "bars", err)
		is.Equal(p.t, "before their form is signed", bars, true)
	})
}

func TestTheReviewerMayInviteEveryoneWithTheApproval(t *testing.T) {
	p := openPortal(t, storetest.Open(t, storetest.SQLite(t)), "ma")
	_, id := p.sent(elm())
	_, links, err := p.Approve(p.ctx, p.rex(), id, enrol.Approval{Facility: "ELM", Everyone: true})
	is.NoError(t, "approve", err)
	is.Equal(t, "links", len(links), 3)
}

func TestWhoseAgreementEndsIsWrittenToAtEachStepOnce(t *testing.T) {
	p := openPortal(t, storetest.Open(t, storetest.SQLite(t)), "ma")
	sent := p.mails()
	site, links := p.approved(elm(), "ELM")
	for _, l := range links {
		p.takesUp(l)
	}
	sent()
	st, err := p.Standing(p.ctx, site)
	is.NoError(t, "standing", err)
	first := 0 // days until the first one ends
	for i := range st.Papers {
		if last, ok := st.Papers[i].Until(); ok && last != 0 && (first == 0 || st.Papers[i].DaysLeft() < first) {
			first = st.Papers[i].DaysLeft()
		}
	}
	if first == 0 {
		t.Fatal("no form of this state ends: choose one of which a form does")
	}
	remind := func() string {
		t.Helper()
		_, err := p.Remind(p.ctx)
		is.NoError(t, "remind", err)
		return addresses(sent())
	}
	is.Equal(t, "long before", remind(), "")
	p.later(first - 60)
	if got := remind(); got == "" {
		t.Error("nobody is written to 60 days before")
	}
	is.Equal(t, "the same day", remind(), "")
	p.later(20)
	is.Equal(t, "40 days before", remind(), "")
	p.later(10)
	if got := remind(); got == "" {
		t.Error("nobody is written to 30 days before")
	}
	p.later(25)
	if got := remind(); got == "" {
		t.Error("nobody is written to 5 days before")
	}
	is.Equal(t, "once", remind(), "")
}

// Whoever looks after the site's forms neither reads the link of its senior official nor says where
// it goes: with it they would sign as the official.
func TestALinkForTheSeniorOfficialGoesToThemAlone(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, links := p.approved(elm(), "ELM")
		for _, l := range links {
			p.takesUp(l)
		}
		ava, own := p.hand("ava", true), iis.Contact{Name: "Ava Access", Email: "ava@elm.example"}
		to, token, err := p.LinkFor(p.ctx, site, ava, own)
		is.NoError(p.t, "without mail", err)
		is.Equal(p.t, "it is handed over", []any{to, token != ""}, []any{own, true})
		sent := p.mails()
		if to, err = p.LinksTo(p.ctx, site); err != nil {
			p.t.Fatal(err)
		}
		is.Equal(p.t, "known", to.Email, "otto@elm.example")
		to, token, err = p.LinkFor(p.ctx, site, ava, own)
		is.NoError(p.t, "by mail", err)
		is.Equal(p.t, "it is told to nobody", []any{to.Email, token}, []any{"otto@elm.example", ""})
		list := sent()
		is.Equal(p.t, "who has it", addresses(list), "otto@elm.example")
		_, rest, _ := strings.Cut(list[0].Text, "/sign/")
		desk, err := p.Desktop(p.ctx, strings.Fields(rest)[0])
		is.NoError(p.t, "it works", err)
		is.Equal(p.t, "for whom", desk.Link.Signer.Email, "otto@elm.example")
		_, _, err = p.LinkFor(p.ctx, site, p.hand("ava", false), own)
		is.Equal(p.t, "who does not look after them", fault.KindOf(err), fault.Denied)
	})
}
