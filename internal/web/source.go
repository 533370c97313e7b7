package web

import (
	"cmp"
	"net/http"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// sourcePage is what one sender says of a person beside the rest of the record, with
// the form that says where it belongs.
type sourcePage struct {
	*chart.SourceComparison
	Record  string // its registry number
	Pick    picker
	To      string // the number of the other record, when it is chosen
	Verdict string // new, together, or nothing
	With    string // the number of the other source
	Reason  whyForm
	Problem string
}

// sides are two parts beside each other, with what each is.
type sides struct {
	First, Second side
	*chart.Comparison
}

// side is what a part is, in words, and the number of the record that it is; "" of a part
// that is none.
type side struct{ Is, Record string }

// Sides are what the sender says, and the rest of the record or the other one.
func (p sourcePage) Sides() sides {
	second := side{Is: "the rest of the record"}
	if p.To != "" {
		second = side{"record", p.To}
	}
	return sides{side{Is: p.Source.Sender}, second, &p.Comparison}
}

func sourceAddress(id iis.PersonID, source iis.SourceID) string {
	return personAddress(id) + "/sources/" + source.Public()
}

// sourceIn is the person and the source that an address names.
func sourceIn(r *http.Request) (id iis.PersonID, source iis.SourceID, err error) {
	if id, err = personIn(r); err != nil {
		return 0, 0, err
	}
	source, ok := iis.ParseSourceID(r.PathValue("source"))
	if !ok {
		return 0, 0, fault.New(fault.NotFound, "There is no such source.")
	}
	return id, source, nil
}

// source shows what one sender says to those who decide where it belongs.
func (s *site) source(w http.ResponseWriter, r *http.Request) error {
	return s.showSource(w, r, sourcePage{Reason: newWhy()}, nil)
}

// showSource shows what one sender says, with a form and what was wrong with it.
func (s *site) showSource(w http.ResponseWriter, r *http.Request, p sourcePage, wrong error) error {
	id, source, err := sourceIn(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	if p.SourceComparison, err = s.Chart.CompareSource(r.Context(), v.user.Actor(), id, source); err != nil {
		return err
	}
	p.Record = p.Person.Public()
	var ill error
	p.Pick, ill, err = s.pick(r, picker{
		Label:  "It is of another person, who has a record: find that record",
		Action: sourceAddress(id, source) + "/find", To: sourceAddress(id, source) + "/to/",
	}, p.Person)
	if err != nil {
		return err
	}
	p.Problem = p.Reason.tell(wrong)
	return s.ask(w, r, cmp.Or(wrong, ill), view{Page: "source", Title: "Does this belong in this record?", Body: p})
}

// placeSource does what somebody said of where a source belongs.
func (s *site) placeSource(w http.ResponseWriter, r *http.Request) error {
	id, source, err := sourceIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	p := sourcePage{Verdict: r.PostForm.Get("verdict"), With: r.PostForm.Get("with"), Reason: whyIn(r)}
	now, done, err := s.place(r, id, source, &p)
	if formWrong(err) {
		return s.showSource(w, r, p, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(now)+"?"+done+"#identity", http.StatusSeeOther)
	return nil
}

// place does what a form says, and returns the record to show, and what it shows as
// done.
func (s *site) place(r *http.Request, id iis.PersonID, source iis.SourceID, p *sourcePage) (now iis.PersonID, done string, err error) {
	by, why := decides(visitOf(r).user), p.Reason.reason()
	switch p.Verdict {
	case "new":
		now, err = s.Steward.MoveSource(r.Context(), by, source, id, 0, why)
		return now, "moved", err
	case "together":
		other, ok := iis.ParseSourceID(p.With)
		if !ok {
			return 0, "", fault.New(fault.Invalid, "Choose with what it is to be held together.")
		}
		return id, "held", s.Steward.HoldTogether(r.Context(), by, id, source, other, why)
	}
	return 0, "", fault.New(fault.Invalid, "Say whether it is of another person, or belongs here.")
}

// findSourceTo takes the search for the record in which a source belongs.
func (s *site) findSourceTo(w http.ResponseWriter, r *http.Request) error {
	id, source, err := sourceIn(r)
	if err != nil {
		return err
	}
	return s.keepPick(w, r, sourceAddress(id, source), "#pick")
}

// sourceTo shows what one sender says beside the record in which it may belong.
func (s *site) sourceTo(w http.ResponseWriter, r *http.Request) error {
	return s.showSourceTo(w, r, newWhy(), nil)
}

// showSourceTo shows both sides with the form, and what was wrong with it.
func (s *site) showSourceTo(w http.ResponseWriter, r *http.Request, why whyForm, wrong error) error {
	id, source, err := sourceIn(r)
	if err != nil {
		return err
	}
	_, to, err := pairIn(r)
	if err != nil {
		return err
	}
	p, v := sourcePage{Reason: why}, visitOf(r)
	if p.SourceComparison, err = s.Chart.CompareSourceWith(r.Context(), v.user.Actor(), id, source, to); err != nil {
		return err
	}
	p.Record, p.To = p.Person.Public(), p.B.ID.Public()
	p.Problem = p.Reason.tell(wrong)
	return s.ask(w, r, wrong, view{Page: "sourceto", Title: "Move this into the other record?", Body: p})
}

// moveSource moves a source into the record that was chosen.
func (s *site) moveSource(w http.ResponseWriter, r *http.Request) error {
	id, source, err := sourceIn(r)
	if err != nil {
		return err
	}
	_, to, err := pairIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	why := whyIn(r)
	now, err := s.Steward.MoveSource(r.Context(), decides(visitOf(r).user), source, id, to, why.reason())
	if formWrong(err) {
		return s.showSourceTo(w, r, why, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, personAddress(now)+"?moved#identity", http.StatusSeeOther)
	return nil
}
