// Package golden makes the one view of a person from what every source says of
// it: the golden record, a pure function of the linked sources.
//
// It keeps nothing and forgets nothing: the sources stay as they are, and the
// same sources always give the same record. Start at Person.
package golden

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/match"
)

// adulthood is the age in years from which a name that is told is not that of the
// birth certificate for reasons of its own: people marry, and choose their names.
const adulthood = 18

// Source is one source's newest word on a person.
type Source struct {
	Person   iis.Person
	Received int64 // later wins; any ordered clock
	Order    int64 // decides between sources of one instant
}

// Person is the golden record: for each field what was said last by a source
// that said anything, except that a placeholder name (BABY BOY) never stands
// before a real one, and that name and birth date of a birth certificate stand
// before those of others (docs/identity.md, "Whose word leads"). Numbers that a source gave its own patient are not part of
// it; those that a person keeps for life are.
func Person(sources []Source) iis.Person {
	sorted := append([]Source(nil), sources...)
	sort.Slice(sorted, func(i, j int) bool {
		a, b := &sorted[i], &sorted[j]
		if a.Received != b.Received {
			return a.Received > b.Received
		}
		return a.Order > b.Order
	})
	var g iis.Person
	for i := range sorted {
		if p := &sorted[i].Person; p.Certificate == iis.BirthCertificate {
			fillMoment(&g.Birth, &g.BirthTime, p.Birth, p.BirthTime)
		}
	}
	for i := range sorted {
		add(&g, &sorted[i].Person)
	}
	g.Names = names(byName(sorted))
	holdDeath(&g, sorted)
	g.Untold = len(sorted) > 0 && !slices.ContainsFunc(sorted, func(s Source) bool { return !s.Person.Untold })
	return g
}

// add fills what is still empty from the next older source.
func add(g, p *iis.Person) {
	addIDs(g, p)
	fill(&g.MotherMaiden, p.MotherMaiden)
	fillMoment(&g.Birth, &g.BirthTime, p.Birth, p.BirthTime)
	if g.Sex == "" || g.Sex == "U" {
		fill2(&g.Sex, p.Sex)
	}
	fillList(&g.Races, p.Races)
	fill(&g.Ethnicity, p.Ethnicity)
	fill(&g.Language, p.Language)
	addAddresses(g, p)
	fillList(&g.Telecoms, p.Telecoms)
	fillBirthOrder(g, p)
	fill(&g.BirthFacility, p.BirthFacility)
	fillDeath(g, p)
	fillSince(&g.Publicity, &g.PublicityFrom, p.Publicity, p.PublicityFrom)
	if g.Protection == "N" && p.Protection == "Y" { // one objection is enough
		g.Protection, g.ProtectionFrom = p.Protection, p.ProtectionFrom
	}
	fillSince(&g.Protection, &g.ProtectionFrom, p.Protection, p.ProtectionFrom)
	if g.OptOut == "N" && p.OptOut != "" { // one opt-out is enough; what was taken back before holds
		g.OptOut = p.OptOut
	}
	fill(&g.OptOut, p.OptOut)
	fillSince(&g.Status, &g.StatusFrom, p.Status, p.StatusFrom)
	if len(g.Kin) == 0 {
		g.Kin = p.Kin
	}
}

func fill[T comparable](g *T, v T) {
	var zero T
	if *g == zero {
		*g = v
	}
}

// fill2 takes any word over none, and "unknown" only over none.
func fill2(g *string, v string) {
	if v != "" && (*g == "" || v != "U") {
		*g = v
	}
}

func fillList[T any](g *[]T, v []T) {
	if len(*g) == 0 {
		*g = v
	}
}

// fillMoment takes a day where there is none, and the time of day of the same
// day.
func fillMoment(day *cal.Date, clock *string, d cal.Date, c string) {
	fill(day, d)
	if *day == d {
		fill(clock, c)
	}
}

// fillSince takes what is said where nothing is, and the day from which the same
// holds.
func fillSince[T comparable](what *T, from *cal.Date, w T, f cal.Date) {
	fill(what, w)
	if *what == w {
		fill(from, f)
	}
}

// fillBirthOrder takes whether someone is one of several born together, and
// which: an order that was left out is still as it was said.
func fillBirthOrder(g, p *iis.Person) {
	fill(&g.MultipleBirth, p.MultipleBirth)
	if g.MultipleBirth != "N" && p.MultipleBirth != "N" {
		fill(&g.BirthOrder, p.BirthOrder)
	}
}

