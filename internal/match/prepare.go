package match

import (
	"slices"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// Record is a description of a person made ready for comparing: folded, cut
// into words, numbers that say nothing left out. It is made once for a
// description and compared often.
type Record struct {
	rules     *Rules
	unsaid    bool // neither a name nor a birth date was said
	birth     birthDay
	sex       byte // M or F; 0 is anything else
	multiple  bool // one of several born together
	order     int
	suffix    string
	families  []name
	givens    []name
	middles   []name
	noGiven   bool   // a given name was said, and stands for an unknown one
	kin       []name // family names of mother and guardians
	maidens   []name
	guardians []name
	social    []string
	medicaid  []string
	charts    []chart
	addresses []address
	phones    []string // ten digits, or seven
	emails    []string
	doses     []Dose
}

// Dose is a vaccination as evidence: against what it was, and when.
type Dose struct {
	Date  cal.Date
	Group string // of vaccines
}

// GivenOn adds a vaccination by its CVX to others: once for each group of the vaccine, so that
// two codes of one vaccine are one vaccination. A code that is in no group says nothing.
func GivenOn(into []Dose, date cal.Date, cvx string, codes interface{ Groups(cvx string) []string }) []Dose {
	for _, g := range codes.Groups(cvx) {
		into = append(into, Dose{Date: date, Group: g})
	}
	return into
}

type birthDay struct {
	date       cal.Date
	y, m, d    int
	text       [8]byte // YYYYMMDD
	firstOfJan bool
}

// name is a name in its words, folded.
type name struct {
	spelled // all words together
	words   []string
	cores   []string // the words without DE LA, MC and their like
	worth   Bits     // of agreement in it
	kin     []uint16 // full names that it may stand for
	former  bool     // not the name that leads the description
	with    string   // a given name and its middle name together
}

type chart struct{ typ, authority, value string }

type address struct {
	number, rest, zip  string
	street, line, city spelled // line: all words but the number and the unit
}

// Prepare makes a description ready for comparing.
func (r *Rules) Prepare(p *iis.Person) *Record {
	out := &Record{rules: r, unsaid: Unsaid(p), sex: sexOf(p.Sex), order: p.BirthOrder, multiple: p.MultipleBirth == "Y" || p.BirthOrder > 1 && p.MultipleBirth != "N"}
	out.birth = r.birthDay(p.Birth)
	r.addNames(out, p)
	r.addKin(out, p)
	r.addNumbers(out, p)
	for _, a := range p.Addresses {
		r.addAddress(out, a)
	}
	for _, t := range p.Telecoms {
		r.addTelecom(out, t)
	}
	return out
}

// WithDoses is the record with the vaccinations that were reported of the
// person. They are evidence for finding duplicates among stored records; none
// alone makes a match.
func (r *Record) WithDoses(doses []Dose) *Record {
	with := *r
	with.doses = slices.Clone(doses)
	return &with
}

func sexOf(s string) byte {
	if s == "M" || s == "F" {
		return s[0]
	}
	return 0
}

// birthDay takes a birth date apart. One that only stands for an unknown one is
// none.
func (r *Rules) birthDay(d cal.Date) birthDay {
	if d == cal.None || r.noBirth[d] {
		return birthDay{}
	}
	y, m, day := d.YMD()
	b := birthDay{date: d, y: y, m: int(m), d: day, firstOfJan: m == 1 && day == 1}
	copy(b.text[:], d.Compact())
	return b
}

func (r *Rules) addNames(out *Record, p *iis.Person) {
	for i, n := range p.Names {
		given, family, suffix := fold.Words(n.Given), fold.Words(n.Family), suffixes[fold.Text(n.Suffix)]
		given, suffix = cutSuffix(given, suffix)
		family, suffix = cutSuffix(family, suffix)
		if out.suffix == "" {
			out.suffix = suffix
		}
		if r.unknown[noPerson][strings.Join(given, "")+" "+strings.Join(family, "")] {
			out.noGiven = true
			continue
		}
		if !r.unknown[noFamily][strings.Join(family, "")] {
			out.families = addName(out.families, r.familyName(family, i > 0))
		}
		middle := fold.Words(n.Middle)
		out.middles = addName(out.middles, r.givenName(middle, i > 0))
		if r.standsIn(given) {
			out.noGiven = true
			r.addBirth(out, given, p.MultipleBirth)
			continue
		}
		g := r.givenName(given, i > 0)
		if len(middle) > 0 {
			g.with = g.text + strings.Join(middle, "")
		}
		out.givens = addName(out.givens, g)
	}
}

// addBirth takes from what stands for a newborn's name that it is one of several,
// and which: BABY BOY B is the second. What is told apart leads; but TWIN B is a twin,
// though a form that nobody filled in said that there was one child.
func (r *Rules) addBirth(out *Record, given []string, multiple string) {
	word, order := r.lettered(given)
	if len(word) == 0 || !r.unnamed(word) {
		return
	}
	if named := slices.Contains(severals, word[0]); !named && (order == 0 || multiple == "N") {
		return
	}
	if out.multiple = true; out.order == 0 {
		out.order = order
	}
}

// severals are words for a newborn who is not alone.
var severals = []string{"TWIN", "TRIPLET"}

// addName keeps a name that says something and is not there yet.
func addName(list []name, n name) []name {
	if n.text == "" || slices.ContainsFunc(list, func(have name) bool { return have.text == n.text && have.with == n.with }) {
		return list
	}
	return append(list, n)
}

// familyName is a family name in its words, small words joined to what follows
// them: DE LA CRUZ is DELACRUZ. Y and E between two are passed over.
func (r *Rules) familyName(words []string, former bool) name {
	n := name{former: former}
	for i := 0; i < len(words); i++ {
		if (words[i] == "Y" || words[i] == "E") && i > 0 && i < len(words)-1 {
			continue
		}
		from := i
		for i < len(words)-1 && r.particles[words[i]] {
			i++
		}
		n.words = append(n.words, strings.Join(words[from:i+1], ""))
		n.cores = append(n.cores, words[i])
	}
	n.spelled = spell(strings.Join(n.words, ""))
	n.worth = r.weights[FamilyName][Same]
	if worth, known := r.family[n.text]; known {
		n.worth = worth
	}
	return n
}

func (r *Rules) givenName(words []string, former bool) name {
	n := name{spelled: spell(strings.Join(words, "")), words: words, cores: words, former: former}
	n.worth = r.weights[GivenName][Same]
	if worth, known := r.given[n.text]; known {
		n.worth = worth
	}
	n.kin = r.called[n.text]
	return n
}

// suffixes are suffixes of names in one form each: JR is the second of a name.
var suffixes = map[string]string{
	"SR": "1", "SENIOR": "1", "I": "1", "1ST": "1", "JR": "2", "JUNIOR": "2", "II": "2", "2ND": "2", "III": "3", "3RD": "3",
	"IV": "4", "4TH": "4", "V": "5", "5TH": "5",
}

// cutSuffix takes a suffix off the end of a name. One that was sent apart holds.
func cutSuffix(words []string, suffix string) ([]string, string) {
	last := len(words) - 1
	if last < 1 || len(words[last]) < 2 || suffixes[words[last]] == "" {
		return words, suffix
	}
	if suffix == "" {
		suffix = suffixes[words[last]]
	}
	return words[:last], suffix
}

func (r *Rules) addKin(out *Record, p *iis.Person) {
	maiden := r.familyName(fold.Words(p.MotherMaiden.Family), false)
	out.maidens = addName(out.maidens, maiden)
	out.kin = addName(out.kin, maiden)
	out.guardians = addName(out.guardians, r.givenName(fold.Words(p.MotherMaiden.Given), false))
	for _, k := range p.Kin {
		for _, n := range k.Names {
			out.kin = addName(out.kin, r.familyName(fold.Words(n.Family), false))
			out.guardians = addName(out.guardians, r.givenName(fold.Words(n.Given), false))
		}
	}
}

func (r *Rules) addNumbers(out *Record, p *iis.Person) {
	for _, id := range p.IDs {
		switch id.Type {
		case "SS":
			if v := r.socialNumber(id.Value); v != "" {
				out.social = addString(out.social, v)
			}
		case "MA":
			if v := lifeNumber(id.Value); v != "" {
				out.medicaid = addString(out.medicaid, v)
			}
		case "MR", "PI", "PT":
			if v := fold.Text(id.Value); v != "" {
				out.charts = append(out.charts, chart{id.Type, fold.Text(id.Authority), v})
			}
		}
	}
}

// socialNumber is a social security number as it is compared, "" for one that
// says nothing: of an area never issued, of repeated digits, or one that stands
// for an unknown one (SSA POMS RM 10201.035). Zeros that a spreadsheet dropped
// from the front are put back; the last four digits alone are kept as they are.
func (r *Rules) socialNumber(s string) string {
	v := fold.Text(s)
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return ""
		}
	}
	switch {
	case len(v) == 4 && v != "0000":
		return v
	case len(v) == 7 || len(v) == 8:
		v = "00"[:9-len(v)] + v
	}
	if len(v) != 9 || strings.Trim(v, v[:1]) == "" || r.unknown[noNumber][v] {
		return ""
	}
	if strings.HasPrefix(v, "000") || strings.HasPrefix(v, "666") || v[0] == '9' {
		return ""
	}
	return v
}

