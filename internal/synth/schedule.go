package synth

import "openiis/internal/cal"

// era is a vaccine from a day on; none (nil) where it was given up for another
// that holds it.
type era struct {
	from    cal.Date
	vaccine *Vaccine
}

// line is what was given for one purpose over the years.
type line []era

// on is the vaccine of a day; nil when there was none yet, or none any more.
func (l line) on(day cal.Date) *Vaccine {
	for i := len(l) - 1; i >= 0; i-- {
		if day >= l[i].from {
			return l[i].vaccine
		}
	}
	return nil
}

// slot is a dose that is due at an age.
type slot struct {
	days   int // the age
	line   line
	uptake int // how many of a hundred get it at some time
	most   int // the age after which it is not given; 0: any
}

const (
	month = 30
	year  = 365
)

// registryBegan is when registries were begun. Clinics joined them over fifteen
// years: of what they gave before, a part was told later.
var registryBegan = cal.Of(1996, 1, 1)

func since(year int, v *Vaccine) era { return era{cal.Of(year, 1, 1), v} }

// The lines of three sorts of clinic: those that give DTaP with hepatitis B
// and polio, those that give it with Hib and polio, and those that give most of
// them apart.
var (
	birthLine = line{since(1992, hepB)}
	polioLine = line{since(1980, opv), since(2000, ipv)}
	rota5Line = line{{cal.Of(2006, 4, 1), rota5}}
	rota1Line = line{{cal.Of(2008, 7, 1), rota1}}
	pcvLine   = line{{cal.Of(2000, 9, 1), pcv7}, {cal.Of(2010, 5, 1), pcv13}, {cal.Of(2023, 8, 1), pcv20}}
	hibLine   = line{since(1991, hib)}
	mmrLine   = line{since(1980, mmr)}
	varLine   = line{since(1996, chicken)}
	hepALine  = line{since(2006, hepA)}
	dtapLine  = line{since(1992, dtap)}
	kinLine   = line{since(1992, dtap), {cal.Of(2008, 9, 1), dtapIPV}}
	tdapLine  = line{{cal.Of(2005, 9, 1), tdap}}
	hpvLine   = line{{cal.Of(2006, 9, 1), hpv4}, {cal.Of(2015, 3, 1), hpv9}}
	menBLine  = line{{cal.Of(2015, 10, 1), menB}}

	togetherA = line{since(1992, dtap), since(2003, pediarix)}
	polioA    = line{since(1980, opv), since(2000, ipv), since(2003, nil)}
	hepBA     = line{since(1992, hepB), since(2003, nil)}
	mmrA      = line{since(1980, mmr), since(2016, mmrv)}
	varA      = line{since(1996, chicken), since(2016, nil)}

	togetherB = line{since(1992, dtap), {cal.Of(2008, 8, 1), pentacel}, {cal.Of(2021, 7, 1), vaxelis}}
	boosterB  = line{since(1992, dtap), {cal.Of(2008, 8, 1), pentacel}}
	polioB    = line{since(1980, opv), since(2000, ipv), {cal.Of(2008, 8, 1), nil}}
	hibB      = line{since(1991, hib), {cal.Of(2008, 8, 1), nil}}
	hepBB     = line{since(1992, hepB), {cal.Of(2021, 7, 1), nil}}

	menA = line{{cal.Of(2005, 6, 1), menactra}, {cal.Of(2021, 1, 1), menquad}}
	menC = line{{cal.Of(2005, 6, 1), menactra}, {cal.Of(2017, 6, 1), menveo}}
)

