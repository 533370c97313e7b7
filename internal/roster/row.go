package roster

import (
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/flat"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// plan is how the rows of a roster are understood.
type plan struct {
	*flat.Plan
	site            *Site
	place, registry int // their columns; -1: there is none
}

func newPlan(t *flat.Table, f *File, now time.Time) *plan {
	p := &plan{
		Plan: flat.NewPlan(t, t.Guess(known()), iis.Sender{ID: f.File.Sender, Name: f.Site.Name}, cal.On(now)),
		site: f.Site, place: columnNamed(t, placeColumns), registry: columnNamed(t, registryColumns),
	}
	return p
}

// row is a row of a roster as it was read.
type row struct {
	line       int
	own, place string
	person     iis.Person
	problems   []iis.RowProblem
	refused    bool
}

// name and birth are the person's, as a list has them.
func (r *row) name() string { return name(r.person.LegalName()) }
func (r *row) birth() string {
	if r.person.Birth == cal.None {
		return ""
	}
	return r.person.Birth.String()
}

// row reads the n-th row.
func (p *plan) row(n int) row {
	t := &p.Table.Rows[n]
	out := row{line: t.Line}
	var problems []flat.Problem
	out.person, out.own, problems, out.refused = p.Person(n)
	for _, w := range problems {
		if w.Severity == iis.Error {
			out.refuse(w.Rule, w.Say, w.Column+1)
		}
	}
	var err error
	if out.own, err = p.site.numberOf(out.own); err != nil {
		out.refuse("number too long", p.site.Words.Number+" is too long.", 0)
	}
	if out.place, err = p.site.placeOf(t.Cell(p.place)); err != nil {
		out.refuse("place too long", p.site.Words.Place+" is too long.", 0)
	}
	if number := oneLine(t.Cell(p.registry)); number != "" {
		if _, ok := iis.ParsePersonID(number); ok {
			out.person.IDs = append(out.person.IDs, iis.Identifier{Value: number, Type: "SR"})
		} else {
			out.refuse("registry number", "The registry number has 13 letters and digits.", 0)
		}
	}
	return out
}

// exact is the row as a search.
func (r *row) exact() *exact {
	n := r.person.LegalName()
	return &exact{family: fold.Text(n.Family), given: fold.Text(n.Given), birth: r.person.Birth}
}

func (r *row) refuse(rule, say string, column int) {
	r.refused = true
	r.problems = append(r.problems, iis.RowProblem{Severity: iis.Error, Rule: rule, Say: say, Column: column})
}

// of reports that a row is surely of somebody who is on the roster under its number: birth
// date, and first or last name, are the same.
func (r *row) of(m *member) bool {
	n := r.person.LegalName()
	return r.person.Birth == m.birth && slices.ContainsFunc(m.names, func(h iis.Name) bool {
		return fold.Text(h.Family) == fold.Text(n.Family) || fold.Text(h.Given) == fold.Text(n.Given)
	})
}

// member is somebody who is on the roster.
type member struct {
	entry iis.RosterEntry
	names []iis.Name
	birth cal.Date
}
