package enrol_test

import (
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// isAdded adds a clinic as somebody does, with a vaccinator who works there.
func (p *portal) isAdded(by iis.Actor, facility, username string) iis.Organization {
	p.t.Helper()
	site, err := p.Add(p.ctx, by, iis.Organization{Kind: iis.KindClinic, Name: "Clinic " + facility}, "")
	is.NoError(p.t, "add", err)
	is.NoError(p.t, username, p.s.Write(p.ctx, func(tx *store.Tx) error {
		s, err := tx.AddSenderAt(facility, facility, site.ID, p.s.Now())
		if err != nil {
			return err
		}
		_, err = tx.PutAccount(store.Account{Username: username, Name: username, Role: "vaccinator", Hash: "-", Sender: s.ID}, p.s.Now())
		return err
	}))
	return site
}

// TestASiteThatTheProgrammeAddsSignsBeforeItIsUsed: MIIS, Integrating the MIIS into Your Clinical Practice,
// Registration: forms must be completed for your sites and for each user.
func TestASiteThatTheProgrammeAddsSignsBeforeItIsUsed(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site := p.isAdded(ada, "OAK", "ossi")
		is.Equal(t, "added by the programme", p.stage("ossi"), access.WantsAgreement)
		u, err := p.gate.Named(p.ctx, "ossi")
		is.NoError(t, "ossi", err)
		barred, err := p.BarsSite(p.ctx, u.Sender)
		is.NoError(t, "its record system", err)
		is.Equal(t, "asks for nothing", barred, true)
		q, err := p.Renewals(p.ctx, programme, 1)
		is.NoError(t, "queue", err)
		is.Equal(t, "in the queue, and not as one of before", []int{len(q.Never), len(q.Lines), q.Lapsed}, []int{0, 3, 0})
		is.Equal(t, "first of all", q.Lines[0].StateWords(), "To be signed first. Nobody of the site has access before.")

		upload := func(n int, day cal.Date) error {
			return p.Record(p.ctx, programme, site.ID, enrol.Upload{Paper: n, Name: "signed.pdf", Content: []byte("%PDF-1.4\nsigned\n%%EOF\n"), Signer: "Olga Official", SignerTitle: "Medical Director", Day: day})
		}
		is.Equal(t, "a day to come", fault.KindOf(upload(1, p.today().AddDays(1))), fault.Invalid)
		is.Equal(t, "no day", fault.KindOf(upload(1, cal.None)), fault.Invalid)
		is.Equal(t, "one that has lapsed", fault.KindOf(upload(1, p.today().AddDays(-4*365))), fault.Invalid)
		is.Equal(t, "no such form", fault.KindOf(upload(99, p.today())), fault.NotFound)
		elsewhere := programme
		elsewhere.Everyone, elsewhere.Region = false, "elsewhere"
		is.Equal(t, "of another region", fault.KindOf(p.Record(p.ctx, elsewhere, site.ID, enrol.Upload{Paper: 1})), fault.NotFound)
		is.NoError(t, "signed on paper a year ago", upload(1, p.today().AddDays(-365)))
		is.Equal(t, "one of two", p.stage("ossi"), access.WantsAgreement)
		is.NoError(t, "the other", upload(2, p.today()))
		p.signs(site.ID, p.hand("ossi", false), "Ossi")
		is.Equal(t, "all of it", p.stage("ossi"), access.Whole)
		st, err := p.Standing(p.ctx, site.ID)
		is.NoError(t, "standing", err)
		for _, a := range st.History {
			if a.Person == "" && (a.Signer != "Olga Official" || a.How != iis.SignedUploaded || a.File == 0) {
				t.Errorf("recorded as %+v", a)
			}
		}
		p.later(2*365 + 1)
		is.Equal(t, "it lapses from the day on it", p.stage("ossi"), access.WantsAgreement)
	})
}

func TestTheProgrammeGrantsASiteThatItAddsTime(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site := p.isAdded(ada, "OAK", "ossi")
		for _, form := range []string{"provider-site-enrollment-agreement", "services-agreement"} {
			is.NoError(t, "grant", p.Extend(p.ctx, programme, site.ID, p.number(form, site.ID, ""), p.today().AddDays(10), "an outbreak"))
		}
		p.signs(site.ID, p.hand("ossi", false), "Ossi")
		is.Equal(t, "with time", p.stage("ossi"), access.Whole)
		p.later(11)
		is.Equal(t, "when it is over", p.stage("ossi"), access.WantsAgreement)
	})
}

// What an operator adds by command is not held: it is in the queue with the sites of before.
func TestASiteThatAnOperatorAddsIsAskedInTheQueue(t *testing.T) {
	eachPortal(t, func(p *portal) {
		p.isAdded(iis.Actor{Kind: "command"}, "OAK", "ossi")
		is.Equal(t, "by command", p.stage("ossi"), access.Whole)
		q, err := p.Renewals(p.ctx, programme, 1)
		is.NoError(t, "queue", err)
		is.Equal(t, "never signed", len(q.Never), 1)
	})
}

// A body that becomes a site is one that is added; whoever works there comes with time.
func TestWhatBecomesASiteSignsFirst(t *testing.T) {
	eachPortal(t, func(p *portal) {
		body, err := p.Add(p.ctx, ada, iis.Organization{Kind: iis.KindOrganization, Name: "Elm Health"}, "")
		is.NoError(t, "add", err)
		_, _, err = p.Change(p.ctx, ada, body.ID, time.Time{}, func(o *iis.Organization) { o.Kind = iis.KindClinic }, "what it is")
		is.NoError(t, "change", err)
		st, err := p.Standing(p.ctx, body.ID)
		is.NoError(t, "standing", err)
		is.Equal(t, "state", st.Papers[0].State(), enrol.Awaited)
	})
}

// Whoever looks up for a site signs as everybody of it does.
func TestAViewerOfASiteIsHeldToItsAgreements(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, _ := p.approved(elm(), "ELM")
		for _, role := range []string{"viewer", "reports-only"} {
			is.NoError(t, role, p.gate.AddUser(p.ctx, access.NewUser{Username: role, Name: "Vera Viewer", Role: role, Facility: "ELM"}, "x"))
			is.Equal(t, role+": at the first sign-in", p.stage(role), access.WantsAgreement)
			p.signs(site, p.hand(role, false), "Vera Viewer")
			is.Equal(t, role+": when it is signed", p.stage(role), access.Whole)
		}
	})
}

func TestWhereSitesSignNothingOneThatIsAddedIsOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := openPortal(t, s, "neutral")
		p.isAdded(ada, "OAK", "ossi")
		is.Equal(t, "neutral", p.stage("ossi"), access.Whole)
		lines := 0
		is.NoError(t, "extensions", s.Read(p.ctx, func(tx *store.Tx) error {
			all, err := tx.AllExtensions()
			lines = len(all)
			return err
		}))
		is.Equal(t, "asked", lines, 0)
	})
}
