package record

import (
	"context"
	"slices"

	"openiis/internal/golden"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// Found is the answer to "who is this" for an asker.
type Found struct {
	// Folder is the record of the one person who matches, and nil otherwise.
	Folder *store.Folder
	// Candidates may be meant when nobody matches alone, best first.
	Candidates []iis.PersonID
}

// Find looks for the person that a sender describes. A protected person is not
// found by anyone but a sender who protects it: neither as the match nor among
// the candidates.
func (k *Keeper) Find(ctx context.Context, asker iis.SenderID, person *iis.Person) (Found, error) {
	var f Found
	err := k.store.Read(ctx, func(tx *store.Tx) error {
		candidates, _, err := k.candidates(tx, asker, person, match.OwnKeys(person), match.Keys(person))
		if err != nil {
			return err
		}
		d := match.Best(person, candidates)
		ids := make([]iis.PersonID, 0, len(d.Candidates))
		for _, c := range d.Candidates {
			ids = append(ids, c.Person)
		}
		if d.Outcome == match.Match {
			ids = []iis.PersonID{d.Person}
		}
		ids, err = visible(tx, asker, ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		if d.Outcome == match.Match {
			f.Folder, err = tx.Folder(ids[0])
			return err
		}
		f.Candidates = ids
		return nil
	})
	return f, err
}

// visible leaves out persons whom a sender may not know to be here.
func visible(tx *store.Tx, asker iis.SenderID, ids []iis.PersonID) ([]iis.PersonID, error) {
	sources, err := tx.Sources(ids)
	if err != nil {
		return nil, err
	}
	for _, list := range sources {
		for i := range list {
			if err := list[i].Read(); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(ids, func(id iis.PersonID) bool { return !Visible(sources[id], asker) }), nil
}

// Visible reports that a sender may know of a person: nobody protects the
// record, or the sender itself does (PD1-12).
func Visible(sources []store.SourcePerson, asker iis.SenderID) bool {
	said := make(map[iis.SenderID][]iis.Person, len(sources))
	for _, s := range sources {
		said[s.Sender] = append(said[s.Sender], s.Person)
	}
	protected, owner := golden.Protected(said, asker)
	return !protected || owner
}
