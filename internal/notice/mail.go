package notice

import (
	"slices"
	"strings"

	"openiis/internal/iis"
)

// Mail is to whom and where a notice goes.
type Mail struct {
	To                                string // the parents by name, or as those of the child
	Child                             string
	Street, Street2, City, State, Zip string
}

// Reaches reports an address that the mail can deliver to.
func (m *Mail) Reaches() bool { return m.Street != "" && (m.City != "" || m.Zip != "") }

// The kinds of addresses (HL7 table 0190) by how well they are for mail; others are
// in between, and a birthplace or a bad address is none.
var (
	bestForMail = []string{"M", "H"}
	noMail      = []string{"BDL", "BA", "N", "F"}
)

// parents are the relations (HL7 table 0063) of those to whom a notice goes.
var parents = []string{"MTH", "FTH", "PAR", "GRD"}

// mailOf is to whom and where the notice about somebody goes.
func mailOf(p *iis.Person) Mail {
	name := p.LegalName()
	m := Mail{Child: spoken(name)}
	for _, k := range p.Kin {
		if !slices.Contains(parents, k.Relation.Code) || len(k.Names) == 0 || k.Names[0].Given == "" || k.Names[0].Family == "" {
			continue
		}
		if to := spoken(iis.Name{Given: k.Names[0].Given, Family: k.Names[0].Family}); m.To == "" {
			m.To = to
		} else {
			m.To += " and " + to
		}
	}
	if m.To == "" {
		m.To = "Parents of " + m.Child
	}
	best := -1
	for i := range p.Addresses {
		a := &p.Addresses[i]
		if slices.Contains(noMail, a.Type) || a.Street == "" || best >= 0 && rank(a) >= rank(&p.Addresses[best]) {
			continue
		}
		best = i
	}
	if best >= 0 {
		a := &p.Addresses[best]
		m.Street, m.Street2, m.City, m.State, m.Zip = a.Street, a.Street2, a.City, a.State, a.Zip
	}
	return m
}

// rank is how well an address is for mail; the least is best.
func rank(a *iis.Address) int {
	if at := slices.Index(bestForMail, a.Type); at >= 0 {
		return at
	}
	return len(bestForMail)
}

// spoken is a name as it is spoken.
func spoken(n iis.Name) string {
	return strings.Join(strings.Fields(strings.Join([]string{n.Given, n.Middle, n.Family, n.Suffix}, " ")), " ")
}
