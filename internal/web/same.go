package web

import (
	"net/http"
	"strings"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// samePage is the search for another record of a person, and the form in which a
// user says that two records are one person's.
type samePage struct {
	Record   string // its registry number
	Searched bool
	Text     string
	Others   []chart.Line // whom the search found, without the record itself
	More     bool
	Other    string // the registry number of the other record, when it is chosen
	Why      string
	Problem  string
}

func sameAddress(id iis.PersonID) string { return personAddress(id) + "/same" }

// same is the search for another record of a person. What was searched for is
// kept as for the first page, and stands in no address.
func (s *site) same(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	p := samePage{Record: id.Public()}
	v := visitOf(r)
	if key := r.URL.Query().Get("found"); key != "" {
		text, ok := s.searches.text(key, v.token, v.started)
		if !ok {
			p.Problem = "This search is no longer kept. Please write it again."
			return s.showSame(w, r, p, nil)
		}
		p.Text = text
		found, err := s.Chart.Find(r.Context(), v.user.Actor(), chart.Search{Text: text})
		if fault.KindOf(err) == fault.Invalid {
			return s.showSame(w, r, p, err)
		}
		if err != nil {
			return err
		}
		p.Searched, p.More = true, found.More
		for _, l := range append(found.Fits, found.Others...) {
			if l.ID != id {
				p.Others = append(p.Others, l)
			}
		}
	}
	return s.showSame(w, r, p, nil)
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
	if err := readForm(r); err != nil {
		return err
	}
	v := visitOf(r)
	key := s.searches.keep(search{session: v.token, text: strings.TrimSpace(r.PostForm.Get("q")), at: v.started})
	http.Redirect(w, r, sameAddress(id)+"?found="+key, http.StatusSeeOther)
	return nil
}

// flagForm shows no data of the two, so that it need not be audited.
func (s *site) flagForm(w http.ResponseWriter, r *http.Request) error {
	a, b, err := pairIn(r)
	if err != nil {
		return err
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
