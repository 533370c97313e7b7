// Package stub is what is kept of somebody who opted out of the registry: keyed,
// slow hashes of combinations by which the person would be recognized if a message
// about them came again, and nothing that can be read.
//
// It reads no registry and keeps nothing: package store has the rows, package record
// asks. What a combination is made of is written down here for ever, for what was
// hashed cannot be hashed anew: a change is a new Version beside the old one.
// Start at Combinations, Key.Hash and Judge (docs/opt-out.md, docs/adr/0023).
package stub

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fold"
	"openiis/internal/iis"
)

// Version is that of the combinations: it is part of what is hashed.
const Version = 1

// Kind says of what a combination is made. Kinds are stored: a number is never given
// to another one.
type Kind int64

// The kinds. All of them name the birth date or most of it, and all but the last
// four the given name.
const (
	Name        Kind = 1  // birth date, given name, how a word of the family name sounds
	GivenSounds Kind = 2  // birth date, how the given name sounds, a word of the family name
	Month       Kind = 3  // year and month of birth, given name, a word of the family name
	Swapped     Kind = 4  // year, day and month of birth in either order, given name, a word of the family name
	Mother      Kind = 5  // birth date, given name, the mother's maiden name or her given name
	Telephone   Kind = 6  // birth date, given name, telephone
	Home        Kind = 7  // birth date, given name, house number and ZIP code
	Social      Kind = 8  // birth date, social security or Medicaid number
	Chart       Kind = 9  // birth date, a number that a sender gave its own patient
	Certificate Kind = 10 // birth date, number of the birth certificate
	Unnamed     Kind = 11 // birth date, mother and home of a child who was born alone and has no name yet
)

// Combination is a text that is hashed, with its kind.
type Combination struct {
	Kind Kind
	Text string
}

// Words are what is known of given names, which grows with the program and is no part
// of what is hashed: which are none, and by which others a name is called.
type Words struct {
	Unnamed func(given string) bool     // it stands for a name that is not given yet: BABY BOY
	Nothing func(given string) bool     // it stands for one that is not known
	Called  func(given string) []string // other names by which the person may be called, folded
}

// most is how many combinations are made of one description: what names more is no
// description of a person.
const most = 200

// Combinations are those of a description by a sender: for whom is described by a
// message, or, with kept, for whom a stub is made. A stub also has the names by which
// the person may be called, and what would recognize the child before it has a name.
func Combinations(p *iis.Person, sender iis.SenderID, w Words, kept bool) []Combination {
	if p.Birth == cal.None {
		return nil
	}
	m := maker{birth: p.Birth, day: p.Birth.Compact()}
	families, givens, unnamed := namesOf(p, w, kept)
	mothers, phones, houses := mothersOf(p), phonesOf(p), housesOf(p)
	for _, g := range givens {
		m.ofNames(g, families)
		m.with(Mother, g, mothers)
		m.with(Telephone, g, phones)
		m.with(Home, g, houses)
	}
	m.ofNumbers(p, sender)
	if several := p.MultipleBirth == "Y" || p.BirthOrder > 1; !several && (unnamed || kept) {
		for _, mother := range mothers {
			for _, home := range slices.Concat(phones, houses) {
				m.add(Unnamed, mother, home)
			}
		}
	}
	return m.out[:min(len(m.out), most)]
}

// maker collects combinations, each once.
type maker struct {
	birth cal.Date
	day   string // YYYYMMDD
	out   []Combination
}

func (m *maker) add(k Kind, parts ...string) { m.addOn(k, m.day, parts...) }

func (m *maker) addOn(k Kind, day string, parts ...string) {
	c := Combination{k, strconv.Itoa(Version) + "|" + strconv.Itoa(int(k)) + "|" + day + "|" + strings.Join(parts, "|")}
	if !slices.Contains(m.out, c) {
		m.out = append(m.out, c)
	}
}

func (m *maker) ofNames(given string, families []string) {
	year, month, day := m.birth.YMD()
	for _, f := range families {
		m.add(Name, given, sound(f))
		m.add(GivenSounds, sound(given), f)
		m.addOn(Month, m.day[:6], given, f)
		m.addOn(Swapped, fmt.Sprintf("%04d-%02d-%02d", year, min(int(month), day), max(int(month), day)), given, f)
	}
}

func (m *maker) with(k Kind, given string, others []string) {
	for _, o := range others {
		m.add(k, given, o)
	}
}

