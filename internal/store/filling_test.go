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
	for shard := range keyShards {
		all = append(all, x.inOrder(shard)...)
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
	c := cards{at: map[iis.PersonID]uint64{}}
	bodies := map[iis.PersonID][]byte{}
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 5000 { // more than a block, some twice
		id := iis.PersonID(1 + i%4000)
		body := make([]byte, r.IntN(900))
		for j := range body {
			body[j] = byte(r.Uint32())
		}
		c.put(id, body)
		bodies[id] = body
	}
	for id, body := range bodies {
		is.Equal(t, "body", string(c.get(id)), string(body))
	}
	c.put(1, make([]byte, 2*cardBlock))
	is.Equal(t, "too large a body", c.get(1) == nil, true)
	is.Equal(t, "blocks", len(c.blocks) > 1, true)
}
