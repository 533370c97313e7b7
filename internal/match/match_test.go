package match

import (
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

func person(family, given, birth, sex string, edit ...func(*iis.Person)) iis.Person {
	d, _ := cal.Parse(birth)
	p := iis.Person{Names: []iis.Name{{Family: family, Given: given, Type: "L"}}, Birth: d, Sex: sex}
	for _, e := range edit {
		e(&p)
	}
	return p
}

func id(typ, value string) func(*iis.Person) {
	return func(p *iis.Person) { p.IDs = append(p.IDs, iis.Identifier{Type: typ, Value: value}) }
}

func middle(m string) func(*iis.Person) { return func(p *iis.Person) { p.Names[0].Middle = m } }

func order(n int) func(*iis.Person) {
	return func(p *iis.Person) { p.BirthOrder, p.MultipleBirth = n, "Y" }
}

func TestExactRulesDecide(t *testing.T) {
	ana := person("O'Brien-López", "Ana", "2019-03-02", "F")
	for _, c := range []struct {
		name  string
		in    iis.Person
		known iis.Person
		own   bool
		want  Outcome
	}{
		{"same name, birth date and sex", person("OBRIEN LOPEZ", "ANA", "2019-03-02", "F"), ana, false, Match},
		{"sex unknown on one side is nothing against", person("O'Brien-Lopez", "Ana", "2019-03-02", "U"), ana, false, Match},
		{"another sex is for a person to decide", person("O'Brien-Lopez", "Ana", "2019-03-02", "M"), ana, false, Possible},
		{"another birth date is another person", person("O'Brien-Lopez", "Ana", "2019-03-03", "F"), ana, false, New},
		{"same birth date, other given name", person("O'Brien-Lopez", "Eva", "2019-03-02", "F"), ana, false, New},
		{"own number and name changed by marriage", person("Marsh", "Ana", "2019-03-02", "F"), ana, true, Match},
		{"own number with birth date corrected", person("O'Brien-Lopez", "Ana", "2018-03-02", "F"), ana, true, Match},
		{"own number of someone else altogether", person("Marsh", "Otto", "1971-01-01", "M"), ana, true, Possible},
		{"own number alone, as a query may ask", iis.Person{}, ana, true, Match},
		{"same name and birth date, other social security number",
			person("Doe", "Jo", "1990-01-01", "F", id("SS", "219099999")), person("Doe", "Jo", "1990-01-01", "F", id("SS", "219088888")), false, Possible},
		{"a sender may correct its own social security number",
			person("Doe", "Jo", "1990-01-01", "F", id("SS", "219099999")), person("Doe", "Jo", "1990-01-01", "F", id("SS", "219088888")), true, Match},
		{"a placeholder number says nothing",
			person("Doe", "Jo", "1990-01-01", "F", id("SS", "999999999")), person("Doe", "Jo", "1990-01-01", "F", id("SS", "219088888")), false, Match},
		{"same identifier and birth date, other name",
			person("Roe", "Jo", "1990-01-01", "F", id("MA", "A123456")), person("Doe", "Jo", "1990-01-01", "F", id("MA", "A123456")), false, Possible},
		{"twins by birth order with one name", person("Doe", "Jo", "2020-01-01", "F", order(1)), person("Doe", "Jo", "2020-01-01", "F", order(2)), false, Possible},
		{"other middle names", person("Doe", "Jo", "2020-01-01", "F", middle("Ann")), person("Doe", "Jo", "2020-01-01", "F", middle("Beth")), false, Possible},
		{"middle initial agrees with middle name", person("Doe", "Jo", "2020-01-01", "F", middle("A")), person("Doe", "Jo", "2020-01-01", "F", middle("Ann")), false, Match},
		{"nobody has only a birth date", iis.Person{Birth: ana.Birth}, ana, false, New},
	} {
		d := Best(&c.in, []Candidate{{Person: 7, Sources: []Source{{Person: c.known, Own: c.own}}}})
		if d.Outcome != c.want {
			t.Errorf("%s: %s, want %s (%v)", c.name, d.Outcome, c.want, d.Candidates)
		}
		if (d.Outcome == Match) != (d.Person == 7) {
			t.Errorf("%s: person %d with outcome %s", c.name, d.Person, d.Outcome)
		}
	}
}

func TestTwoWhoFitAlikeAreForAPersonToDecide(t *testing.T) {
	in := person("Doe", "Jo", "2020-01-01", "F")
	two := []Candidate{{Person: 1, Sources: []Source{{Person: in}}}, {Person: 2, Sources: []Source{{Person: in}}}}
	if d := Best(&in, two); d.Outcome != Possible || len(d.Candidates) != 2 || d.Person != 0 {
		t.Errorf("got %+v", d)
	}
	two[1].Sources[0].Own = true
	if d := Best(&in, two); d.Outcome != Match || d.Person != 2 {
		t.Errorf("the sender's own record should win: %+v", d)
	}
}

func TestOneConflictingSourceForbidsAMatch(t *testing.T) {
	in := person("Doe", "Jo", "1990-01-01", "F", id("SS", "219099999"))
	c := []Candidate{{Person: 1, Sources: []Source{
		{Person: person("Doe", "Jo", "1990-01-01", "F")},
		{Person: person("Doe", "Jo", "1990-01-01", "F", id("SS", "219088888"))},
	}}}
	if d := Best(&in, c); d.Outcome != Possible || len(d.Candidates[0].Guards) == 0 {
		t.Errorf("got %+v", d)
	}
}

func TestKeysFindTheSamePersonAgain(t *testing.T) {
	a := Keys(&iis.Person{Names: []iis.Name{{Family: "Núñez", Given: "María José"}}, Birth: cal.Of(2001, 2, 3), IDs: []iis.Identifier{{Type: "SS", Value: "219-09-9999"}}})
	b := Keys(&iis.Person{Names: []iis.Name{{Family: "NUNEZ", Given: "MARIA-JOSE"}}, Birth: cal.Of(2001, 2, 3), IDs: []iis.Identifier{{Type: "SS", Value: "219099999"}}})
	if len(a) != 3 || len(b) != 3 {
		t.Fatalf("keys: %v and %v, want three each", a, b)
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("key %d differs", i)
		}
	}
	if OwnKeys(&iis.Person{IDs: []iis.Identifier{{Type: "SS", Value: "1"}, {Type: "MR", Value: " a1 ", Authority: "x"}}})[0] != "MR|X|A1" {
		t.Error("own keys: social security numbers are not a sender's own")
	}
}

