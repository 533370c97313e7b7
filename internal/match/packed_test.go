package match

import (
	"math/rand"
	"reflect"
	"slices"
	"testing"

	"openiis/internal/iis"
)

// guarded are given names by which guards stand against a match: newborns who are told
// apart, names that people bear and that are nearly one, names with another behind them.
var guarded = []string{"Baby Boy A", "Baby Boy B", "Babygirl 2", "BoyB", "Twin A", "Maria Elena", "Maria Luisa", "Ann", "Hanna", "Hannah", "Jayden", "Jaydn"}

// several is a person of whom several senders tell.
func several(p *Profile, r *rand.Rand, id iis.PersonID) *Known {
	k := &Known{Person: id}
	for range 1 + r.Intn(3) {
		who := somebody(r)
		if r.Intn(3) == 0 {
			n := &who.Names[r.Intn(len(who.Names))]
			n.Given, n.Middle = pick(r, guarded), pick(r, []string{"", "", "Elena", "Luisa", "L", "Rose"})
		}
		if r.Intn(3) == 0 {
			who, _ = madeUp(r.Intn(1000))
			who.Telecoms = append(who.Telecoms, iis.Telecom{Email: "ana@example.org"})
			who.IDs = append(who.IDs, iis.Identifier{Type: "MR", Value: "A1", Authority: "OAK"})
		}
		k.Sources = append(k.Sources, Told{Record: p.rules.Prepare(&who), Sender: iis.SenderID(r.Int63n(4))})
	}
	return k
}

func TestAPackedPersonIsTheSame(t *testing.T) {
	p := profile(t, "balanced")
	r := rand.New(rand.NewSource(3))
	u := p.rules.NewUnpacker()
	for i := range 3000 {
		k := several(p, r, iis.PersonID(i+1))
		more := several(p, r, k.Person)
		if got := u.Known(k.Person, string(k.Pack(nil))+"of the next"); !reflect.DeepEqual(got, k) {
			t.Fatalf("person %d: got\n%+v\nwant\n%+v", i, describe(got), describe(k))
		}
		both := &Known{Person: k.Person, Sources: slices.Concat(k.Sources, more.Sources)}
		if got := u.Known(k.Person, string(k.Pack(nil)), string(more.Pack(nil))); !reflect.DeepEqual(got, both) {
			t.Fatalf("persons %d who became one: got\n%+v\nwant\n%+v", i, describe(got), describe(both))
		}
	}
}

func describe(k *Known) (out []Record) {
	for _, s := range k.Sources {
		r := *s.Record
		r.rules = nil
		out = append(out, r)
	}
	return out
}

// TestConcernIsWhomPersonsTell is about packed people: a pass over everyone asks
// Concern of them, and Persons only where it says so.
func TestConcernIsWhomPersonsTell(t *testing.T) {
	p := profile(t, "balanced")
	r := rand.New(rand.NewSource(4))
	one, other := p.rules.NewUnpacker(), p.rules.NewUnpacker()
	told, by := map[bool]int{}, map[string]int{}
	for range 20000 {
		a, b := several(p, r, 1), several(p, r, 2)
		d := p.Persons(a, []Known{*b})
		want := len(d.Candidates)+len(d.Near) > 0
		told[want]++
		for i := range d.Candidates {
			for _, guard := range d.Candidates[i].Guards() {
				by[guard]++
			}
		}
		if got := p.Concern(one.Known(1, string(a.Pack(nil))), other.Known(2, string(b.Pack(nil)))); got != want {
			t.Fatalf("concern %v, want %v, of\n%+v\nand\n%+v", got, want, describe(a), describe(b))
		}
	}
	if told[true] < 100 || told[false] < 100 {
		t.Errorf("the pairs are all alike: %v", told)
	}
	for _, guard := range (p.on &^ p.toNew).names() {
		if by[guard] == 0 {
			t.Errorf("no pair was kept from being a match by %q: %v", guard, by)
		}
	}
}

func BenchmarkPackedPairs(b *testing.B) {
	p := profile(b, "balanced")
	var packed []string
	bytes := 0
	for i := range 500 {
		x, y := madeUp(i)
		for _, who := range []iis.Person{x, y} {
			k := Known{Person: 1, Sources: []Told{{Record: p.rules.Prepare(&who), Sender: 7}}}
			packed = append(packed, string(k.Pack(nil)))
			bytes += len(packed[len(packed)-1])
		}
	}
	one, other := p.rules.NewUnpacker(), p.rules.NewUnpacker()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		at := i * 2 % len(packed)
		p.Concern(one.Known(1, packed[at]), other.Known(2, packed[at+1]))
	}
	b.ReportMetric(float64(bytes)/float64(len(packed)), "bytes/person")
}
