package match

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/matching"
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

// known is a candidate of one source.
func known(who iis.PersonID, p iis.Person, own bool) Candidate {
	return Candidate{Person: who, Sources: []Source{{Record: Default().Prepare(&p), Own: own}}}
}

// decide decides about a described person by a profile.
func decide(profile string, in iis.Person, candidates ...Candidate) Decision {
	r := Default()
	return r.Use(profile).Decide(r.Prepare(&in), candidates)
}

func charted(value string) func(*iis.Person) {
	return func(p *iis.Person) {
		p.IDs = append(p.IDs, iis.Identifier{Type: "MR", Value: value, Authority: "OAK"})
	}
}

func TestASendersOwnNumberDecidesUnlessItMeansAnotherChild(t *testing.T) {
	ana := person("O'Brien-López", "Ana", "2019-03-02", "F")
	for _, c := range []struct {
		name      string
		in, known iis.Person
		want      Outcome
	}{
		{"name changed by marriage", person("Marsh", "Ana", "2019-03-02", "F"), ana, Match},
		{"birth date corrected", person("OBRIEN LOPEZ", "ANA", "2018-03-02", "F"), ana, Match},
		{"nothing said but the number, as a query may ask", iis.Person{}, ana, Match},
		{"someone else altogether", person("Marsh", "Otto", "1971-01-01", "M"), ana, Possible},
		{"its own social security number corrected", person("Doe", "Jo", "1990-01-01", "F", id("SS", "219099999")), person("Doe", "Jo", "1990-01-01", "F", id("SS", "219088888")), Match},
		{"a name for Baby Girl", person("Doe", "Jo", "2020-01-01", "F"), person("Doe", "Baby Girl", "2020-01-01", "F"), Match},
		{"a name for Baby Girl A", person("Doe", "Jo", "2020-01-01", "F", order(1)), person("Doe", "Baby Girl A", "2020-01-01", "F", order(1)), Match},
		{"the other twin, by birth order", person("Doe", "Bea", "2020-01-01", "F", order(2)), person("Doe", "Jo", "2020-01-01", "F", order(1)), Possible},
		{"the other twin, whose order nobody told", person("Doe", "Bea", "2020-01-01", "F"), person("Doe", "Jo", "2020-01-01", "F", order(1)), Possible},
		{"a brother, by name and sex", person("Doe", "Bob", "2020-01-01", "M"), person("Doe", "Jo", "2020-01-01", "F"), Possible},
		{"a sex corrected", person("Doe", "Jo", "2020-01-01", "M"), person("Doe", "Jo", "2020-01-01", "F"), Match},
	} {
		d := decide("strict", c.in, known(7, c.known, true))
		if d.Outcome != c.want || len(d.Candidates) != 1 || !d.Candidates[0].Own {
			t.Errorf("%s: %s, want %s (%+v)", c.name, d.Outcome, c.want, d.Candidates)
		}
		if d.Outcome == Match && d.Candidates[0].Rule != OwnNumber {
			t.Errorf("%s: by the rule %q", c.name, d.Candidates[0].Rule)
		}
	}
}

func TestTheRegistrysNumberDecidesUnlessSomethingSpeaksAgainstIt(t *testing.T) {
	in := person("Doe", "Jo", "1990-01-01", "F", id("SS", "219099999"))
	c := known(7, person("Roe", "Jo", "1990-01-01", "F"), false)
	c.Named = RegistryNumber
	if d := decide("balanced", in, c); d.Outcome != Match || d.Candidates[0].Rule != RegistryNumber {
		t.Errorf("another family name: %+v", d)
	}
	c.Sources = append(c.Sources, known(7, person("Doe", "Jo", "1990-01-01", "F", id("SS", "219088888")), false).Sources...)
	if d := decide("balanced", in, c); d.Outcome != Possible || !slices.Contains(d.Candidates[0].Guards(), "numbers") {
		t.Errorf("a source with another social security number: %+v", d)
	}
	c = known(7, person("Marsh", "Otto", "1971-01-01", "M"), false)
	c.Named = RegistryNumber
	if d := decide("balanced", in, c); d.Outcome != Possible {
		t.Errorf("somebody else: %+v", d)
	}
	girl, boy := person("Doe", "Jo", "2024-05-06", "F"), known(7, person("Doe", "Max", "2024-05-06", "M"), false)
	boy.Named = RegistryNumber
	if d := decide("balanced", girl, boy); d.Outcome != Possible || !slices.Contains(d.Candidates[0].Guards(), "another child under one number") {
		t.Errorf("a twin brother's number: %+v", d)
	}
}

