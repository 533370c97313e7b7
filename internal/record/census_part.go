package record

import (
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
)

// parted are those of a census whose records the pass parted.
type parted struct {
	number map[iis.PersonID]uint32 // of who had none when everyone was read: behind all of those
	of     map[uint32]*broken      // by the numbers of all of it
	anew   map[iis.PersonID]bool   // the registry is asked for whom they meet
}

// broken is what became of a record that the pass parted, and of all that was joined with a
// part of it.
type broken struct {
	numbers []uint32           // under which what is said was read
	now     map[uint32][]int64 // who of them is a record now, with the match keys of each
}

// part says that one was part of another, and is not, and what is said of both now.
func (n *census) part(from, fresh match.Known) {
	p := &n.parted
	if p.of == nil {
		*p = parted{map[iis.PersonID]uint32{}, map[uint32]*broken{}, map[iis.PersonID]bool{}}
	}
	p.anew[from.Person], p.anew[fresh.Person] = true, true
	home, there := n.number(from.Person)
	if !there {
		return
	}
	i, was := n.number(fresh.Person)
	if !was {
		i = uint32(len(n.ids))
		n.ids, n.changed, n.at = append(n.ids, fresh.Person), append(n.changed, true), append(n.at, 0)
		p.number[fresh.Person] = i
	}
	delete(n.now, i)
	n.at[home], n.at[i] = n.keep(&from), n.keep(&fresh)
	b := n.breaking(append(n.with[home], home, i)...)
	delete(n.with, home) // what is said of them is in what is said of it
	b.now[home], b.now[i] = keysOf(nil, &from), keysOf(nil, &fresh)
}

// breaking is the record that was parted to which some numbers belong, of which some may
// belong to one, or to several, already.
func (n *census) breaking(numbers ...uint32) *broken {
	all := &broken{now: map[uint32][]int64{}}
	for _, i := range numbers {
		b := n.parted.of[i]
		if b == nil {
			b = &broken{numbers: []uint32{i}}
		}
		if b == all {
			continue
		}
		for j, keys := range b.now {
			all.now[j] = keys
		}
		for _, j := range b.numbers {
			n.parted.of[j] = all
		}
		all.numbers = append(all.numbers, b.numbers...)
	}
	return all
}

// joinBroken says of two that become one, of which one is of a record that was parted, which
// keys they have.
func (n *census) joinBroken(kept uint32, moved []uint32) {
	if n.parted.of[kept] == nil && !slices.ContainsFunc(moved, func(i uint32) bool { return n.parted.of[i] != nil }) {
		return
	}
	keys := keysOf(nil, n.known(&n.desks[0], n.desks[0].one, kept)) // with all who have become one with it
	b := n.breaking(append(moved, kept)...)
	for _, i := range moved {
		delete(b.now, i)
	}
	b.now[kept] = keys
}

// keep keeps what is said of somebody, and says where.
func (n *census) keep(of *match.Known) uint64 {
	n.said.blocks = append(n.said.blocks, string(of.Pack(nil)))
	return uint64(len(n.said.blocks)-1) << textBits
}

// whoHas adds who has a key now that somebody had when everyone was read.
func (n *census) whoHas(list []uint32, i uint32, key int64) []uint32 {
	b := n.parted.of[i]
	if b == nil {
		return append(list, n.root(i))
	}
	for j, keys := range b.now {
		if _, has := slices.BinarySearch(keys, key); has {
			list = append(list, j)
		}
	}
	return list
}
