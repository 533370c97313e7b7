package record

import (
	"cmp"
	"encoding/binary"
	"errors"

	"openiis/internal/cal"
	"openiis/internal/cdsi"
	"openiis/internal/schedule"
	"openiis/internal/store"
)

// standingVersion begins the body of every standing. What follows: the state;
// the birth date; the number of groups and each of them; the number of antigens
// and each of them. Numbers are varints, days are counted from the day before
// them in the body, names are those of the tables below. Equal standings have
// equal bodies.
const standingVersion = 1

// Numbers of vaccine groups and antigens in stored bodies. A number, once given,
// is never used for another; a name that has none is spelled out after a 0.
var (
	groupNames = []string{1: "COVID-19", "DTaP/Tdap/Td", "HepA", "HepB", "Hib", "HPV", "Influenza", "Meningococcal", "Meningococcal B",
		"MMR", "Pneumococcal", "Polio", "Rotavirus", "RSV", "Varicella", "Zoster", "Chikungunya", "Cholera", "Dengue", "Ebola",
		"Japanese Encephalitis", "Orthopoxvirus", "Rabies", "TBE", "Typhoid", "Yellow Fever"}
	antigenNames = []string{1: "COVID-19", "Diphtheria", "Pertussis", "Tetanus", "HepA", "HepB", "Hib", "HPV", "Influenza", "Meningococcal",
		"Meningococcal B", "Measles", "Mumps", "Rubella", "Pneumococcal", "Polio", "Rotavirus", "RSV", "Varicella", "Zoster",
		"Chikungunya", "Cholera", "Dengue", "Ebola", "Japanese Encephalitis", "Orthopoxvirus", "Rabies", "TBE", "Typhoid", "Yellow Fever"}

	groupCodes, antigenCodes = codesOf(groupNames), codesOf(antigenNames)
)

func codesOf(names []string) map[string]byte {
	out := make(map[string]byte, len(names))
	for i, n := range names[1:] {
		out[n] = byte(i + 1)
	}
	return out
}

// byCode orders names by their numbers, and those that have none behind them.
func byCode(codes map[string]byte, a, b string) int {
	return cmp.Or(cmp.Compare(codes[a]-1, codes[b]-1), cmp.Compare(a, b)) // 0-1 is 255
}

// The numbers of what the engine names, in stored bodies. They go by the order
// of the specification (Tables 3-3 and 5-5).
var (
	storedStatuses = []cdsi.SeriesStatus{1: cdsi.NotComplete, cdsi.Complete, cdsi.Immune, cdsi.Contraindicated, cdsi.AgedOut, cdsi.NotRecommended}
	storedTypes    = []schedule.SeriesType{1: schedule.Standard, schedule.Risk, schedule.EvaluationOnly}
)

// numberIn is the place of a value in a table.
func numberIn[T comparable](table []T, v T) byte {
	for i := 1; i < len(table); i++ {
		if table[i] == v {
			return byte(i)
		}
	}
	return 0
}

// Which days of a group are there, beside the status and type in one byte.
const (
	hasDose = 1 << iota
	hasEarliest
	hasRecommended
	hasPastDue
	hasLatest
)

// encode is the standing as it is stored.
func (s *Standing) encode() []byte {
	b := make([]byte, 0, 160)
	b = append(b, standingVersion, byte(s.State))
	b = binary.AppendUvarint(b, uint64(max(0, s.Born)))
	b = binary.AppendUvarint(b, uint64(len(s.Due)))
	for i := range s.Due {
		b = s.Due[i].append(b, s.Born)
	}
	b = binary.AppendUvarint(b, uint64(len(s.Valid)))
	for i := range s.Valid {
		v := &s.Valid[i]
		b = appendName(b, antigenCodes, v.Antigen)
		b = binary.AppendUvarint(b, uint64(len(v.Days)))
		before := s.Born
		for _, d := range v.Days {
			b = binary.AppendVarint(b, int64(d-before))
			before = d
		}
	}
	return b
}

// append adds a group. Its days are counted from the one before them.
func (d *Due) append(b []byte, born cal.Date) []byte {
	b = appendName(b, groupCodes, d.Group)
	has := byte(0)
	if d.Dose != 0 {
		has |= hasDose
	}
	days := [...]cal.Date{d.Earliest, d.Recommended, d.PastDue, d.Latest}
	for i, day := range days {
		if day != cal.None {
			has |= hasEarliest << i
		}
	}
	b = append(b, numberIn(storedTypes, d.Type)<<4|numberIn(storedStatuses, d.Status), has)
	if d.Dose != 0 {
		b = binary.AppendUvarint(b, uint64(d.Dose))
	}
	before := born
	for _, day := range days {
		if day != cal.None {
			b = binary.AppendVarint(b, int64(day-before))
			before = day
		}
	}
	return b
}

