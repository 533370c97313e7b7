package golden

import (
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

func TestTheNewestWordWinsAndNothingThatWasSaidIsLost(t *testing.T) {
	older := iis.Person{
		Names: []iis.Name{{Family: "Marsh", Given: "Juniper", Middle: "Wren", Type: "L"}}, Birth: cal.Of(2020, 1, 2), BirthTime: "0715", Sex: "F",
		IDs:       []iis.Identifier{{Value: "A1", Type: "MR"}, {Value: "219099999", Type: "SS"}},
		Addresses: []iis.Address{{Street: "1 Old Road"}, {City: "Born", Type: "BDL"}}, MultipleBirth: "N",
	}
	newer := iis.Person{
		Names: []iis.Name{{Family: "Quillfeather", Given: "Juniper", Type: "L"}}, Birth: cal.Of(2020, 1, 2), Sex: "U",
		Addresses: []iis.Address{{Street: "2 New Road"}},
	}
	g := Person([]Source{{older, 1, 1}, {newer, 2, 2}})
	if g.LegalName().Family != "Quillfeather" || len(g.Names) != 2 {
		t.Errorf("names: %+v", g.Names)
	}
	if g.Sex != "F" || g.MultipleBirth != "N" {
		t.Errorf("unknown sex stood before a known one: %q %q", g.Sex, g.MultipleBirth)
	}
	if g.BirthTime != "0715" {
		t.Errorf("the time of birth that the older source knew was lost: %q", g.BirthTime)
	}
	if len(g.IDs) != 1 || g.IDs[0].Type != "SS" {
		t.Errorf("numbers: %+v, want the one that is kept for life", g.IDs)
	}
	if len(g.Addresses) != 2 || g.Addresses[0].Street != "2 New Road" || g.Addresses[1].City != "Born" {
		t.Errorf("addresses: %+v", g.Addresses)
	}
}

func TestAPlaceholderNeverStandsBeforeARealName(t *testing.T) {
	named := iis.Person{Names: []iis.Name{{Family: "Marsh", Given: "Otto"}}}
	baby := iis.Person{Names: []iis.Name{{Family: "Marsh", Given: "Baby  Boy"}}}
	if g := Person([]Source{{named, 1, 1}, {baby, 2, 2}}); g.LegalName().Given != "Otto" || len(g.Names) != 1 {
		t.Errorf("names: %+v", g.Names)
	}
	if g := Person([]Source{{baby, 2, 2}}); g.LegalName().Given != "Baby  Boy" {
		t.Errorf("the only name was lost: %+v", g.Names)
	}
}

func TestOneObjectionProtectsUntilItsOwnerWithdrawsIt(t *testing.T) {
	yes, no := iis.Person{Protection: "Y"}, iis.Person{Protection: "N"}
	if g := Person([]Source{{yes, 1, 1}, {no, 2, 2}}); g.Protection != "Y" {
		t.Errorf("another source's N lifted the protection")
	}
	said := map[iis.SenderID][]iis.Person{1: {yes}, 2: {no}}
	if p, owner := Protected(said, 2); !p || owner {
		t.Errorf("protected %v, owner %v; want true, false", p, owner)
	}
	if p, owner := Protected(said, 1); !p || !owner {
		t.Errorf("protected %v, owner %v; want true, true", p, owner)
	}
	if p, _ := Protected(map[iis.SenderID][]iis.Person{1: {no}}, 2); p {
		t.Error("nobody protects")
	}
}

func TestTheOrderOfSourcesDoesNotMatter(t *testing.T) {
	a, b := iis.Person{Sex: "F", Birth: cal.Of(2020, 1, 2)}, iis.Person{Sex: "M", Birth: cal.Of(2020, 1, 3)}
	x, y := Person([]Source{{a, 5, 1}, {b, 5, 2}}), Person([]Source{{b, 5, 2}, {a, 5, 1}})
	if x.Sex != y.Sex || x.Birth != y.Birth || x.Sex != "M" {
		t.Errorf("%v %v and %v %v", x.Sex, x.Birth, y.Sex, y.Birth)
	}
}
