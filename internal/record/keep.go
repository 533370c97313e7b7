package record

import (
	"slices"
	"time"

	"openiis/internal/dedupe"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// keep stores what a record has come to: the doses that changed since before,
// the folder, and where the person stands. fresh says which reports are new, or
// have a new version.
func (k *Keeper) keep(tx *store.Tx, f *store.Folder, before []iis.Consolidated, now time.Time, fresh func(*iis.SourceDose) bool) error {
	if err := k.keepDerived(tx, f, before, now, fresh); err != nil {
		return err
	}
	return k.storeStanding(tx, f, now)
}

// keepDerived is keep without where the person stands.
func (k *Keeper) keepDerived(tx *store.Tx, f *store.Folder, before []iis.Consolidated, now time.Time, fresh func(*iis.SourceDose) bool) error {
	was := make(map[iis.DoseID]*iis.Consolidated, len(before))
	for i := range before {
		was[before[i].ID] = &before[i]
	}
	lines := newLines(f)
	var changed []store.Derived
	for i := range f.Consolidated {
		c := &f.Consolidated[i]
		old := was[c.ID]
		delete(was, c.ID)
		reports := lines.of(c)
		if len(reports) > 0 && (old == nil || old.Review != c.Review || !slices.Equal(old.Members, c.Members) || slices.ContainsFunc(reports, fresh)) {
			changed = append(changed, store.Derived{ID: c.ID, Review: c.Review, Sender: reports[0].Sender, Shown: dedupe.Shown(reports)})
		}
	}
	for id := range was {
		if err := tx.RemoveDose(f.ID, id); err != nil {
			return err
		}
	}
	if err := tx.PutDoses(f.ID, changed); err != nil {
		return err
	}
	return tx.PutFolder(f, now)
}
