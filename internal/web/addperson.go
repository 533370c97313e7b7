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
	Number string // by which the site will know the person
	Parts  []typedPart
	Wrong  []typedWrong
	// Look says that the form was read, and is looked at again.
	Look   bool
	Name   string
	Birth  cal.Date
	Near   []chart.Line
	Doubts []string

	values, wrong map[string]string
}

// Kept are all fields, to be sent along.
func (p *addPersonPage) Kept() (out []typedField) {
	for _, part := range p.Parts {
		out = append(out, part.Fields...)
	}
	return out
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
	if err := s.Intake.MayEnter(r.Context(), from); err != nil {
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

// addPerson takes the form for somebody new.
func (s *site) addPerson(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	u := visitOf(r).user
	from, err := s.Chart.SpeaksFor(r.Context(), tellerOf(u))
	if err != nil {
		return err
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
	switch r.PostForm.Get("do") {
	case "begin":
		p.fill(r.PostForm.Get("q"), cal.On(visitOf(r).started))
		return s.showAddPerson(w, r, p)
	case "edit":
		return s.showAddPerson(w, r, p)
	}
	t := flat.Typed{Person: p.values, Number: p.Number, By: u.Name}
	m := t.Message(from, p.Number, visitOf(r).started)
	fit, err := s.Intake.LookAtTyped(r.Context(), from, m)
	if err != nil {
		return err
	}
	p.tell(m)
	switch {
	case !fit && len(p.Wrong) == 0:
		p.Wrong = []typedWrong{{Say: "This cannot be stored. Look at each field once more."}}
		fallthrough
	case len(p.Wrong) > 0:
		return s.showAddPerson(w, r, p)
	case r.PostForm.Get("do") == "store":
		return s.storePerson(w, r, p, intake.Entry{By: u.Actor(), From: from, Raw: m.Raw, Act: intake.ActAddPerson})
	}
	n := m.Person.LegalName()
	p.Look, p.Birth, p.Name = true, m.Person.Birth, strings.Join(strings.Fields(n.Given+" "+n.Middle+" "+n.Family+" "+n.Suffix), " ")
	if p.Near, err = s.Chart.Near(r.Context(), u.Actor(), &m.Person); err != nil {
		return err
	}
	return s.showAddPerson(w, r, p)
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

// storePerson stores somebody new, and goes on to their vaccinations.
func (s *site) storePerson(w http.ResponseWriter, r *http.Request, p *addPersonPage, e intake.Entry) error {
	out, err := s.Intake.Enter(r.Context(), e)
	if err != nil {
		return err
	}
	switch {
	case !out.Stored:
		p.Wrong = notStored(out)
		return s.showAddPerson(w, r, p)
	case out.Person == 0:
		http.Redirect(w, r, "/?stored", http.StatusSeeOther)
	case out.NumberTaken:
		http.Redirect(w, r, vaccinationsAddress(out.Person)+"?added=taken", http.StatusSeeOther)
	default:
		http.Redirect(w, r, vaccinationsAddress(out.Person)+"?added", http.StatusSeeOther)
	}
	return nil
}
