package record

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// verifyStep is how many persons are looked at in one read.
const verifyStep = 200

// Verified hears what Verify finds.
type Verified struct {
	Record   func(iis.PersonID) // is not what its reports come to
	Standing func(iis.PersonID) // is not what the schedule said of the record on the day and by the release that it names
	Progress func(persons int)  // how many have been looked at
}

// Unchecked are how many standings, and joined doses, Verify could not hold
// against anything.
type Unchecked struct {
	Waiting int // to be assessed, by the next run
	Unknown int // assessed by a release that this program does not have
	Older   int // records whose doses were joined by other rules than this program's
}

// Verify makes every record anew from its reports, and its standing from the
// record, and compares both with what is stored. It changes nothing.
func (k *Keeper) Verify(ctx context.Context, tell Verified) (Unchecked, error) {
	var unchecked Unchecked
	looked := 0
	for last := iis.PersonID(0); ; {
		var ids []iis.PersonID
		err := k.store.Read(ctx, func(tx *store.Tx) (err error) {
			if ids, err = tx.PersonsAfter(last, verifyStep); err != nil {
				return err
			}
			for _, id := range ids {
				if err := k.verify(tx, id, tell, &unchecked); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return unchecked, err
		}
		if len(ids) == 0 {
			return unchecked, nil
		}
		looked, last = looked+len(ids), ids[len(ids)-1]
		tell.Progress(looked)
	}
}

// verify looks at one person.
func (k *Keeper) verify(tx *store.Tx, id iis.PersonID, tell Verified, unchecked *Unchecked) error {
	kept, made, standing, err := tx.FolderAndReports(id)
	if err != nil {
		return err
	}
	if kept == nil || made == nil {
		if kept != nil || made != nil {
			tell.Record(id)
		}
		return nil
	}
	if err := k.derive(tx, made); err != nil {
		return err
	}
	older := false
	slices.SortFunc(kept.Sources, func(a, b store.SourcePerson) int { return cmp.Compare(a.Source, b.Source) })
	slices.SortFunc(made.Sources, func(a, b store.SourcePerson) int { return cmp.Compare(a.Source, b.Source) })
	if kept.DoseRules != made.DoseRules {
		unchecked.Older++
		made.Consolidated, made.DoseRules, older = kept.Consolidated, kept.DoseRules, true
	}
	if !store.SameFolder(kept, made) {
		tell.Record(id)
	}
	if older { // what is shown of its doses is by other rules too
		return nil
	}
	switch same, err := k.stands(kept, standing, unchecked); {
	case err != nil:
		return err
	case !same:
		tell.Standing(id)
	}
	return nil
}

// stands reports that a stored standing is that of its record, as far as that
// can be looked at.
func (k *Keeper) stands(f *store.Folder, have *store.Standing, unchecked *Unchecked) (bool, error) {
	if have == nil || have.Assessed == cal.None {
		unchecked.Waiting++
		return have == nil || len(have.Body) == 0, nil
	}
	e, err := k.engine(have.Assessed)
	if err == nil && e.Release() != have.Release { // another was the newest then
		e, err = k.named(have.Release)
		if err != nil {
			unchecked.Unknown++
			return true, nil
		}
	}
	if err != nil {
		return false, err
	}
	made := standingBy(e, k.codes, f, have.Changed, have.Assessed)
	return bytes.Equal(made.Body, have.Body), nil
}
