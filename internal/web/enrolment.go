package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/policy"
)

// enrolmentPage is how far a site is: what it has signed, what comes before it goes live,
// and what comes after.
type enrolmentPage struct {
	*enrol.Checklist
	Own bool // it is the site of whoever looks
	// SaysReports says that they may say how the site reports.
	SaysReports bool
	Typed       iis.InformingPlan
	Why, Day    string
	At          string // which form the problem is of
	Problem     string
	Done        string
	Today       cal.Date
	Letters     []enrol.Letter
	Links       []madeLink // that were made just now
}

// Chosen reports a way in which patients are told that is ticked.
func (p enrolmentPage) Chosen(way string) bool { return slices.Contains(p.Typed.How, way) }

// ToCome reports a day of go-live that is still to come.
func (p enrolmentPage) ToCome() bool { return p.GoLive > p.Today }

// Ways in which a site may report.
func (p enrolmentPage) ReportingWays() []policy.Way { return enrol.ReportingWays }

// WayName is a way in words.
func (p enrolmentPage) WayName(way string) string { return p.Law.Enrolment.Way(way) }

var enrolmentDone = map[string]string{
	"plan": "The plan was stored.", "live": "The site is live.", "testing": "The site is testing.", "day": "The day was corrected.",
	"reports": "How the site reports was stored.", "extend": "It may be signed until that day.", "ask": "The site is asked to sign by that day.",
	"refuse": "What was signed holds no more.", "signed": "The form was signed.", "recorded": "What was signed on paper is recorded.",
}

func enrolmentAddress(id iis.OrganizationID) string { return organizationAddress(id) + "/enrolment" }

// siteIn is the site that an address numbers, when whoever asks may see how it stands:
// everyone's, their own, or one of their region. own says that it is their own.
func (s *site) siteIn(r *http.Request) (id iis.OrganizationID, own bool, err error) {
	if id, err = organizationNumber(r); err != nil {
		return 0, false, err
	}
	u := visitOf(r).user
	site, err := s.Enrol.SiteOf(r.Context(), u.Sender)
	if err != nil {
		return 0, false, err
	}
	if own = site != 0 && site == id; own || u.Everyone() {
		return id, own, nil
	}
	if held := reachOf(r); held.Holds() && held.HasOrganization(id) {
		return id, false, nil
	}
	return 0, false, fault.New(fault.NotFound, "There is no site with this number among those that you look after.")
}

// enrolment shows how far a site is.
func (s *site) enrolment(w http.ResponseWriter, r *http.Request) error {
	return s.showEnrolment(w, r, enrolmentPage{Done: enrolmentDone[r.URL.Query().Get("done")]}, nil)
}

func (s *site) showEnrolment(w http.ResponseWriter, r *http.Request, p enrolmentPage, wrong error) error {
	id, own, err := s.siteIn(r)
	if err != nil {
		return err
	}
	if p.Checklist, err = s.Enrol.Checklist(r.Context(), id); err != nil {
		return err
	}
	if !p.Kind.IsSite() {
		return fault.New(fault.NotFound, "This is no site: only sites enroll.")
	}
	p.Own, p.Today, p.SaysReports = own, cal.On(visitOf(r).started), s.saysReports(r, own)
	if p.Letters, err = s.Enrol.Letters(r.Context(), id); err != nil {
		return err
	}
	if p.At != "plan" && p.Plan != nil {
		p.Typed = *p.Plan
	}
	if p.Done == enrolmentDone["live"] && p.ToCome() {
		p.Done = "The site goes live on " + form.DayWords("eng", p.GoLive) + ". Until then what its senders send is history, and their tests are tests."
	}
	status, title := http.StatusOK, "Enrollment of a site"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: "+title
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "enrolment", Title: title, Body: p})
}

// planInforming stores how a site tells patients of the registry. Its own people do that.
func (s *site) planInforming(w http.ResponseWriter, r *http.Request) error {
	id, own, err := s.siteIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	p := enrolmentPage{At: "plan", Typed: iis.InformingPlan{Organization: id, How: r.PostForm["how"], Text: r.PostForm.Get("text"), Designated: r.PostForm.Get("designated")}}
	if !own && !visitOf(r).user.Everyone() {
		err = fault.New(fault.Denied, "The plan is the site’s own: its access administrator writes it. Nothing was changed.")
	} else {
		err = s.Enrol.SetPlan(r.Context(), visitOf(r).user.Actor(), p.Typed)
	}
	return s.afterEnrolment(w, r, id, "plan", p, err)
}