// plans are roughly the childhood schedule as different clinics keep it.
var plans = [...][]slot{
	{{0, birthLine, 88, 0},
		{2 * month, togetherA, 97, 0}, {2 * month, polioA, 97, 0}, {2 * month, hepBA, 95, 0}, {2 * month, hibLine, 96, 4 * year}, {2 * month, rota5Line, 86, 100}, {2 * month, pcvLine, 96, 4 * year},
		{4 * month, togetherA, 95, 0}, {4 * month, polioA, 95, 0}, {4 * month, hibLine, 95, 4 * year}, {4 * month, rota5Line, 84, 200}, {4 * month, pcvLine, 95, 4 * year},
		{6 * month, togetherA, 93, 0}, {6 * month, hepBA, 92, 0}, {6 * month, rota5Line, 78, 240}, {6 * month, pcvLine, 92, 4 * year},
		{372, mmrA, 93, 0}, {372, varA, 91, 0}, {372, hibLine, 88, 5 * year}, {372, hepALine, 86, 0}, {15 * month, pcvLine, 87, 5 * year}, {15 * month, dtapLine, 86, 0},
		{19 * month, hepALine, 76, 0}, {4*year + 30, kinLine, 90, 0}, {4*year + 30, mmrA, 92, 0}, {4*year + 30, varA, 89, 0},
		{11*year + 60, tdapLine, 89, 0}, {11*year + 60, menA, 85, 0}, {11*year + 60, hpvLine, 74, 0}, {11*year + 250, hpvLine, 60, 0},
		{16*year + 40, menA, 52, 0}, {16*year + 40, menBLine, 24, 0}, {16*year + 230, menBLine, 17, 0}},
	{{1, birthLine, 84, 0},
		{2 * month, togetherB, 97, 0}, {2 * month, polioB, 97, 0}, {2 * month, hibB, 96, 4 * year}, {2 * month, hepBB, 95, 0}, {2 * month, rota1Line, 87, 100}, {2 * month, pcvLine, 96, 4 * year},
		{4 * month, togetherB, 95, 0}, {4 * month, polioB, 95, 0}, {4 * month, hibB, 95, 4 * year}, {4 * month, rota1Line, 85, 200}, {4 * month, pcvLine, 95, 4 * year},
		{6 * month, togetherB, 93, 0}, {6 * month, hepBB, 92, 0}, {6 * month, hibB, 90, 4 * year}, {6 * month, pcvLine, 92, 4 * year},
		{372, mmrLine, 93, 0}, {372, varLine, 91, 0}, {372, pcvLine, 88, 5 * year}, {15 * month, boosterB, 86, 0}, {15 * month, hibB, 85, 5 * year},
		{14 * month, hepALine, 85, 0}, {21 * month, hepALine, 75, 0}, {5 * year, kinLine, 90, 0}, {5 * year, mmrLine, 92, 0}, {5 * year, varLine, 89, 0},
		{11*year + 90, menC, 86, 0}, {11*year + 90, tdapLine, 90, 0}, {11*year + 90, hpvLine, 71, 0}, {12*year + 10, hpvLine, 58, 0},
		{16*year + 90, menC, 50, 0}},
	{{0, birthLine, 80, 0},
		{2 * month, dtapLine, 96, 0}, {2 * month, polioLine, 96, 0}, {2 * month, hibLine, 95, 4 * year}, {2 * month, birthLine, 94, 0}, {2 * month, rota5Line, 82, 100}, {2 * month, pcvLine, 95, 4 * year},
		{4 * month, dtapLine, 94, 0}, {4 * month, polioLine, 94, 0}, {4 * month, hibLine, 94, 4 * year}, {4 * month, rota5Line, 80, 200}, {4 * month, pcvLine, 94, 4 * year},
		{6 * month, dtapLine, 92, 0}, {6 * month, birthLine, 90, 0}, {6 * month, rota5Line, 74, 240}, {6 * month, pcvLine, 91, 4 * year},
		{370, mmrLine, 92, 0}, {13 * month, varLine, 90, 0}, {13 * month, hibLine, 86, 5 * year}, {14 * month, pcvLine, 85, 5 * year}, {16 * month, dtapLine, 84, 0},
		{18 * month, polioLine, 82, 0}, {18 * month, hepALine, 80, 0}, {25 * month, hepALine, 66, 0}, {4*year + 200, kinLine, 88, 0}, {4*year + 200, mmrLine, 91, 0}, {4*year + 200, varLine, 88, 0},
		{12 * year, tdapLine, 88, 0}, {12 * year, menA, 83, 0}, {12 * year, hpvLine, 68, 0}, {12*year + 200, hpvLine, 54, 0}, {17 * year, menA, 44, 0}},
}

var (
	pneumoLine = line{since(1997, ppsv), {cal.Of(2014, 10, 1), pcv13}, {cal.Of(2022, 2, 1), pcv20}}
	shingles   = line{{cal.Of(2006, 9, 1), zostavax}, {cal.Of(2018, 2, 1), zoster}}
	tetanus    = line{since(1996, td), since(2006, tdap), since(2008, td), since(2014, tdap)}
	rsvLine    = line{{cal.Of(2023, 8, 15), rsv}}
	covidLines = [2]line{
		{{cal.Of(2020, 12, 20), covidP}, {cal.Of(2022, 9, 5), covidB}, {cal.Of(2023, 9, 14), covid23}, {cal.Of(2024, 8, 28), covid24}, {cal.Of(2025, 9, 1), covid25}},
		{{cal.Of(2020, 12, 22), covidM}, {cal.Of(2022, 9, 5), covidB}, {cal.Of(2023, 9, 14), spike23}, {cal.Of(2024, 8, 28), spike24}, {cal.Of(2025, 9, 1), spike25}},
	}
)

// fluOf is the influenza vaccine of an autumn.
func fluOf(autumn int, old bool) *Vaccine {
	s := fluSeasons[min(autumn-firstSeason, len(fluSeasons)-1)]
	if old {
		return s[1]
	}
	return s[0]
}
