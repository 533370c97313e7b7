package match

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

var (
	someFamilies = []string{"Garcia", "Garcia Lopez", "O'Brien", "De la Cruz", "Smith", "Smyth", "Núñez", "Vang", "Nguyen", "Wolf", "Woolf", "Haley-Marsh", "Marsh", "Marsh Jr", ""}
	someGivens   = []string{"Ana", "Ana Maria", "Anna", "Jayden", "Jaydon", "William", "Bill", "Baby Boy", "BB", "Maria", "J", "José", "Mary", "Marsh", ""}
	someStreets  = []string{"12 Main St", "12 Main Street Apt 4", "14 Main St", "77 Larch Rd", "P O Box 9", ""}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.Intn(len(list))] }

// somebody is a person made up from few values, so that two often agree in part.
func somebody(r *rand.Rand) iis.Person {
	p := iis.Person{
		Names:     []iis.Name{{Family: pick(r, someFamilies), Given: pick(r, someGivens), Middle: pick(r, someGivens), Suffix: pick(r, []string{"", "", "Jr", "Sr"})}},
		Birth:     cal.Of(2019+r.Intn(2), time.Month(1+r.Intn(2)), 1+r.Intn(3)) * cal.Date(min(1, r.Intn(8))),
		Sex:       pick(r, []string{"F", "F", "M", "U", ""}),
		Addresses: []iis.Address{{Street: pick(r, someStreets), City: pick(r, []string{"Fargo", "Moorhead", ""}), Zip: pick(r, []string{"58102", "56560", ""})}},
		Telecoms:  []iis.Telecom{{Area: "701", Local: pick(r, []string{"5550101", "5550102", ""})}},
	}
	for _, typ := range []string{"SS", "MA", "MR"} {
		if r.Intn(3) == 0 {
			p.IDs = append(p.IDs, iis.Identifier{Type: typ, Value: pick(r, []string{"219099999", "219099998", "219889999", "123456789"}), Authority: pick(r, []string{"", "X"})})
		}
	}
	if r.Intn(2) == 0 {
		p.MotherMaiden = iis.Name{Family: pick(r, someFamilies), Given: pick(r, someGivens)}
	}
	if r.Intn(3) == 0 {
		p.Names = append(p.Names, iis.Name{Family: pick(r, someFamilies), Given: pick(r, someGivens), Type: "M"})
	}
	if r.Intn(3) == 0 {
		p.MultipleBirth, p.BirthOrder = pick(r, []string{"Y", "N", ""}), r.Intn(3)
	}
	return p
}

// madeUp is a pair like those that share a key: one person with a slip, or two
// who agree in little.
func madeUp(i int) (a, b iis.Person) {
	r := rand.New(rand.NewSource(int64(i)))
	letters := []string{"an", "bel", "cor", "dan", "el", "fra", "gor", "hal", "is", "jo", "kar", "lin", "mo", "nor", "ol", "per", "quin", "ro", "sam", "tor"}
	name := func() string { return pick(r, letters) + pick(r, letters) + pick(r, letters) }
	one := func() iis.Person {
		return iis.Person{
			Names:        []iis.Name{{Family: name(), Given: name(), Middle: name()}},
			MotherMaiden: iis.Name{Family: name(), Given: name()},
			Birth:        cal.Of(1990+r.Intn(35), 3, 1) + cal.Date(r.Intn(300)), Sex: pick(r, []string{"F", "M"}),
			Addresses: []iis.Address{{Street: fmt.Sprint(r.Intn(900), " ", name(), " Ave"), City: name(), Zip: fmt.Sprint(10000 + r.Intn(80000))}},
			Telecoms:  []iis.Telecom{{Area: "701", Local: fmt.Sprint(2000000 + r.Intn(7000000))}},
			IDs:       []iis.Identifier{{Type: "MA", Value: fmt.Sprint("A", 100000+r.Intn(900000))}},
			Kin:       []iis.Kin{{Names: []iis.Name{{Family: name(), Given: name()}}}},
		}
	}
	a, b = one(), one()
	if i%3 == 0 {
		b = a
		b.Names = []iis.Name{{Family: a.Names[0].Family, Given: a.Names[0].Given + "e"}}
		return a, b
	}
	b.Birth = a.Birth
	if i%3 == 1 {
		b.Names[0].Family, b.Addresses = a.Names[0].Family, a.Addresses
	}
	return a, b
}

