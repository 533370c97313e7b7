package record

import (
	"slices"

	"openiis/internal/iis"
	"openiis/internal/store"
)

// further has the sources that an undoing put back go on to where they were before a
// decision that was undone meanwhile. Such a decision did not see them: what stood in
// its way, and is undone now, was hidden, because it named somebody who was sealed.
func (x *deciding) further(d *store.Decision) error {
	if !moves(d) {
		return nil
	}
	sources := d.Sources
	for from := d.Other; ; {
		now, err := x.tx.Follow(from)
		if err != nil {
			return err
		}
		all, err := x.tx.Decisions(now[0])
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(e store.Decision) bool { return undoneWithout(&e, d, now[0], sources) })
		if i < 0 {
			return nil
		}
		earlier := &all[i]
		both := func(s iis.SourceID) bool { return !slices.Contains(earlier.Sources, s) }
		sources = slices.DeleteFunc(slices.Clone(sources), both)
		if err := x.goesBack(now[0], earlier.Other, sources); err != nil {
			return err
		}
		from = earlier.Other
	}
}

// undoneWithout reports a decision that brought some sources to a person before d moved
// them on, and was undone while d stood: so they were not there to be put back.
func undoneWithout(e, d *store.Decision, person iis.PersonID, sources []iis.SourceID) bool {
	return moves(e) && e.Person == person && e.ID < d.ID && e.UndoneBy > d.ID &&
		slices.ContainsFunc(e.Sources, func(s iis.SourceID) bool { return slices.Contains(sources, s) })
}

// goesBack has sources of one person go to whom another number leads to.
func (x *deciding) goesBack(from, to iis.PersonID, sources []iis.SourceID) error {
	now, err := x.tx.Follow(to)
	if err != nil || now[0] == from {
		return err
	}
	sides, err := x.hold(from, now[0])
	if err != nil {
		return err
	}
	x.concerned = append(x.concerned, now[0])
	if err := x.mayMove(sides[0], sides[1], sources); err != nil {
		return err
	}
	if err := x.carry(sides[0], sides[1], sources); err != nil {
		return err
	}
	return x.settle(sides...)
}
