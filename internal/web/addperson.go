package web

import (
	"net/http"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/intake"
)

// addPersonPage is the form for somebody who is not there, and the page on which it is looked at
// again, beside those who may be meant.
type addPersonPage struct {
	Site   string // in whose name
	Number string // of the form
	Parts  []typedPart
	Wrong  []typedWrong
	// Look says that the form was read, and is looked at again.
	Look   bool
	Name   string
	Birth  cal.Date
	Near   []chart.Line
	Doubts []string

	number        string // by which the site will know the person, once they are described
	values, wrong map[string]string
}

// Kept are all fields, to be sent along.
func (p *addPersonPage) Kept() (out []typedField) {
	for _, part := range personParts {
		for _, spec := range part.specs {
			out = append(out, spec.field(spec.name, p.values[spec.name], p.wrong[spec.name]))
		}
	}
	return append(out, typedField{ID: "number", Value: p.Number})
}

// fill fills the form from the search that did not find somebody.
func (p *addPersonPage) fill(text string, today cal.Date) {
	words, birth := chart.Search{Text: text}.Described(today)
	if len(words) > 0 {
		p.values["first_name"] = words[0]
	}
	if len(words) > 1 {
		p.values["last_name"] = strings.Join(words[1:], " ")
	}
	if birth != cal.None {
		p.values["birth_date"] = birth.Time().Format("1/2/2006")
	}
}

// showAddPerson shows the form for somebody new.
func (s *site) showAddPerson(w http.ResponseWriter, r *http.Request, p *addPersonPage) error {
	from, err := s.Chart.SpeaksFor(r.Context(), tellerOf(visitOf(r).user))
	if err != nil {
		return err
	}
	if err := s.Intake.MayEnter(r.Context(), visitOf(r).user.Actor(), from); err != nil {
		return err
	}
	if p.Site = from.Name; p.Number == "" {
		p.Number = s.Chart.NewNumber()
	}
	for _, part := range personParts {
		t := typedPart{Heading: part.heading}
		for _, spec := range part.specs {
			t.Fields = append(t.Fields, spec.field(spec.name, p.values[spec.name], p.wrong[spec.name]))
		}
		p.Parts = append(p.Parts, t)
	}
	v := view{Page: "addperson", Title: "Add a person", Body: p}
	status := http.StatusOK
	switch {
	case len(p.Wrong) > 0:
		v.Title, status = "Error: add a person", http.StatusBadRequest
	case p.Look:
		v.Title = "Look again before the person is stored"
	}
	return s.show(w, r, status, v)
}

// describedIn is the form about somebody new, as it was sent.
func (s *site) describedIn(r *http.Request) (*addPersonPage, error) {
	if err := readForm(r); err != nil {
		return nil, err
	}
	p := &addPersonPage{values: map[string]string{}, wrong: map[string]string{}}
	for _, part := range personParts {
		for _, spec := range part.specs {
			p.values[spec.name] = strings.TrimSpace(r.PostForm.Get(spec.name))
		}
	}
	if id, ok := iis.ParseDoseID(r.PostForm.Get("number")); ok {
		p.Number = id.Public()
	} else {
		p.Number = s.Chart.NewNumber()
	}
	return p, nil
}

// describe reads who is described, in whose name; what is wrong is at its field.
func (s *site) describe(r *http.Request, p *addPersonPage) (m *flat.Message, from iis.Sender, err error) {
	u := visitOf(r).user
	if from, err = s.Chart.SpeaksFor(r.Context(), tellerOf(u)); err != nil {
		return nil, from, err
	}
	t := flat.Typed{Person: p.values, Number: p.Number, By: u.Name}
	if m = t.Message(from, p.Number, visitOf(r).started); m.Raw != nil {
		p.number = chart.NumberFor(p.Number, &m.Person)
		t.Number = p.number
		m = t.Message(from, p.number, visitOf(r).started)
	}
	fit, err := s.Intake.LookAtTyped(r.Context(), from, m)
	if err != nil {
		return nil, from, err
	}
	if p.tell(m); !fit && len(p.Wrong) == 0 {
		p.Wrong = []typedWrong{{Say: "This cannot be stored. Look at each field once more."}}
	}
	if len(p.Wrong) > 0 {
		return m, from, nil
	}
	bearer, err := s.Chart.Bearer(r.Context(), tellerOf(u), &m.Person)
	if bearer != "" {
		p.wrong["mrn"] = "Your number for this person is that of " + bearer + ", born the same day. Correct the number, or search for that record: whoever is added under it becomes part of it."
		p.Wrong = []typedWrong{{"mrn", p.wrong["mrn"]}}
	}
	return m, from, err
}

