package steward

import (
	"context"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// errSources is for those who may not say where a source belongs: what it says is
// one sender's, and what it leaves behind is others'.
var errSources = fault.New(fault.Denied, "Only the registry’s staff decide in which record a source belongs. Nothing was changed.")

// MoveSource decides that one source of a person is another's, to whose record it
// goes with all that it reported; to 0: to a new record. It returns the record that
// it is in now. The programme alone does. The reason is required; fault.Invalid when
// the other record is not there, fault.Conflict when somebody decided otherwise or
// nothing would be left.
func (d *Desk) MoveSource(ctx context.Context, by By, source iis.SourceID, from, to iis.PersonID, why string) (iis.PersonID, error) {
	why, err := sourceReason(by, why)
	if err != nil {
		return 0, err
	}
	if to != 0 {
		if err := d.present(ctx, to); err != nil {
			return 0, err
		}
	}
	id, err := d.keeper.Move(ctx, source, from, to, by.Actor, why)
	if err != nil {
		return 0, wrap("move a source", err)
	}
	var moved *store.Decision
	err = d.read(ctx, "move a source", func(tx *store.Tx) (err error) {
		moved, _, err = tx.Decision(id)
		return err
	})
	if err != nil {
		return 0, err
	}
	return moved.Person, nil
}

// HoldTogether decides that two sources of a person belong together: neither is
// moved without the other, until this is undone. The programme alone does. The
// reason is required.
func (d *Desk) HoldTogether(ctx context.Context, by By, person iis.PersonID, one, other iis.SourceID, why string) error {
	why, err := sourceReason(by, why)
	if err != nil {
		return err
	}
	_, err = d.keeper.Together(ctx, person, one, other, by.Actor, why)
	return wrap("hold sources together", err)
}

// sourceReason is a reason of somebody who may decide about sources.
func sourceReason(by By, why string) (string, error) {
	if !by.Everyone {
		return "", errSources
	}
	return reason(why, "Say why: whoever looks at this record later has to understand it.")
}

// present is fault.Invalid when there is no record of a number that somebody wrote.
func (d *Desk) present(ctx context.Context, id iis.PersonID) error {
	err := d.read(ctx, "find a record", func(tx *store.Tx) error {
		_, err := tx.Folder(id)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.Invalid, "There is no record with this number. Check it: it stands on the other record’s page.")
	}
	return err
}
