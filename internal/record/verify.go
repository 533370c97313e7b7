package record

import (
	"cmp"
	"context"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/store"
)

// verifyStep is how many persons are looked at in one read.
const verifyStep = 200

// Verify makes every record anew from its reports and compares it with what is
// stored. Each person whose record is not what its reports come to is handed to
// each; progress hears how many have been looked at. It changes nothing.
func (k *Keeper) Verify(ctx context.Context, wrong func(iis.PersonID), progress func(int)) error {
	looked := 0
	for last := iis.PersonID(0); ; {
		var ids []iis.PersonID
		err := k.store.Read(ctx, func(tx *store.Tx) (err error) {
			if ids, err = tx.PersonsAfter(last, verifyStep); err != nil {
				return err
			}
			for _, id := range ids {
				same, err := k.holds(tx, id)
				if err != nil {
					return err
				}
				if !same {
					wrong(id)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return nil
		}
		looked, last = looked+len(ids), ids[len(ids)-1]
		progress(looked)
	}
}

// holds reports that a stored record is what its reports come to.
func (k *Keeper) holds(tx *store.Tx, id iis.PersonID) (bool, error) {
	kept, made, err := tx.FolderAndReports(id)
	if err != nil || kept == nil || made == nil {
		return kept == nil && made == nil, err
	}
	k.derive(made)
	slices.SortFunc(kept.Sources, func(a, b store.SourcePerson) int { return cmp.Compare(a.Source, b.Source) })
	slices.SortFunc(made.Sources, func(a, b store.SourcePerson) int { return cmp.Compare(a.Source, b.Source) })
	return store.SameFolder(kept, made), nil
}
