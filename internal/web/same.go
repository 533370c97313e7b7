package web

import (
	"net/http"

	"openiis/internal/fault"
	"openiis/internal/iis"
)

// samePage is the search for another record of a person, and the form in which a
// user says that two records are one person's.
type samePage struct {
	Record  string // its registry number
	Pick    picker
	Other   string // the registry number of the other record, when it is chosen
	Why     string
	Problem string
}

func sameAddress(id iis.PersonID) string { return personAddress(id) + "/same" }

// same is the search for another record of a person.
func (s *site) same(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if err := s.Chart.MayOpen(r.Context(), visitOf(r).user.Actor(), id); err != nil {
		return err
	}
	p := samePage{Record: id.Public()}
	var wrong error
	p.Pick, wrong, err = s.pick(r, picker{
		Label: "Find the other record of " + p.Record, Action: sameAddress(id), To: sameAddress(id) + "/",
	}, id)
	if err != nil {
		return err
	}
	return s.showSame(w, r, p, wrong)
}

func (s *site) showSame(w http.ResponseWriter, r *http.Request, p samePage, wrong error) error {
	status, title := http.StatusOK, "Another record of this person"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: another record of this person"
	}
	return s.show(w, r, status, view{Page: "same", Title: title, Body: p})
}

// findSame takes the search for another record.
func (s *site) findSame(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if err := s.Chart.MayOpen(r.Context(), visitOf(r).user.Actor(), id); err != nil {
		return err
	}
	return s.keepPick(w, r, sameAddress(id), "")
}

// flagForm shows no data of the two, and is for those alone who see them.
func (s *site) flagForm(w http.ResponseWriter, r *http.Request) error {
	a, b, err := pairIn(r)
	if err != nil {
		return err
	}
	for _, id := range []iis.PersonID{a, b} {
		if err := s.Chart.MayOpen(r.Context(), visitOf(r).user.Actor(), id); err != nil {
			return err
		}
	}
	return s.showSame(w, r, samePage{Record: a.Public(), Other: b.Public()}, nil)
}

// flag takes a user's word that two records are one person's.
func (s *site) flag(w http.ResponseWriter, r *http.Request) error {
	a, b, err := pairIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	why := r.PostForm.Get("why")
	err = s.Steward.Flag(r.Context(), decides(visitOf(r).user), a, b, why)
	if formWrong(err) {
		return s.showSame(w, r, samePage{Record: a.Public(), Other: b.Public(), Why: why}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(a)+"?flagged", http.StatusSeeOther)
	return nil
}
