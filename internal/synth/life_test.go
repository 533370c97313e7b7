package synth

import (
	"strings"
	"testing"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/is"
)

// state is a population of a whole state.
func state(seed uint64, size int) *Population {
	p := People(seed)
	p.Ages, p.Size = WholeState, size
	return p
}

func TestALifeIsThatOfThePerson(t *testing.T) {
	people := state(4, 1_000_000)
	for _, i := range []int{0, 5, 77, 999_999} {
		l := people.Life(i)
		is.Equal(t, "the person", l.Person, people.Person(i))
		is.Equal(t, "again", people.Life(i), l)
	}
}

// TestEveryDoseIsOnSomebodysBooks: what was given is reported, once by who gave
// it and otherwise as history.
func TestEveryDoseIsReportedOnceByWhoGaveIt(t *testing.T) {
	people := state(5, 200_000)
	for i := range 4000 {
		l := people.Life(i)
		firsthand, all := map[int]int{}, map[int]int{}
		for k, a := range l.Accounts {
			for _, o := range a.Doses {
				all[o.Number]++
				if !o.Historical {
					firsthand[o.Number]++
					if o.Where != a.At.Kind {
						t.Fatalf("person %d: a dose given by a %s is reported by a %s as its own", i, o.Where, a.At.Kind)
					}
				}
				if o.Date > people.Today || o.Date < l.Birth || o.Date < a.Birth || l.Death != cal.None && o.Date > l.Death {
					t.Fatalf("person %d, born %s: a dose of %s at %s, who has them born %s", i, l.Birth, o.Date, a.At.Code, a.Birth)
				}
				if (o.Lot != "") == (o.Historical || o.Refused) {
					t.Fatalf("person %d: dose %+v: only who gave a dose knows its lot", i, o)
				}
			}
			if a.First > a.Last || a.Last > people.Today || k > 0 && a.First < l.Accounts[k-1].First {
				t.Fatalf("person %d: account %d was seen from %s to %s", i, k, a.First, a.Last)
			}
		}
		for _, o := range l.Doses {
			want := 1
			if o.Where == Elsewhere {
				want = 0
			}
			if firsthand[o.Number] != want || all[o.Number] == 0 {
				t.Fatalf("person %d: dose %d (%s) was reported %d times, firsthand %d", i, o.Number, o.Where, all[o.Number], firsthand[o.Number])
			}
		}
	}
}

func TestNobodyGetsAVaccineTwiceWithinThreeWeeks(t *testing.T) {
	codes := codeset.Default()
	for _, people := range []*Population{People(10), state(10, 0)} {
		for i := range 5000 {
			doses := people.Person(i).Doses
			for n := range doses {
				for _, b := range doses[n+1:] {
					a := doses[n]
					if b.Date-a.Date < 23 && !a.Refused && !b.Refused && codes.SharesGroup(a.Vaccine.CVX, b.Vaccine.CVX) {
						t.Fatalf("person %d got CVX %s on %s and CVX %s on %s", i, a.Vaccine.CVX, a.Date, b.Vaccine.CVX, b.Date)
					}
				}
			}
		}
	}
}

// census counts what happens in lives.
type census map[string]int

func take(p *Population, many int) census {
	c := census{}
	for i := range many {
		l := p.Life(i)
		age := cal.AgeOn(l.Birth, p.Today).Years
		c.count("under 18", age < 18)
		c.count("65 and above", age >= 65)
		c.count("dead", l.Death != cal.None)
		c.count("moved", l.Moved != cal.None)
		c.count("renamed", l.Renamed != cal.None)
		c.count("twins", l.Twin > 0)
		c.count("two names", strings.Contains(l.Name.Family, " "))
		for _, a := range l.Accounts {
			c.count("accounts", true)
			c.count("placeholder", a.Placeholder)
			c.count("twins without a name", a.Placeholder && l.Twin > 0)
			c.count("former name", a.Name.Family != l.Name.Family && a.Slips&^(SlipNoMiddle|SlipNoPhone) == 0 && !a.Placeholder)
			c.count("former address", a.Address.Street != l.Address.Street && a.Slips&SlipUppercase == 0)
			for s := Slip(1); s < slipEnd; s <<= 1 {
				c.count("slip "+digits(uint64(s), 3), a.Slips&s != 0)
			}
			for _, o := range a.Doses {
				c.count("doses", true)
				c.count("by "+a.At.Kind.String(), true)
				c.count("history", o.Historical)
				c.count("refused", o.Refused)
			}
		}
	}
	return c
}