// afterEnrolment leads back to a site's page when something was done, and shows what is
// wrong otherwise.
func (s *site) afterEnrolment(w http.ResponseWriter, r *http.Request, id iis.OrganizationID, done string, p enrolmentPage, err error) error {
	if said(err) {
		return s.showEnrolment(w, r, p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, enrolmentAddress(id)+"?done="+done, http.StatusSeeOther)
	return nil
}

// typedDay is a day that somebody typed; None when nothing, or no day.
func typedDay(text string) (cal.Date, error) {
	text = strings.TrimSpace(text)
	day, err := cal.Parse(text)
	if err != nil || text != "" && day == cal.None {
		return cal.None, fault.New(fault.Invalid, "Write the day as YYYY-MM-DD. Nothing was changed.")
	}
	return day, nil
}

// takeLive has a site go live.
func (s *site) takeLive(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.siteIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	p := enrolmentPage{At: "live", Why: r.PostForm.Get("why"), Day: r.PostForm.Get("day")}
	day, err := typedDay(p.Day)
	if err == nil {
		err = s.Enrol.GoLive(r.Context(), reviewerOf(visitOf(r).user), id, day, r.PostForm.Get("override") == "yes", p.Why)
	}
	return s.afterEnrolment(w, r, id, "live", p, err)
}

// beginTests has a site test.
func (s *site) beginTests(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.siteIn(r)
	if err == nil {
		err = readForm(r)
	}
	if err != nil {
		return err
	}
	err = s.Enrol.BeginTests(r.Context(), reviewerOf(visitOf(r).user), id)
	return s.afterEnrolment(w, r, id, "testing", enrolmentPage{At: "testing"}, err)
}

// correctGoLive corrects the day of go-live.
func (s *site) correctGoLive(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.siteIn(r)
	if err == nil {
		err = readForm(r)
	}
	if err != nil {
		return err
	}
	p := enrolmentPage{At: "day", Why: r.PostForm.Get("why"), Day: r.PostForm.Get("day")}
	day, err := typedDay(p.Day)
	if err == nil {
		err = s.Enrol.Redate(r.Context(), reviewerOf(visitOf(r).user), id, day, p.Why)
	}
	return s.afterEnrolment(w, r, id, "day", p, err)
}

// sayReports says how a site reports: its own administrator does that, or who reviews
// applications.
func (s *site) sayReports(w http.ResponseWriter, r *http.Request) error {
	id, own, err := s.siteIn(r)
	if err == nil {
		err = readForm(r)
	}
	if err != nil {
		return err
	}
	if !s.saysReports(r, own) {
		err = fault.New(fault.Denied, "How a site reports is said by its access administrator, or by the programme. Nothing was changed.")
	} else {
		err = s.Enrol.SetReports(r.Context(), visitOf(r).user.Actor(), id, r.PostForm.Get("reports"))
	}
	return s.afterEnrolment(w, r, id, "reports", enrolmentPage{At: "reports"}, err)
}

// saysReports reports that whoever asks may say how a site reports.
func (s *site) saysReports(r *http.Request, own bool) bool {
	u := visitOf(r).user
	return reviewApplications.allows(u) || own && keepEnrolment.allows(u)
}

// keepAgreement extends, refuses or asks for what a site signs.
func (s *site) keepAgreement(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.siteIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	act, by := r.PathValue("act"), reviewerOf(visitOf(r).user)
	p := enrolmentPage{At: act, Why: r.PostForm.Get("why"), Day: r.PostForm.Get("until")}
	n, _ := strconv.Atoi(r.PostForm.Get("n")) // what is no number is no form
	until, err := typedDay(p.Day)
	if err == nil && act != "ask" {
		err = s.isMeant(r, id, n)
	}
	switch {
	case err != nil:
	case act == "extend":
		err = s.Enrol.Extend(r.Context(), by, id, n, until, p.Why)
	case act == "ask":
		err = s.Enrol.AskToSign(r.Context(), by, id, until, p.Why)
	case act == "refuse":
		err = s.Enrol.Refuse(r.Context(), by, id, n, p.Why)
	default:
		return fault.New(fault.NotFound, "There is no page at this address.")
	}
	return s.afterEnrolment(w, r, id, act, p, err)
}

// isMeant is an error when a form of a site has another number than when the page was opened.
func (s *site) isMeant(r *http.Request, id iis.OrganizationID, n int) error {
	st, err := s.Enrol.Standing(r.Context(), id)
	if err == nil && (n < 1 || n > len(st.Papers) || st.Papers[n-1].Key() != r.PostForm.Get("paper")) {
		err = errOthers
	}
	return err
}

// inviteApplicant makes a link for somebody whom a site's application has named: what was
// said there is not typed again.
func (s *site) inviteApplicant(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.siteIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	c, err := s.Enrol.Checklist(r.Context(), id)
	if err != nil {
		return err
	}
	if r.PostForm.Get("username") == "" {
		return s.inviteRest(w, r, id)
	}
	for _, u := range c.ToInvite {
		if u.Username != r.PostForm.Get("username") || len(c.Senders) == 0 {
			continue
		}
		token, err := s.Gate.Invite(r.Context(), visitOf(r).user.Manager(), access.NewUser{
			Username: u.Username, Name: u.Name, Email: u.Email, Role: u.Role, Facility: c.Senders[0].Facility,
		})
		if said(err) {
			return s.showEnrolment(w, r, enrolmentPage{At: "invite"}, err)
		}
		if err != nil {
			return err
		}
		return s.showLink(w, r, linkPage{Name: u.Name, Username: u.Username, Email: u.Email}, token)
	}
	return s.showEnrolment(w, r, enrolmentPage{At: "invite"}, fault.New(fault.Conflict, "This user is invited already, or has an account. Nothing was changed."))
}

// inviteRest makes the links of all whom a site's applications have named and who are not
// invited yet.
func (s *site) inviteRest(w http.ResponseWriter, r *http.Request, id iis.OrganizationID) error {
	u := visitOf(r).user
	links, err := s.Enrol.InviteRest(r.Context(), u.Actor(), id, u.Sender)
	if said(err) {
		return s.showEnrolment(w, r, enrolmentPage{At: "invite"}, err)
	}
	if err != nil {
		return err
	}
	return s.showEnrolment(w, r, enrolmentPage{Links: s.madeLinks(r, links), Done: "The links are below. Each is good once and for a week, and is shown once: copy them now, and hand each to whom it is for."}, nil)
}

// madeLinks are links of an invitation as they are shown once.
func (s *site) madeLinks(r *http.Request, links []enrol.Link) (out []madeLink) {
	for _, l := range links {
		out = append(out, madeLink{
			Name: l.Name, What: access.RoleWords(l.Role) + ", " + l.Username + ", " + l.Email, Address: s.base(r) + "/invited/" + l.Token, Mailed: s.mailed(l.Email),
		})
	}
	return out
}

// agreementOf is a signed form of a site that an address numbers.
func (s *site) agreementOf(r *http.Request) (iis.OrganizationID, iis.AgreementID, error) {
	id, _, err := s.siteIn(r)
	if err != nil {
		return 0, 0, err
	}
	a, ok := iis.ParseAgreementID(r.PathValue("agreement"))
	if !ok {
		return 0, 0, fault.New(fault.NotFound, "There is no signed form with this number.")
	}
	return id, a, nil
}

// signedPDF is a form as it was signed.
func (s *site) signedPDF(w http.ResponseWriter, r *http.Request) error {
	id, number, err := s.agreementOf(r)
	if err != nil {
		return err
	}
	_, d, err := s.Enrol.Agreement(r.Context(), id, number)
	if err != nil {
		return err
	}
	return sendForm(w, r, d)
}

// signedUpload is the document that was uploaded with a signed form.
func (s *site) signedUpload(w http.ResponseWriter, r *http.Request) error {
	id, number, err := s.agreementOf(r)
	if err != nil {
		return err
	}
	d, err := s.Enrol.Upload(r.Context(), id, number)
	if err != nil {
		return err
	}
	sendDocument(w, d)
	return nil
}

// letter is a letter for a site from its own figures, as PDF.
func (s *site) letter(w http.ResponseWriter, r *http.Request) error {
	id, _, err := s.siteIn(r)
	if err != nil {
		return err
	}
	d, err := s.Enrol.Letter(r.Context(), visitOf(r).user.Actor(), id, r.PathValue("letter"))
	if err != nil {
		return err
	}
	return sendForm(w, r, d)
}