// fillDeath takes whether someone is dead, and the day: a day that was left out
// is still as it was said.
func fillDeath(g, p *iis.Person) {
	if g.Death == cal.None || p.Dead != "N" {
		fill(&g.Dead, p.Dead)
	}
	if g.Dead != "N" && p.Dead != "N" {
		fillMoment(&g.Death, &g.DeathTime, p.Death, p.DeathTime)
	}
}

// holdDeath keeps someone dead while a source says so: that another writes N by
// habit does not make a death untrue. Who said it takes it back, or a person
// moves its source away.
func holdDeath(g *iis.Person, sorted []Source) {
	said := g.HasDied()
	for i := range sorted {
		p := &sorted[i].Person
		if !p.HasDied() {
			continue
		}
		if !said {
			g.Dead = "Y"
			fillMoment(&g.Death, &g.DeathTime, p.Death, p.DeathTime)
		}
		if p.Status == "P" && g.Status != "P" { // nor are they a patient of whoever writes A
			g.Status, g.StatusFrom = p.Status, p.StatusFrom
		}
	}
}

// addIDs collects the numbers that a person keeps for life.
func addIDs(g, p *iis.Person) {
	for _, id := range p.IDs {
		if id.Type != "SS" && id.Type != "MA" {
			continue
		}
		known := false
		for _, have := range g.IDs {
			known = known || (have.Type == id.Type && have.Value == id.Value)
		}
		if !known {
			g.IDs = append(g.IDs, id)
		}
	}
}

// addAddresses takes the addresses of the newest source that has any, and the
// place of birth from whichever source knows it.
func addAddresses(g, p *iis.Person) {
	lives, born := false, false
	for _, a := range g.Addresses {
		born = born || a.Type == birthplace
		lives = lives || a.Type != birthplace
	}
	for _, a := range p.Addresses {
		if (a.Type == birthplace && !born) || (a.Type != birthplace && !lives) {
			g.Addresses = append(g.Addresses, a)
		}
	}
}

// birthplace is the type of the address where a person was born (table 0190).
const birthplace = "BDL"

// byName puts sources into the order in which their names lead: first who tells that
// the name was changed since the birth certificate, then the certificate, then the
// others. When the certificate came does not matter: it tells of the birth.
func byName(sorted []Source) []Source {
	c := slices.IndexFunc(sorted, func(s Source) bool { return s.Person.Certificate == iis.BirthCertificate })
	if c < 0 {
		return sorted
	}
	rank := func(s *Source) int {
		switch {
		case s.Person.Certificate == iis.BirthCertificate:
			return 1
		case changesName(s, &sorted[c].Person):
			return 0
		}
		return 2
	}
	out := slices.Clone(sorted)
	slices.SortStableFunc(out, func(a, b Source) int { return cmp.Compare(rank(&a), rank(&b)) })
	return out
}

// changesName reports a source that tells of another name than the birth certificate
// and knows that one as a former name of the person (PID-5 has both), or tells it of
// somebody of age.
func changesName(s *Source, certificate *iis.Person) bool {
	if len(s.Person.Names) == 0 {
		return false
	}
	said := cal.On(time.UnixMicro(s.Received))
	return hasName(s.Person.Names[1:], certificate.LegalName()) || cal.AgeOn(certificate.Birth, said).Years >= adulthood
}

// names lists every name that was said: the newest real legal name first, then
// other real ones; placeholders only when there is no other.
func names(sorted []Source) []iis.Name {
	var real, stand []iis.Name
	for i := range sorted {
		for _, n := range sorted[i].Person.Names {
			list := &real
			if IsPlaceholder(n) {
				list = &stand
			}
			if !hasName(*list, n) {
				*list = append(*list, n)
			}
		}
	}
	if len(real) == 0 {
		return stand
	}
	return real
}

// hasName reports a name that is there already, in the same or fuller form.
func hasName(list []iis.Name, n iis.Name) bool {
	for _, have := range list {
		if strings.EqualFold(have.Family, n.Family) && strings.EqualFold(have.Given, n.Given) &&
			(n.Middle == "" || strings.EqualFold(have.Middle, n.Middle)) {
			return true
		}
	}
	return false
}

// IsPlaceholder reports a name that stands for one not yet given, or not known.
func IsPlaceholder(n iis.Name) bool { return match.Default().IsPlaceholder(n.Given) }