func (c census) count(what string, is bool) {
	if is {
		c[what]++
	}
}

func TestWhatHappensInAStateHappensHere(t *testing.T) {
	const many = 30_000
	c := take(state(6, 1_000_000), many)
	share := func(what string, of int, least, most float64) {
		t.Helper()
		if got := 100 * float64(c[what]) / float64(of); got < least || got > most {
			t.Errorf("%s: %.2f in a hundred, want %v to %v", what, got, least, most)
		}
	}
	share("under 18", many, 20, 28)
	share("65 and above", many, 12, 22)
	share("dead", many, 0.2, 1.2)
	share("moved", many, 15, 26)
	share("renamed", many, 8, 20)
	share("twins", many, 0.4, 3)
	share("two names", many, 3, 12)
	share("accounts", many, 180, 400)
	share("placeholder", many, 4, 16)
	share("former name", c["accounts"], 0.5, 8)
	share("former address", c["accounts"], 4, 20)
	share("by clinic", c["doses"], 45, 80)
	share("by pharmacy", c["doses"], 10, 35)
	share("by hospital", c["doses"], 1, 6)
	share("by school", c["doses"], 0.5, 6)
	share("by local health department", c["doses"], 2, 14)
	share("history", c["doses"], 8, 30)
	share("refused", c["doses"], 0.3, 2)
	for s := Slip(1); s < slipEnd; s <<= 1 {
		share("slip "+digits(uint64(s), 3), c["accounts"], 0.1, 40)
	}
	if c["twins without a name"] == 0 {
		t.Error("no twin was reported before they had a name")
	}
}

func TestNewbornsAreKnownByThePlaceholdersOfHospitals(t *testing.T) {
	people := People(7)
	seen := map[string]bool{}
	for i := range 6000 {
		l := people.Life(i)
		for _, a := range l.Accounts {
			if !a.Placeholder {
				continue
			}
			seen[strings.ToUpper(a.Name.Given)] = true
			if a.At.Kind != Hospital || a.Name.Middle != "" || a.First != l.Birth {
				t.Fatalf("person %d: %+v has no name and is no newborn of a hospital", i, a)
			}
			if twin := strings.HasSuffix(a.Name.Given, " A") || strings.HasSuffix(a.Name.Given, " B"); twin != (l.Twin > 0) {
				t.Errorf("person %d, twin %d, is called %s", i, l.Twin, a.Name.Given)
			}
		}
	}
	for _, name := range []string{"BABY BOY", "BABY GIRL", "BOY A", "GIRL B", "TWIN A", "TWIN B"} {
		if !seen[name] {
			t.Errorf("nobody is called %s", name)
		}
	}
}

func TestFacilitiesGrowWithThePopulation(t *testing.T) {
	small, large := state(1, 300), state(1, 3_000_000)
	for _, k := range Kinds {
		if a, b := small.Facilities(k), large.Facilities(k); a < 1 || b < 5*a {
			t.Errorf("%d %s facilities for 300 people, %d for 3 million", a, k, b)
		}
		for town := range towns {
			codes := map[string]bool{}
			for whose := range uint64(2000) {
				codes[large.local(k, town, whose).Code] = true
			}
			if len(codes) == 0 || codes[""] {
				t.Errorf("town %d has no %s", town, k)
			}
		}
	}
	seen := map[string]string{}
	for _, k := range Kinds {
		for i := range large.Facilities(k) {
			f := large.Facility(k, i)
			if f.Name == "" || seen[f.Code] != "" {
				t.Errorf("facility %+v has no name, or the code of %s", f, seen[f.Code])
			}
			seen[f.Code] = f.Name
		}
	}
	for i := range 3000 {
		for _, a := range large.Life(i).Accounts {
			if seen[a.At.Code] != a.At.Name {
				t.Fatalf("person %d was at %+v, which is not listed", i, a.At)
			}
		}
	}
}

func TestASlipIsASlipOfItsFacilityAlone(t *testing.T) {
	for before, want := range map[string]string{"D'Arcy": "DArcy", "Zoë": "Zoe", "Lucía-Ñez": "Lucia Nez", "de la Núñez": "de la Nunez", "Oak": "Oak"} {
		is.Equal(t, before, plain(before), want)
	}
	d := dice(1)
	for _, name := range []string{"de la Fontaña", "van der Oakford"} {
		is.Equal(t, name, half(&d, name), name)
	}
	for range 50 {
		if got := half(&d, "Albarra Calsa"); got != "Albarra" && got != "Calsa" {
			t.Errorf("half of a double name is %q", got)
		}
	}
}
