package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/steward"
)

// comparePage is two records beside each other, with what there is to decide.
type comparePage struct {
	*steward.Pair
	*chart.Comparison
	Why     string // as it was written
	Problem string
}

// Older is the record that keeps its number when the two are joined.
func (p comparePage) Older() string { return min(p.A.ID, p.B.ID).Public() }

// pairIn is the two persons whom an address names.
func pairIn(r *http.Request) (a, b iis.PersonID, err error) {
	if a, err = personIn(r); err != nil {
		return 0, 0, err
	}
	b, ok := iis.ParsePersonID(r.PathValue("other"))
	if !ok {
		return 0, 0, fault.New(fault.NotFound, "This is not a registry number. It has 13 letters and digits.")
	}
	return a, b, nil
}

// compare shows two records beside each other to those who decide about them.
func (s *site) compare(w http.ResponseWriter, r *http.Request) error {
	return s.showPair(w, r, "", nil)
}

// showPair shows two records beside each other, with what was wrong with a form.
func (s *site) showPair(w http.ResponseWriter, r *http.Request, why string, wrong error) error {
	a, b, err := pairIn(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	pair, err := s.Steward.Pair(r.Context(), decides(v.user), a, b)
	if err != nil {
		return err
	}
	c, err := s.Chart.Compare(r.Context(), v.user.Actor(), a, b)
	if err != nil {
		return err
	}
	p := comparePage{Pair: pair, Comparison: c, Why: why}
	status, title := http.StatusOK, "Are these one person?"
	if wrong != nil {
		v.err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
		title = "Error: are these one person?"
	}
	return s.show(w, r, status, view{Page: "compare", Title: title, Body: p})
}

// decide does what somebody said of two records.
func (s *site) decide(w http.ResponseWriter, r *http.Request) error {
	a, b, err := pairIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	verdict, why := r.PostForm.Get("verdict"), r.PostForm.Get("why")
	kept, err := s.Steward.Decide(r.Context(), decides(visitOf(r).user), a, b, steward.Verdict(verdict), why)
	if formWrong(err) {
		return s.showPair(w, r, why, err)
	}
	if err != nil {
		return err
	}
	q := url.Values{"done": {verdict}}
	if kept != 0 {
		q.Set("record", kept.Public())
	}
	http.Redirect(w, r, pairsAddress+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

// undo undoes a decision about a person.
func (s *site) undo(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	decision, ok := iis.ParseDecisionID(r.PathValue("decision"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such decision.")
	}
	if err := readForm(r); err != nil {
		return err
	}
	if err := s.Steward.Undo(r.Context(), decides(visitOf(r).user), id, decision, r.PostForm.Get("why")); err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(id)+"?undone#identity", http.StatusSeeOther)
	return nil
}

// alive decides that a person is alive of whom a source says that they died.
func (s *site) alive(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	if err := s.Steward.Alive(r.Context(), decides(visitOf(r).user), id, r.PostForm.Get("why")); err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(id)+"?alive#identity", http.StatusSeeOther)
	return nil
}

// speaksWords say how much a comparison speaks for one person, or for two.
func speaksWords(bits float64) string {
	switch {
	case bits >= 8:
		return "strongly for one person"
	case bits > 0:
		return "for one person"
	case bits == 0:
		return "neither way"
	case bits > -4:
		return "for two people"
	}
	return "strongly for two people"
}

// bitsWords are bits with their sign: "+13.0 bits".
func bitsWords(bits float64) string {
	return strings.Replace(fmt.Sprintf("%+.1f bits", bits), "-", "−", 1)
}
