package web

import (
	"net/http"
	"strings"

	"openiis/internal/chart"
	"openiis/internal/fault"
)

// newestLines is how many persons the list of newest records shows.
const newestLines = 20

// findPage is the search form with what it found.
type findPage struct {
	Text     string
	Problem  string
	Searched bool
	Found    chart.Found
}

func (s *site) findForm(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, http.StatusOK, view{Page: "find", Title: "Find a person", Body: findPage{}})
}

// find searches. The form is sent with POST because what is searched for is a
// patient's: an address would stay in histories and logs.
func (s *site) find(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	q := chart.Search{Text: strings.TrimSpace(r.PostForm.Get("q"))}
	p := findPage{Text: q.Text}
	found, err := s.Chart.Find(r.Context(), visitOf(r).user.Actor(), q)
	if fault.KindOf(err) == fault.Invalid {
		visitOf(r).err = err
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
	return s.show(w, r, http.StatusOK, view{Page: "find", Title: "Search results", Body: p})
}

// findAgain is where a browser goes that asks for the results' address anew.
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
