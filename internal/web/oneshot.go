package web

import (
	"net/http"
	"net/url"
	"strings"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/steward"
)

// oneShotPage is two doses of a record beside each other, with what there is to
// decide.
type oneShotPage struct {
	*steward.DoseDoubt
	*chart.DoseComparison
	Person  string // its registry number
	Reason  whyForm
	Part    string // of the queue, from which it was opened
	Problem string
}

// dosesIn is the person and the two doses that an address names.
func dosesIn(r *http.Request) (id iis.PersonID, a, b iis.DoseID, err error) {
	if id, err = personIn(r); err != nil {
		return 0, 0, 0, err
	}
	a, ok := iis.ParseDoseID(r.PathValue("dose"))
	b, also := iis.ParseDoseID(r.PathValue("other"))
	if !ok || !also {
		return 0, 0, 0, fault.New(fault.NotFound, "There are no such doses.")
	}
	return id, a, b, nil
}

// oneShot shows two doses in question to those who decide about them.
func (s *site) oneShot(w http.ResponseWriter, r *http.Request) error {
	return s.showDoses(w, r, newWhy(), nil)
}

// showDoses shows two doses beside each other, with what was wrong with a form.
func (s *site) showDoses(w http.ResponseWriter, r *http.Request, why whyForm, wrong error) error {
	id, a, b, err := dosesIn(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	doubt, err := s.Steward.DoseDoubt(r.Context(), decides(v.user), id, a, b)
	if err != nil {
		return err
	}
	c, err := s.Chart.CompareDoses(r.Context(), v.user.Actor(), id, doubt.A.ID, doubt.B.ID)
	if err != nil {
		return err
	}
	p := oneShotPage{DoseDoubt: doubt, DoseComparison: c, Person: c.Person.Public(), Reason: why, Part: queuePart(r)}
	p.Problem = p.Reason.tell(wrong)
	return s.ask(w, r, wrong, view{Page: "oneshot", Title: "Is this one shot?", Body: p})
}

// decideDose does what somebody said of two doses.
func (s *site) decideDose(w http.ResponseWriter, r *http.Request) error {
	id, a, b, err := dosesIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	verdict, why := r.PostForm.Get("verdict"), whyIn(r)
	now, err := s.Steward.DecideDoses(r.Context(), decides(visitOf(r).user), id, a, b, r.PostForm.Get("seen"), steward.Verdict(verdict), why.reason())
	if formWrong(err) {
		return s.showDoses(w, r, why, err)
	}
	if err != nil {
		return err
	}
	q := url.Values{"done": {verdict}, "record": {now.Public()}}
	backToQueue(w, r, dosesAddress, q)
	return nil
}

// undoDose takes back what was said of two reports of a person's doses.
func (s *site) undoDose(w http.ResponseWriter, r *http.Request) error {
	id, a, b, err := dosesIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	if err := s.Steward.UndoDoses(r.Context(), decides(visitOf(r).user), id, a, b, r.PostForm.Get("why")); err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(id)+"?undone-dose#one-shot", http.StatusSeeOther)
	return nil
}

// tell puts what is wrong with an answer beside its reason, and returns it; "" for nothing.
func (f *whyForm) tell(wrong error) string {
	if wrong != nil {
		f.Problem = fault.Public(wrong)
	}
	return f.Problem
}

// ask shows a page that asks something, again with what is wrong when something is.
func (s *site) ask(w http.ResponseWriter, r *http.Request, wrong error, v view) error {
	status := http.StatusOK
	if wrong != nil {
		visitOf(r).err = wrong
		status, _ = s.explain(w, wrong)
		v.Title = "Error: " + strings.ToLower(v.Title[:1]) + v.Title[1:]
	}
	return s.show(w, r, status, v)
}
