package record

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// census is everyone of a registry in memory, for a pass over so many that looking each
// up would read all of it many times over, in whatever order: what is said of each,
// packed, and which match keys several share. It is read once, from beginning to end.
//
// It tells who comes near whom. What comes of it is decided by what the registry says
// then: whoever changes after the census was taken is looked at again by the next pass.
type census struct {
	by      *judges
	of      store.CleanUp  // the pass for which it was taken
	ids     []iis.PersonID // in order: a person's number is its place
	changed []bool         // whoever the pass looks at
	at      []uint64       // where what is said of each is
	said    packedText     // of all
	keys    sharedKeys
	waits   map[uint32]bool     // who is in the queue
	now     map[uint32]uint32   // whom somebody has become one with since
	with    map[uint32][]uint32 // and who has become one with a person
	parted  parted
	desks   []desk
}

// packedText are texts one behind the other, in large blocks that no longer change.
type packedText struct {
	blocks []string
	open   strings.Builder // the block that is filled
}

// textBlock is the size of a block, and 1<<textBits one more than the last place in one.
const (
	textBits  = 20
	textBlock = 1 << textBits
)

// add keeps a text and says where.
func (p *packedText) add(text []byte) uint64 {
	if p.open.Cap() == 0 || p.open.Len()+len(text) > textBlock && p.open.Len() > 0 {
		p.close()
		p.open.Grow(max(textBlock, len(text)))
	}
	at := uint64(len(p.blocks))<<textBits | uint64(p.open.Len())
	_, _ = p.open.Write(text) // never fails
	return at
}

// close ends a block.
func (p *packedText) close() {
	if p.open.Len() > 0 {
		p.blocks = append(p.blocks, p.open.String())
	}
	p.open = strings.Builder{}
}

// from is what begins at a place, with all that follows in its block.
func (p *packedText) from(at uint64) string { return p.blocks[at>>textBits][at&(textBlock-1):] }

// takeCensus reads everyone, for a pass by the weights in force.
func (k *Keeper) takeCensus(ctx context.Context, by *judges, of store.CleanUp, told Progress, progress func(Progress)) (*census, error) {
	n := &census{by: by, of: of, waits: map[uint32]bool{}, now: map[uint32]uint32{}, with: map[uint32][]uint32{}, desks: newDesks(by)}
	err := n.readPeople(ctx, k.store, func(read int) { told.Read = read; progress(told) })
	if err == nil {
		told.Keys = true
		err = n.readKeys(ctx, k.store, func() { progress(told) })
	}
	if err == nil {
		err = n.readQueue(ctx, k.store)
	}
	if err != nil {
		return nil, fmt.Errorf("read everyone: %w", err)
	}
	return n, nil
}

// ahead uses what was read while the next is read, until there is no more.
func ahead[T any](ctx context.Context, read func() (v T, more bool, err error), use func(T) error) error {
	var before sync.WaitGroup
	var used error
	for more := true; more; {
		v, goes, err := read()
		before.Wait()
		if err = cmp.Or(err, used, ctx.Err()); err != nil {
			return err
		}
		more = goes
		before.Go(func() { used = use(v) })
	}
	before.Wait()
	return used
}

// readPeople reads what is said of everyone.
func (n *census) readPeople(ctx context.Context, s *store.Store, read func(int)) error {
	last := iis.PersonID(0)
	next := func() (people []store.Unread, more bool, err error) {
		err = s.Read(ctx, func(tx *store.Tx) error {
			if err := tx.Filled(); err != nil {
				return err
			}
			people, more, err = tx.UnreadAfter(last)
			return err
		})
		if len(people) > 0 {
			last = people[len(people)-1].ID
		}
		return people, more, err
	}
	err := ahead(ctx, next, func(people []store.Unread) error {
		err := n.addPeople(people)
		read(len(n.ids))
		return err
	})
	n.said.close()
	return err
}

func (n *census) addPeople(people []store.Unread) error {
	packed, failed := make([][]byte, len(people)), make([]error, len(people))
	sideBySide(len(people), func(i int) {
		d, err := people[i].Described()
		if err != nil {
			failed[i] = err
			return
		}
		packed[i] = n.by.known(&d).Pack(nil)
	})
	for i := range people {
		if failed[i] != nil {
			return failed[i]
		}
		n.ids = append(n.ids, people[i].ID)
		n.changed = append(n.changed, people[i].Changed >= n.of.Since)
		n.at = append(n.at, n.said.add(packed[i]))
	}
	return nil
}

// number is the number of a person.
func (n *census) number(id iis.PersonID) (uint32, bool) {
	if at, there := n.parted.number[id]; there {
		return at, true
	}
	at, there := slices.BinarySearch(n.ids[:len(n.ids)-len(n.parted.number)], id)
	return uint32(at), there
}

// readQueue reads who waits.
func (n *census) readQueue(ctx context.Context, s *store.Store) error {
	const atOnce = 10_000
	last := store.Pair{}
	next := func() (pairs []store.Pair, more bool, err error) {
		err = s.Read(ctx, func(tx *store.Tx) error {
			pairs, err = tx.PairsAfter(last, atOnce)
			return err
		})
		if len(pairs) > 0 {
			last = pairs[len(pairs)-1]
		}
		return pairs, len(pairs) == atOnce, err
	}
	return ahead(ctx, next, func(pairs []store.Pair) error {
		for _, p := range pairs {
			n.wait(p.Person, p.Other)
		}
		return nil
	})
}

