package record

import (
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
)

// parted are those of a census whose records the pass parted, and who came of them: they
// have numbers behind those of everyone who was read.
type parted struct {
	number map[iis.PersonID]uint32
	into   map[uint32][]uint32   // who came of somebody, with the one that is left
	keys   map[uint32][]int64    // of each of those now
	anew   map[iis.PersonID]bool // the registry is asked for whom they meet
}

// part says that one was part of another, and is not, and what is said of both now.
func (n *census) part(from, fresh match.Known) {
	home, there := n.number(from.Person)
	if p := &n.parted; p.into == nil {
		*p = parted{map[iis.PersonID]uint32{}, map[uint32][]uint32{}, map[uint32][]int64{}, map[iis.PersonID]bool{}}
	}
	p := &n.parted
	p.anew[from.Person], p.anew[fresh.Person] = true, true
	if !there {
		return
	}
	i := uint32(len(n.ids))
	n.ids, n.changed, n.at = append(n.ids, fresh.Person), append(n.changed, true), append(n.at, n.keep(&fresh))
	n.at[home] = n.keep(&from)
	delete(n.with, home) // what is said of them is in what is said of it
	p.number[fresh.Person] = i
	if p.into[home] == nil {
		p.into[home] = []uint32{home}
	}
	p.into[home] = append(p.into[home], i)
	p.keys[home], p.keys[i] = keysOf(nil, &from), keysOf(nil, &fresh)
}

// keep keeps what is said of somebody, and says where.
func (n *census) keep(of *match.Known) uint64 {
	n.said.blocks = append(n.said.blocks, string(of.Pack(nil)))
	return uint64(len(n.said.blocks)-1) << textBits
}

// whoHas adds who has a key now that somebody had when everyone was read, but for one.
func (n *census) whoHas(list []uint32, i, but uint32, key int64) []uint32 {
	now := func(j uint32) {
		if to, gone := n.now[j]; gone {
			list = n.whoHas(list, to, but, key)
		} else if j != but {
			list = append(list, j)
		}
	}
	all := n.parted.into[i]
	if all == nil {
		now(i)
		return list
	}
	for _, j := range all {
		switch _, found := slices.BinarySearch(n.parted.keys[j], key); {
		case !found:
		case j == i:
			now(j)
		default:
			list = n.whoHas(list, j, but, key)
		}
	}
	return list
}
