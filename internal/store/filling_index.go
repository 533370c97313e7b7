package store

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
	"slices"

	"openiis/internal/iis"
)

// keyIndex is what match_key will hold, in memory: for each key the sources that
// have it, by their numbers.
type keyIndex struct {
	numberTable
	// more are those sources of a key that are behind the first MostSources+1.
	more map[int64][]uint32
}

// numberTable leads from keys of 64 bits to numbers, in ten bytes each and without
// pointers: forty million are found in a few steps each, and the collector passes
// them over. A key may stand in it with several numbers.
type numberTable struct{ shards [keyShards]keyShard }

// keyShards cut the keys by their first two bytes, which are not kept: one after the
// other the shards are in the order of keys. Each is small, so that they grow one at a
// time. Those whose keys have the first byte in common are a stretch.
const (
	keyShards    = 1 << 16
	keyStretches = 1 << 8
)

// keyShard is a table with open addresses.
type keyShard struct {
	places []byte // placeBytes each: the rest of the key, and the number; 0 is a free place
	n      int
}

const (
	placeBytes = 10
	restBits   = 48
	restMask   = 1<<restBits - 1
	leastShard = 8 // places that a shard has at first
)

// first is the first two bytes of a key, as they are ordered.
func first(k int64) int { return int(uint16(uint64(k)>>restBits) ^ 0x8000) }

func (x *numberTable) shard(k int64) *keyShard { return &x.shards[first(k)] }

// keyOf is the key of which a shard has the rest.
func keyOf(shard int, rest uint64) int64 {
	return int64(uint64(uint16(shard)^0x8000)<<restBits | rest)
}

// size is how many places there are.
func (s *keyShard) size() int { return len(s.places) / placeBytes }

// at is what stands in a place, which is where it begins: the rest of a key, and its
// number.
func (s *keyShard) at(place int) (rest uint64, number uint32) {
	b := s.places[place:][:placeBytes]
	w := binary.LittleEndian.Uint64(b)
	return w & restMask, uint32(w>>restBits) | uint32(binary.LittleEndian.Uint16(b[8:]))<<16
}

func (s *keyShard) set(place int, rest uint64, number uint32) {
	b := s.places[place:][:placeBytes]
	binary.LittleEndian.PutUint64(b, rest|uint64(number)<<restBits)
	binary.LittleEndian.PutUint16(b[8:], uint16(number>>16))
}

// place is where a key is looked for first.
func (s *keyShard) place(rest uint64) int {
	const golden = 0x9E3779B97F4A7C15
	n, _ := bits.Mul64(rest*golden, uint64(s.size()))
	return int(n) * placeBytes
}

func (s *keyShard) after(place int) int {
	if place += placeBytes; place == len(s.places) {
		return 0
	}
	return place
}

// room makes room for one more: of five places one stays free.
func (s *keyShard) room() {
	if 5*(s.n+1) <= 4*s.size() {
		return
	}
	old := *s
	size := max(leastShard, old.size()+old.size()/8)
	s.places = append([]byte(nil), make([]byte, size*placeBytes)...)
	s.places = s.places[:cap(s.places)/placeBytes*placeBytes] // all that was allotted
	for from := 0; from < len(old.places); from += placeBytes {
		if rest, number := old.at(from); number != 0 {
			s.set(s.free(rest), rest, number)
		}
	}
}

// free is the place for a key that is added.
func (s *keyShard) free(rest uint64) int {
	for at := s.place(rest); ; at = s.after(at) {
		if _, number := s.at(at); number == 0 {
			return at
		}
	}
}

// add adds a key of a source, unless it is there.
func (x *keyIndex) add(k int64, source uint32) {
	s, rest, same := x.shard(k), uint64(k)&restMask, 0
	s.room()
	at := s.place(rest)
	for {
		have, number := s.at(at)
		if number == 0 {
			break
		}
		if have == rest {
			if number == source {
				return
			}
			same++
		}
		at = s.after(at)
	}
	if same > MostSources {
		x.addMore(k, source)
		return
	}
	s.set(at, rest, source)
	s.n++
}

func (x *keyIndex) addMore(k int64, source uint32) {
	list := x.more[k]
	at, there := slices.BinarySearch(list, source)
	if there {
		return
	}
	if x.more == nil {
		x.more = map[int64][]uint32{}
	}
	x.more[k] = slices.Insert(list, at, source)
}

// find hands on the numbers of a key: of sources not more than MostSources and one.
func (x *numberTable) find(k int64, each func(number uint32)) {
	s, rest := x.shard(k), uint64(k)&restMask
	if s.n == 0 {
		return
	}
	for at := s.place(rest); ; at = s.after(at) {
		have, number := s.at(at)
		if number == 0 {
			return
		}
		if have == rest {
			each(number)
		}
	}
}

// indexed is a key with one of its sources.
type indexed struct {
	k      int64
	source uint32
}

func (a indexed) compare(b indexed) int {
	return cmp.Or(cmp.Compare(a.k, b.k), cmp.Compare(a.source, b.source))
}

// inOrder are the keys of a stretch in their order, and in that of the sources.
func (x *keyIndex) inOrder(stretch int) []indexed {
	const each = keyShards / keyStretches
	n := 0
	for shard := stretch * each; shard < (stretch+1)*each; shard++ {
		n += x.shards[shard].n
	}
	out := make([]indexed, 0, n)
	for shard := stretch * each; shard < (stretch+1)*each; shard++ {
		s, from := &x.shards[shard], len(out)
		for at := 0; at < len(s.places); at += placeBytes {
			if rest, number := s.at(at); number != 0 {
				out = append(out, indexed{keyOf(shard, rest), number})
			}
		}
		slices.SortFunc(out[from:], indexed.compare)
	}
	kept := len(out)
	for k, sources := range x.more {
		if first(k)/each != stretch {
			continue
		}
		for _, source := range sources {
			out = append(out, indexed{k, source})
		}
	}
	if len(out) > kept {
		slices.SortFunc(out, indexed.compare)
	}
	return out
}

// heldSource is a source with keys, and whose it is.
type heldSource struct {
	source iis.SourceID
	person iis.PersonID
}

// ownIndex is what source_key will hold: by a hash of a sender's own number for a
// person, the number of the source to which it leads, or nobody. Of
// ten million numbers two have the same hash once in a few hundred thousand
// registries, and would lead to somebody who is then compared like others.
type ownIndex struct {
	numberTable
	seed maphash.Seed
}

// nobody is to whom a number leads that several persons have.
const nobody = math.MaxUint32

func newOwnIndex() *ownIndex { return &ownIndex{seed: maphash.MakeSeed()} }

func (x *ownIndex) hash(sender iis.SenderID, k string) int64 {
	var h maphash.Hash
	h.SetSeed(x.seed)
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(sender))
	_, _ = h.Write(b[:]) // never fails
	_, _ = h.WriteString(k)
	return int64(h.Sum64())
}

// who is to whom a number leads; 0 when it was never heard of.
func (x *ownIndex) who(hash int64) (source uint32) {
	x.find(hash, func(number uint32) { source = number })
	return source
}

// lead makes a number lead to a source, or to nobody.
func (x *ownIndex) lead(hash int64, to uint32) {
	s, rest := x.shard(hash), uint64(hash)&restMask
	s.room()
	at := s.place(rest)
	for {
		have, number := s.at(at)
		if number == 0 {
			s.n++
			break
		}
		if have == rest {
			break
		}
		at = s.after(at)
	}
	s.set(at, rest, to)
}
