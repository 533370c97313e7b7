package store

import (
	"math/rand/v2"
	"slices"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
)

func TestTheIndexOfKeysHasWhatWasAddedInTheOrderOfTheTable(t *testing.T) {
	var x keyIndex
	r := rand.New(rand.NewPCG(1, 2))
	want := map[int64][]uint32{}
	for source := uint32(1); source <= 3000; source++ {
		keys := []int64{int64(r.Uint64()), int64(r.Uint64()), -7, int64(source % 50)} // one of all, one of sixty each
		for _, k := range append(keys, keys[0]) {                                     // and one that comes twice
			x.add(k, source)
			if !slices.Contains(want[k], source) {
				want[k] = append(want[k], source)
			}
		}
	}
	total := 0
	for k, sources := range want {
		total += len(sources)
		var have []uint32
		x.find(k, func(source uint32) { have = append(have, source) })
		slices.Sort(have)
		is.Equal(t, "sources of a key", have, sources[:min(len(sources), MostSources+1)])
	}
	var all []indexed
	for n := range keyStretches {
		all = append(all, x.inOrder(n)...)
	}
	is.Equal(t, "keys", len(all), total)
	for i := 1; i < len(all); i++ {
		if a, b := all[i-1], all[i]; a.k > b.k || a.k == b.k && a.source >= b.source {
			t.Fatalf("key %d of source %d stands before key %d of source %d", a.k, a.source, b.k, b.source)
		}
	}
	x.find(12345, func(uint32) { t.Error("a key is found that nobody has") })
}

func TestWhatIsHeldBackIsReadAsItWasWritten(t *testing.T) {
	var w heldWriter
	own := heldNumber{heldSource{1 << 40, 2 << 40}, 3, "MR|A|1", true}
	w.own(&own)
	w.search(9, searchKey{-5, "MARSH ANN"})
	w.word(heldSource{7, 8})
	w.count(0)
	h := &heldReader{in: string(w.out)}
	is.Equal(t, "number", h.own(), own)
	person, k := h.search()
	is.Equal(t, "person", person, iis.PersonID(9))
	is.Equal(t, "search key", k, searchKey{-5, "MARSH ANN"})
	is.Equal(t, "source", h.word(), heldSource{7, 8})
	is.Equal(t, "count", h.count(), 0)
	is.Equal(t, "rest", h.in, "")
	cut := &heldReader{in: string(w.out[:20])}
	cut.own()
	is.Equal(t, "error of a body that is cut off", cut.err, errBody)
}

func TestANumberLeadsWhereItsLastWordSays(t *testing.T) {
	of := func(k string, person iis.PersonID, source iis.SourceID, bare bool) heldKey {
		return heldKey{at: 1, k: k, person: person, source: source, bare: bare}
	}
	have := lastOfEach([]heldKey{
		of("*|*|1", 1, 10, true), of("*|*|1", 1, 11, true), // one person's: the newer source
		of("*|*|2", 1, 10, true), of("*|*|2", 2, 20, true), of("*|*|2", 2, 21, true), // two persons': nobody
		of("MR|A|1", 1, 10, false), of("MR|A|1", 2, 20, false), // the last
	})
	is.Equal(t, "numbers", have, []heldKey{of("*|*|1", 1, 11, true), {at: 1, k: "*|*|2", bare: true}, of("MR|A|1", 2, 20, false)})
}

func TestCardsAreReadBack(t *testing.T) {
	var c cards
	bodies := map[uint32][]byte{}
	r := rand.New(rand.NewPCG(3, 4))
	get := func(n uint32) []byte {
		body, err := c.get(n)
		is.NoError(t, "get", err)
		return body
	}
	is.Equal(t, "nothing", get(1) == nil, true)
	c.put(9, make([]byte, cardFirst)) // larger than the first block, ahead of all others
	is.Equal(t, "a body by which none can be packed", get(9) == nil, true)
	for i := range 5000 { // more than a block, some twice
		number := uint32(1 + i%4000)
		body := make([]byte, r.IntN(900))
		for j := range body {
			body[j] = byte(r.Uint32())
		}
		body = append(body, "TALLAHASSEE"[:r.IntN(12)]...)
		c.put(number, body)
		bodies[number] = body
	}
	for number, body := range bodies {
		is.Equal(t, "body", string(get(number)), string(body))
	}
	large := make([]byte, 2*cardBlock)
	for j := range large {
		large[j] = byte(r.Uint32())
	}
	c.put(1, large)
	is.Equal(t, "too large a body", get(1) == nil, true)
	is.Equal(t, "blocks", len(c.blocks) > 2, true)
}

func TestTheIndexOfNumbersLeadsWhereTheLastWordSays(t *testing.T) {
	x := newOwnIndex()
	is.Equal(t, "unknown", x.who(x.hash(1, "MR|A|1")), 0)
	r := rand.New(rand.NewPCG(5, 6))
	want := map[int64]uint32{}
	for range 200_000 {
		h, to := x.hash(iis.SenderID(r.IntN(40)), string(rune('A'+r.IntN(3000)))), uint32(1+r.IntN(1<<24))
		if r.IntN(9) == 0 {
			to = nobody
		}
		x.lead(h, to)
		want[h] = to
	}
	for h, to := range want {
		is.Equal(t, "source", x.who(h), to)
	}
}

func TestACardIsUnderTheFirstSourceOfItsPerson(t *testing.T) {
	f := &Filling{keys: &keyIndex{}, own: newOwnIndex()}
	for _, s := range []heldSource{{11, 10}, {21, 20}, {22, 10}, {31, 30}} {
		f.numberOf(s.source, s.person)
	}
	for person, want := range map[iis.PersonID]uint32{10: 1, 20: 2, 30: 4, 5: 0, 25: 0, 40: 0} {
		is.Equal(t, "number", f.cardOf(person), want)
	}
}
