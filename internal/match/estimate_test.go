package match

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// slips are how often records of one person differ in a made-up registry.
type slips struct{ given, family, birth, phone, moved, sex float64 }

// family is a household of a made-up registry.
type family struct {
	name, street, zip, phone, mother string
}

// town makes people up in households of three, each with one record or two, by how
// often their second record differs.
type town struct {
	r     *rand.Rand
	slips slips
}

func (w *town) word(n int) string {
	parts := []string{"AN", "BEL", "COR", "DAN", "EL", "FRA", "GOR", "HAL", "IS", "JO", "KAR", "LIN", "MO", "NOR", "OL", "PER", "QUIN", "RO", "SAM", "TOR"}
	var b strings.Builder
	for range n {
		b.WriteString(parts[w.r.IntN(len(parts))])
	}
	return b.String()
}

func (w *town) family() family {
	return family{w.word(3), fmt.Sprint(1+w.r.IntN(900), " ", w.word(2), " ST"), fmt.Sprint(58100 + w.r.IntN(60)), fmt.Sprint("701", 2000000+w.r.IntN(7999999)), w.word(2)}
}

func (w *town) of(f family, given, birth string, sex string) iis.Person {
	d, _ := cal.Parse(birth)
	return iis.Person{
		Names: []iis.Name{{Family: f.name, Given: given}}, Birth: d, Sex: sex,
		Addresses: []iis.Address{{Street: f.street, City: "FARGO", Zip: f.zip}}, Telecoms: []iis.Telecom{{Text: f.phone}},
		MotherMaiden: iis.Name{Given: f.mother},
	}
}

func (w *town) often(p float64) bool { return w.r.Float64() < p }

// again is how another facility knows the same person.
func (w *town) again(p iis.Person) iis.Person {
	q := p
	q.Names = slices.Clone(p.Names)
	if w.often(w.slips.given) {
		q.Names[0].Given = w.word(2)
	}
	if w.often(w.slips.family) {
		q.Names[0].Family = w.word(3)
	}
	if w.often(w.slips.birth) {
		y, _, _ := p.Birth.YMD()
		q.Birth = cal.Of(y+1, 1, 1) + cal.Date(w.r.IntN(300))
	}
	if w.often(w.slips.phone) {
		q.Telecoms = w.of(w.family(), "", "", "").Telecoms
	}
	if w.often(w.slips.moved) {
		q.Addresses = w.of(w.family(), "", "", "").Addresses
	}
	if w.often(w.slips.sex) {
		q.Sex = map[string]string{"F": "M", "M": "F"}[p.Sex]
	}
	return q
}

// people are records of a made-up town, and which of them are of one person.
func (w *town) people(households int) (all []iis.Person, who []int) {
	n := 0
	for range households {
		f := w.family()
		for range 3 {
			birth := cal.Of(1950+w.r.IntN(74), time.Month(1+w.r.IntN(12)), 1+w.r.IntN(28)).String()
			p := w.of(f, w.word(2), birth, []string{"F", "M"}[w.r.IntN(2)])
			all, who = append(all, p), append(who, n)
			if w.often(.4) {
				all, who = append(all, w.again(p)), append(who, n)
			}
			n++
		}
	}
	return all, who
}

// tallied counts a made-up town as a registry is counted.
func tallied(p *Profile, w *town, households int, decided float64) *Tally {
	all, who := w.people(households)
	t := p.NewTally()
	records, keys := make([]*Record, len(all)), make([][]int64, len(all))
	blocks := map[int64][]int{}
	for i := range all {
		records[i] = p.rules.Prepare(&all[i])
		keys[i] = records[i].Keys()
		t.Name(all[i].Names[0].Family, all[i].Names[0].Given)
		for _, k := range keys[i] {
			blocks[k] = append(blocks[k], i)
		}
	}
	for range 150_000 {
		if i, j := w.r.IntN(len(all)), w.r.IntN(len(all)); i != j {
			t.Random(records[i], records[j])
		}
	}
	seen := map[[2]int]bool{}
	for i := range all {
		for _, k := range keys[i] {
			for _, j := range blocks[k] {
				pair := [2]int{i, j}
				if j <= i || len(blocks[k]) > maxBlock || seen[pair] {
					continue
				}
				seen[pair] = true
				said := SaidNothing
				if w.often(decided) {
					said = SaidTwo
					if who[i] == who[j] {
						said = SaidOne
					}
				}
				t.Blocked(records[i], records[j], SharedKinds(keys[i], keys[j]), said, 1)
			}
		}
	}
	return t
}