func TestAComparisonIsTheSameFromBothSides(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, name := range []string{"balanced", "strict"} {
		p := profile(t, name)
		for range 100_000 {
			x, y := somebody(r), somebody(r)
			a, b := p.rules.Prepare(&x), p.rules.Prepare(&y)
			if ab, ba := p.Compare(a, b), p.Compare(b, a); ab != ba {
				t.Fatalf("%+v\n%+v\n%+v\n%+v", x, y, ab, ba)
			}
		}
	}
}

// removals take one thing out of what is said of a person.
var removals = map[string]func(*iis.Person){
	"family name":   func(p *iis.Person) { p.Names = []iis.Name{{Given: p.Names[0].Given, Middle: p.Names[0].Middle}} },
	"birth date":    func(p *iis.Person) { p.Birth = cal.None },
	"sex":           func(p *iis.Person) { p.Sex = "" },
	"numbers":       func(p *iis.Person) { p.IDs = nil },
	"address":       func(p *iis.Person) { p.Addresses = nil },
	"telephone":     func(p *iis.Person) { p.Telecoms = nil },
	"maiden name":   func(p *iis.Person) { p.MotherMaiden = iis.Name{} },
	"birth order":   func(p *iis.Person) { p.BirthOrder = 0 },
	"every detail":  func(p *iis.Person) { *p = iis.Person{Names: p.Names[:1]} },
	"all but birth": func(p *iis.Person) { *p = iis.Person{Birth: p.Birth} },
}

// What is missing says nothing: a field that one side lacks has no points, and
// leaves the others as they were.
func TestWhatIsMissingAddsNoEvidence(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	p := profile(t, "balanced")
	for range 20_000 {
		x, y := somebody(r), somebody(r)
		b := p.rules.Prepare(&y)
		full := p.Compare(p.rules.Prepare(&x), b)
		for what, remove := range removals {
			less := x
			remove(&less)
			c := p.Compare(p.rules.Prepare(&less), b)
			for f, l := range c.Levels {
				if l == Missing && c.points[f] != 0 {
					t.Fatalf("without %s: %s is missing and counts %v", what, Field(f), c.points[f])
				}
				if Field(f) > MiddleName && c.Levels[f] != full.Levels[f] && c.Levels[f] != Missing { // names stand in for one another
					t.Fatalf("without %s, %s is another: %+v against %+v", what, Field(f), x, y)
				}
			}
		}
	}
}

func TestAGuardIsNeverOutscored(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for _, name := range []string{"balanced", "strict"} {
		p := profile(t, name)
		matches := 0
		for range 100_000 {
			x := somebody(r)
			y := x
			if r.Intn(2) == 0 {
				y = somebody(r)
			}
			c := p.Compare(p.rules.Prepare(&x), p.rules.Prepare(&y))
			switch {
			case c.Outcome == Match && c.guards != 0, c.Outcome != New && c.guards&p.toNew != 0:
				t.Fatalf("%s with the guards %v: %+v %+v", c.Outcome, c.guards.names(), x, y)
			case c.Outcome == Match:
				matches++
			}
		}
		if matches < 100 {
			t.Errorf("%s: only %d matches were tried", name, matches)
		}
	}
}

func TestTheOrderOfSourcesAndPeopleDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	p := profile(t, "balanced")
	for range 5_000 {
		in := somebody(r)
		record := p.rules.Prepare(&in)
		people := make([][]*Record, 4)
		for i := range people {
			for range 1 + r.Intn(3) {
				s := somebody(r)
				people[i] = append(people[i], p.rules.Prepare(&s))
			}
		}
		forth, back := NewIndex(p), NewIndex(p)
		for i := range people {
			forth.Add(people[i]...)
			turned := slices.Clone(people[len(people)-1-i])
			slices.Reverse(turned)
			back.Add(turned...)
		}
		a, hits := forth.Find(record)
		b, again := back.Find(record)
		if a != b || len(hits) != len(again) {
			t.Fatalf("%s with %d, and %s with %d", a, len(hits), b, len(again))
		}
		for _, h := range hits {
			turned := slices.IndexFunc(again, func(o IndexHit) bool { return o.Number == len(people)-1-h.Number })
			if turned < 0 || again[turned].Comparison != h.Comparison {
				t.Fatalf("another comparison: %+v", in)
			}
		}
	}
}

func TestOneSourceOfAPersonCanForbidAMatch(t *testing.T) {
	p := profile(t, "balanced")
	larch := home("12 Larch Street", "58102")
	in := person("Quist", "Ana", "1990-01-01", "F", larch, id("SS", "219099999"))
	fits := person("Quist", "Ana", "1990-01-01", "F", larch)
	other := person("Quist", "Ana", "1990-01-01", "F", id("SS", "219088888"))
	a, b, c := p.rules.Prepare(&in), p.rules.Prepare(&fits), p.rules.Prepare(&other)
	if got := p.Person(a, []*Record{b}); got.Outcome != Match {
		t.Errorf("alone: %s", got.Outcome)
	}
	if got := p.Person(a, []*Record{b, c}); got.Outcome != Possible || !slices.Contains(got.Guards(), "numbers") {
		t.Errorf("with a source of another number: %s, %v", got.Outcome, got.Guards())
	}
}

func TestASlipLeavesAKeyInCommon(t *testing.T) {
	p := profile(t, "balanced")
	whole := person("García López", "William", "2019-03-02", "M", home("12 Larch Street", "58102"), mother("Ann", "Vang"), id("SS", "219099999"))
	for what, change := range map[string]func(*iis.Person){
		"another family name":     func(x *iis.Person) { x.Names[0].Family = "Quist" },
		"half of the family name": func(x *iis.Person) { x.Names[0].Family = "Lopez"; x.Addresses, x.Telecoms, x.IDs = nil, nil, nil },
		"a short form": func(x *iis.Person) {
			x.Names[0] = iis.Name{Given: "Bill", Family: "Quist"}
			x.Addresses, x.Telecoms, x.IDs = nil, nil, nil
		},
		"a placeholder":         func(x *iis.Person) { x.Names[0] = iis.Name{Given: "Baby Boy", Family: "Vang"}; x.IDs = nil },
		"day and month swapped": func(x *iis.Person) { x.Birth = cal.Of(2019, 2, 3); x.Addresses, x.Telecoms, x.IDs = nil, nil, nil },
		"another day":           func(x *iis.Person) { x.Birth = cal.Of(2019, 7, 30); x.Addresses, x.Telecoms, x.IDs = nil, nil, nil },
		"another year":          func(x *iis.Person) { x.Birth = cal.Of(2009, 3, 2); x.Addresses, x.Telecoms, x.IDs = nil, nil, nil },
		"no birth date":         func(x *iis.Person) { x.Birth = cal.None; x.Telecoms, x.IDs = nil, nil },
		"only the number":       func(x *iis.Person) { *x = iis.Person{IDs: x.IDs} },
		"a wrong digit of the number and another name": func(x *iis.Person) {
			*x = iis.Person{Names: []iis.Name{{Given: "William", Family: "Quist"}}, IDs: []iis.Identifier{{Type: "SS", Value: "219099909"}}}
		},
	} {
		changed := whole
		changed.Names = slices.Clone(whole.Names)
		change(&changed)
		a, b := p.rules.Keys(&whole), p.rules.Keys(&changed)
		if !slices.ContainsFunc(a, func(k int64) bool { return slices.Contains(b, k) }) {
			t.Errorf("%s: no key in common", what)
		}
		if len(a) > 40 {
			t.Errorf("%d keys", len(a))
		}
	}
}
