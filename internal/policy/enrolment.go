package policy

import (
	"errors"
	"fmt"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/form"
	"openiis/internal/yaml"
)

// Enrolment is how sites come to take part: what is signed, and what is done before one
// goes live.
type Enrolment struct {
	Forms []Agreed
	// Least is how many access administrators a site names at least, and Wanted how many
	// it is asked to name.
	Least, Wanted int
	AdminsSource  string
	// Messages is how many messages a site has sent without error before it goes live, and
	// Refused how many of a hundred may have been refused.
	Messages, Refused int
	TestSource        string
	Ways              []Way // in which a site may tell patients of the registry
	PlanSource        string
	Remind            []int // on how many days before an agreement ends who signs it is written to
	Source            string
}

// Agreed is a form that is signed before somebody has access.
type Agreed struct {
	Form string // the code of its file
	Per  Per
	// AgainBy is the day by which whoever has signed an earlier version signs the present
	// one; None: a new version is not signed by who has signed.
	AgainBy cal.Date
	Source  string
}

// Per is of what there is one of a form.
type Per string

// Of what.
const (
	PerSite          Per = "site"
	PerAdministrator Per = "access administrator"
	PerUser          Per = "user"
)

// Way is one in which patients are told.
type Way struct{ Code, Name string }

// Form is what is signed by the code of its form; nil when that is not signed.
func (e *Enrolment) Form(code string) *Agreed {
	if e == nil {
		return nil
	}
	if i := slices.IndexFunc(e.Forms, func(a Agreed) bool { return a.Form == code }); i >= 0 {
		return &e.Forms[i]
	}
	return nil
}

// Way is the name of a way in which patients are told; the code itself of one that the
// file has no more.
func (e *Enrolment) Way(code string) string {
	if e != nil {
		for _, w := range e.Ways {
			if w.Code == code {
				return w.Name
			}
		}
	}
	return code
}

func enrolment(m *yaml.Map) *Enrolment {
	e := &Enrolment{}
	for _, item := range m.Items(m.Must("forms", "a list of the forms that are signed"), "forms") {
		m.Group(item, "forms", func(m *yaml.Map) {
			a := Agreed{Form: m.Text("form", "the code of a form of this folder"), Per: Per(m.One("per", string(PerSite), string(PerAdministrator), string(PerUser)))}
			if n := m.Find("again by"); n != nil {
				text := m.Word(n, m.At("again by"), "a day")
				day, err := cal.Parse(text)
				if err != nil || day == cal.None {
					m.Fail(n, m.At("again by"), "%q is no day: write YYYY-MM-DD, or leave the key out when a new version is not signed again", text)
				}
				a.AgainBy = day
			}
			a.Source = source(m)
			if e.Form(a.Form) != nil {
				m.Fail(m.Find("form"), m.At("form"), "%q is here twice: remove one", a.Form)
			}
			e.Forms = append(e.Forms, a)
		})
	}
	m.Group(m.Must("access administrators", "how many a site names"), "access administrators", func(m *yaml.Map) {
		e.Least, e.Wanted = m.Number("least", "of access administrators", 1, 20), m.Number("wanted", "of access administrators", 1, 20)
		e.AdminsSource = source(m)
		if e.Wanted < e.Least {
			m.Fail(m.Find("wanted"), m.At("wanted"), "is less than least: write as many or more")
		}
	})
	m.Group(m.Must("test", "what a site has sent before it goes live"), "test", func(m *yaml.Map) {
		e.Messages, e.Refused = m.Number("messages", "of messages", 1, 100_000), m.Number("refused at most", "of a hundred messages", 0, 100)
		e.TestSource = source(m)
	})
	m.Group(m.Must("informing", "the ways in which a site may tell patients of the registry"), "informing", func(m *yaml.Map) {
		for _, item := range m.Items(m.Must("ways", "a list of {code, name}"), "ways") {
			m.Group(item, "ways", func(w *yaml.Map) {
				e.Ways = append(e.Ways, Way{w.Text("code", "lower-case letters and hyphens"), w.Text("name", "the way in words")})
			})
		}
		e.PlanSource = source(m)
	})
	e.Remind = readRemind(m)
	e.Source = source(m)
	return e
}

// wantsForms is an error when a policy wants a form signed that its folder has not. Of a
// folder without forms the neutral ones hold, as far as they are there.
func (p *Policy) wantsForms(folder string, papers *form.Set) error {
	if p.Enrolment == nil || len(papers.Forms) == 0 {
		return nil
	}
	var errs []error
	for _, a := range p.Enrolment.Forms {
		if _, err := papers.MustForm(a.Form); err != nil {
			errs = append(errs, fmt.Errorf("%s%s: enrolment: forms: %w", folder, File, err))
		}
	}
	return errors.Join(errs...)
}