func TestTwoNumbersOfOneFacilityAreNotOnePatientByThemselves(t *testing.T) {
	larch := home("12 Larch Street", "58102")
	in := person("Quisling", "Ana", "2019-03-02", "F", larch, charted("A1"))
	c := known(7, person("Quisling", "Ana", "2019-03-02", "F", larch, charted("A2")), false)
	if d := decide("balanced", in, c); d.Outcome != Match {
		t.Errorf("numbers of two facilities that share an authority: %+v", d)
	}
	c.Sources[0].SameSender = true
	if d := decide("balanced", in, c); d.Outcome != Possible || !slices.Contains(d.Candidates[0].Guards(), "another number of the same facility") {
		t.Errorf("two charts: %+v", d)
	}
	bare := person("Quisling", "Ana", "2019-03-02", "F", id("MR", "A2"))
	if d := decide("balanced", bare, c); d.Outcome != Match || d.Candidates[0].Rule != OwnNumber {
		t.Errorf("a number without its authority: %+v", d)
	}
	bare.Birth++
	if d := decide("balanced", bare, c); d.Outcome == Match {
		t.Errorf("a number without its authority and another birth date: %+v", d)
	}
	id("SS", "219099999")(&in)
	both := known(7, person("Quisling", "Ana", "2019-03-02", "F", larch, charted("A2"), id("SS", "219099999")), false)
	both.Sources[0].SameSender = true
	if d := decide("balanced", in, both); d.Outcome != Match {
		t.Errorf("two charts with one number for life: %+v", d)
	}
}

func TestTwoWhoFitAlikeAreForAPersonToDecide(t *testing.T) {
	larch := home("12 Larch Street", "58102")
	in := person("Doe", "Jo", "2020-01-01", "F", larch)
	one, two := known(1, in, false), known(2, in, false)
	d := decide("balanced", in, one, two)
	if d.Outcome != Possible || len(d.Candidates) != 2 || d.Verdict(0).Rival != 2 || d.Verdict(1).Rival != 1 {
		t.Errorf("got %+v", d)
	}
	two.Sources[0].Own = true
	if d := decide("balanced", in, one, two); d.Outcome != Match || d.Candidates[0].Person != 2 {
		t.Errorf("the sender's own record should win: %+v", d)
	}
	one.Named = RegistryNumber
	if d := decide("balanced", in, one, two); d.Outcome != Possible {
		t.Errorf("two numbers that lead to two people: %+v", d)
	}
}

func TestOneConflictingSourceForbidsAMatch(t *testing.T) {
	larch := home("12 Larch Street", "58102")
	in := person("Doe", "Jo", "1990-01-01", "F", larch, id("SS", "219099999"))
	c := known(1, person("Doe", "Jo", "1990-01-01", "F", larch), false)
	c.Sources = append(c.Sources, known(1, person("Doe", "Jo", "1990-01-01", "F", larch, id("SS", "219088888")), false).Sources...)
	if d := decide("balanced", in, c); d.Outcome != Possible || !slices.Contains(d.Candidates[0].Guards(), "numbers") {
		t.Errorf("got %+v", d)
	}
}

// Two who are kept apart by their names may not meet in a source that fits both
// because it says less.
func TestASourceThatSaysLessMakesNobodyOneWithTheOthers(t *testing.T) {
	larch, ann := home("12 Larch Street", "58102"), mother("Ann", "Vang")
	of := func(given, sex string, edit ...func(*iis.Person)) iis.Person {
		return person("Rivera Cruz", given, "2019-03-02", sex, append(edit, larch, ann)...)
	}
	for _, c := range []struct {
		name  string
		in    iis.Person
		known []iis.Person
		want  Outcome
		guard string
	}{
		{"a newborn without a name", of("Rose", "F"), []iis.Person{of("Baby Girl", "F"), of("Lily", "F")}, Possible, "given name"},
		{"a half of two double names", of("Maria Luisa", "F"), []iis.Person{of("Maria", "F"), of("Maria Elena", "F")}, Possible, "given name"},
		{"no middle name", of("Juan", "M", middle("Pablo")), []iis.Person{of("Juan", "M"), of("Juan", "M", middle("Lucas"))}, Possible, "middle name"},
		{"no sex", of("Alex", "F"), []iis.Person{of("Alex", "U"), of("Alex", "M")}, Possible, "sex"},
		{"the name that one of them says", of("Lily", "F"), []iis.Person{of("Baby Girl", "F"), of("Lily", "F")}, Match, ""},
		{"the name that one of them says, beside a former one", of("Lily", "F"), []iis.Person{of("Rose", "F"), of("Lily", "F")}, Match, ""},
	} {
		var all Candidate
		var records []*Record
		for _, p := range c.known {
			k := known(1, p, false)
			all.Person, all.Sources = 1, append(all.Sources, k.Sources...)
			records = append(records, k.Sources[0].Record)
		}
		d := decide("balanced", c.in, all)
		if d.Outcome != c.want || c.guard != "" && !slices.Contains(d.Candidates[0].Guards(), c.guard) {
			t.Errorf("%s: %s with guards %v, want %s", c.name, d.Outcome, d.Candidates[0].Guards(), c.want)
		}
		in := Default().Prepare(&c.in)
		if got := profile(t, "balanced").Person(in, records); got.Outcome != c.want {
			t.Errorf("%s, as one person: %s, want %s", c.name, got.Outcome, c.want)
		}
		other := Known{Person: 1}
		for i, r := range records {
			other.Sources = append(other.Sources, Told{r, iis.SenderID(i + 1)})
		}
		if got := profile(t, "balanced").Persons(&Known{Person: 2, Sources: []Told{{in, 9}}}, []Known{other}); got.Outcome != c.want {
			t.Errorf("%s, as a known person: %s, want %s", c.name, got.Outcome, c.want)
		}
	}
	// A sender that gives its own patient another name is heard.
	own := known(1, of("Baby Girl", "F"), true)
	own.Sources = append(own.Sources, known(1, of("Lily", "F"), false).Sources...)
	if d := decide("balanced", of("Rose", "F"), own); d.Outcome != Match || d.Candidates[0].Rule != OwnNumber {
		t.Errorf("a sender's own patient with another name: %+v", d)
	}
}

