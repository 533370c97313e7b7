package enrol_test

import (
	"fmt"
	"strings"
	"testing"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
)

// item is an item of a site's checklist.
func (p *portal) item(site iis.OrganizationID, key string) iis.CheckItem {
	p.t.Helper()
	c, err := p.Checklist(p.ctx, site)
	is.NoError(p.t, "checklist", err)
	for _, i := range c.Items {
		if i.Key == key {
			return i
		}
	}
	p.t.Fatalf("no item %s", key)
	return iis.CheckItem{}
}

func TestHowASiteReportsIsSaidAndWhatIsAskedOfItGoesByIt(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, _ := p.clinic("OAK", iis.StatusTraining, false)
		is.Equal(t, "of which nobody has said it", p.item(site, enrol.CheckTests).Done, false)
		err := p.SetReports(p.ctx, ada, site, "pigeon")
		is.Equal(t, "an unheard-of way", fault.KindOf(err), fault.Invalid)
		is.NoError(t, "by hand", p.SetReports(p.ctx, ada, site, iis.ReportsHand))
		is.Equal(t, "by hand", []bool{p.item(site, enrol.CheckTests).Done, p.item(site, enrol.CheckPlan).Done}, []bool{true, false})
		for _, letter := range []string{"registration-of-intent", "active-engagement"} {
			_, err := p.Letter(p.ctx, ada, site, letter)
			refused(t, letter, err, fault.Conflict, "a record system submits")
		}
		is.NoError(t, "nothing", p.SetReports(p.ctx, ada, site, iis.ReportsNothing))
		is.Equal(t, "nothing", []bool{p.item(site, enrol.CheckTests).Done, p.item(site, enrol.CheckPlan).Done}, []bool{true, true})
		is.NoError(t, "changed", p.SetReports(p.ctx, ada, site, iis.ReportsHL7))
		is.Equal(t, "HL7 again", p.item(site, enrol.CheckTests).Done, false)
		card, err := p.Open(p.ctx, nil, site)
		is.NoError(t, "open", err)
		is.Equal(t, "history", fmt.Sprint(card.History[0].Fields), fmt.Sprint([]iis.FieldChange{{Field: "How it reports", Was: enrol.ReportingWays[3].Name, Now: enrol.ReportingWays[0].Name}}))

		applied, _ := p.approved(elm(), "ELM")
		c, err := p.Checklist(p.ctx, applied)
		is.NoError(t, "checklist", err)
		is.Equal(t, "as the application says", c.ReportsBy(), iis.ReportsHL7)
	})
}

func TestALiveSiteOfWhichEverythingWasRefusedProducesNoData(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, _ := p.approved(elm(), "ELM")
		is.NoError(t, "live", p.GoLive(p.ctx, programme, site, cal.None, true, "an outbreak"))
		p.has("ELM", p.today(), 0, 40)
		d, err := p.Letter(p.ctx, ada, site, "active-engagement")
		is.NoError(t, "letter", err)
		is.Equal(t, "refused alone", d.Answer("option"), "Option 1: pre-production and validation")
		p.has("ELM", p.today(), 1, 0)
		d, err = p.Letter(p.ctx, ada, site, "active-engagement")
		is.NoError(t, "letter", err)
		is.Equal(t, "one was stored", d.Answer("option"), "Option 2: validated data production")
	})
}

