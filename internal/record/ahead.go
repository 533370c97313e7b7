package record

import (
	"context"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// foreread is what was read of those who may be meant before the writer's turn came: who has
// not changed since is not read from the disk, decoded and made ready for being compared
// while everybody waits (ADR 33). nil: nothing was. It belongs to one arrival, and is of
// one set of weights.
type foreread struct {
	said  store.Remembered
	ready map[*store.SourcePerson]*match.Record
}

// lookAhead reads what placing an arrival will read, beside the one writer of SQLite. Nothing
// is decided by it: all of it is read again in the transaction, and only what is the same to
// the letter is not worked out again. A registry that does not fit into memory is read by
// many at once so, and not by one after the other. On PostgreSQL transactions run side by
// side anyway.
func (k *Keeper) lookAhead(ctx context.Context, a *arrival) error {
	if !k.store.OneWriter() || k.rehearses {
		return nil
	}
	return k.store.Read(ctx, func(tx *store.Tx) error {
		if a.Known != 0 {
			return tx.Touch(a.Known)
		}
		a.who.ahead = &foreread{said: store.Remembered{}, ready: map[*store.SourcePerson]*match.Record{}}
		known, err := a.tellsAgain(tx)
		if err != nil {
			return err
		}
		if known != 0 {
			return tx.Touch(known)
		}
		_, err = k.lookUp(tx, a.by, a.Sender.ID, &a.who)
		return err
	})
}

// tellsAgain is the sender's own patient of whom it says what it said before, as placeKnown
// finds it; 0: nobody.
func (a *arrival) tellsAgain(tx *store.Tx) (iis.PersonID, error) {
	own := match.LookUpKeys(&a.Person)
	if len(own) == 0 || match.Unsaid(&a.Person) {
		return 0, nil
	}
	hits, _, err := tx.FindSources(a.Sender.ID, own, nil, 0)
	if err != nil || len(hits) == 0 {
		return 0, err
	}
	said, err := a.who.ahead.described(tx, []iis.PersonID{hits[0].Person})
	if err != nil || len(said) == 0 {
		return 0, err
	}
	for i := range said[0].Sources {
		if s := &said[0].Sources[i]; s.Source == hits[0].Source && repeats(s, &a.Person) {
			return said[0].ID, nil
		}
	}
	return 0, nil
}

// described reads what is said of some persons.
func (h *foreread) described(tx *store.Tx, ids []iis.PersonID) ([]store.Described, error) {
	if h != nil {
		tx = tx.Remembering(h.said)
	}
	return tx.Described(ids...)
}

// prepare is judges.prepare, once for each source that was read.
func (h *foreread) prepare(j *judges, s *store.SourcePerson) *match.Record {
	if h == nil {
		return j.prepare(s)
	}
	r := h.ready[s]
	if r == nil {
		r = j.prepare(s)
		h.ready[s] = r
	}
	return r
}
