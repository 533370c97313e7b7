package match

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

// settled are the groups of some descriptions, each of a sender of its own, in words.
func settled(people []iis.Person, names []string, apart func(a, b string) bool) string {
	r := Default()
	known := make([]Known, len(people))
	for i := range people {
		known[i] = Known{Person: iis.PersonID(i + 1), Sources: []Told{{Record: r.Prepare(&people[i]), Sender: iis.SenderID(i + 1)}}}
	}
	var out []string
	for _, group := range r.Use("balanced").Settle(known, func(a, b int) bool { return apart != nil && apart(names[a], names[b]) }) {
		var of []string
		for _, i := range group {
			of = append(of, names[i])
		}
		slices.Sort(of)
		out = append(out, strings.Join(of, "+"))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func phone(local string) func(*iis.Person) {
	return func(p *iis.Person) { p.Telecoms = []iis.Telecom{{Area: "218", Local: local}} }
}

func TestWhoeverMayBeOneWithTheOtherIsNotInTheWay(t *testing.T) {
	smith := func(given, birth string, edit ...func(*iis.Person)) iis.Person {
		return person("Smith", given, birth, "M", edit...)
	}
	oak, tel, day := home("210 Oak St", "55817"), phone("5553346"), "1980-09-04"
	for name, c := range map[string]struct {
		people []iis.Person
		apart  func(a, b string) bool
		want   string
	}{
		"one has the home, one the telephone, one both": {
			[]iis.Person{smith("John", day, oak), smith("John", day, tel), smith("John", day, oak, tel)}, nil, "A+B+C"},
		"and two who have nothing but the name": {
			[]iis.Person{smith("John", day, oak), smith("John", day, tel)}, nil, "A B"},
		"one has moved, and many have the name": {
			[]iis.Person{smith("John", day, oak), smith("John", day, tel, home("9 Elm Rd", "55820")), smith("John", day, oak, tel)}, nil, "A+C B"},
		"somebody holds two apart": {
			[]iis.Person{smith("John", day, oak), smith("John", day, tel), smith("John", day, oak, tel)},
			func(a, b string) bool { return min(a, b) == "A" && max(a, b) == "B" }, "A B C"},
		"two charts of one clinic": {
			[]iis.Person{smith("John", day, oak, id("SS", "219099999")), smith("John", day, tel, id("SS", "328059999")), smith("John", day, oak, tel)}, nil, "A B C"},
		"twins": {
			[]iis.Person{smith("John", day, oak, tel, order(1)), smith("John", day, oak, tel, order(2)), smith("John", day, oak, tel)}, nil, "A B C"},
		"father and son": {
			[]iis.Person{smith("John", day, oak, tel), smith("John", "2004-09-04", oak, tel), smith("John", day, oak)}, nil, "A+C B"},
		"one has no name yet, and two have other homes": {
			[]iis.Person{smith("John", day, oak, tel, mother("Ann", "Petrov")), smith("Baby Boy", day, oak, tel, mother("Ann", "Petrov")), smith("John", day, home("9 Elm Rd", "55820"), phone("5550000"), mother("Ann", "Petrov"))}, nil, "A+B+C"},
		"the same of twins": {
			[]iis.Person{smith("John", day, oak, tel, mother("Ann", "Petrov")), smith("Baby Boy", day, oak, tel, mother("Ann", "Petrov"), order(1)), smith("John", day, home("9 Elm Rd", "55820"), phone("5550000"), mother("Ann", "Petrov"))}, nil, "A B C"},
		"one has no name yet, and of one day and month are swapped": {
			[]iis.Person{smith("Baby Boy", "2020-09-04", oak, mother("Ann", "Petrov")), smith("John", "2020-09-04", oak, tel, mother("Ann", "Petrov")), smith("John", "2020-04-09", home("9 Elm Rd", "55820"), tel, mother("Ann", "Petrov"))}, nil, "A+B C"},
		"a brother whose name is nearly the same": {
			[]iis.Person{smith("John", day, oak, tel, mother("Ann", "Petrov")), smith("John", day, home("9 Elm Rd", "55820"), tel, mother("Ann", "Petrov")), smith("Joan", day, oak, tel, mother("Ann", "Petrov"))}, nil, "A+B C"},
		"another middle name": {
			[]iis.Person{smith("John", day, oak, middle("Lee")), smith("John", day, tel, middle("Ray")), smith("John", day, oak, tel)}, nil, "A B C"},
	} {
		t.Run(name, func(t *testing.T) {
			is.Equal(t, "groups", settled(c.people, []string{"A", "B", "C"}[:len(c.people)], c.apart), c.want)
		})
	}
}

func TestWhoIsOneDoesNotDependOnTheOrder(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	several := 0
	for range 300 {
		people, names := []iis.Person{somebody(r)}, []string{"0"}
		for i := 1; i < 8; i++ { // alike, but for a thing or two
			p := people[r.Intn(i)]
			q := somebody(r)
			for _, change := range []func(){
				func() { p.Names = q.Names }, func() { p.Birth = q.Birth }, func() { p.Sex = q.Sex }, func() { p.IDs = q.IDs },
				func() { p.Addresses = q.Addresses }, func() { p.Telecoms = nil }, func() { p.MotherMaiden = q.MotherMaiden },
			} {
				if r.Intn(6) == 0 {
					change()
				}
			}
			people, names = append(people, p), append(names, fmt.Sprint(i))
		}
		apart := func(a, b string) bool { return min(a, b) == "1" && max(a, b) == "4" }
		// who says the very same has one name, so that it does not matter which of them it is
		for i := range people {
			for j := range i {
				if fmt.Sprint(people[i]) == fmt.Sprint(people[j]) {
					names[i] = names[j]
				}
			}
		}
		want := settled(people, names, apart)
		if strings.Contains(want, "+") {
			several++
		}
		for range 4 {
			r.Shuffle(len(people), func(i, j int) {
				people[i], people[j], names[i], names[j] = people[j], people[i], names[j], names[i]
			})
			is.Equal(t, "groups in another order", settled(people, names, apart), want)
		}
	}
	is.Equal(t, "many become one", several > 100, true)
}
