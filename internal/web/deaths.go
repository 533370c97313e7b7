package web

import (
	"net/http"
	"net/url"

	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/steward"
)

const deathsAddress = "/deaths"

// deathsPage is a part of the list of deaths of whom there is no record.
type deathsPage struct {
	List    []deathLine
	Settled bool   // those that were decided to be nobody's here
	First   bool   // it is the first page
	Older   string // the address of the next page; "" on the last
	Done    string // what has just been decided
	Record  string // whose record was closed just now
}

// deathLine is a certificate in words; Says is nil where they are not kept.
type deathLine struct {
	steward.Death
	Says *chart.Record
}

// deaths lists deaths of whom there is no record.
func (s *site) deaths(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := deathsPage{Settled: q.Has("settled"), First: q.Get("after") == "", Done: q.Get("done")}
	found, err := s.Steward.Deaths(r.Context(), decides(visitOf(r).user), p.Settled, q.Get("after"))
	if err != nil {
		return err
	}
	for _, d := range found.List {
		line := deathLine{Death: d}
		if d.Said != nil {
			line.Says = s.Chart.Death(d.Said).A
		}
		p.List = append(p.List, line)
	}
	if id, ok := iis.ParsePersonID(q.Get("record")); ok {
		p.Record = id.Public()
	}
	if found.Next != "" {
		p.Older = deathsAddress + "?" + url.Values{"after": {found.Next}}.Encode()
	}
	return s.show(w, r, http.StatusOK, view{Page: "deaths", Title: "Deaths without a record", Body: p})
}

// deathPage is a certificate with those whose it may be, and the form that says that it is
// nobody's here.
type deathPage struct {
	*steward.Death
	*chart.Comparison // of what it says; nil where that is not kept
	Lines             []candidateLine
	Pick              picker
	Wrote             string // in the form
	Problem           string
}

// candidateLine is somebody whose death it may be, in words.
type candidateLine struct {
	steward.DeathCandidate
	Who chart.Line
}

func deathAddress(id iis.UnmatchedID) string { return deathsAddress + "/" + id.Public() }

// deathIn is the certificate that an address names.
func deathIn(r *http.Request) (iis.UnmatchedID, error) {
	id, ok := iis.ParseUnmatchedID(r.PathValue("death"))
	if !ok {
		return 0, fault.New(fault.NotFound, "There is no such certificate.")
	}
	return id, nil
}

// death shows a certificate.
func (s *site) death(w http.ResponseWriter, r *http.Request) error {
	return s.showDeath(w, r, "", nil)
}

// showDeath shows a certificate, with a form and what was wrong with it.
func (s *site) showDeath(w http.ResponseWriter, r *http.Request, why string, wrong error) error {
	id, err := deathIn(r)
	if err != nil {
		return err
	}
	p, v := deathPage{Wrote: why}, visitOf(r)
	if p.Death, err = s.Steward.Death(r.Context(), decides(v.user), id); err != nil {
		return err
	}
	if p.Said != nil {
		p.Comparison = s.Chart.Death(p.Said)
	}
	for _, c := range p.Candidates {
		p.Lines = append(p.Lines, candidateLine{c, s.Chart.Line(&c.Card)})
	}
	var ill error
	p.Pick, ill, err = s.pick(r, picker{
		Label: "Find the person", Action: deathAddress(id) + "/find", To: deathAddress(id) + "/person/",
	}, 0)
	if err != nil {
		return err
	}
	status, title := http.StatusOK, "Whose death is this?"
	if wrong != nil {
		p.Problem = fault.Public(wrong)
	} else {
		wrong = ill
	}
	if wrong != nil {
		v.err = wrong
		status, _ = s.explain(w, wrong)
		title = "Error: whose death is this?"
	}
	return s.show(w, r, status, view{Page: "death", Title: title, Body: p})
}

// findDeath takes the search for the person whose death it is.
func (s *site) findDeath(w http.ResponseWriter, r *http.Request) error {
	id, err := deathIn(r)
	if err != nil {
		return err
	}
	return s.keepPick(w, r, deathAddress(id), "#pick")
}

// settleDeath says that a certificate is nobody's here, or takes that back.
func (s *site) settleDeath(w http.ResponseWriter, r *http.Request) error {
	id, err := deathIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	back, why := r.PostForm.Get("verdict") == "back", r.PostForm.Get("why")
	err = s.Steward.NobodyHere(r.Context(), decides(visitOf(r).user), id, !back, why)
	if formWrong(err) {
		return s.showDeath(w, r, why, err)
	}
	if err != nil {
		return err
	}
	done := "nobody"
	if back {
		done = "back"
	}
	http.Redirect(w, r, deathsAddress+"?done="+done, http.StatusSeeOther)
	return nil
}

// deathIsPage is a certificate beside the record of somebody whose it may be.
type deathIsPage struct {
	*steward.Death
	*chart.Comparison
	Reason  whyForm
	Problem string
}

// Sides are what the certificate says, and the record.
func (p deathIsPage) Sides() sides {
	return sides{side{Is: "the certificate"}, side{"record", p.B.ID.Public()}, p.Comparison}
}

// deathIs shows a certificate beside the record of somebody whose it may be.
func (s *site) deathIs(w http.ResponseWriter, r *http.Request) error {
	return s.showDeathIs(w, r, newWhy(), nil)
}

func (s *site) showDeathIs(w http.ResponseWriter, r *http.Request, why whyForm, wrong error) error {
	id, err := deathIn(r)
	if err != nil {
		return err
	}
	person, err := personIn(r)
	if err != nil {
		return err
	}
	p, v := deathIsPage{Reason: why}, visitOf(r)
	if p.Death, err = s.Steward.Death(r.Context(), decides(v.user), id); err != nil {
		return err
	}
	if p.Said == nil {
		return fault.New(fault.Conflict, "What this certificate says is not kept here yet. Import its file again: nothing else changes by it.")
	}
	if p.Comparison, err = s.Chart.CompareDeath(r.Context(), v.user.Actor(), p.Sender, p.Since, p.Said, person); err != nil {
		return err
	}
	p.Problem = p.Reason.tell(wrong)
	return s.ask(w, r, wrong, view{Page: "deathis", Title: "Is this the person who died?", Body: p})
}

// placeDeath says whose death it is.
func (s *site) placeDeath(w http.ResponseWriter, r *http.Request) error {
	id, err := deathIn(r)
	if err != nil {
		return err
	}
	person, err := personIn(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	why := whyIn(r)
	err = s.Steward.DeathOf(r.Context(), decides(visitOf(r).user), id, person, why.reason())
	if formWrong(err) {
		return s.showDeathIs(w, r, why, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, deathsAddress+"?"+url.Values{"done": {"person"}, "record": {person.Public()}}.Encode(), http.StatusSeeOther)
	return nil
}
