package synth

import (
	"cmp"
	"slices"
	"strconv"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// MostDoses is how many doses a person has at most.
const MostDoses = 90

// Dose is one vaccination of a made-up person, or its refusal.
type Dose struct {
	Number     int // 1 for the person's first; names the dose within the person
	Date       cal.Date
	Vaccine    *Vaccine
	Where      Kind     // what sort of facility gave it
	Lot        string   // empty when nobody here knows it
	Expiration cal.Date // likewise
	Historical bool     // somebody else than who reports it gave it: little is known
	Refused    bool     // it was offered and refused
	Site       *iis.Coded
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

// history is a person's doses while they are dealt.
type history struct {
	p       *Population
	d       *dice
	birth   cal.Date
	end     cal.Date // the last day on which something may be given
	arrived cal.Date // what was given before it was given in another state
	joined  cal.Date // when the family's clinics began to report
	loaded  bool     // and told what they had from before
	refuser bool     // of a family that refuses
	out     []Dose
}

// doses deals the doses of somebody of a household until a day: those of a clinic's plan whose day
// has come, each a few days late, some never, some refused; what adults get;
// influenza and COVID-19 by season. They are in order of date, as the person's
// clinic reports them: what somebody else gave is historical.
func (p *Population) doses(d *dice, household int, birth, end cal.Date) []Dose {
	h := history{p: p, d: d, birth: birth, end: end, out: make([]Dose, 0, 32)}
	plan := plans[d.n(len(plans))]
	clinics := dice(mix(p.seed, streamJoined, uint64(household)))
	h.joined, h.loaded = registryBegan+cal.Date(clinics.n(15*year)), clinics.chance(20)
	h.refuser = d.chance(2)
	if d.chance(10) {
		h.arrived = birth + cal.Date(d.n(1+int(end-birth)))
	}
	h.childhood(plan)
	h.adulthood()
	h.influenza()
	h.covid()
	slices.SortStableFunc(h.out, func(a, b Dose) int { return cmp.Compare(a.Date, b.Date) })
	h.out = h.out[:min(len(h.out), MostDoses)]
	for i := range h.out {
		h.out[i].Number = i + 1
	}
	return h.out
}

// childhood deals a plan. Some begin years late and then catch up, with a month
// between visits at least.
func (h *history) childhood(plan []slot) {
	late, begin, missing := 0, cal.None, missing(h.d)
	if h.d.chance(4) {
		begin = h.birth + cal.Date(year+h.d.n(4*year))
	}
	day := h.birth + cal.Date(plan[0].days)
	for i, s := range plan {
		if i > 0 && plan[i-1].days != s.days {
			late += h.d.n(12)
			before := day
			if day = h.birth + cal.Date(s.days+late); begin != cal.None {
				day = max(day, begin, before+month)
			}
		}
		v := s.line.on(day)
		uptake := 100 * s.uptake
		if s.uptake >= expected {
			uptake = 100*100 - (100-s.uptake)*missing
		}
		if v == nil || h.d.n(100*100) >= uptake || s.most > 0 && int(day-h.birth) > s.most {
			continue
		}
		where := Clinic
		switch {
		case s.days <= 1:
			where = Hospital
		case s.days >= 10*year && h.d.chance(18), s.days > 4*year && s.days < 6*year && h.d.chance(4):
			where = School
		case s.days >= 2*month && h.d.chance(6):
			where = HealthDepartment
		}
		h.add(day, v, where)
	}
}

// expected is the uptake from which a dose is one that all families mean to have; of
// others some do not think as their clinic does.
const expected = 80

// missing is how many of the doses that are expected a child misses, in a hundredth of
// what is missed on average: most families miss next to none, and some most of what is
// missed.
func missing(d *dice) int {
	switch n := d.n(100); {
	case n < 76:
		return 14
	case n < 94:
		return 160
	}
	return 400
}

// adulthood deals tetanus every ten years, and what is given from 50 on.
func (h *history) adulthood() {
	d, age := h.d, int(h.end-h.birth)
	if age < 19*year {
		return
	}
	for at := 21*year + d.n(6*year); at <= age; at += 10*year + d.n(2*year) {
		if d.chance(28) {
			h.adult(h.birth+cal.Date(at), tetanus, 15)
		}
	}
	if age > 50*year && d.chance(40) {
		day := max(h.birth+cal.Date(50*year), cal.Of(2006, 9, 1)) + cal.Date(d.n(5*year))
		h.adult(day, shingles, 60)
		if shingles.on(day) == zoster && d.chance(78) {
			h.adult(day+cal.Date(60+d.n(120)), shingles, 60)
		}
	}
	if age > 65*year && d.chance(62) {
		h.adult(max(h.birth+cal.Date(65*year), registryBegan)+cal.Date(d.n(3*year)), pneumoLine, 30)
	}
	if age > 62*year && d.chance(26) {
		h.adult(rsvLine[0].from+cal.Date(d.n(2*year)), rsvLine, 75)
	}
}

// adult adds a dose of a line, in so many of a hundred cases in a pharmacy.
func (h *history) adult(day cal.Date, l line, pharmacy int) {
	where := Clinic
	switch n := h.d.n(100); {
	case n < pharmacy:
		where = Pharmacy
	case n < pharmacy+4:
		where = HealthDepartment
	}
	h.give(day, l, where)
}

// influenza deals a dose for the autumns in which the person had one; two in a
// small child's first.
func (h *history) influenza() {
	d, habit := h.d, 0
	switch n := d.n(100); {
	case n < 30:
		habit = 78
	case n < 65:
		habit = 26
	}
	first, _, _ := h.birth.AddDays(6 * month).YMD()
	last, _, _ := h.end.YMD()
	had := false
	for autumn := max(first, firstSeason); autumn <= last; autumn++ {
		day := cal.Of(autumn, 9, 5) + cal.Date(d.n(60)+d.n(60))
		age := int(day-h.birth) / year
		known := age < 19 || d.chance(min(mostKnown, 4+3*(autumn-firstSeason)))
		if !d.chance(habit) || int(day-h.birth) < 6*month || !known {
			continue
		}
		v := fluOf(autumn, age >= 65)
		h.add(day, v, h.fluPlace(age))
		if age < 9 && !had && d.chance(60) {
			h.add(day+cal.Date(28+d.n(20)), v, Clinic)
		}
		had = true
	}
}

// mostKnown is how many of a hundred doses of adults against influenza a registry hears
// of: what is given at work it does not, and pharmacies were years in joining.
const mostKnown = 45

func (h *history) fluPlace(age int) Kind {
	n := h.d.n(100)
	switch {
	case age >= 5 && age < 18 && n < 28:
		return School
	case age >= 18 && n < 55, age >= 9 && n < 38 && n >= 28:
		return Pharmacy
	case n >= 96:
		return HealthDepartment
	}
	return Clinic
}

// covid deals the first series of 2021 and the doses of later autumns, to those
// of twelve and above.
func (h *history) covid() {
	d := h.d
	l := covidLines[d.n(2)]
	day := cal.Of(2021, 2, 1) + cal.Date(d.n(180))
	if h.birth > cal.Of(2003, 1, 1) {
		day = max(cal.Of(2021, 6, 1), h.birth.AddMonths(144)) + cal.Date(d.n(200))
	}
	if d.chance(37) || day > cal.Of(2022, 12, 1) {
		return
	}
	place := func() Kind {
		switch n := d.n(100); {
		case n < 52:
			return Pharmacy
		case n < 76:
			return HealthDepartment
		}
		return Clinic
	}
	h.give(day, l, place())
	if d.chance(92) {
		h.give(day+cal.Date(24+d.n(12)), l, place())
	}
	last, _, _ := h.end.YMD()
	for autumn, share := 2021, 50; autumn <= last && d.chance(share); autumn, share = autumn+1, 62 {
		if on := cal.Of(autumn, 9, 20) + cal.Date(d.n(110)); on > day+150 {
			h.give(on, l, place())
		}
	}
}

// give adds what a line had on a day, if it had anything.
func (h *history) give(day cal.Date, l line, where Kind) {
	if v := l.on(day); v != nil {
		h.add(day, v, where)
	}
}

// add adds a dose, unless its day has not come, or was before the family's clinics
// reported and nobody told of it later.
func (h *history) add(day cal.Date, v *Vaccine, where Kind) {
	d := h.d
	elsewhere, known := d.chance(2), h.loaded && d.chance(80)
	refused := h.refuser && d.chance(60) || !h.refuser && d.n(1000) < 4
	which, side := d.n(4), d.n(2)
	if day > h.end || day < h.birth {
		return
	}
	if elsewhere || day < h.arrived {
		where = Elsewhere
	}
	if day < h.joined {
		if !known {
			return
		}
		where = Elsewhere
	}
	o := Dose{Date: day, Vaccine: v, Where: where}
	if o.Refused = refused && (where == Clinic || where == HealthDepartment); o.Refused {
		o.Historical = where != Clinic
		h.out = append(h.out, o)
		return
	}
	o.Historical = where != Clinic
	if where != Elsewhere {
		o.Site = site(v, h.birth, day, side)
		o.Lot, o.Expiration = h.p.lot(v, day, which)
	}
	h.out = append(h.out, o)
}

// site is where a vaccine was given; what is swallowed has none.
func site(v *Vaccine, birth, day cal.Date, side int) *iis.Coded {
	switch {
	case v.Route.Code == oral.Code:
		return nil
	case int(day-birth) > 3*year:
		return &olderSites[side]
	}
	return &sites[side]
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
	n := 100000 + d.n(100000)
	text := [7]byte{letters[d.n(len(letters))]}
	for i := 5; i > 0; i-- {
		text[i] = byte('0' + n%10)
		n /= 10
	}
	text[6] = letters[d.n(len(letters))]
	return string(text[:]), cal.Date(quarter*91) + cal.Date(365+d.n(500))
}
