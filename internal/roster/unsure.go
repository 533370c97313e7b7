package roster

import (
	"context"
	"fmt"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Unsure is an entry of which it cannot be told whose it is, since a record was parted: it opens
// nothing, and tells nothing but what the site itself wrote.
type Unsure struct {
	ID         iis.RosterID
	Own, Place string
	Since      cal.Date
}

// unsure are those of a site, but for those that are of nobody of whom the reader may know.
func (d *Desk) unsure(tx *store.Tx, by iis.Actor, site *Site) (out []Unsure, err error) {
	entries, err := tx.PartedRoster(site.ID, MostEntries)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		e := &entries[i]
		may, err := d.may(tx, by, site, e.Person)
		if err != nil {
			return nil, err
		}
		if may {
			out = append(out, Unsure{e.ID, e.Own, e.Place, e.Since})
		}
	}
	return out, nil
}

// EndUnsure ends such an entry, as of today: whoever it is of is put on the roster anew, or has
// left. fault.NotFound when there is none of this number.
func (d *Desk) EndUnsure(ctx context.Context, by iis.Actor, id iis.OrganizationID, entry iis.RosterID) error {
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		site, err := d.site(tx, by, id)
		if err != nil {
			return err
		}
		entries, err := tx.PartedRoster(site.ID, MostEntries)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(entries, func(e iis.RosterEntry) bool { return e.ID == entry })
		if at < 0 {
			return errNotOn
		}
		e := &entries[at]
		if may, err := d.may(tx, by, site, e.Person); err != nil || !may {
			return orNotOn(err)
		}
		e.Until, e.Why = max(cal.On(d.now()), e.Since), "The record was parted"
		return d.save(tx, by, actEnd, e)
	})
	if err != nil {
		return fmt.Errorf("end an entry of the roster of %d: %w", id, err)
	}
	return nil
}

func orNotOn(err error) error {
	if err == nil {
		err = errNotOn
	}
	return err
}