func TestANumberIsLookedUpAsItWasSentAndAlone(t *testing.T) {
	named := person("Doe", "Jo", "2020-01-01", "F")
	for _, c := range []struct {
		name string
		id   iis.Identifier
		more bool // than the number is said
		want string
	}{
		{"with type and authority", iis.Identifier{Value: "a1", Type: "MR", Authority: "x"}, true, "MR|X|A1"},
		{"the same alone", iis.Identifier{Value: "a1", Type: "MR", Authority: "x"}, false, "MR|X|A1"},
		{"without authority", iis.Identifier{Value: "a1", Type: "MR"}, true, "MR||A1 *|*|A1"},
		{"the same alone", iis.Identifier{Value: "a1", Type: "MR"}, false, "*|*|A1"},
		{"without type, alone", iis.Identifier{Value: "a1", Authority: "x"}, false, "*|*|A1"},
		{"a number for life", iis.Identifier{Value: "219099999", Type: "SS"}, false, ""},
	} {
		p := iis.Person{}
		if c.more {
			p = named
		}
		p.IDs = []iis.Identifier{c.id}
		keys := LookUpKeys(&p)
		if got := strings.Join(keys, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		for _, k := range keys {
			if !slices.Contains(OwnKeys(&p), k) {
				t.Errorf("%s: %q is looked up and never stored", c.name, k)
			}
			if IsBare(k) != strings.HasPrefix(k, "*") {
				t.Errorf("%s: IsBare(%q) is %v", c.name, k, IsBare(k))
			}
		}
	}
}