// addPerson takes the form for somebody new.
func (s *site) addPerson(w http.ResponseWriter, r *http.Request) error {
	p, err := s.describedIn(r)
	if err != nil {
		return err
	}
	switch r.PostForm.Get("do") {
	case "begin":
		p.fill(r.PostForm.Get("q"), cal.On(visitOf(r).started))
		return s.showAddPerson(w, r, p)
	case "edit":
		return s.showAddPerson(w, r, p)
	}
	m, from, err := s.describe(r, p)
	if err != nil {
		return err
	}
	by := visitOf(r).user.Actor()
	switch {
	case len(p.Wrong) > 0:
		return s.showAddPerson(w, r, p)
	case r.PostForm.Get("do") == "store":
		out, err := s.Intake.Enter(r.Context(), intake.Entry{By: by, From: from, Raw: m.Raw, Act: intake.ActAddPerson})
		if err != nil {
			return err
		}
		if !out.Stored {
			p.Wrong = notStored(out)
			return s.showAddPerson(w, r, p)
		}
		return s.showAdded(w, r, &addedPage{New: p, Whom: m.Person.LegalName(), Birth: m.Person.Birth, Site: from.Name, Taken: out.NumberTaken})
	}
	p.Look, p.Birth, p.Name = true, m.Person.Birth, written(m.Person.LegalName())
	if p.Near, err = s.Chart.Near(r.Context(), by, &m.Person); err != nil {
		return err
	}
	return s.showAddPerson(w, r, p)
}

// written is a name as it is written in a sentence.
func written(n iis.Name) string {
	return strings.Join(strings.Fields(n.Given+" "+n.Middle+" "+n.Family+" "+n.Suffix), " ")
}

// addVaccinations takes the vaccinations of somebody new, which are stored with the description as
// one message.
func (s *site) addVaccinations(w http.ResponseWriter, r *http.Request) error {
	p, err := s.describedIn(r)
	if err != nil {
		return err
	}
	m, from, err := s.describe(r, p)
	if err != nil {
		return err
	}
	if len(p.Wrong) > 0 {
		return s.showAddPerson(w, r, p)
	}
	if r.PostForm.Get("do") == "open" {
		return s.openAdded(w, r, p, m)
	}
	if err := s.Intake.MayEnter(r.Context(), visitOf(r).user.Actor(), from); err != nil {
		return err
	}
	v := &vaccinatePage{New: p, Rows: readRows(r.PostForm), Number: p.number}
	if v.Vaccinee, err = s.Chart.Newcomer(r.Context(), tellerOf(visitOf(r).user), &m.Person); err != nil {
		return err
	}
	if r.PostForm.Get("do") == "begin" {
		v.Rows = readRows(map[string][]string{"rows": {"2"}})
		return s.showVaccinate(w, r, v)
	}
	return s.takeVaccinations(w, r, v, func(e *intake.Entry) { e.Act = intake.ActAddPerson }, func(out intake.Entered) error {
		seen := v.Foresee(v.doses())
		v.Seen = &seen
		return s.showAdded(w, r, &addedPage{New: p, Whom: m.Person.LegalName(), Birth: m.Person.Birth, Site: from.Name, Taken: out.NumberTaken, Given: v})
	})
}

// addedPage is what stands after somebody new was stored: what the form said, and nothing of a
// record. It is the same whoever was meant (ADR 39).
type addedPage struct {
	New   *addPersonPage
	Whom  iis.Name
	Birth cal.Date
	Site  string
	Taken bool           // the site's number for the person is that of another of its patients
	Given *vaccinatePage // the vaccinations that were stored with the person; nil: none
}

// Name is that of the person.
func (p *addedPage) Name() string { return written(p.Whom) }

func (s *site) showAdded(w http.ResponseWriter, r *http.Request, p *addedPage) error {
	return s.show(w, r, http.StatusOK, view{Page: "added", Title: "The person is stored", Body: p})
}

// openAdded leads to the record of somebody whom a form told of: by the number that it gave, or
// else to a search.
func (s *site) openAdded(w http.ResponseWriter, r *http.Request, p *addPersonPage, m *flat.Message) error {
	id, err := s.Chart.Numbered(r.Context(), tellerOf(visitOf(r).user), p.number)
	if err != nil {
		return err
	}
	if id != 0 {
		http.Redirect(w, r, personAddress(id), http.StatusSeeOther)
		return nil
	}
	n := m.Person.LegalName()
	return s.searchFor(w, r, strings.Join([]string{n.Given, n.Family, m.Person.Birth.Time().Format("1/2/2006")}, " "))
}

// tell puts what is wrong to its field.
func (p *addPersonPage) tell(m *flat.Message) {
	for _, problem := range m.Rows[0].Problems {
		if problem.Severity != iis.Error {
			p.Doubts = append(p.Doubts, problem.Say)
			continue
		}
		field := m.Field(problem)
		w := typedWrong{Say: problem.Say}
		if _, known := p.values[field]; known {
			if w.ID = field; p.wrong[field] == "" {
				p.wrong[field] = problem.Say
			}
		}
		p.Wrong = append(p.Wrong, w)
	}
}