func (e *Estimate) at(f Field, l Level) Estimated {
	return e.Levels[slices.IndexFunc(e.Levels, func(x Estimated) bool { return x.Field == f && x.Level == l })]
}

func TestWeightsOfAMadeUpTownAreEstimatedNearTheTruth(t *testing.T) {
	truth := slips{given: .03, family: .12, birth: .04, phone: .35, moved: .25, sex: .03}
	w := &town{rand.New(rand.NewPCG(1, 2)), truth}
	e, err := tallied(profile(t, "balanced"), w, 4000, 0).Estimate()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		f    Field
		l    Level
		want float64 // of one person
	}{
		{GivenName, Different, truth.given}, {FamilyName, Different, truth.family}, {BirthDate, Different, truth.birth},
		{Telephone, Different, truth.phone}, {Sex, Different, truth.sex}, {Sex, Same, 1 - truth.sex}, {Telephone, Same, 1 - truth.phone},
	} {
		x := e.at(c.f, c.l)
		if off := math.Log2(x.One / c.want); math.Abs(off) > .7 {
			t.Errorf("%s %s: %.4f of one person, and %.4f were made: %.2f bits off", c.f, e.rules.names[c.f][c.l], x.One, c.want, off)
		}
	}
	if x := e.at(Sex, Different); x.Kept != "" || math.Abs((x.After).Float()-math.Log2(truth.sex/.5)) > .7 {
		t.Errorf("another sex: %+v", x)
	}
}

// estimated are weights of a made-up town as a version.
func estimated(t *testing.T, by *Profile, seed uint64, truth slips, decided float64) (*Estimate, *Version) {
	t.Helper()
	e, err := tallied(by, &town{rand.New(rand.NewPCG(seed, 2)), truth}, 1500, decided).Estimate()
	if err != nil {
		t.Fatal(err)
	}
	v, err := e.Version(Sampled{Made: time.Unix(1e9, 0), Seed: seed, People: 7500, Compared: 7500, Changes: []Changes{{Profile: "balanced"}}})
	if err != nil {
		t.Fatal(err)
	}
	return e, v
}

func TestAVersionIsTheSameForTheSameRegistryAndSaysWhatItChanges(t *testing.T) {
	truth := slips{given: .03, family: .12, birth: .04, phone: .35, moved: .25, sex: .03}
	e, v := estimated(t, profile(t, "balanced"), 1, truth, .1)
	if _, again := estimated(t, profile(t, "balanced"), 1, truth, .1); string(again.Text) != string(v.Text) {
		t.Error("the same registry gives another file")
	}
	read, err := ReadVersion(v.Text)
	if err != nil {
		t.Fatal(err)
	}
	if read.Rules.Version() != v.Name || read.From != Default().Version() || !strings.HasPrefix(string(v.Text), "openiis weights "+v.Name+"\nmade: 2001-09-09T") {
		t.Errorf("version %s from %s:\n%.300s", read.Rules.Version(), read.From, v.Text)
	}
	for _, x := range e.Levels {
		if got := read.Rules.weights[x.Field][x.Level]; got != x.After {
			t.Errorf("%s %s weighs %v as it is read, and %v was estimated", x.Field, e.rules.names[x.Field][x.Level], got, x.After)
		}
	}
	for _, want := range []string{"telephone", "-0.5", "REFUSED", "of which a person said that they are one: ", "now match", "kept: a limit"} {
		if !strings.Contains(string(v.Text), want) {
			t.Errorf("the file does not say %q", want)
		}
	}
	// From then on the next is estimated against it.
	p := read.Rules.Use("balanced")
	if _, next := estimated(t, p, 3, truth, .1); next.From != v.Name || next.Name == v.Name {
		t.Errorf("the next is %s, from %s", next.Name, next.From)
	}
}

func TestAWeightThatMovesTooFarOrOutOfOrderIsRefused(t *testing.T) {
	files := changed(t, "weights.tsv", "sex\tdifferent\t-4.5", "sex\tdifferent\t-9")
	r, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	truth := slips{given: .03, family: .12, birth: .04, phone: .35, moved: .25, sex: .03}
	e, _ := estimated(t, r.Use("balanced"), 1, truth, 0)
	if x := e.at(Sex, Different); !x.refused() || x.After != -9*bit || x.Moved < MostMoved {
		t.Errorf("4.5 bits further than 4: %+v", x)
	}
	for _, f := range householdFields {
		for _, l := range fieldLevels[f] {
			if x := e.at(f, l); x.After > max(0, x.Before) {
				t.Errorf("what a family shares says more: %+v", x)
			}
		}
	}
	for _, levels := range fieldLevels {
		for _, l := range levels {
			for i := range e.Levels {
				for j := range e.Levels {
					if a, b := &e.Levels[i], &e.Levels[j]; a.Field == b.Field && a.Level == l && before(a, b) && a.Before >= b.Before && a.After < b.After {
						t.Errorf("%+v before %+v", a, b)
					}
				}
			}
		}
	}
}