func TestAReviewerHasASiteTestAndCorrectsItsDayOfGoLive(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, _ := p.approved(elm(), "ELM")
		other := enrol.Reviewer{Actor: ada, Region: "metro"}
		is.Equal(t, "by who does not see it", fault.KindOf(p.BeginTests(p.ctx, other, site)), fault.NotFound)
		is.NoError(t, "test", p.BeginTests(p.ctx, p.rex(), site))
		is.Equal(t, "once more", fault.KindOf(p.BeginTests(p.ctx, p.rex(), site)), fault.Conflict)
		is.Equal(t, "no day to correct", fault.KindOf(p.Redate(p.ctx, p.rex(), site, p.today(), "a slip")), fault.Conflict)
		wrong, right := p.today().AddDays(31), p.today().AddDays(1)
		is.NoError(t, "live", p.GoLive(p.ctx, p.rex(), site, wrong, true, "an outbreak"))
		is.Equal(t, "why", fault.KindOf(p.Redate(p.ctx, p.rex(), site, right, " ")), fault.Invalid)
		is.Equal(t, "too far", fault.KindOf(p.Redate(p.ctx, p.rex(), site, p.today().AddDays(91), "a slip")), fault.Invalid)
		is.Equal(t, "who does not see it", fault.KindOf(p.Redate(p.ctx, other, site, right, "a slip")), fault.NotFound)
		is.NoError(t, "correct", p.Redate(p.ctx, p.rex(), site, right, "the month was a slip"))
		c, err := p.Checklist(p.ctx, site)
		is.NoError(t, "checklist", err)
		is.Equal(t, "day", []any{c.GoLive, len(c.GoLives), c.GoLives[0].Why, c.GoLives[0].Override}, []any{right, 2, "the month was a slip", true})
	})
}

func TestAPlanToInformIsDoneWhenSomebodyIsDesignated(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, oak := p.clinic("OAK", iis.StatusTraining, false)
		is.NoError(t, "plan", p.SetPlan(p.ctx, ada, iis.InformingPlan{Organization: site, How: []string{"fact-sheet"}, Designated: "The front desk"}))
		is.Equal(t, "nobody is designated", p.item(site, enrol.CheckPlan).Done, false)
		p.works(oak, "ossi", "vaccinator")
		p.designates("ossi")
		is.Equal(t, "somebody is", p.item(site, enrol.CheckPlan).Done, true)
	})
}

// designates has somebody be designated to record objections.
func (p *portal) designates(username string) {
	p.t.Helper()
	u, err := p.gate.Named(p.ctx, username)
	is.NoError(p.t, username, err)
	is.NoError(p.t, "designate", p.gate.Designate(p.ctx, access.ByCommand(), u.ID, "she asked for it"))
}

func TestThroughWhomAFormWasSignedIsTold(t *testing.T) {
	eachPortal(t, func(p *portal) {
		site, links := p.approved(elm(), "ELM")
		p.takesUp(links[0])
		p.signs(site, p.hand("ava", true), "Otto Official")
		says := func() string {
			c, err := p.Checklist(p.ctx, site)
			is.NoError(t, "checklist", err)
			var out []string
			for _, a := range c.History {
				out = append(out, a.Form+": "+c.Ways[a.ID])
			}
			return strings.Join(out, "\n")
		}
		for _, want := range []string{
			"individual-user-agreement: Signed in the account of Ava Admin (ava)",
			"Signed by a link for Otto Official that the applicant made",
		} {
			if !strings.Contains(says(), want) {
				t.Errorf("it says:\n%s\nwant %s", says(), want)
			}
		}
		p.later(3*365 - 30)
		_, token, err := p.LinkFor(p.ctx, site, p.hand("ava", true), iis.Contact{Name: "Olga Official"})
		is.NoError(t, "link", err)
		d, err := p.Desktop(p.ctx, token)
		is.NoError(t, "desktop", err)
		mine := d.Mine()
		_, err = p.SignByLink(p.ctx, token, p.signing(&mine[0], "Olga Official"))
		is.NoError(t, "sign", err)
		want := "Signed by a link for Olga Official, made in the account of Ava Admin (ava)"
		if !strings.Contains(says(), want) {
			t.Errorf("it says:\n%s\nwant %s", says(), want)
		}
		c, err := p.Checklist(p.ctx, site)
		is.NoError(t, "checklist", err)
		_, doc, err := p.Agreement(p.ctx, site, c.History[0].ID)
		is.NoError(t, "agreement", err)
		is.Equal(t, "on the paper", doc.Through, want)
		q, err := p.Renewals(p.ctx, programme, 1)
		is.NoError(t, "renewals", err)
		for _, l := range q.Lines {
			if l.Signed != nil && q.Ways[l.Signed.ID] == "" {
				t.Errorf("%s: nobody says through whom it was signed", l.Title())
			}
		}
	})
}
