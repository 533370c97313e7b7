package web

import (
	"net/http"
	"slices"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// informedPage is what was written down of informing somebody, with the form to write
// more.
type informedPage struct {
	*chart.InformingForm
	Inform    chart.Inform
	Wrong     []chart.Wrong
	Ways      []wayChosen
	Languages []chart.Way
	Done      string
	Problem   string
	by        chart.Teller
}

type wayChosen struct {
	chart.Way
	Chosen bool
}

// Withdraws reports that the reader may withdraw what a site wrote down.
func (p informedPage) Withdraws(sender iis.SenderID) bool { return p.by.May(sender) }

// Wrongly is what is wrong with a field.
func (p informedPage) Wrongly(field string) string {
	for _, w := range p.Wrong {
		if w.Field == field {
			return w.Say
		}
	}
	return ""
}

func informedAddress(id iis.PersonID) string { return personAddress(id) + "/informed" }

// informed shows what was written down of informing a person.
func (s *site) informed(w http.ResponseWriter, r *http.Request) error {
	return s.showInformed(w, r, informedPage{Inform: chart.Inform{Day: visitOf(r).started.Format("1/2/2006"), Language: english}}, nil)
}

func (s *site) showInformed(w http.ResponseWriter, r *http.Request, p informedPage, wrong error) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	p.by = tellerOf(visitOf(r).user)
	if p.InformingForm, err = s.Chart.Informed(r.Context(), p.by, id); err != nil {
		return err
	}
	p.Languages = chart.InformedIn
	for _, way := range chart.Ways {
		p.Ways = append(p.Ways, wayChosen{way, slices.Contains(p.Inform.How, way.Code)})
	}
	p.Done = map[string]string{"recorded": "It was written down.", "withdrawn": "It was withdrawn. It stays in the history."}[r.URL.Query().Get("done")]
	status, title := http.StatusOK, "Informed of the registry"
	switch {
	case wrong != nil:
		visitOf(r).err = wrong
		p.Problem = fault.Public(wrong)
		status, _ = s.explain(w, wrong)
	case len(p.Wrong) > 0:
		status = http.StatusUnprocessableEntity
	}
	if status != http.StatusOK {
		title = "Error: " + title
	}
	return s.show(w, r, status, view{Page: "informed", Title: title, Body: p})
}

// inform writes down that a person, or a parent or guardian, was informed.
func (s *site) inform(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	p := informedPage{Inform: chart.Inform{Day: r.PostForm.Get("day"), How: r.PostForm["how"], Language: r.PostForm.Get("language")}}
	if p.Wrong, err = s.Chart.Inform(r.Context(), tellerOf(visitOf(r).user), id, p.Inform); err != nil {
		return err
	}
	if len(p.Wrong) > 0 {
		return s.showInformed(w, r, p, nil)
	}
	http.Redirect(w, r, informedAddress(id)+"?done=recorded", http.StatusSeeOther)
	return nil
}

// withdrawInformed says that one was written down wrongly.
func (s *site) withdrawInformed(w http.ResponseWriter, r *http.Request) error {
	id, err := personIn(r)
	if err != nil {
		return err
	}
	entry, ok := iis.ParseInformedID(r.PathValue("entry"))
	if !ok {
		return fault.New(fault.NotFound, "There is no such entry. Open the page of the record again.")
	}
	if err := readForm(r); err != nil {
		return err
	}
	err = s.Chart.WithdrawInforming(r.Context(), tellerOf(visitOf(r).user), id, entry, r.PostForm.Get("why"))
	if formWrong(err) {
		return s.showInformed(w, r, informedPage{Inform: chart.Inform{Day: visitOf(r).started.Format("1/2/2006"), Language: english}}, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, informedAddress(id)+"?done=withdrawn", http.StatusSeeOther)
	return nil
}
