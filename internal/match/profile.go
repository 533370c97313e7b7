package match

import (
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"
)

// guard is what forbids a match however much speaks for it.
type guard uint8

// The guards, in the order in which they are told.
const (
	guardGiven guard = iota
	guardNearGiven
	guardMiddle
	guardBirth
	guardNumbers
	guardSex
	guardSuffix
	guardOrder
	guardTwins
	guardNearTwins
	guardNamesake
	guardFamily
	guardStranger
	guardGeneration
	guardPlaceholder
	guardGivenExact
	guardFamilyExact
	guardBirthExact
	guardHome
	guardFamilyNumber
	guardHomeNumber
	guardCount // those before it are set by a profile

	guardChart = iota - 1 // and these always hold
	guardChild
	guardEnd
)

var guardNames = [guardEnd]string{
	"given name", "near given name", "middle name", "birth date", "numbers", "sex", "suffix", "birth order", "twins", "near twins", "namesake", "family name",
	"stranger", "a generation apart", "placeholder",
	"given name exact", "family name exact", "birth date exact", "home",
	"family name or number", "home or number",
	"another number of the same facility", "another child under one number",
}

// guards is a set of guards.
type guards uint32

func (g guards) has(x guard) bool { return g&(1<<x) != 0 }

func (g *guards) add(x guard, when bool) {
	if when {
		*g |= 1 << x
	}
}

// names are the guards of the set in words.
func (g guards) names() []string {
	out := []string{}
	for x := range guard(guardEnd) {
		if g.has(x) {
			out = append(out, guardNames[x])
		}
	}
	return out
}

// Profile is how much is asked for before two are taken for one: limits, and
// which guards are set. It is a file of matching/.
type Profile struct {
	Name       string
	rules      *Rules
	prior      Bits // the odds before anything is compared
	match      Bits
	possible   Bits
	rival      Bits
	household  Bits
	household2 Bits // when the birth dates differ too
	on         guards
	toNew      guards // which of them leave not even a possibility
}

// Profile is the profile of that name.
func (r *Rules) Profile(name string) (*Profile, error) {
	if p := r.profiles[name]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("there is no profile %q; there are %s", name, strings.Join(r.Profiles(), " and "))
}

// Rules are the rules to which the profile belongs.
func (p *Profile) Rules() *Rules { return p.rules }

// people is the setting for the odds before anything is compared.
const people = "people in the registry"

func (l *loader) profiles() {
	l.rules.profiles = map[string]*Profile{}
	names, err := fs.Glob(l.files, "*.tsv")
	if err != nil {
		l.wrong = append(l.wrong, err)
	}
	for _, file := range names {
		text, err := fs.ReadFile(l.files, file)
		if err != nil || !strings.HasPrefix(string(text), "# profile: ") {
			continue
		}
		p := l.profile(file)
		if p.Name+".tsv" != file {
			l.fail(file, 1, "the profile is named %q and its file is not", p.Name)
		}
		l.rules.profiles[p.Name] = p
	}
	if len(l.rules.profiles) == 0 {
		l.wrong = append(l.wrong, fmt.Errorf("there is no profile"))
	}
}

func (l *loader) profile(file string) *Profile {
	p := &Profile{rules: l.rules}
	limits := map[string]*Bits{
		people: &p.prior, "match": &p.match, "possible": &p.possible, "rival": &p.rival,
		"household": &p.household, "household, other birth date": &p.household2,
	}
	rows := l.rows(file, 1, false, "setting", "value", "why")
	p.Name, _, _ = strings.Cut(strings.TrimPrefix(l.head, "# profile: "), ";")
	for _, r := range rows {
		name, isGuard := strings.CutPrefix(r.cells[0], "guard: ")
		limit := limits[name]
		switch {
		case r.cells[2] == "":
			l.fail(file, r.line, "a setting says why")
		case isGuard:
			l.guard(p, r, name)
		case limit == nil:
			l.fail(file, r.line, "there is no setting %q", name)
		case name == people:
			n, err := strconv.Atoi(r.cells[1])
			if err != nil || n < 1 {
				l.fail(file, r.line, "%q is no number of people", r.cells[1])
				n = 1
			}
			*limit = -Bits(math.Round(math.Log2(float64(n)) * float64(bit)))
			delete(limits, name)
		default:
			*limit = l.bits(r, 1)
			delete(limits, name)
		}
	}
	for name := range limits {
		l.fail(file, 1, "the setting %q is missing", name)
	}
	if p.match <= p.possible {
		l.fail(file, 1, "a match wants more bits than a possible one")
	}
	return p
}

func (l *loader) guard(p *Profile, r row, name string) {
	x := slices.Index(guardNames[:guardCount], name)
	if x < 0 || r.cells[1] != string(Possible) && r.cells[1] != string(New) {
		l.fail(r.file, r.line, "there is no guard %q that leaves %q", name, r.cells[1])
		return
	}
	p.on.add(guard(x), true)
	p.toNew.add(guard(x), r.cells[1] == string(New))
}

// For is the profile for a registry of so many people. A smaller one has fewer
// strangers who are alike by chance, so that for the same work people can look
// at what says less; what is a match stays what it was.
func (p *Profile) For(people int) *Profile {
	out := *p
	fewer := -p.prior - Bits(math.Round(math.Log2(float64(max(people, 1)))*float64(bit)))
	out.possible -= max(0, fewer)
	return &out
}
