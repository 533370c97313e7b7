package policy

import (
	"slices"

	"openiis/internal/iis"
	"openiis/internal/yaml"
)

// Roster is that the state lets a kind of site keep a roster, and what it opens to who keeps
// it (docs/rosters.md).
type Roster struct {
	Kind iis.OrganizationKind
	// Records says that the records of whom is on it are open, as far as they are shared;
	// else no more than what is due.
	Records bool
	// History says that its users may add vaccinations that others gave, of whom is on it, where
	// their role does; else they enter nothing.
	History bool
	Source  string
}

// Opens are what is open, in words.
func (r *Roster) Opens() string {
	if r.Records {
		return "records"
	}
	return "what is due"
}

// Roster is what holds of a kind of site; nil when it has no roster here.
func (p *Policy) Roster(kind iis.OrganizationKind) *Roster {
	for i := range p.Rosters {
		if p.Rosters[i].Kind == kind {
			return &p.Rosters[i]
		}
	}
	return nil
}

// AddsHistory reports that the state lets users of a kind of site who are held to a roster add
// vaccinations that others gave; false of a kind that has no roster here.
func (p *Policy) AddsHistory(kind iis.OrganizationKind) bool {
	r := p.Roster(kind)
	return r != nil && r.History
}

// rosters reads which kinds of sites keep a roster: of a file that says nothing of them none.
func rosters(m *yaml.Map) (out []Roster) {
	const key = "rosters"
	for _, n := range m.Items(m.Find(key), key) {
		m.Group(n, key, func(m *yaml.Map) {
			var kinds []string
			for _, k := range iis.RosterKinds {
				kinds = append(kinds, string(k))
			}
			r := Roster{Kind: iis.OrganizationKind(m.One("kind", kinds...)), Records: m.One("opens", "records", "due") == "records", Source: source(m)}
			if m.Find("may add history") != nil {
				r.History = m.Flag("may add history")
			}
			if slices.ContainsFunc(out, func(before Roster) bool { return before.Kind == r.Kind }) {
				m.Fail(m.Find("kind"), m.At("kind"), "%q is here twice: remove one", r.Kind)
			}
			out = append(out, r)
		})
	}
	return out
}