// A query has often nothing but a name, a birth date and a sex. For a rare name
// that is enough, for a frequent one it is a list; and an update that says no more
// is stored apart.
func TestNameBirthDateAndSexAloneAnswerAQueryWhereTheNameIsRare(t *testing.T) {
	for _, c := range []struct {
		family, given string
		query, update Outcome
	}{
		{"Quillfeather", "Juniper", Match, Possible},
		{"Smith", "Emma", Possible, Possible},
	} {
		p := person(c.family, c.given, "2019-03-02", "F")
		if d := decide(ForQueries, p, known(1, p, false)); d.Outcome != c.query {
			t.Errorf("a query for %s %s: %s at %v bits", c.given, c.family, d.Outcome, d.Candidates[0].Bits.Float())
		}
		if d := decide(ForUpdates, p, known(1, p, false)); d.Outcome != c.update || d.Candidates[0].Guards()[0] != "namesake" {
			t.Errorf("an update about %s %s: %s", c.given, c.family, d.Outcome)
		}
	}
}

func TestAVerdictSaysWhyAndBitsAddUp(t *testing.T) {
	larch := home("12 Larch Street", "58102")
	in, other := person("Quist", "William", "2019-03-02", "M", larch), person("Quist", "Bill", "2019-03-02", "M", larch)
	d := decide("balanced", in, known(1, other, false))
	v := d.Verdict(0)
	var back Verdict
	if err := json.Unmarshal(v.JSON(), &back); err != nil || !reflect.DeepEqual(v, back) {
		t.Errorf("kept and read again (%v): %+v, was %+v", err, back, v)
	}
	sum := 0.0
	for _, s := range v.Levels {
		sum += s.Bits
		if Default().Say(s) == "" {
			t.Errorf("nothing is said of %+v", s)
		}
	}
	if math.Abs(sum-v.Bits) > .001 || v.Rule != "profile balanced" || v.Weights != Default().Version() || v.Outcome != Match {
		t.Errorf("%v bits in all, %+v", sum, v)
	}
	if got := strings.Join(v.Agreed(), ", "); got != "family name, given name, birth date, sex, address, telephone" {
		t.Errorf("agree: %s", got)
	}
	if len(v.JSON()) > 700 {
		t.Errorf("a verdict of %d bytes", len(v.JSON()))
	}
}

func TestKeysSayOfWhatTheyAre(t *testing.T) {
	p := person("Quist", "William", "2019-03-02", "M", home("12 Larch Street", "58102"), mother("Ann", "Vang"), id("SS", "219099999"))
	kinds := map[string]int{}
	for _, k := range Default().Keys(&p) {
		kinds[KindOfKey(k)]++
	}
	for _, want := range []string{"birth date and family name", "social security number", "house and year of birth", "birth date and mother or guardian"} {
		if kinds[want] == 0 {
			t.Errorf("no key of the kind %q: %v", want, kinds)
		}
	}
}

