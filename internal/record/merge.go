package record

import (
	"context"
	"slices"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Merge decides that two records are of one person: every source of gone, with
// all that it reported, becomes keep's. The id gone leads to keep from then on.
//
// fault.NotFound: there is no such record. fault.Invalid: one record was named
// twice, or no reason was given. fault.Conflict: they are one already, gone was
// merged before, or someone decided that they are two.
func (k *Keeper) Merge(ctx context.Context, keep, gone iis.PersonID, by iis.Actor, why string) (iis.DecisionID, error) {
	return k.decide(ctx, ActMerge, by, why, func(x *deciding) error {
		into, err := x.merge(keep, gone, nil)
		if err != nil {
			return err
		}
		return x.join(into)
	})
}

// Unite decides that two records are of one person, as Merge does, and that every
// source which the two have now belongs together with the others: none is taken away
// alone, by whatever decision, until this one is undone.
//
// The errors are those of Merge.
func (k *Keeper) Unite(ctx context.Context, keep, gone iis.PersonID, by iis.Actor, why string) (iis.DecisionID, error) {
	return k.decide(ctx, ActUnite, by, why, func(x *deciding) error {
		into, err := x.merge(keep, gone, nil)
		if err != nil {
			return err
		}
		x.d.Kind = iis.DecidedTogether
		return x.join(into)
	})
}

// merge makes everything of gone keep's, when still agrees, which is asked once
// nobody else changes the two (nil: nothing is asked).
func (x *deciding) merge(keep, gone iis.PersonID, still func() error) (*side, error) {
	into, from, err := x.two(keep, gone)
	if err != nil {
		return nil, err
	}
	if from != gone {
		return nil, fault.New(fault.Conflict, "The record %s was merged into %s already.", gone.Public(), from.Public())
	}
	sides, err := x.hold(into, from)
	if err != nil {
		return nil, err
	}
	if err := x.mayBeOne(into, from); err != nil {
		return nil, err
	}
	if still != nil {
		if err := still(); err != nil {
			return nil, err
		}
	}
	x.d.Kind, x.d.Person, x.d.Other, x.d.Sources = iis.DecidedMerge, into, from, sides[1].sources()
	return sides[0], x.absorb(sides[0], sides[1])
}

// Move decides that a source of one person is another's: it goes there with its
// reports, keys and link. To 0: to a new person, who is then Person of the
// decision.
//
// fault.NotFound: there is no such record or source. fault.Invalid: the source
// is there already. fault.Conflict: nothing would be left that says who the
// person is (merge the records then), or someone decided otherwise.
func (k *Keeper) Move(ctx context.Context, source iis.SourceID, from, to iis.PersonID, by iis.Actor, why string) (iis.DecisionID, error) {
	return k.decide(ctx, ActMove, by, why, func(x *deciding) error {
		return x.move(source, from, to)
	})
}

// move moves a source.
func (x *deciding) move(source iis.SourceID, from, to iis.PersonID) error {
	home, there, err := x.sidesOfMove(from, to)
	if err != nil {
		return err
	}
	if !slices.Contains(home.sources(), source) {
		return noSuchSource()
	}
	x.d.Kind, x.d.Person, x.d.Other, x.d.Sources = iis.DecidedMove, there.id, home.id, []iis.SourceID{source}
	x.d.Moved.NewOne = to == 0
	if err := x.mayMove(home, there, x.d.Sources); err != nil {
		return err
	}
	if err := x.carry(home, there, x.d.Sources); err != nil {
		return err
	}
	if err := x.carryWords(home, there, 0); err != nil {
		return err
	}
	if err := x.settle(home, there); err != nil {
		return err
	}
	return x.join(there)
}

// join pins all sources that a person has now as one's, by this decision.
func (x *deciding) join(s *side) error {
	var pins []store.Pin
	for _, l := range s.linked {
		pins = append(pins, store.Pin{Person: s.id, Decision: x.d.ID, Source: l.Source, Kind: x.d.Kind})
	}
	return x.tx.AddPins(pins)
}

// sidesOfMove are the two persons of a move.
func (x *deciding) sidesOfMove(from, to iis.PersonID) (home, there *side, err error) {
	if to == 0 {
		now, err := x.tx.Follow(from)
		if err != nil {
			return nil, nil, err
		}
		sides, err := x.hold(now[0])
		if err != nil {
			return nil, nil, err
		}
		return sides[0], &side{id: iis.PersonID(x.k.store.NewID())}, nil
	}
	from, to, err = x.two(from, to)
	if err != nil {
		return nil, nil, err
	}
	sides, err := x.hold(from, to)
	if err != nil {
		return nil, nil, err
	}
	return sides[0], sides[1], nil
}

// mayMove refuses to move sources when that would leave somebody nameless, or
// goes against what someone decided.
func (x *deciding) mayMove(from, to *side, sources []iis.SourceID) error {
	moves := func(s iis.SourceID) bool { return slices.Contains(sources, s) }
	if !from.saysWho(func(s iis.SourceID) bool { return !moves(s) }) {
		return fault.New(fault.Conflict, "Nothing would be left that says who the person of record %s is. If it is another’s, merge the two records.", from.id.Public())
	}
	if !from.saysWho(func(s iis.SourceID) bool { return !moves(s) && x.brought[s] == 0 }) {
		return fault.New(fault.Conflict, "Nothing would be left of record %s but what later decisions brought. Undo those first.", from.id.Public())
	}
	if !to.saysWho(func(iis.SourceID) bool { return true }) && !from.saysWho(moves) {
		return fault.New(fault.Conflict, "This source does not say who the person is: it cannot be a record by itself.")
	}
	pins, err := x.tx.Pins(from.id, to.id)
	if err != nil {
		return err
	}
	apart := store.Opposed(pins,
		func(p store.Pin) bool { return p.Person == from.id && p.Source != 0 && moves(p.Source) },
		func(p store.Pin) bool { return p.Person == to.id })
	if apart != 0 {
		return apartFault()
	}
	for _, p := range pins {
		for _, q := range pins {
			if p.Kind == iis.DecidedTogether && p.Decision == q.Decision && q.Person == p.Person && moves(p.Source) && !moves(q.Source) {
				return fault.New(fault.Conflict, areTogether)
			}
		}
	}
	return nil
}

// Undo undoes a decision: a merge or move totally, so that every report, link and
// key is where it was, and what came meanwhile goes with its source; it lifts
// what was held apart or together, and takes a flag back.
//
// fault.NotFound: there is no such decision. fault.Conflict: it was undone
// already, is itself an undo, or a later decision stands in the way, which is
// named.
func (k *Keeper) Undo(ctx context.Context, decision iis.DecisionID, by iis.Actor, why string) (iis.DecisionID, error) {
	return k.decide(ctx, ActUndo, by, why, func(x *deciding) error { return x.undo(decision) })
}

// undo undoes a decision.
func (x *deciding) undo(decision iis.DecisionID) error {
	d, concerned, err := x.standing(decision)
	if err != nil {
		return err
	}
	x.d.Kind, x.d.Undoes, x.d.Person, x.d.Other = iis.DecidedUndo, d.ID, d.Person, d.Other
	x.concerned = concerned
	switch {
	case merges(d):
		err = x.undoMerge(d)
	case d.Kind == iis.DecidedMove:
		err = x.undoMove(d)
	case d.Kind == iis.DecidedFlag:
		err = x.undoFlag(d)
	case d.Kind == iis.DecidedAlive:
		err = x.undoAlive(d)
	default:
		err = x.undoPin(d)
	}
	if err != nil {
		return err
	}
	return x.further(d)
}

// standing is a decision that may be undone: it stands, and no later one that
// stands builds on it.
func (x *deciding) standing(id iis.DecisionID) (*store.Decision, []iis.PersonID, error) {
	d, concerned, err := x.tx.Decision(id)
	switch {
	case err != nil:
		return nil, nil, err
	case d == nil:
		return nil, nil, fault.New(fault.NotFound, "There is no such decision.")
	case d.Kind == iis.DecidedUndo:
		return nil, nil, fault.New(fault.Conflict, "This decision undid another. Decide anew instead.")
	case d.UndoneBy != 0:
		return nil, nil, fault.New(fault.Conflict, "This decision was undone already.")
	}
	all, err := x.tx.Decisions(concerned...)
	if err != nil {
		return nil, nil, err
	}
	x.brought = map[iis.SourceID]iis.DecisionID{}
	for i := range all {
		later := &all[i]
		if later.ID <= d.ID {
			continue
		}
		if buildsOn(later, d) {
			return nil, nil, fault.New(fault.Conflict, "Decision %s came later and builds on this one. Undo it first.", later.ID.Public())
		}
		if later.Stands() && moves(later) && later.Person == d.Person {
			for _, s := range later.Sources {
				x.brought[s] = later.ID
			}
		}
	}
	return d, concerned, nil
}

// buildsOn reports a decision that must be undone before an earlier one, so that
// each source goes back to where it was: it moved a source of it further, or the
// person to whom a source would go back is part of another, or it concerns the
// person whom the earlier one made; or it left a record to nobody.
func buildsOn(later, d *store.Decision) bool {
	if later.Stands() && slices.ContainsFunc(later.Moved.Retired, func(r store.Retired) bool { return r.Person == d.Person || r.Person == d.Other }) {
		return true
	}
	if later.Stands() && merges(later) && slices.ContainsFunc(d.Moved.Retired, func(r store.Retired) bool { return r.Person == later.Other }) {
		return true // what was left to nobody is somebody's since (PlaceDeath)
	}
	if !later.Stands() || !moves(later) || !moves(d) {
		return false
	}
	return slices.ContainsFunc(later.Sources, func(s iis.SourceID) bool { return slices.Contains(d.Sources, s) }) ||
		merges(later) && (later.Other == d.Person || later.Other == d.Other) ||
		d.Moved.NewOne && (later.Person == d.Person || later.Other == d.Person)
}

// moves reports a decision by which sources went from one person to another.
func moves(d *store.Decision) bool { return merges(d) || d.Kind == iis.DecidedMove }

// merges reports a decision by which one person became part of another.
func merges(d *store.Decision) bool {
	return d.Kind == iis.DecidedMerge || d.Kind == iis.DecidedTogether && d.Other != 0
}

// still requires that nothing changed that while others were waited for.
func (x *deciding) still(d *store.Decision) error {
	_, _, err := x.standing(d.ID)
	return err
}

// undoMerge parts a record again from that into which it was merged.
func (x *deciding) undoMerge(d *store.Decision) error {
	now, err := x.tx.Follow(d.Person) // a new identity that is no more since what went over was taken back
	if err != nil {
		return err
	}
	sides, err := x.hold(now[0])
	if err != nil {
		return err
	}
	if err := x.still(d); err != nil {
		return err
	}
	x.concerned = append(x.concerned, now[0])
	from, back := sides[0], &side{id: d.Other, created: d.Moved.Created}
	x.d.Sources = d.Sources
	if err := x.tx.RemovePins(d.ID); err != nil {
		return err
	}
	if err := x.mayMove(from, back, d.Sources); err != nil {
		return err
	}
	if err := x.tx.RemoveAlias(d.Other); err != nil {
		return err
	}
	if err := x.carry(from, back, d.Sources); err != nil {
		return err
	}
	if err := x.carryAlive(from, back, d.Sources); err != nil {
		return err
	}
	if err := x.carryWords(from, back, d.ID); err != nil {
		return err
	}
	for _, pin := range d.Moved.Pins {
		if err := x.tx.MovePin(from.id, back.id, pin); err != nil {
			return err
		}
	}
	for _, c := range d.Moved.Concerns {
		if err := x.tx.MoveConcern(from.id, back.id, c); err != nil {
			return err
		}
	}
	for _, i := range d.Moved.Informed {
		if err := x.tx.MoveInformed(from.id, back.id, i); err != nil {
			return err
		}
	}
	for _, e := range d.Moved.Rostered {
		if err := x.tx.MoveRosterEntry(from.id, back.id, e); err != nil {
			return err
		}
	}
	if err := x.settle(from, back); err != nil {
		return err
	}
	if err := x.queueBack(d, from.id); err != nil {
		return err
	}
	return x.unplaceDeath(d, back)
}

// undoMove puts moved sources back. The person whom the move made is no more,
// unless somebody else reported of it since.
func (x *deciding) undoMove(d *store.Decision) error {
	now, err := x.tx.Follow(d.Other, d.Person) // either may be one whose making was undone
	if err != nil {
		return err
	}
	if now[0] == now[1] { // and both are one since
		if _, err := x.hold(now[0]); err != nil {
			return err
		}
		if err := x.still(d); err != nil {
			return err
		}
		x.concerned = append(x.concerned, now[0])
		return x.tx.RemovePins(d.ID)
	}
	sides, err := x.hold(now...)
	if err != nil {
		return err
	}
	if err := x.still(d); err != nil {
		return err
	}
	if err := x.tx.RemovePins(d.ID); err != nil {
		return err
	}
	home, there := sides[0], sides[1]
	x.concerned = append(x.concerned, home.id)
	x.d.Sources = d.Sources
	stays := func(s iis.SourceID) bool { return !slices.Contains(d.Sources, s) }
	if d.Moved.NewOne && !there.saysWho(stays) {
		if err := x.mayBeOne(home.id, there.id); err != nil {
			return err
		}
		x.d.Sources = there.sources()
		if err := x.absorb(home, there); err != nil {
			return err
		}
		if err := x.tx.PartedNoMore(home.id, d.ID); err != nil {
			return err
		}
		return x.queueAll(d.Moved.Settled)
	}
	if err := x.mayMove(there, home, d.Sources); err != nil {
		return err
	}
	if err := x.carry(there, home, d.Sources); err != nil {
		return err
	}
	if err := x.carryWords(there, home, d.ID); err != nil {
		return err
	}
	if err := x.tx.PartedNoMore(home.id, d.ID); err != nil {
		return err
	}
	if err := x.settle(there, home); err != nil {
		return err
	}
	if err := x.queueAll(d.Moved.Settled); err != nil {
		return err
	}
	return x.unplaceDeath(d, home)
}
