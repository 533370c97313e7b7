package store

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"slices"

	"openiis/internal/iis"
)

// keyIndex is what match_key will hold, in memory: for each key the sources that
// have it, by their numbers. Twelve bytes a key, without pointers: forty million
// keys are found in a few steps each, and the collector passes them over.
type keyIndex struct {
	shards [keyShards]keyShard
	// more are those sources of a key that are behind the first MostSources+1.
	more map[int64][]uint32
	seen int64 // keys
}

// keyShards cut the keys by their first byte, so that one after the other the
// shards are in the order of keys.
const keyShards = 256

// keyShard is a table with open addresses; a key stands in it once for each source.
type keyShard struct {
	keys []int64
	who  []uint32 // the number of the source, from 1; 0 is a free place
	n    int
}

// leastShard is how many places a shard has at first.
const leastShard = 64

func shardOf(k int64) int { return int(byte(uint64(k)>>56) ^ 0x80) }

// place is where a key is looked for first.
func (s *keyShard) place(k int64) int {
	const golden = 0x9E3779B97F4A7C15
	at, _ := bits.Mul64(uint64(k)*golden, uint64(len(s.keys)))
	return int(at)
}

// add adds a key of a source, unless it is there.
func (x *keyIndex) add(k int64, source uint32) {
	s := &x.shards[shardOf(k)]
	if 4*(s.n+1) > 3*len(s.keys) {
		s.grow()
	}
	same := 0
	at := s.place(k)
	for ; s.who[at] != 0; at = s.after(at) {
		if s.keys[at] != k {
			continue
		}
		if s.who[at] == source {
			return
		}
		same++
	}
	if same > MostSources {
		x.addMore(k, source)
		return
	}
	s.keys[at], s.who[at] = k, source
	s.n++
	x.seen++
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
	x.seen++
}

func (s *keyShard) after(at int) int {
	if at++; at == len(s.keys) {
		return 0
	}
	return at
}

func (s *keyShard) grow() {
	old := *s
	size := max(leastShard, len(s.keys)+len(s.keys)/2)
	s.keys, s.who = make([]int64, size), make([]uint32, size)
	for i, who := range old.who {
		if who == 0 {
			continue
		}
		at := s.place(old.keys[i])
		for s.who[at] != 0 {
			at = s.after(at)
		}
		s.keys[at], s.who[at] = old.keys[i], who
	}
}

// find hands on the sources of a key, not more than MostSources and one.
func (x *keyIndex) find(k int64, each func(source uint32)) {
	s := &x.shards[shardOf(k)]
	if s.n == 0 {
		return
	}
	for at := s.place(k); s.who[at] != 0; at = s.after(at) {
		if s.keys[at] == k {
			each(s.who[at])
		}
	}
}

// indexed is a key with one of its sources.
type indexed struct {
	k      int64
	source uint32
}

// inOrder are the keys of a shard in their order, and in that of the sources.
func (x *keyIndex) inOrder(shard int) []indexed {
	s := &x.shards[shard]
	out := make([]indexed, 0, s.n)
	for i, who := range s.who {
		if who != 0 {
			out = append(out, indexed{s.keys[i], who})
		}
	}
	for k, sources := range x.more {
		if shardOf(k) != shard {
			continue
		}
		for _, who := range sources {
			out = append(out, indexed{k, who})
		}
	}
	slices.SortFunc(out, func(a, b indexed) int { return cmp.Or(cmp.Compare(a.k, b.k), cmp.Compare(a.source, b.source)) })
	return out
}

// heldSource is a source with keys, and whose it is.
type heldSource struct {
	source iis.SourceID
	person iis.PersonID
}

// ownIndex is what source_key will hold: by a hash of a sender's own number for a
// person, the number of the source to which it leads; 0 when that is nobody. Of
// ten million numbers two have the same hash once in a few hundred thousand
// registries, and would lead to somebody who is then compared like others.
type ownIndex struct {
	seed maphash.Seed
	who  map[uint64]uint32
}

func newOwnIndex() ownIndex { return ownIndex{maphash.MakeSeed(), map[uint64]uint32{}} }

func (x *ownIndex) hash(sender iis.SenderID, k string) uint64 {
	var h maphash.Hash
	h.SetSeed(x.seed)
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(sender))
	_, _ = h.Write(b[:]) // never fails
	_, _ = h.WriteString(k)
	return h.Sum64()
}

// cards are what the sources of each person say of who the person is, as bodies in
// large blocks: read back, they are what is compared.
type cards struct {
	at     map[iis.PersonID]uint64 // block and place in it
	blocks [][]byte
}

// cardBlock is the size of a block, and 1<<cardBits one more than the last place in it.
const (
	cardBits  = 20
	cardBlock = 1 << cardBits
)

// put keeps a body for a person, in place of the one before.
func (c *cards) put(id iis.PersonID, body []byte) {
	size := binary.MaxVarintLen64 + len(body)
	if size > cardBlock {
		delete(c.at, id) // it is read from the registry
		return
	}
	if n := len(c.blocks); n == 0 || cap(c.blocks[n-1])-len(c.blocks[n-1]) < size {
		c.blocks = append(c.blocks, make([]byte, 0, cardBlock))
	}
	last := len(c.blocks) - 1
	b := c.blocks[last]
	c.at[id] = uint64(last)<<cardBits | uint64(len(b))
	b = binary.AppendUvarint(b, uint64(len(body)))
	c.blocks[last] = append(b, body...)
}

// get is the body of a person; nil when there is none.
func (c *cards) get(id iis.PersonID) []byte {
	at, ok := c.at[id]
	if !ok {
		return nil
	}
	b := c.blocks[at>>cardBits][at&(cardBlock-1):]
	n, from := binary.Uvarint(b)
	return b[from : from+int(n)]
}