func appendName(b []byte, codes map[string]byte, name string) []byte {
	if n := codes[name]; n != 0 {
		return append(b, n)
	}
	b = binary.AppendUvarint(append(b, 0), uint64(len(name)))
	return append(b, name...)
}

// errStanding is a stored standing that cannot be read.
var errStanding = errors.New("a stored standing is damaged")

// ReadStanding reads a stored standing. One that was written by a newer program
// counts as not assessed: this program's next run makes it anew.
func ReadStanding(row *store.Standing) (Standing, error) {
	s := Standing{Person: row.Person, Assessed: row.Assessed, Release: row.Release}
	if row.Assessed == cal.None || len(row.Body) == 0 || row.Body[0] != standingVersion {
		return Standing{Person: row.Person}, nil
	}
	r := standingReader{in: row.Body[1:]}
	s.State = StandingState(r.byte())
	s.Born = cal.Date(r.count(maxDay))
	s.Due = make([]Due, r.count(uint64(len(r.in))))
	for i := range s.Due {
		s.Due[i] = r.due(s.Born)
	}
	s.Valid = make([]ValidDoses, r.count(uint64(len(r.in))))
	for i := range s.Valid {
		s.Valid[i] = ValidDoses{r.name(antigenNames), make([]cal.Date, r.count(uint64(len(r.in))))}
		r.days(s.Valid[i].Days, s.Born)
	}
	if r.failed || len(r.in) > 0 || s.State == NotAssessed || s.State >= standingStates {
		return Standing{Person: row.Person}, errStanding
	}
	return s, nil
}

// maxDay is more than any day.
const maxDay = 1 << 24

// standingReader reads a body; once it has failed, everything is zero.
type standingReader struct {
	in     []byte
	failed bool
}

func (r *standingReader) fail() { r.failed, r.in = true, nil }

func (r *standingReader) byte() byte {
	if len(r.in) == 0 {
		r.fail()
		return 0
	}
	b := r.in[0]
	r.in = r.in[1:]
	return b
}

// count reads a number that may not be above most: of things that take a byte
// each, most is how many bytes are left.
func (r *standingReader) count(most uint64) uint64 {
	v, n := binary.Uvarint(r.in)
	if n <= 0 || v > most {
		r.fail()
		return 0
	}
	r.in = r.in[n:]
	return v
}

// day reads a day that is counted from another.
func (r *standingReader) day(from cal.Date) cal.Date {
	v, n := binary.Varint(r.in)
	if n <= 0 || v > maxDay || v < -maxDay {
		r.fail()
		return cal.None
	}
	r.in = r.in[n:]
	return from.AddDays(int(v))
}

func (r *standingReader) days(into []cal.Date, from cal.Date) {
	for i := range into {
		into[i] = r.day(from)
		from = into[i]
	}
}

func (r *standingReader) name(names []string) string {
	n := int(r.byte())
	if n > 0 && n < len(names) {
		return names[n]
	}
	if n > 0 {
		r.fail()
		return ""
	}
	size := int(r.count(uint64(len(r.in))))
	if r.failed || size > len(r.in) {
		r.fail()
		return ""
	}
	name := string(r.in[:size])
	r.in = r.in[size:]
	return name
}

func (r *standingReader) due(born cal.Date) Due {
	d := Due{Group: r.name(groupNames)}
	kinds, has := r.byte(), r.byte()
	t, st := int(kinds>>4), int(kinds&15)
	if t == 0 || t >= len(storedTypes) || st == 0 || st >= len(storedStatuses) {
		r.fail()
		return Due{}
	}
	d.Type, d.Status = storedTypes[t], storedStatuses[st]
	if has&hasDose != 0 {
		d.Dose = int(r.count(maxDay))
	}
	before := born
	for i, day := range []*cal.Date{&d.Earliest, &d.Recommended, &d.PastDue, &d.Latest} {
		if has&(hasEarliest<<i) != 0 {
			*day = r.day(before)
			before = *day
		}
	}
	return d
}