// lifeNumber is another number that a person keeps for life as it is compared.
func lifeNumber(s string) string {
	v := fold.Text(s)
	if len(v) < 4 || strings.Trim(v, "0") == "" {
		return ""
	}
	return v
}

// addAddress takes an address apart: number, street, what kind of street, unit
// left out. The place of birth and addresses known to be bad say nothing.
func (r *Rules) addAddress(out *Record, a iis.Address) {
	if a.Type == "BDL" || a.Type == "BA" {
		return
	}
	ad := address{city: spell(fold.Text(a.City)), zip: digits(a.Zip)}
	var street, line string
	ad.zip = ad.zip[:min(5, len(ad.zip))]
	if strings.Trim(ad.zip, "0") == "" || strings.Trim(ad.zip, "9") == "" {
		ad.zip = ""
	}
	words := fold.Words(strings.Split(a.Street, "#")[0])
	if r.unknown[noStreet][strings.Join(words, " ")] {
		words = nil
	}
	for i, w := range words {
		s := r.streets[w]
		switch {
		case ad.number == "" && w[0] >= '0' && w[0] <= '9':
			ad.number = w
		case s.kind == "unit" && street != "" && i > 1:
			words = words[:i]
		case (s.kind == "street" && street != "") || (s.kind == "direction" && len(words) > 2):
			ad.rest, line = ad.rest+s.as, line+w
		default:
			street, line = street+w, line+w
		}
		if i >= len(words)-1 {
			break
		}
	}
	ad.street, ad.line = spell(street), spell(line)
	if ad != (address{}) && !slices.Contains(out.addresses, ad) {
		out.addresses = append(out.addresses, ad)
	}
}

