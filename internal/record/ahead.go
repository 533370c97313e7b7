package record

import (
	"context"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// foreread is what was read of those who may be meant before the writer's turn came: who has
// not changed since is not read from the disk, decoded and made ready for being compared
// while everybody waits (ADR 12). nil: nothing was. It belongs to one arrival, and is of
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
		f, source, err := tx.ReadOwn(a.Sender.ID, match.LookUpKeys(&a.Person))
		if err != nil {
			return err
		}
		if f != nil {
			if s := f.Source(source); s != nil && !match.Unsaid(&a.Person) && repeats(s, &a.Person) {
				return tx.Touch(f.ID)
			}
		}
		a.who.ahead = &foreread{said: store.Remembered{}, ready: map[*store.SourcePerson]*match.Record{}}
		_, err = k.lookUp(tx, a.by, a.Sender.ID, &a.who)
		return err
	})
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