// wait says that somebody is in the queue.
func (n *census) wait(ids ...iis.PersonID) {
	for _, id := range ids {
		if i, there := n.number(id); there {
			n.waits[n.root(i)] = true
		}
	}
}

// root is who somebody is now.
func (n *census) root(i uint32) uint32 {
	for to, gone := n.now[i]; gone; to, gone = n.now[i] {
		i = to
	}
	return i
}

// join says that two have become one, of whom the older is kept.
func (n *census) join(p store.Pair) {
	if n.parted.anew[p.Person] {
		n.parted.anew[p.Other] = true
	}
	gone, was := n.number(p.Person)
	kept, is := n.number(p.Other)
	if !was || !is || n.root(gone) == n.root(kept) {
		return
	}
	gone, kept = n.root(gone), n.root(kept)
	moved := append(n.with[gone], gone)
	delete(n.with, gone)
	n.with[kept] = append(n.with[kept], moved...)
	for _, i := range moved {
		n.now[i] = kept
	}
	if n.waits[gone] {
		n.waits[kept] = true
	}
	n.joinBroken(kept, moved)
}

// desk is what one goroutine compares at.
type desk struct {
	one, other *match.Unpacker
	keys       []int64
	sharing    []uint32
	shared     []shared
	texts      []string
}

// shared is how many keys somebody shares.
type shared struct {
	who  uint32
	keys int
}

func newDesks(by *judges) []desk {
	out := make([]desk, workers())
	for i := range out {
		out[i].one, out[i].other = by.rules.NewUnpacker(), by.rules.NewUnpacker()
	}
	return out
}

// behind are the next whom the pass looks at, from behind one of them: at most so many.
// end says that nobody is left.
func (n *census) behind(last iis.PersonID, limit int) (some []uint32, upTo iis.PersonID, end bool) {
	i, there := n.number(last)
	if there {
		i++
	}
	for upTo = last; int(i) < len(n.ids) && len(some) < limit; i++ {
		if n.ids[i] <= upTo {
			continue // it was parted from another, with the number that it had before
		}
		upTo = n.ids[i]
		if n.changed[i] && n.root(i) == i {
			some = append(some, i)
		}
	}
	return some, upTo, int(i) == len(n.ids)
}

// around are those who come near some people, as it is now; of some it was found out
// before. Who was parted since is looked up.
func (n *census) around(ids []iis.PersonID, before map[iis.PersonID]met, lookUp func([]iis.PersonID) ([]met, error)) ([]met, error) {
	out := make([]met, len(ids))
	for i, id := range ids {
		if n.parted.anew[id] {
			one, err := lookUp([]iis.PersonID{id})
			if err != nil {
				return nil, err
			}
			out[i] = one[0]
			continue
		}
		m, done := before[id]
		if number, there := n.number(id); there && !done {
			m = n.meet(&n.desks[0], number)
		}
		out[i] = m
	}
	return out, nil
}

// meetAll compares each of some with those who share keys with it.
func (n *census) meetAll(some []uint32) []met {
	out := make([]met, len(some))
	var all sync.WaitGroup
	for w := range n.desks {
		all.Go(func() {
			for i := w; i < len(some); i += len(n.desks) {
				out[i] = n.meet(&n.desks[w], some[i])
			}
		})
	}
	all.Wait()
	return out
}

// meet compares one with those who share keys with it.
func (n *census) meet(d *desk, i uint32) (m met) {
	one := n.known(d, d.one, i)
	m.loose = len(one.Sources) > 1 && !n.by.updates.Firm(one)
	d.keys = keysOf(d.keys[:0], one)
	d.sharing = d.sharing[:0]
	for _, k := range d.keys {
		block, crowded := n.keys.find(k)
		if crowded {
			m.crowded++
		}
		n.sharing(d, i, k, block)
	}
	for _, s := range d.most() {
		m.pairs++
		if n.by.updates.Concern(one, n.known(d, d.other, s.who)) {
			m.near = append(m.near, n.ids[s.who])
		}
	}
	return m
}

// known is what is said of somebody, with all who have become one with it.
func (n *census) known(d *desk, u *match.Unpacker, i uint32) *match.Known {
	d.texts = append(d.texts[:0], n.said.from(n.at[i]))
	if len(n.with) > 0 {
		for _, j := range n.with[i] {
			d.texts = append(d.texts, n.said.from(n.at[j]))
		}
	}
	return u.Known(n.ids[i], d.texts...)
}

// sharing adds those who share a key, but for one: each once.
func (n *census) sharing(d *desk, but uint32, key int64, block []uint32) {
	begin := len(d.sharing)
	for _, i := range block {
		d.sharing = n.whoHas(d.sharing, i, key)
	}
	others := slices.DeleteFunc(d.sharing[begin:], func(i uint32) bool { return i == but })
	if len(n.now)+len(n.parted.of) > 0 {
		slices.Sort(others)
		others = slices.Compact(others)
	}
	d.sharing = d.sharing[:begin+len(others)]
}

// most are those who share most keys, as many as are compared with one (inOrder).
func (d *desk) most() []shared {
	slices.Sort(d.sharing)
	d.shared = d.shared[:0]
	for i, who := range d.sharing {
		if i == 0 || who != d.sharing[i-1] {
			d.shared = append(d.shared, shared{who: who})
		}
		d.shared[len(d.shared)-1].keys++
	}
	slices.SortFunc(d.shared, func(a, b shared) int { return cmp.Or(cmp.Compare(b.keys, a.keys), cmp.Compare(a.who, b.who)) })
	return d.shared[:min(len(d.shared), maxCandidates)]
}
