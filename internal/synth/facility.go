package synth

import "strconv"

// Kind is a sort of facility.
type Kind uint8

// The kinds. Elsewhere is no facility of ours: the dose was given in another
// state, and somebody here only heard of it.
const (
	Clinic Kind = iota
	Hospital
	Pharmacy
	School
	HealthDepartment
	Elsewhere
)

// Kinds are the kinds of facilities that report.
var Kinds = []Kind{Clinic, Hospital, Pharmacy, School, HealthDepartment}

// String is the kind in words.
func (k Kind) String() string { return kinds[k].words }

var kinds = [...]struct {
	words, code string
	least       int // how many there are at least
	people      int // and one for so many people
	stream      uint64
}{
	Clinic:           {"clinic", "CLINIC", 4, 2_500, 0},
	Hospital:         {"hospital", "HOSP", 1, 30_000, 1},
	Pharmacy:         {"pharmacy", "PHARM", 1, 5_000, 2},
	School:           {"school", "SCHOOL", 1, 5_000, 3},
	HealthDepartment: {"local health department", "LHD", 1, 20_000, 4},
	Elsewhere:        {"elsewhere", "", 0, 1, 5},
}

// Facility gives vaccines and sends messages.
type Facility struct {
	Code string // in MSH-4, and as the authority of its numbers
	Name string
	Kind Kind
	// City, Zip and County are where it lies; of a health department, its seat.
	City, Zip, County string
}

// Clinic is the i-th made-up clinic.
func (p *Population) Clinic(i int) Facility { return p.Facility(Clinic, i) }

// Facility is the i-th made-up facility of a kind. It lies in the town whose
// number is i modulo the number of towns.
func (p *Population) Facility(kind Kind, i int) Facility {
	k := kinds[kind]
	d := dice(mix(p.seed, streamClinic, uint64(i)|k.stream<<40))
	place := towns[i%len(towns)].name
	if i >= len(towns) {
		place += " " + pick(&d, streets) // the town has several
	}
	name := place + " "
	switch kind {
	case Clinic:
		name += pick(&d, clinicKinds)
	case Hospital:
		name += pick(&d, hospitalKinds)
	case Pharmacy:
		name = pick(&d, pharmacyNames) + " Pharmacy #" + strconv.Itoa(100+i) + ", " + place
	case School:
		name += pick(&d, schoolKinds)
	case HealthDepartment:
		name = counties[i%len(counties)] + " County Public Health"
	}
	town := towns[i%len(towns)]
	county := counties[town.county]
	if kind == HealthDepartment {
		county = counties[i%len(counties)]
	}
	return Facility{Code: k.code + strconv.Itoa(i+1), Name: name, Kind: kind, City: town.name, Zip: town.zip, County: county}
}

// Facilities is how many facilities of a kind serve the population.
func (p *Population) Facilities(kind Kind) int {
	k := kinds[kind]
	n := max(k.least, p.Size/k.people)
	if kind == HealthDepartment {
		n = min(n, len(counties))
	}
	return n
}

// local is the facility of a kind in a town that somebody goes to: one of
// several, by any number of theirs.
func (p *Population) local(kind Kind, town int, whose uint64) Facility {
	n := p.Facilities(kind)
	if kind == HealthDepartment {
		return p.Facility(kind, towns[town].county%n)
	}
	if n < len(towns) {
		return p.Facility(kind, town%n)
	}
	here := (n - town + len(towns) - 1) / len(towns)
	return p.Facility(kind, town+len(towns)*int(whose%uint64(here)))
}