func TestWhatStandsForAGivenNameIsKnownHoweverItIsWritten(t *testing.T) {
	for given, want := range map[string][2]bool{ // of a newborn, and at all
		"BABY BOY": {true, true}, " baby \t Girl ": {true, true}, "Twin C": {true, true}, "boy 2": {true, true}, "GirlA": {true, true},
		"bb": {true, true}, "Newborn Girl D": {true, true}, "Maria Boy": {true, true}, "Baby-Boy": {true, true},
		"Unknown": {false, true}, "NFN": {false, true},
		"": {}, " ": {}, "A": {}, "Otto": {}, "Boyd A": {}, "Baby Otto": {}, "Boy E": {}, "Boy 5": {}, "Infante": {},
	} {
		if got := [2]bool{Default().IsUnnamed(given), Default().IsPlaceholder(given)}; got != want {
			t.Errorf("%q: %v, want %v", given, got, want)
		}
	}
}

// Whoever changes one of these files changes keys, and everybody's keys must be
// made anew: raise KeyVersion, and put the new digest here.
func TestFilesThatMakeKeysHaveTheDigestOfTheirVersion(t *testing.T) {
	h := fnv.New64a()
	for _, file := range []string{"nicknames.tsv", "particles.tsv", "placeholders.tsv", "street-words.tsv"} {
		text, err := matching.Files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = h.Write(text)
	}
	p := person("García López", "William", "2019-03-02", "M", home("12 Larch Street", "58102"), mother("Ann", "Vang"), id("SS", "219099999"))
	if got := fmt.Sprintf("%d %x %x", KeyVersion, h.Sum64(), Default().Keys(&p)[:3]); got != keyDigest {
		t.Errorf("keys are %q, and were %q", got, keyDigest)
	}
}

const keyDigest = "3 6ae9bcdcd979652d [264115cad55ed621 -1180a546204cc9ff -5a325e1f86cbf97f]"

// calling gives a person a telephone.
func calling(area, local string) func(*iis.Person) {
	return func(p *iis.Person) {
		p.Telecoms = append(p.Telecoms, iis.Telecom{Use: "PRN", Equipment: "PH", Area: area, Local: local})
	}
}

func TestATelephoneThatStandsForNoneSaysNothing(t *testing.T) {
	none := person("Vang", "Ann", "2019-03-02", "F")
	for _, n := range [][2]string{
		{"123", "4567890"}, {"098", "7654321"}, {"012", "3456789"}, {"201", "1234567"}, {"201", "5551212"}, {"", "2345678"},
		{"000", "0000000"}, {"999", "9999999"}, {"201", "9999999"}, {"", "5555555"},
	} {
		p := person("Vang", "Ann", "2019-03-02", "F", calling(n[0], n[1]))
		if got := Default().Keys(&p); !slices.Equal(got, Default().Keys(&none)) {
			t.Errorf("%s %s makes a key", n[0], n[1])
		}
		a := Default().Prepare(&p)
		if got := profile(t, "balanced").Compare(a, a).Levels[Telephone]; got != Missing {
			t.Errorf("%s %s is compared: %v", n[0], n[1], got)
		}
	}
	p := person("Vang", "Ann", "2019-03-02", "F", calling("201", "4567890"))
	if a := Default().Prepare(&p); profile(t, "balanced").Compare(a, a).Levels[Telephone] != Same {
		t.Error("201-456-7890 is somebody's, and says nothing")
	}
}

// What a program of version 2 stored under 123-456-7890 it stored under the last seven digits.
func TestTheKeyOfATelephoneThatStandsForNoneIsAFormerOne(t *testing.T) {
	some := person("Vang", "Ann", "2019-03-02", "F", calling("201", "4567890"))
	none := person("Vang", "Ann", "2019-03-02", "F", calling("123", "4567890"))
	for _, k := range Default().Keys(&some) {
		if now, was := slices.Contains(Default().Keys(&none), k), slices.Contains(Default().FormerKeys(&none), k); now == was {
			t.Errorf("a key of the %s: now %v, formerly %v", KindOfKey(k), now, was)
		}
	}
}

// formerKeys were printed by a program of version 1.
var formerKeys = []int64{-6832832656162831361, -3549313299956421619, -1584214807472196804, -5526795245589127452}

func TestFormerKeysAreThoseOfTheProgramBefore(t *testing.T) {
	p := iis.Person{Names: []iis.Name{{Family: "Núñez", Given: "María José"}}, Birth: cal.Of(2001, 2, 3), IDs: []iis.Identifier{{Type: "SS", Value: "219-09-9999"}, {Type: "MA", Value: "A1234"}, {Type: "SS", Value: "123456789"}}}
	if got := Default().FormerKeys(&p); !slices.Equal(got, formerKeys) {
		t.Errorf("%d", got)
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
