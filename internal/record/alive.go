package record

import (
	"context"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// ActAlive is what the audit calls the decision that somebody is alive.
const ActAlive = "decide that a person is alive"

// Alive decides that a person is alive: the deaths of which its sources tell are
// another's. They are set aside, also when the same source repeats them; the word of
// another, as of another certificate, closes the record again. What the sources say
// stays as it is, and moving one to whose the death is makes it hold there.
//
// fault.NotFound: there is no such record. fault.Invalid: no reason was given.
// fault.Conflict: nobody says that the person died.
func (k *Keeper) Alive(ctx context.Context, person iis.PersonID, by iis.Actor, why string) (iis.DecisionID, error) {
	return k.decide(ctx, ActAlive, by, why, func(x *deciding) error {
		f, err := x.tx.Folder(person)
		if err != nil {
			return err
		}
		sides, err := x.hold(f.ID)
		if err != nil {
			return err
		}
		if f, err = x.tx.Folder(f.ID); err != nil {
			return err
		}
		x.d.Kind, x.d.Person = iis.DecidedAlive, f.ID
		var pins []store.Pin
		for i := range f.Sources {
			if s := &f.Sources[i]; s.Person.HasDied() && !s.Alive {
				x.d.Sources = append(x.d.Sources, s.Source)
				pins = append(pins, store.Pin{Person: f.ID, Decision: x.d.ID, Source: s.Source, Kind: iis.DecidedAlive})
				if err := x.unmatched(s); err != nil {
					return err
				}
			}
		}
		if len(pins) == 0 {
			return fault.New(fault.Conflict, "Nobody says that this person died. There is nothing to set aside.")
		}
		if err := x.tx.AddPins(pins); err != nil {
			return err
		}
		return x.settle(sides...)
	})
}

// undoAlive has the deaths hold again that a decision set aside, in whatever records
// they are now.
func (x *deciding) undoAlive(d *store.Decision) error {
	now, err := x.tx.Follow(d.Person)
	if err != nil {
		return err
	}
	pinned, err := x.tx.PinnedBy(d.ID)
	if err != nil {
		return err
	}
	sides, err := x.hold(sortedOnce(append(now, pinned...))...)
	if err != nil {
		return err
	}
	if err := x.still(d); err != nil {
		return err
	}
	for _, s := range sides {
		x.concerned = append(x.concerned, s.id)
		for i := range s.reports {
			if r := &s.reports[i]; r.Said != nil && r.Said.Certificate == iis.DeathCertificate {
				if err := x.tx.DropUnmatched(r.Sender, certificateOf(r.Said), d.ID); err != nil {
					return err
				}
			}
		}
	}
	if err := x.tx.RemovePins(d.ID); err != nil {
		return err
	}
	return x.settle(sides...)
}

// carryAlive moves what was decided of the deaths of some sources with them.
func (x *deciding) carryAlive(from, to *side, sources []iis.SourceID) error {
	for _, s := range sources {
		if err := x.tx.MoveAlive(from.id, to.id, s); err != nil {
			return err
		}
	}
	return nil
}
