package record

import (
	"cmp"
	"context"
	"fmt"

	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Like are those who may be meant by a description, the likeliest first, as a message with it
// would be placed. Whoever is hidden from the one who asks changes nothing of the answer: of a
// record that is not open to them, what their own site said alone is compared.
func (k *Keeper) Like(ctx context.Context, by iis.Actor, who *iis.Person) (ids []iis.PersonID, err error) {
	j, err := k.judges(ctx)
	if err != nil {
		return nil, err
	}
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		ids = nil
		former, err := k.former(tx)
		if err != nil {
			return err
		}
		described := j.describe(who, former)
		l, err := k.lookUp(tx, j, by.Site, &described)
		if err != nil {
			return err
		}
		var failed error
		l.leave(by.Owns, func(d *store.Described) bool {
			f := &store.Folder{ID: d.ID, Golden: golden.Person(goldenSources(d.Sources)), Sources: d.Sources, Choices: d.Choices}
			seen, sight, err := k.Sees(tx, by, f)
			failed = cmp.Or(failed, err)
			return seen != nil && sight != OwnPart
		})
		if failed != nil {
			return failed
		}
		for _, c := range j.updates.Decide(described.record, l.candidates).Candidates {
			ids = append(ids, c.Person)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for who may be meant: %w", err)
	}
	return ids, nil
}
