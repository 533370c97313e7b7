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
	Reason  whyForm
	Hold    bool   // no source is to be moved out of the joined record
	Part    string // of the queue, from which it was opened
	Problem string
}

// whyForm is how somebody knows what they decide, and what they wrote.
type whyForm struct{ How, Why, Problem string }

// Grounds are what the form offers.
func (whyForm) Grounds() []ground { return grounds }

// ground is one way of knowing.
type ground struct{ Code, Words string }

// grounds are how people know, the usual one first: a form has it chosen.
var grounds = []ground{
	{"compared", "Compared side by side"},
	{"sender", "Confirmed by a clinic or another sender"},
	{"family", "Confirmed by the person or the family"},
	{"papers", "Papers were seen, such as a birth certificate"},
}

// newWhy is a form that nobody has filled in.
func newWhy() whyForm { return whyForm{How: grounds[0].Code} }

// whyIn is what a form says of why.
func whyIn(r *http.Request) whyForm {
	return whyForm{How: r.PostForm.Get("how"), Why: r.PostForm.Get("why")}
}

// reason is how somebody knows and what they wrote, as it is kept: nothing when they
// said neither.
func (f whyForm) reason() string {
	for _, g := range grounds {
		if g.Code == f.How {
			return strings.TrimSpace(g.Words + ". " + f.Why)
		}
	}
	return f.Why
}

// Decided is the decision that the two are two people; only where there is one.
func (p comparePage) Decided() decided { return decided{*p.Apart, p.ApartOf.Public()} }

// Sides are the two records.
func (p comparePage) Sides() sides {
	return sides{side{"record", p.A.ID.Public()}, side{"record", p.B.ID.Public()}, p.Comparison}
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
	return s.showPair(w, r, comparePage{Reason: newWhy()}, nil)
}

// showPair shows two records beside each other, with a form and what was wrong with it.
func (s *site) showPair(w http.ResponseWriter, r *http.Request, p comparePage, wrong error) error {
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
	p.Pair, p.Comparison, p.Part = pair, c, queuePart(r)
	title := "Are these one person?"
	if pair.Apart != nil {
		title = "These are two people"
	}
	p.Problem = p.Reason.tell(wrong)
	return s.ask(w, r, wrong, view{Page: "compare", Title: title, Body: p})
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
	verdict, why, hold := steward.Verdict(r.PostForm.Get("verdict")), whyIn(r), r.PostForm.Get("hold") != ""
	if verdict == steward.Same && hold {
		verdict = steward.Together
	}
	kept, err := s.Steward.Decide(r.Context(), decides(visitOf(r).user), a, b, verdict, why.reason())
	if formWrong(err) {
		return s.showPair(w, r, comparePage{Reason: why, Hold: hold}, err)
	}
	if err != nil {
		return err
	}
	q := url.Values{"done": {string(verdict)}}
	if kept != 0 {
		q.Set("record", kept.Public())
	}
	backToQueue(w, r, pairsAddress, q)
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