// What people decided counts for certain: they say of all whose given names differ
// that they are one.
func TestWhatPeopleDecidedIsHeeded(t *testing.T) {
	p := profile(t, "balanced")
	given := func(said Said) float64 {
		w := &town{rand.New(rand.NewPCG(1, 2)), slips{given: .03, sex: .03}}
		tally := tallied(p, w, 1500, 0)
		f := w.family()
		for i := range 400 {
			a, b := w.of(f, w.word(3), "1990-03-04", "F"), w.of(f, w.word(3), "1990-03-04", []string{"F", "M"}[i%2])
			x, y := p.rules.Prepare(&a), p.rules.Prepare(&b)
			tally.Blocked(x, y, SharedKinds(x.Keys(), y.Keys()), said, 1)
		}
		e, err := tally.Estimate()
		if err != nil {
			t.Fatal(err)
		}
		return e.at(GivenName, Different).One
	}
	if one, nothing, two := given(SaidOne), given(SaidNothing), given(SaidTwo); one < 3*nothing || two > nothing {
		t.Errorf("different given names of one person: %.4f when people say they are one, %.4f when nobody says, %.4f when they say two", one, nothing, two)
	}
}

func TestOfARareNameNothingIsTold(t *testing.T) {
	p := profile(t, "balanced")
	w := &town{rand.New(rand.NewPCG(1, 2)), slips{given: .03, sex: .03}}
	tally := tallied(p, w, 1500, 0)
	for i := range 200 {
		if i < leastBearers-1 {
			tally.Name("Quisling", "Ottoline")
		}
		tally.Name("Vang", "Baby Boy")
	}
	e, err := tally.Estimate()
	if err != nil {
		t.Fatal(err)
	}
	if n, told := e.rules.bearers[FamilyName]["QUISLING"]; told {
		t.Errorf("a name of %d people is told as %d per million", leastBearers-1, n)
	}
	if had, n := p.rules.bearers[FamilyName]["VANG"], e.rules.bearers[FamilyName]["VANG"]; n < 4*max(had, 1000) {
		t.Errorf("a frequent name has %d per million, before %d", n, had)
	}
	if _, told := e.rules.bearers[GivenName]["BABYBOY"]; told {
		t.Error("a placeholder is told as a name")
	}
}

func TestAFileThatWasChangedOrSaysTooLittleIsRefused(t *testing.T) {
	_, v := estimated(t, profile(t, "balanced"), 1, slips{given: .03, sex: .03}, 0)
	text := string(v.Text)
	signed := func(rest string) string { return versionHead + nameOf([]byte(rest)) + "\n" + rest }
	_, rest, _ := strings.Cut(text, "\n")
	for _, c := range []struct{ name, text, say string }{
		{"another file", "field\tlevel\n", "want \"openiis weights \""},
		{"one weight changed", strings.Replace(text, "sex\tdifferent\t-", "sex\tdifferent\t-1", 1), "was changed since it was made"},
		{"cut off", text[:len(text)-100], "was changed since it was made"},
		{"no time", signed(strings.Replace(rest, "made: ", "done: ", 1)), "does not say when it was made"},
		{"no weights", signed(strings.Replace(rest, "== weights.tsv", "== w", 1)), "\"weights.tsv\" is missing"},
		{"a number that is none", signed(strings.Replace(rest, "sex\tsame\t", "sex\tsame\tNaN", 1)), "is no number of bits"},
		{"too long", strings.Repeat("x", MaxVersion+1), "longer than"},
	} {
		if _, err := ReadVersion([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, want %q", c.name, err, c.say)
		}
	}
	if _, err := profile(t, "balanced").NewTally().Estimate(); err == nil || !strings.Contains(err.Error(), "too little") {
		t.Errorf("of nobody: %v", err)
	}
	// A version of a program that did not know a level yet.
	old := strings.Split(rest, "\n")
	old = slices.DeleteFunc(old, func(line string) bool { return strings.HasPrefix(line, "birth date\ta generation apart\t") })
	before, err := ReadVersion([]byte(signed(strings.Join(old, "\n"))))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := before.Rules.weights[BirthDate][GenerationApart], Default().weights[BirthDate][GenerationApart]; got != want {
		t.Errorf("a level that the version does not know weighs %v, want %v", got, want)
	}
}
