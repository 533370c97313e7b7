package synth

import (
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Life is a person with what each facility came to know of them.
type Life struct {
	Person
	Moved    cal.Date // the day of their last move; None: they stayed
	Renamed  cal.Date // the day on which their family name changed; None: it did not
	Newborn  bool     // the hospital of their birth reported them before they had a name
	Language iis.Coded
	Medicaid string // their number there, of some
	// Accounts are in the order in which the facilities first met the person.
	// There is at least one. A person's last clinic is Accounts[Home]; without a
	// clinic, Home is the last of all.
	Accounts []Account
	Home     int
}

// Account is what one facility knows of a person: name and address of the day on
// which it last saw them, its slips, and the doses that it reports.
type Account struct {
	At Facility
	Person
	First, Last cal.Date // the days on which it saw them
	Placeholder bool     // the name is a newborn's, before it has one
	Slips       Slip
}

// past is what a person was before.
type past struct {
	moved   cal.Date
	town    int
	address iis.Address
	phone   iis.Telecom
	renamed cal.Date
	family  string
}

// Life is the life of the i-th person. Person(i) is the same person.
func (p *Population) Life(i int) Life {
	h, place := p.houseOf(i)
	l := Life{Person: p.member(&h, place, i)}
	d := dice(mix(p.seed, streamLife, uint64(i)))
	l.Language = language(&d, &h)
	if l.Eligible.Code == "V02" {
		l.Medicaid = "M" + digits(mix(p.seed, streamNumber, uint64(i)), 8)
	}
	was := p.past(&d, &h, &l.Person, place < h.parents)
	l.Moved, l.Renamed = was.moved, was.renamed
	b := accounts{p: p, d: &d, h: &h, l: &l, was: was}
	b.report()
	b.newborn()
	b.retell()
	b.finish()
	return l
}

// past deals the household's last move and the person's last change of name.
func (p *Population) past(d *dice, h *household, of *Person, parent bool) past {
	was := past{family: of.Name.Family, town: h.town, address: h.address, phone: h.phone}
	m := dice(mix(p.seed, streamMove, uint64(h.number)))
	moves, day := m.chance(24), p.Today-cal.Date(30+m.n(9*year))
	if town, address, phone := home(&m); moves && day > of.Birth {
		was.moved, was.town, was.address = day, town, address
		if m.chance(45) {
			was.phone = phone
		}
	}
	age := int(p.Today - of.Birth)
	n, share := d.n(1000), d.n(1+age)
	switch {
	case parent && of.Sex == "F" && of.Name.Family == h.family && n < 500:
		was.family = h.maiden // she married
		was.renamed = of.Birth + cal.Date(19*366) + cal.Date(d.n(max(1, age-19*366)))
	case !parent && age > 20*year && of.Sex == "F" && n < 250:
		was.family = familyName(d, h.ethnicity == isHispanic)
		was.renamed = of.Birth + cal.Date(19*366) + cal.Date(d.n(max(1, age-19*366)))
	case !parent && age < 18*year && n < 15:
		was.family = h.maiden // a parent married, or the child was adopted
		was.renamed = of.Birth + cal.Date(share)
	case strings.Contains(was.family, "-") && n < 400:
		was.family, _, _ = strings.Cut(was.family, "-")
		was.renamed = of.Birth + cal.Date(share)
	}
	if was.family == of.Name.Family || was.renamed > p.Today {
		was.renamed = cal.None
	}
	return was
}

// asOf is the person as they were on a day.
func (w *past) asOf(now *Person, day cal.Date) Person {
	out := *now
	if day < w.moved {
		out.Address, out.Phone = w.address, w.phone
	}
	if day < w.renamed {
		out.Name.Family = w.family
	}
	if day < out.Death {
		out.Death = cal.None
	}
	return out
}

// accounts makes the accounts of a life.
type accounts struct {
	p   *Population
	d   *dice
	h   *household
	l   *Life
	was past
}

// town is where the person lived on a day.
func (b *accounts) town(day cal.Date) int {
	if day < b.was.moved {
		return b.was.town
	}
	return b.h.town
}

// facility is where a person goes for a kind of thing on a day. A household has
// one clinic and one school.
func (b *accounts) facility(kind Kind, day cal.Date) Facility {
	whose := uint64(b.h.number)
	if kind == Pharmacy {
		whose = uint64(b.l.Index) + uint64(b.d.n(2)) // not always the same one
	}
	return b.p.local(kind, b.town(day), whose)
}

// account is the account at a facility, opened when there is none. It is good
// until the next is opened.
func (b *accounts) account(f Facility, day cal.Date) *Account {
	for i := range b.l.Accounts {
		if a := &b.l.Accounts[i]; a.At.Code == f.Code {
			a.First, a.Last = min(a.First, day), max(a.Last, day)
			return a
		}
	}
	b.l.Accounts = append(b.l.Accounts, Account{At: f, First: day, Last: day})
	a := &b.l.Accounts[len(b.l.Accounts)-1]
	a.Doses = make([]Dose, 0, 8)
	return a
}

// report gives each dose to the facility that gave it. What was given in another
// state is told by the clinic of a later day.
func (b *accounts) report() {
	b.l.Accounts = make([]Account, 0, 4)
	for _, o := range b.l.Doses {
		kind, day := o.Where, o.Date
		if o.Where == Elsewhere {
			kind, day = Clinic, min(b.p.Today, max(o.Date, registryBegan+cal.Date(b.d.n(9*year)))+cal.Date(20+b.d.n(2*year)))
		}
		a := b.account(b.facility(kind, day), day)
		o.Historical = o.Where == Elsewhere
		a.Doses = append(a.Doses, o)
	}
	if len(b.l.Accounts) == 0 { // known without a dose
		day := b.p.Today - cal.Date(b.d.n(1+min(3*year, int(b.p.Today-b.l.Birth))))
		b.account(b.facility(Clinic, day), day)
	}
}

// firstNames are what hospitals call who has no name yet.
var firstNames = map[string][]string{
	"F": {"BABY GIRL", "BABY GIRL", "BABY GIRL", "BABYGIRL", "GIRL", "BABY", "BG"},
	"M": {"BABY BOY", "BABY BOY", "BABY BOY", "BABYBOY", "BOY", "BABY", "BB"},
}

// newborn has the hospital of a birth report the child before it has a name,
// under the mother's family name. Half of the hospitals' records are put right
// later.
func (b *accounts) newborn() {
	born := b.l.Birth
	if born < cal.Of(2000, 1, 1) || b.d.chance(8) { // born in another state, or not reported
		return
	}
	hospital := b.facility(Hospital, born)
	given := slices.ContainsFunc(b.l.Doses, func(o Dose) bool { return o.Where == Hospital })
	if !given && b.d.chance(50) {
		return
	}
	a := b.account(hospital, born)
	a.Last = born
	b.l.Newborn = true
	if b.p.Today-born > 10 && b.d.chance(50) {
		return
	}
	a.Placeholder = true
}

// placeholder is the name of a newborn who has none.
func (b *accounts) placeholder(name iis.Name) iis.Name {
	name.Family, name.Middle = b.h.mother.Family, ""
	name.Given = pick(b.d, firstNames[b.l.Sex])
	switch twin := b.l.Twin; {
	case twin > 0 && b.d.chance(50):
		name.Given = "TWIN " + "AB"[twin-1:twin]
	case twin > 0:
		name.Given = map[string]string{"F": "GIRL ", "M": "BOY "}[b.l.Sex] + "AB"[twin-1:twin]
	case b.d.chance(12):
		name.Given = strings.ToUpper(b.h.mother.Given) + map[string]string{"F": " GIRL", "M": " BOY"}[b.l.Sex]
	}
	return name
}

// retell has the person's last clinic tell of what others gave, as history:
// sometimes a few days off, sometimes by the kind of vaccine alone.
func (b *accounts) retell() {
	clinic := -1
	for i := range b.l.Accounts {
		if a := &b.l.Accounts[i]; a.At.Kind == Clinic && (clinic < 0 || a.Last > b.l.Accounts[clinic].Last) {
			clinic = i
		}
	}
	b.l.Home = clinic
	if clinic < 0 {
		b.l.Home = len(b.l.Accounts) - 1
		return
	}
	home := &b.l.Accounts[clinic]
	var told []Dose
	tells := b.d.chance(70) // what an earlier clinic gave
	for i := range b.l.Accounts {
		from := &b.l.Accounts[i]
		if i == clinic {
			continue
		}
		for _, o := range from.Doses {
			knows := from.At.Kind == Clinic && tells || from.At.Kind == Hospital && b.d.chance(45) || b.d.chance(8)
			if knows && !o.Refused && o.Date <= home.Last {
				told = append(told, b.hearsay(o))
			}
		}
	}
	home.Doses = append(home.Doses, told...)
	slices.SortStableFunc(home.Doses, func(x, y Dose) int { return int(x.Date - y.Date) })
}

func (b *accounts) hearsay(o Dose) Dose {
	o.Historical, o.Lot, o.Expiration, o.Site = true, "", cal.None, nil
	if b.d.chance(4) {
		o.Date = min(max(b.l.Birth, o.Date+cal.Date(b.d.n(7)-3)), b.p.Today)
	}
	if v := vague[o.Vaccine.CVX]; v != nil && b.d.chance(15) {
		o.Vaccine = v
	}
	return o
}

// finish gives each account the person of its day, and its slips.
func (b *accounts) finish() {
	for i := range b.l.Accounts {
		a := &b.l.Accounts[i]
		doses := a.Doses
		seen := a.Last
		if i == b.l.Home && b.d.chance(85) {
			seen = b.p.Today // a clinic's book is kept up to date
		}
		a.Person = b.was.asOf(&b.l.Person, seen)
		a.Doses = doses
		if a.Placeholder {
			a.Name = b.placeholder(a.Name)
		}
		b.slip(a, i == b.l.Home)
	}
	home := b.l.Accounts[b.l.Home].At.Code
	slices.SortStableFunc(b.l.Accounts, func(x, y Account) int { return int(x.First - y.First) })
	b.l.Home = slices.IndexFunc(b.l.Accounts, func(a Account) bool { return a.At.Code == home })
}

var languages = map[string][]iis.Coded{
	"hispanic": {{Code: "spa", Text: "Spanish", System: "ISO6392"}, {Code: "eng", Text: "English", System: "ISO6392"}},
	"other":    {{Code: "hmn", Text: "Hmong", System: "ISO6392"}, {Code: "som", Text: "Somali", System: "ISO6392"}, {Code: "vie", Text: "Vietnamese", System: "ISO6392"}},
	"most":     {{Code: "eng", Text: "English", System: "ISO6392"}},
}

func language(d *dice, h *household) iis.Coded {
	list := languages["most"]
	switch n := d.n(100); {
	case h.ethnicity == isHispanic && n < 60:
		list = languages["hispanic"]
	case h.race.Code != "2106-3" && n < 12:
		list = languages["other"]
	}
	return list[d.n(len(list))]
}

// digits is a number of so many digits.
func digits(n uint64, many int) string {
	b := make([]byte, many)
	for i := range b {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return string(b)
}
