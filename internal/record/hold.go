package record

import (
	"errors"
	"slices"

	"openiis/internal/iis"
)

// holding is what a decision keeps others from changing. It is all taken at once, in one
// order for everyone: keys before persons, and each in the order of their numbers. Who
// took more later on could wait for somebody who waits for them.
type holding struct {
	keys []int64        // that are locked with those of the first who are held
	held []iis.PersonID // nil: nobody yet
	// also are those who are held from the beginning, because that turned out in a try
	// before; nil where nothing is tried again.
	also *[]iis.PersonID
}

// errMore is a decision that turned out to be about more persons than it holds: it begins
// again, and holds them from the beginning.
var errMore = errors.New("a decision is about more records than it holds")

// more has a decision begin again where it does not hold some persons; false when it holds
// them, or cannot.
func (h *holding) more(ids []iis.PersonID) (begin, holds bool) {
	holds = true
	for _, id := range ids {
		if slices.Contains(h.held, id) {
			continue
		}
		holds = false
		if h.also != nil && !slices.Contains(*h.also, id) {
			*h.also = append(*h.also, id)
			begin = true
		}
	}
	return begin, holds
}

// hold reads some persons and keeps everyone else from changing them, and from
// placing anybody by their keys: keys are locked before persons, persons in the
// order of their ids, as place does. What came while the keys were waited for may
// have brought others: then it begins again.
func (x *deciding) hold(ids ...iis.PersonID) ([]*side, error) {
	all := slices.Clone(ids)
	if x.held != nil {
		switch begin, holds := x.more(ids); {
		case begin:
			return nil, errMore
		case holds:
			return x.read(ids)
		}
	} else if x.also != nil && len(*x.also) > 0 {
		more, err := x.stillThere(*x.also)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	all = sortedOnce(all)
	before, err := x.read(all)
	if err != nil {
		return nil, err
	}
	locked := slices.Concat(x.keys, locks(before))
	slices.Sort(locked)
	locked = slices.Compact(locked)
	if err := x.tx.Lock(locked...); err != nil {
		return nil, err
	}
	if err := x.holdPersons(all); err != nil {
		return nil, err
	}
	x.held = append(x.held, all...)
	sides, err := x.read(all)
	if err != nil {
		return nil, err
	}
	for _, l := range locks(sides) {
		if _, found := slices.BinarySearch(locked, l); !found {
			return nil, errMoved
		}
	}
	out := make([]*side, len(ids))
	for i, id := range ids {
		out[i] = sides[slices.Index(all, id)]
	}
	return out, nil
}

// stillThere are those of some persons who are there, by the numbers that they have now.
func (x *deciding) stillThere(ids []iis.PersonID) ([]iis.PersonID, error) {
	now, err := x.tx.Follow(ids...)
	if err != nil {
		return nil, err
	}
	found, err := x.tx.Folders(sortedOnce(now)...)
	var out []iis.PersonID
	for _, f := range found {
		out = append(out, f.ID)
	}
	return out, err
}
