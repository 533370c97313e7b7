package web

import (
	"net/http"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// concernPage is the form in which a user says that a record looks wrong.
type concernPage struct {
	Record  string // its registry number
	Reasons []chart.Reason
	Reason  string
	Say     string
	Problem string
}

// concernForm shows no data of the person, so that it need not be audited.
func (s *site) concernForm(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{
		Page: "concern", Title: "Something looks wrong", Body: concernPage{Record: id.Public(), Reasons: chart.Reasons},
	})
}

// raise tells the registry's staff that a record looks wrong.
func (s *site) raise(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	p := concernPage{Record: id.Public(), Reasons: chart.Reasons, Reason: r.PostForm.Get("reason"), Say: r.PostForm.Get("say")}
	err = s.Chart.Raise(r.Context(), visitOf(r).user.Actor(), id, p.Reason, p.Say)
	if fault.KindOf(err) == fault.Invalid {
		visitOf(r).err = err
		p.Problem = fault.Public(err)
		status, _ := s.explain(w, err)
		return s.show(w, r, status, view{Page: "concern", Title: "Error: something looks wrong", Body: p})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(id)+"?raised", http.StatusSeeOther)
	return nil
}

// concernsPage lists what waits for the registry's staff.
type concernsPage struct {
	Waiting []chart.OpenConcern
	Settled bool
}

func (s *site) concerns(w http.ResponseWriter, r *http.Request) error {
	waiting, err := s.Chart.OpenConcerns(r.Context(), visitOf(r).user.Actor())
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, view{
		Page: "concerns", Title: "Notes from users", Body: concernsPage{waiting, r.URL.Query().Has("settled")},
	})
}

// settle closes a concern with what was done about it.
func (s *site) settle(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	concern, ok := iis.ParseConcernID(r.PathValue("concern"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such note.")
	}
	if err := readForm(r); err != nil {
		return err
	}
	if err := s.Chart.Settle(r.Context(), visitOf(r).user.Actor(), id, concern, r.PostForm.Get("answer")); err != nil {
		return err
	}
	http.Redirect(w, r, "/concerns?settled", http.StatusSeeOther)
	return nil
}
