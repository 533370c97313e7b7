package web

import (
	"net/http"
	"strings"

	"openiis/internal/chart"
	"openiis/internal/enrol"
	"openiis/internal/fault"
)

// newestLines is how many persons the list of newest records shows.
const newestLines = 20

// findPage is the search form with what it found.
type findPage struct {
	Region   *regionPage // of whoever looks after one, on the first page; else nil
	Text     string
	Problem  string
	Searched bool
	Found    chart.Found
	Adds     bool          // whoever searches may add somebody who is not found
	LeaveOut bool          // whoever searches, of a region, takes requests to be left out
	ToSign   []enrol.Paper // of whoever is on the first page: their own forms that are due
}

// home is the first page: where people are found, for those who may; what waits, for who
// reviews that; and the tickets or the own account for others.
func (s *site) home(w http.ResponseWriter, r *http.Request) error {
	u := visitOf(r).user
	if u.Regional() && findPeople.allows(u) {
		return s.regionHome(w, r)
	}
	if !findPeople.allows(u) && (reviewAlerts.allows(u) || reviewApplications.allows(u)) {
		return s.works(w, r)
	}
	if !findPeople.allows(u) && answerTickets.allows(u) && u.View == nil {
		http.Redirect(w, r, "/help/desk", http.StatusSeeOther)
		return nil
	}
	if u.View != nil && !findPeople.allows(u) {
		return s.firstOf(w, r)
	}
	if !findPeople.allows(u) && u.Roster() && seeRosters.allows(u) {
		http.Redirect(w, r, rostersAddress, http.StatusSeeOther)
		return nil
	}
	if !findPeople.allows(u) && !openMessages.allows(u) && seeTests.allows(u) { // of a maker of software
		http.Redirect(w, r, testsAt, http.StatusSeeOther)
		return nil
	}
	if !findPeople.allows(u) && seeQuality.allows(u) { // who reads figures alone
		http.Redirect(w, r, "/senders", http.StatusSeeOther)
		return nil
	}
	if !findPeople.allows(u) {
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return nil
	}
	return s.findForm(w, r)
}

// firstOf leads whoever sees pages as a role does to the first that it may see. Its users come to
// their own account, which is nobody's here.
func (s *site) firstOf(w http.ResponseWriter, r *http.Request) error {
	u := visitOf(r).user
	for _, to := range []struct {
		may  permission
		path string
	}{{seeRosters, rostersAddress}, {seeQuality, "/senders"}, {seeUsers, "/users"}, {searchAudit, "/audit"}, {seeTests, testsAt}, {seeOrganizations, "/organizations"}} {
		if to.may.allows(u) {
			http.Redirect(w, r, to.path, http.StatusSeeOther)
			return nil
		}
	}
	return fault.New(fault.NotFound, "This role opens no page yet: whoever has it sees their own account alone.")
}

func (s *site) findForm(w http.ResponseWriter, r *http.Request) error {
	due, err := s.ownDue(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "find", Title: "Find a person", Body: findPage{ToSign: due}})
}

// find takes a search and leads to its results. The form is sent with POST
// because what is searched for is a patient's: an address would stay in histories
// and logs. The results have an address of their own, which says nothing, so that
// a browser can come back to them from a record.
func (s *site) find(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	return s.searchFor(w, r, strings.TrimSpace(r.PostForm.Get("q")))
}

// searchFor leads to the results of a search.
func (s *site) searchFor(w http.ResponseWriter, r *http.Request, text string) error {
	v := visitOf(r)
	key := s.searches.keep(search{session: v.token, text: text, at: v.started})
	http.Redirect(w, r, "/found/"+key, http.StatusSeeOther)
	return nil
}

// found searches for what was kept, anew each time it is shown.
func (s *site) found(w http.ResponseWriter, r *http.Request) error {
	v := visitOf(r)
	text, ok := s.searches.text(r.PathValue("search"), v.token, v.started)
	if !ok {
		return s.show(w, r, http.StatusOK, view{
			Page: "find", Title: "Find a person", Body: findPage{Problem: "This search is no longer kept. Please write it again."},
		})
	}
	q := chart.Search{Text: text}
	p := findPage{Text: q.Text}
	found, err := s.Chart.Find(r.Context(), v.user.Actor(), q)
	if fault.KindOf(err) == fault.Invalid {
		v.err = err
		p.Problem = fault.Public(err)
		status, _ := s.explain(w, err)
		return s.show(w, r, status, view{Page: "find", Title: "Error: find a person", Body: p})
	}
	if err != nil {
		return err
	}
	if _, ok := q.Number(); ok && len(found.Fits) == 1 {
		http.Redirect(w, r, personAddress(found.Fits[0].ID), http.StatusSeeOther)
		return nil
	}
	p.Searched, p.Found = true, found
	p.Adds = enterVaccinations.allows(v.user) && tellerOf(v.user).Speaks() == nil
	if p.LeaveOut, err = s.optsOut(r); err != nil {
		return err
	}
	p.LeaveOut = p.LeaveOut && v.user.Regional()
	return s.show(w, r, http.StatusOK, view{Page: "find", Title: "Search results", Body: p})
}

// findAgain is where a browser goes that asks for the form's address.
func (s *site) findAgain(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// newest lists the newest records. It is a page of its own, and not part of the
// first one, because whom it shows is audited.
func (s *site) newest(w http.ResponseWriter, r *http.Request) error {
	lines, err := s.Chart.Recent(r.Context(), visitOf(r).user.Actor(), newestLines)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{Page: "newest", Title: "Newest records", Body: lines})
}