// ofNumbers adds those of numbers. A sender's own number means the person to that
// sender alone, whatever type and authority it is sent under.
func (m *maker) ofNumbers(p *iis.Person, sender iis.SenderID) {
	for _, id := range p.IDs {
		v := fold.Text(id.Value)
		if len(v) < 3 || len(v) > 100 {
			continue
		}
		switch id.Type {
		case "SS":
			if len(v) == 9 && strings.Trim(v, v[:1]) != "" {
				m.add(Social, "SS", v)
			}
		case "MA", "MC":
			m.add(Social, "MA", v)
		case "BR":
			m.add(Certificate, v)
		case "SR", "DL", "PN", "WC":
		default:
			m.add(Chart, strconv.FormatInt(int64(sender), 10), v)
			if p.Certificate == iis.BirthCertificate {
				m.add(Certificate, v)
			}
		}
	}
}

// namesOf are the words of the family names and the first words of the given names.
func namesOf(p *iis.Person, w Words, kept bool) (families, givens []string, unnamed bool) {
	for _, n := range p.Names {
		for _, f := range fold.Words(n.Family) {
			if len(f) > 1 && !slices.Contains(particles, f) {
				families = addText(families, f)
			}
		}
		if all := strings.Join(fold.Words(n.Family), ""); len(all) > 1 {
			families = addText(families, all)
		}
		words := fold.Words(n.Given)
		switch {
		case len(words) == 0:
		case w.Unnamed(n.Given):
			unnamed = true
		case w.Nothing(n.Given):
		default:
			givens = addText(givens, words[0])
			if kept {
				for _, c := range w.Called(words[0]) {
					givens = addText(givens, c)
				}
			}
		}
	}
	return families, givens, unnamed && len(givens) == 0
}

// particles are words of family names that say nothing by themselves.
var particles = []string{"DE", "LA", "LAS", "LOS", "DEL", "DA", "DOS", "VAN", "VON", "DER", "DEN", "EL", "AL", "BIN", "ST", "JR", "SR", "II", "III", "IV"}

// mothersOf are by what the mother is known: words of her maiden name, and her given
// name.
func mothersOf(p *iis.Person) (out []string) {
	for _, f := range fold.Words(p.MotherMaiden.Family) {
		if len(f) > 1 && !slices.Contains(particles, f) {
			out = addText(out, "MAIDEN "+f)
		}
	}
	given := func(n iis.Name) {
		if words := fold.Words(n.Given); len(words) > 0 && len(words[0]) > 1 {
			out = addText(out, "GIVEN "+words[0])
		}
	}
	given(p.MotherMaiden)
	for _, k := range p.Kin {
		if k.Relation.Code != "MTH" {
			continue
		}
		for _, n := range k.Names {
			given(n)
		}
	}
	return out
}

func phonesOf(p *iis.Person) (out []string) {
	for _, t := range p.Telecoms {
		n := digits(t.Area + t.Local)
		if n == "" {
			n = digits(t.Text)
		}
		if n = n[max(0, len(n)-7):]; len(n) == 7 && strings.Trim(n, n[:1]) != "" {
			out = addText(out, n)
		}
	}
	return out
}

func housesOf(p *iis.Person) (out []string) {
	for _, a := range p.Addresses {
		zip := digits(a.Zip)
		if a.Type == "BDL" || a.Type == "BA" || len(zip) < 5 {
			continue
		}
		for _, w := range fold.Words(a.Street) {
			if w[0] >= '0' && w[0] <= '9' {
				out = addText(out, w+" "+zip[:5])
				break
			}
		}
	}
	return out
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func addText(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// sound is the Soundex code of a name (US National Archives, "The Soundex Indexing
// System"); of one that has no letter A to Z, the name itself.
func sound(s string) string {
	const codes = "01230120022455012623010202" // of A to Z; 0: a vowel, or H, W and Y
	var out []byte
	last := byte('0')
	for i := 0; i < len(s) && len(out) < 4; i++ {
		c := s[i]
		if c < 'A' || c > 'Z' {
			continue
		}
		code := codes[c-'A']
		switch {
		case len(out) == 0:
			out = append(out, c)
		case code != '0' && code != last:
			out = append(out, code)
		}
		if c != 'H' && c != 'W' {
			last = code
		}
	}
	if len(out) == 0 {
		return s
	}
	return (string(out) + "000")[:4]
}
