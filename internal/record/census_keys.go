package record

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"

	"openiis/internal/store"
)

// sharedKeys are the match keys that two persons or more share, in their order, each
// with these persons by their numbers.
type sharedKeys struct {
	keys    []int64
	ends    []uint32 // where those of each key end in members
	members []uint32 // nobody at all is of a key that too many share
	first   []uint32 // by the first bits of a key, the first that begins so
	shift   int
}

// Keys are read by ranges: some keyRange at once, of whom everyone has perhaps
// keysOfOne.
const (
	keyRange  = 4 << 20
	keysOfOne = 16
)

// readKeys reads who shares keys.
func (n *census) readKeys(ctx context.Context, s *store.Store, tell func()) error {
	ranges := bits.Len(uint(len(n.ids)*keysOfOne) / keyRange) // as a power of two
	step, from := uint64(math.MaxUint64)>>ranges, int64(math.MinInt64)
	next := func() (keys []store.KeyOf, more bool, err error) {
		to := int64(uint64(from) + step)
		err = s.Read(ctx, func(tx *store.Tx) error {
			keys, err = tx.MatchKeys(make([]store.KeyOf, 0, keyRange/2), from, to)
			return err
		})
		from = to + 1
		return keys, to != math.MaxInt64, err
	}
	err := ahead(ctx, next, func(keys []store.KeyOf) error {
		slices.SortFunc(keys, func(a, b store.KeyOf) int {
			return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Person, b.Person))
		})
		for len(keys) > 0 {
			end := 1
			for end < len(keys) && keys[end].Key == keys[0].Key {
				end++
			}
			n.addBlock(keys[:end])
			keys = keys[end:]
		}
		tell()
		return nil
	})
	n.keys.index()
	return err
}

// addBlock adds a key with whoever has it, in the order of persons, when several do.
func (n *census) addBlock(block []store.KeyOf) {
	x := &n.keys
	if block[0].Person == block[len(block)-1].Person && len(block) <= store.MostSources {
		return
	}
	begin := len(x.members)
	if len(block) <= store.MostSources {
		for i := range block {
			if i > 0 && block[i].Person == block[i-1].Person {
				continue
			}
			if number, there := n.number(block[i].Person); there {
				x.members = append(x.members, number)
			}
		}
		if len(x.members)-begin < 2 { // others are sealed, or came since
			x.members = x.members[:begin]
			return
		}
	}
	x.keys, x.ends = append(x.keys, block[0].Key), append(x.ends, uint32(len(x.members)))
}

// index makes find quick: some four keys have their first bits in common.
func (x *sharedKeys) index() {
	prefix := max(1, bits.Len(uint(len(x.keys)/4)))
	x.shift = 64 - prefix
	x.first = make([]uint32, 1<<prefix+1)
	at := uint32(0)
	for b := range x.first {
		for int(at) < len(x.keys) && x.begins(x.keys[at]) < b {
			at++
		}
		x.first[b] = at
	}
}

// begins are the first bits of a key, as a number in the order of keys.
func (x *sharedKeys) begins(k int64) int { return int((uint64(k) ^ 1<<63) >> x.shift) }

// find are those who share a key; nobody, and crowded, when too many do.
func (x *sharedKeys) find(k int64) (who []uint32, crowded bool) {
	b := x.begins(k)
	for i := x.first[b]; i < x.first[b+1]; i++ {
		if x.keys[i] != k {
			continue
		}
		begin := uint32(0)
		if i > 0 {
			begin = x.ends[i-1]
		}
		return x.members[begin:x.ends[i]], begin == x.ends[i]
	}
	return nil, false
}
