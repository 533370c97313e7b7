package synth

import (
	"strconv"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// MostDoses is how many doses a person has at most.
const MostDoses = 12

// Dose is one vaccination of a made-up person, or its refusal.
type Dose struct {
	Number     int // 1 for the person's first; names the dose within the person
	Date       cal.Date
	Vaccine    *Vaccine
	Lot        string   // empty when it was not given by the sender
	Expiration cal.Date // likewise
	Historical bool     // somebody else gave it: little is known
	Refused    bool     // it was offered and refused
	Site       *iis.Coded
}

// Vaccine is a product that is, or was, on the market.
type Vaccine struct {
	CVX, Name  string
	MVX, Maker string
	Route      iis.Coded
	VIS        []string // bar codes of editions of its information statement, the oldest first
}

var (
	intramuscular = iis.Coded{Code: "C28161", Text: "Intramuscular", System: "NCIT"}
	subcutaneous  = iis.Coded{Code: "C38299", Text: "Subcutaneous", System: "NCIT"}
)

const (
	glaxo  = "GlaxoSmithKline"
	merck  = "Merck and Co., Inc."
	sanofi = "Sanofi Pasteur"
	pfizer = "Pfizer, Inc"
)

// The editions are those that NIST's value set of 2018 has too, so that what is
// made of them conforms; CVX, MVX and VIS are held to our code sets by a test.
var (
	multiPediatric = []string{"253088698300026411121116", "253088698300026411151105"}
	hepB           = &Vaccine{"08", "Hep B, adolescent or pediatric", "SKB", glaxo, intramuscular, []string{"253088698300005911120202", "253088698300005911160720"}}
	pediarix       = &Vaccine{"110", "DTaP-Hep B-IPV", "SKB", glaxo, intramuscular, multiPediatric}
	pentacel       = &Vaccine{"120", "DTaP-Hib-IPV", "PMC", sanofi, intramuscular, multiPediatric}
	pcv13          = &Vaccine{"133", "Pneumococcal conjugate PCV 13", "PFR", pfizer, intramuscular, []string{"253088698300015811130227", "253088698300015811151105"}}
	mmr            = &Vaccine{"03", "MMR", "MSD", merck, subcutaneous, []string{"253088698300012711120420", "253088698300012711180212"}}
	varicella      = &Vaccine{"21", "varicella", "MSD", merck, subcutaneous, []string{"253088698300024011080313", "253088698300024011180212"}}
	mmrv           = &Vaccine{"94", "MMRV", "MSD", merck, subcutaneous, []string{"253088698300013411100521", "253088698300013411180212"}}
	hepA           = &Vaccine{"83", "Hep A, ped/adol, 2 dose", "SKB", glaxo, intramuscular, []string{"253088698300004211111025", "253088698300004211160720"}}
	dtapIPV        = &Vaccine{"130", "DTaP-IPV", "SKB", glaxo, intramuscular, []string{"253088698300003511070517"}}
	tdap           = &Vaccine{"115", "Tdap", "PMC", sanofi, intramuscular, []string{"253088698300027111130509", "253088698300027111150224"}}
	hpv9           = &Vaccine{"165", "HPV9", "MSD", merck, intramuscular, []string{"253088698300029511150415", "253088698300029511161202"}}
	menACWY        = &Vaccine{"136", "Meningococcal MCV4O", "SKB", glaxo, intramuscular, []string{"253088698300014111111014", "253088698300014111160331"}}
	flu            = &Vaccine{"140", "Influenza, split virus, trivalent, PF", "PMC", sanofi, intramuscular, []string{"253088698300010311120702", "253088698300010311150807"}}
	td             = &Vaccine{"113", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed", "PMC", sanofi, intramuscular, []string{"253088698300028811150224", "253088698300028811170411"}}
	zoster         = &Vaccine{"187", "zoster recombinant", "SKB", glaxo, intramuscular, []string{"253088698300032511180212"}}
)

// visit is a vaccine with the age at which it is due.
type visit struct {
	days    int
	vaccine *Vaccine
}

const (
	month = 30
	year  = 365
)

// plans are roughly the childhood schedule as different clinics keep it, with
// what adults get at the end.
var plans = [...][]visit{
	{{0, hepB}, {2 * month, pediarix}, {2 * month, pcv13}, {4 * month, pediarix}, {4 * month, pcv13}, {6 * month, pediarix},
		{370, mmrv}, {375, pcv13}, {18 * month, hepA}, {4*year + 30, dtapIPV}, {4*year + 30, mmrv}, {11*year + 60, tdap},
		{11*year + 60, hpv9}, {40 * year, td}, {52 * year, zoster}},
	{{1, hepB}, {2 * month, pentacel}, {4 * month, pentacel}, {6 * month, pentacel}, {6 * month, hepB}, {370, mmr}, {370, varicella},
		{15 * month, pentacel}, {18 * month, hepA}, {5 * year, dtapIPV}, {5 * year, mmr}, {11*year + 90, menACWY},
		{11*year + 90, tdap}, {30 * year, td}, {50*year + 90, zoster}, {51 * year, zoster}},
	{{0, hepB}, {2 * month, pediarix}, {4 * month, pediarix}, {6 * month, pediarix}, {8 * month, flu}, {9 * month, flu}, {370, mmr},
		{13 * month, varicella}, {14 * month, pcv13}, {3 * year, flu}, {4*year + 200, mmrv}, {12 * year, hpv9},
		{12*year + 200, hpv9}, {35 * year, flu}, {45 * year, td}, {60 * year, flu}},
}

var (
	sites       = []iis.Coded{{Code: "LT", Text: "Left thigh", System: "HL70163"}, {Code: "RT", Text: "Right thigh", System: "HL70163"}}
	olderSites  = []iis.Coded{{Code: "LA", Text: "Left arm", System: "HL70163"}, {Code: "RA", Text: "Right arm", System: "HL70163"}}
	eligibility = []iis.Coded{
		{Code: "V01", Text: "Not VFC eligible", System: "HL70064"}, {Code: "V01", Text: "Not VFC eligible", System: "HL70064"},
		{Code: "V02", Text: "VFC eligible - Medicaid/Medicaid Managed Care", System: "HL70064"},
		{Code: "V03", Text: "VFC eligible - Uninsured", System: "HL70064"},
		{Code: "V04", Text: "VFC eligible - American Indian/Alaska Native", System: "HL70064"},
	}
)

// doses deals a person's doses: those of a plan whose day has come, each a few
// days late, some never, some refused, some given elsewhere.
func (p *Population) doses(d *dice, birth cal.Date) []Dose {
	plan := plans[d.n(len(plans))]
	refuser, elsewhere := d.chance(2), d.chance(12) // a family that refuses; a child who moved here
	adult := cal.AgeOn(birth, p.Today).Years >= 25
	out := make([]Dose, 0, MostDoses)
	late := 0
	for _, v := range plan {
		if len(out) == MostDoses {
			break
		}
		if v.days > 0 {
			late += d.n(12)
		}
		day := birth + cal.Date(v.days+late)
		if day > p.Today {
			break
		}
		if d.chance(8) || adult && v.days < 18*year && d.chance(80) {
			continue // missed, or before anybody kept a registry
		}
		o := Dose{Number: len(out) + 1, Date: day, Vaccine: v.vaccine}
		o.Refused = refuser && d.chance(60)
		o.Historical = !o.Refused && (elsewhere && v.days < 2*year || v.days <= 1 && d.chance(60) || d.chance(4))
		where := sites
		if v.days > 3*year {
			where = olderSites
		}
		o.Site = &where[d.n(2)]
		if !o.Refused && !o.Historical {
			o.Lot, o.Expiration = p.lot(v.vaccine, day, d.n(4))
		}
		out = append(out, o)
	}
	return out
}

// provider is one of forty nurses.
func provider(d *dice) iis.Provider {
	n := 1000 + d.n(40)
	return iis.Provider{
		ID: strconv.Itoa(n), Family: englishHeads[n%len(englishHeads)] + "grove", Given: girls[n%len(girls)], NameType: "L", IDType: "EI",
	}
}

// lot is one of four lots of a vaccine in the quarter of a year, so that lots
// are shared as they are in life. A quarter is 91 days.
func (p *Population) lot(v *Vaccine, day cal.Date, which int) (string, cal.Date) {
	quarter := uint64(day / 91)
	d := dice(mix(p.seed, streamLot^hash(v.CVX)<<1, quarter*4+uint64(which)))
	const letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
	number := string(letters[d.n(len(letters))]) + strconv.Itoa(100000 + d.n(100000))[1:]
	return number + string(letters[d.n(len(letters))]), cal.Date(quarter*91) + cal.Date(365+d.n(500))
}
