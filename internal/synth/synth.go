// Package synth makes people up: households with names, addresses, doctors and
// doses that look like a state's, for demonstrations, benchmarks and tests.
//
// It is pure: the same seed and index give the same person on every machine,
// nobody is kept in memory, and no person, number or address is taken from
// life. It judges no dose: some come early, late or not at all, as in life.
// Start at People and Population.Person.
package synth

import (
	"strconv"
	"sync"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Population is as many made-up people as anyone asks for. It is safe for
// concurrent use once its fields are set.
type Population struct {
	// Today is the day on which everybody has their age: nobody is born and
	// nothing is given after it. People sets 2025-06-30; set another before
	// asking for persons.
	Today cal.Date
	// Ages says how old people are. People sets MostlyChildren.
	Ages Ages
	// Size is how many people there are, which says how many facilities serve
	// them; 0 is a small place. It moves nobody but to another facility.
	Size int
	// DuplicatePeople is how many rows of patients beyond the first of their person an
	// old registry has for a thousand people, and DuplicateDoses how many rows of doses
	// beyond the first of their shot for a thousand shots (Legacy). People sets 50 and
	// 100.
	DuplicatePeople, DuplicateDoses int

	seed     uint64
	sampling sync.Once // of often
	often    rates
}

// Ages is a pyramid of ages.
type Ages uint8

// MostlyChildren are brothers and sisters under 18 and one adult in twelve, as a
// registry of childhood vaccinations has them. WholeState are families with
// their parents, couples and singles: 23 in a hundred are children.
const (
	MostlyChildren Ages = iota
	WholeState
)

// People is the population of a seed.
func People(seed uint64) *Population {
	return &Population{Today: cal.Of(2025, 6, 30), DuplicatePeople: 50, DuplicateDoses: 100, seed: seed}
}

// Person is one made-up person with everything that was ever given to them.
// Persons whose indexes stand close may share a household.
type Person struct {
	Index     int
	Household int // persons of one household have the same number, address and telephone
	Name      iis.Name
	Birth     cal.Date
	Sex       string // F or M
	Twin      int    // birth order of a twin: 1 or 2; 0 for all others
	Race      iis.Coded
	Ethnicity iis.Coded
	Address   iis.Address
	Phone     iis.Telecom
	Parent    Parent
	Provider  iis.Provider // who gives the doses
	Eligible  iis.Coded    // who pays for a child's, table 0064; see EligibleOn
	Death     cal.Date     // None for the living
	Doses     []Dose       // in order of date, at most MostDoses
}

// Parent is a child's mother or father, and an adult's next of kin.
type Parent struct {
	Name     iis.Name
	Maiden   string    // the mother's family name at birth
	Relation iis.Coded // table 0063
}

// groupSize is how many consecutive indexes are dealt to households together:
// a person's household is found from the index alone.
const groupSize = 8

// deals are the ways in which a group's persons are dealt to households.
var deals = [...][]int{
	{2, 3, 2, 1}, {3, 2, 1, 2}, {1, 2, 2, 2, 1}, {4, 2, 2}, {2, 1, 3, 2}, {1, 1, 2, 3, 1}, {2, 2, 1, 2, 1}, {3, 1, 2, 2},
}

// Person is the i-th person; i is 0 or above.
func (p *Population) Person(i int) Person {
	h, place := p.houseOf(i)
	return p.member(&h, place, i)
}

// houseOf is the household of the i-th person, and their place in it.
func (p *Population) houseOf(i int) (h household, place int) {
	group, place := i/groupSize, i%groupSize
	d := dice(mix(p.seed, streamGroup, uint64(group)))
	deal := deals[d.n(len(deals))]
	house := 0
	for place >= deal[house] {
		place -= deal[house]
		house++
	}
	return p.household(group*groupSize+house, deal[house]), place
}

// household is what its members share.
type household struct {
	number     int
	size       int
	family     string
	mother     iis.Name
	father     iis.Name
	maiden     string
	race       iis.Coded
	ethnicity  iis.Coded
	town       int
	address    iis.Address
	phone      iis.Telecom
	parents    int         // how many of the first members are the mother, or the mother and the father
	births     [4]cal.Date // of the members, the oldest first
	twins      bool        // the first two children
	firstNames [2]int      // where the members' names begin in the lists
}

func (p *Population) household(number, size int) household {
	d := dice(mix(p.seed, streamHousehold, uint64(number)))
	h := household{number: number, size: size}
	hispanic := d.chance(17)
	h.family, h.maiden = familyName(&d, hispanic), familyName(&d, hispanic)
	h.race, h.ethnicity = race(&d), notHispanic
	if hispanic {
		h.ethnicity = isHispanic
		if d.chance(35) {
			h.family += " " + familyName(&d, true) // both parents' names
		}
	} else if d.chance(4) {
		h.family += "-" + h.maiden
	}
	h.mother = iis.Name{Family: h.family, Given: pick(&d, girls), Type: "L"}
	if d.chance(25) {
		h.mother.Family = h.maiden
	}
	h.father = iis.Name{Family: h.family, Given: pick(&d, boys), Type: "L"}
	h.town, h.address, h.phone = home(&d)
	h.firstNames = [2]int{d.n(len(girls)), d.n(len(boys))}
	h.twins = size > 1 && d.chance(4)
	p.births(&d, &h)
	return h
}

// births deals birth dates, the youngest last. Brothers and sisters who are not
// twins are at least a year apart.
func (p *Population) births(d *dice, h *household) {
	if p.Ages == WholeState {
		p.families(d, h)
		return
	}
	born := p.Today - cal.Date(d.n(18*365))
	if h.size == 1 && d.chance(30) {
		born = p.Today - cal.Date(18*366+d.n(60*365))
	}
	h.children(d, born)
}

// children deals the births of a household's children, the youngest first.
func (h *household) children(d *dice, born cal.Date) {
	for m := h.size - 1; m >= h.parents; m-- {
		h.births[m] = born
		if !h.twins || m != h.parents+1 {
			born -= cal.Date(365 + d.n(3*365))
		}
	}
}

// families deals households of a whole state: singles and couples of any age,
// and families with their children at home.
func (p *Population) families(d *dice, h *household) {
	n := d.n(100)
	youngest := p.Today - cal.Date(d.n(18*365))
	switch {
	case h.size == 1:
		h.births[0] = p.Today - adultAge(d)
		return
	case h.size == 2 && n < 58, h.size == 3 && n < 15:
		h.parents = 2
		youngest -= 18 * 366 // a grown child, of three
	case h.size == 2, h.size == 3 && n < 40, h.size == 4 && n < 15:
		h.parents = 1
	default:
		h.parents = 2
	}
	h.twins = h.size-h.parents >= 2 && (h.twins || d.chance(9))
	h.children(d, youngest)
	eldest := p.Today - adultAge(d)
	if h.size > h.parents {
		eldest = h.births[h.parents] - cal.Date(19*366+d.n(20*365))
	}
	h.births[0] = eldest
	if h.parents == 2 {
		h.births[1] = eldest + cal.Date(3*365-d.n(7*365))
	}
}

// adultAge is an age in days: the young and middle-aged are many.
func adultAge(d *dice) cal.Date {
	years := 20 + d.n(46)
	if d.chance(28) {
		years = 65 + min(d.n(32), d.n(32))
	}
	return cal.Date(years*365 + d.n(365))
}

// member is the person at a place of a household.
func (p *Population) member(h *household, place, index int) Person {
	d := dice(mix(p.seed, streamPerson, uint64(index)))
	out := Person{
		Index: index, Household: h.number, Birth: h.births[place], Sex: "F",
		Race: h.race, Ethnicity: h.ethnicity, Address: h.address, Phone: h.phone,
	}
	names, first := girls, h.firstNames[0]
	if d.chance(51) {
		out.Sex, names, first = "M", boys, h.firstNames[1]
	}
	// Steps of a prime keep the names within a household apart.
	out.Name = iis.Name{Family: h.family, Given: names[(first+place*37)%len(names)], Type: "L"}
	if d.chance(70) {
		out.Name.Middle = pick(&d, names)
	}
	if child := place - h.parents; h.twins && child >= 0 && child < 2 {
		out.Twin = child + 1
	}
	out.Parent = Parent{Name: h.mother, Maiden: h.maiden, Relation: mother}
	if cal.AgeOn(out.Birth, p.Today).Years < 18 && d.chance(15) {
		out.Parent.Name, out.Parent.Relation = h.father, father
	}
	out.Provider, out.Eligible = provider(&d), eligibility[d.n(len(eligibility))]
	if place < h.parents {
		p.grown(h, place, &out)
	}
	end := p.Today
	if out.Death = p.death(index, out.Birth); out.Death != cal.None {
		end = out.Death
	}
	out.Doses = p.doses(&d, h.number, out.Birth, end)
	return out
}

// grown makes a member the mother or the father of the household, with a mother
// of their own.
func (p *Population) grown(h *household, place int, out *Person) {
	d := dice(mix(p.seed, streamKin, uint64(out.Index)))
	names, family := girls, h.maiden
	out.Sex, out.Name = "F", h.mother
	if place == 1 {
		names, family = boys, h.family
		out.Sex, out.Name = "M", h.father
	}
	if d.chance(70) {
		out.Name.Middle = pick(&d, names)
	}
	out.Eligible = eligibility[0]
	out.Parent = Parent{
		Name:     iis.Name{Family: family, Given: pick(&d, girls), Type: "L"},
		Maiden:   familyName(&d, h.ethnicity == isHispanic),
		Relation: mother,
	}
}

// death is the day on which somebody died, of the few who did.
func (p *Population) death(index int, birth cal.Date) cal.Date {
	d := dice(mix(p.seed, streamDeath, uint64(index)))
	perMille := 1
	if p.Today-birth > 65*year {
		perMille = 30
	}
	if d.n(1000) >= perMille {
		return cal.None
	}
	return p.Today - cal.Date(d.n(min(4*year, 1+int(p.Today-birth))))
}

// MRN is the person's number at a facility: nine digits, another one for
// everybody whose index is below a thousand million.
func (p *Person) MRN(at Facility) string {
	d := dice(mix(0, streamNumber, hash(at.Code)))
	const all = 1_000_000_000
	n := (uint64(p.Index)*387_420_489 + uint64(d.n(all))) % all // 3^18 shares no factor with 10^9
	return strconv.FormatUint(all+n, 10)[1:]
}

var (
	mother      = iis.Coded{Code: "MTH", Text: "Mother", System: "HL70063"}
	father      = iis.Coded{Code: "FTH", Text: "Father", System: "HL70063"}
	isHispanic  = iis.Coded{Code: "2135-2", Text: "Hispanic or Latino", System: "CDCREC"}
	notHispanic = iis.Coded{Code: "2186-5", Text: "Not Hispanic or Latino", System: "CDCREC"}
)

// races stand as often as they are dealt, in hundredths.
var races = []struct {
	percent int
	code    iis.Coded
}{
	{62, iis.Coded{Code: "2106-3", Text: "White", System: "CDCREC"}},
	{15, iis.Coded{Code: "2054-5", Text: "Black or African American", System: "CDCREC"}},
	{8, iis.Coded{Code: "2028-9", Text: "Asian", System: "CDCREC"}},
	{2, iis.Coded{Code: "1002-5", Text: "American Indian or Alaska Native", System: "CDCREC"}},
	{1, iis.Coded{Code: "2076-8", Text: "Native Hawaiian or Other Pacific Islander", System: "CDCREC"}},
	{12, iis.Coded{Code: "2131-1", Text: "Other Race", System: "CDCREC"}},
}

func race(d *dice) iis.Coded {
	n := d.n(100)
	for _, r := range races {
		if n -= r.percent; n < 0 {
			return r.code
		}
	}
	return races[0].code
}
