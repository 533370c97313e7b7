package web

import (
	"net/http"
	"net/url"
	"strconv"

	"openiis/internal/enrol"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

const organizationsAddress = "/organizations"

func organizationAddress(id iis.OrganizationID) string {
	return organizationsAddress + "/" + id.Public()
}

// parseOrganization is the organization that a text numbers.
func parseOrganization(number string) (iis.OrganizationID, error) {
	id, ok := iis.ParseOrganizationID(number)
	if !ok {
		return 0, fault.New(fault.NotFound, "This is not the number of an organization. It has 13 letters and digits.")
	}
	return id, nil
}

// organizationNumber is the organization that an address names.
func organizationNumber(r *http.Request) (iis.OrganizationID, error) {
	return parseOrganization(r.PathValue("number"))
}

// organizationsPage is a page of the list, with its filter.
type organizationsPage struct {
	*enrol.List
	Filter   enrol.Filter
	Kinds    []iis.OrganizationKind
	Statuses []iis.OrganizationStatus
	Before   string // the address of the page before; "" of the first
	Next     string // that of the next; "" of the last
}

// organizations lists those whom a filter wants.
func (s *site) organizations(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := organizationsFilter(q)
	f.Held = reachOf(r)
	l, err := s.Enrol.List(r.Context(), f)
	if err != nil {
		return err
	}
	p := organizationsPage{List: l, Filter: f, Kinds: iis.OrganizationKinds, Statuses: iis.OrganizationStatuses}
	at := func(page int) string {
		q.Set("page", strconv.Itoa(page))
		return organizationsAddress + "?" + q.Encode()
	}
	if l.Page > 1 {
		p.Before = at(l.Page - 1)
	}
	if l.Page < l.Pages {
		p.Next = at(l.Page + 1)
	}
	return s.show(w, r, http.StatusOK, view{Page: "organizations", Title: "Organizations", Body: p})
}

// organizationsFilter is what an address wants; what it does not know filters nothing.
func organizationsFilter(q url.Values) enrol.Filter {
	f := enrol.Filter{Region: q.Get("region"), Text: q.Get("text")}
	if k := iis.OrganizationKind(q.Get("kind")); k == enrol.AnySite || k.Words() != "" {
		f.Kind = k
	}
	if st := iis.OrganizationStatus(q.Get("status")); st == enrol.AnyStatus || st.Words() != "" {
		f.Status = st
	}
	f.Page, _ = strconv.Atoi(q.Get("page")) // what is no number is the first
	return f
}

// organizationPage is an organization with what was wrong with a form.
type organizationPage struct {
	*enrol.Card
	Former  string // the number by which somebody came who was merged into it
	Problem string
	Done    string
	// Enrolment says that whoever looks may see how far the site is.
	Enrolment bool
}

// organization shows one. A number that was merged leads to the other, unless its own
// page is asked for.
func (s *site) organization(w http.ResponseWriter, r *http.Request) error {
	id, err := organizationNumber(r)
	if err != nil {
		return err
	}
	if !r.URL.Query().Has("own") {
		now, err := s.Enrol.Now(r.Context(), reachOf(r), id)
		if err != nil {
			return err
		}
		if now != id {
			http.Redirect(w, r, organizationAddress(now)+"?former="+id.Public(), http.StatusFound) // it may be opened again
			return nil
		}
	}
	return s.showOrganization(w, r, id, nil)
}

// organizationsDone say what has just been done.
var organizationsDone = map[string]string{
	"added": "The organization was added.", "changed": "The change was stored.", "status": "It has another status now.",
	"sender": "The sender belongs to it now.", "newsender": "The sender was added. It has no password yet.", "merged": "The other was merged into this one.",
}

func (s *site) showOrganization(w http.ResponseWriter, r *http.Request, id iis.OrganizationID, wrong error) error {
	c, err := s.Enrol.Open(r.Context(), reachOf(r), id)
	if err != nil {
		return err
	}
	p := organizationPage{Card: c, Done: organizationsDone[r.URL.Query().Get("done")]}
	if former, ok := iis.ParseOrganizationID(r.URL.Query().Get("former")); ok && former != id {
		p.Former = former.Public()
	}
	if _, _, err := s.siteIn(r); err == nil && seeEnrolment.allows(visitOf(r).user) {
		p.Enrolment = c.Kind.IsSite() && c.Policy.Enrolment != nil
	}
	status, title := http.StatusOK, "Organization"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "organization", Title: title, Body: p})
}

// giveSender has a sender belong to an organization.
func (s *site) giveSender(w http.ResponseWriter, r *http.Request) error {
	id, err := organizationNumber(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	by, f, done := visitOf(r).user.Actor(), r.PostForm, "sender"
	if f.Has("name") {
		done = "newsender"
		_, err = s.Enrol.AddSender(r.Context(), by, id, f.Get("facility"), f.Get("name"), f.Get("why"))
	} else {
		err = s.Enrol.Give(r.Context(), by, id, f.Get("facility"), f.Get("why"))
	}
	if formWrong(err) {
		return s.showOrganization(w, r, id, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, organizationAddress(id)+"?done="+done, http.StatusSeeOther)
	return nil
}