// addTelecom takes a number of ten digits, or of seven where the area is not
// said, and an e-mail address.
func (r *Rules) addTelecom(out *Record, t iis.Telecom) {
	if e := strings.ToUpper(strings.TrimSpace(t.Email)); strings.Contains(e, "@") && !r.unknown[noEmail][e] {
		out.emails = addString(out.emails, e)
	}
	if n := telephone(t); n != "" && !r.saysNothing(n) {
		out.phones = addString(out.phones, n)
	}
}

// telephone is a number in its ten digits, or seven; "" for another.
func telephone(t iis.Telecom) string {
	if t.Equipment == "FX" {
		return ""
	}
	n := digits(t.Area + t.Local)
	if n == "" {
		n = digits(t.Text)
	}
	n = n[max(0, len(n)-10):]
	if len(n) != 10 && len(n) != 7 {
		return ""
	}
	return n
}

// saysNothing reports a telephone that is written where none is known, or answers for
// everyone: behind the area one digit alone, or a number of the list.
func (r *Rules) saysNothing(phone string) bool {
	own := phone[len(phone)-7:]
	return strings.Trim(own, own[:1]) == "" || r.unknown[noTelephone][own] || r.unknown[noTelephone][phone]
}

func digits(s string) string {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return strings.Map(func(c rune) rune {
				if c < '0' || c > '9' {
					return -1
				}
				return c
			}, s)
		}
	}
	return s
}
