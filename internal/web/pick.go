package web

import (
	"net/http"
	"strings"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// picker is a search for a record to choose, with whom it found. What was searched for
// is kept as for the first page, and stands in no address.
type picker struct {
	Label    string // of the field
	Action   string // where the search is sent to
	To       string // how the address of a choice begins; a registry number follows
	Searched bool
	Text     string
	Others   []chart.Line // whom the search found, without the record itself
	More     bool
	Problem  string
}

// pick searches for what an address names by the key of a search that is kept, and
// leaves out one record. wrong is what is wrong with what was searched for.
func (s *site) pick(r *http.Request, p picker, without iis.PersonID) (out picker, wrong, err error) {
	key := r.URL.Query().Get("found")
	if key == "" {
		return p, nil, nil
	}
	v := visitOf(r)
	text, ok := s.searches.text(key, v.token, v.started)
	if !ok {
		p.Problem = "This search is no longer kept. Please write it again."
		return p, nil, nil
	}
	p.Text = text
	found, err := s.Chart.Find(r.Context(), v.user.Actor(), chart.Search{Text: text})
	if fault.KindOf(err) == fault.Invalid {
		p.Problem = fault.Public(err)
		return p, err, nil
	}
	if err != nil {
		return p, nil, err
	}
	p.Searched, p.More = true, found.More
	for _, l := range append(found.Fits, found.Others...) {
		if l.ID != without {
			p.Others = append(p.Others, l)
		}
	}
	return p, nil, nil
}

// keepPick takes a search for a record to choose, and leads back to the page that it
// was written on, with whom it found; at is a place on it, behind #, or nothing.
func (s *site) keepPick(w http.ResponseWriter, r *http.Request, back, at string) error {
	if err := readForm(r); err != nil {
		return err
	}
	v := visitOf(r)
	key := s.searches.keep(search{session: v.token, text: strings.TrimSpace(r.PostForm.Get("q")), at: v.started})
	http.Redirect(w, r, back+"?found="+key+at, http.StatusSeeOther)
	return nil
}
