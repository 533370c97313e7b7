package record

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store"
)

// ActRenew is what the audit calls that records were made anew by newer rules.
const ActRenew = "renew doses"

// Renewer makes every record anew whose doses were joined by other rules than
// those that hold: this program's (dedupe.Version), with what senders are now. It goes by persons in their order, and each
// stretch of them is durable with how far it has come. Several programs may do
// it at once: each looks at a record again before it writes. It belongs to one
// goroutine.
type Renewer struct {
	k  *Keeper
	by iis.Actor
	// Seen and Renewed are how many records this one looked at, and made anew.
	Seen, Renewed int
	again         bool // everyone, whatever was done before
	from          iis.PersonID
	rules         int // that hold
}

// NewRenewer makes a renewer; by stands in the audit. With again it looks at
// everyone, also where that was done before.
func (k *Keeper) NewRenewer(by iis.Actor, again bool) *Renewer {
	return &Renewer{k: k, by: by, again: again}
}

// Settling is how long it is until every server goes by what senders are, after a change: what
// is made anew before may be made by what was before. Zero mostly.
func (r *Renewer) Settling(ctx context.Context, now time.Time) (wait time.Duration, err error) {
	err = r.k.store.Read(ctx, func(tx *store.Tx) error {
		h, err := r.k.heldIn(tx)
		if err == nil && !h.settled(now) {
			wait = h.kinds.At.Add(kindsSettle).Sub(now) + time.Millisecond
		}
		return err
	})
	return wait, err
}

// Step does a stretch; more is false when nobody is left, or a newer program has
// begun, or what senders are has just changed.
func (r *Renewer) Step(ctx context.Context, now time.Time) (more bool, err error) {
	var at store.Renewal
	var records []store.StoredRecord
	err = r.k.store.Read(ctx, func(tx *store.Tx) (err error) {
		if at, err = tx.Renewal(); err != nil {
			return err
		}
		h, err := r.k.heldIn(tx)
		if err != nil {
			return err
		}
		r.rules = h.rules()
		switch {
		case at.Rules > r.rules: // left to the newer program
			return nil
		case r.again:
			at = store.Renewal{Rules: r.rules, UpTo: r.from}
		case !h.settled(now):
			at.Done = true // for the moment: others may go by what was before
			return nil
		case at.Rules < r.rules:
			at = store.Renewal{Rules: r.rules}
		case at.Done:
			return nil
		}
		records, err = tx.RecordsAfter(at.UpTo)
		return err
	})
	if err != nil || at.Rules > r.rules || at.Done {
		return false, err
	}
	next := store.Renewal{Rules: r.rules, UpTo: at.UpTo, Done: len(records) < store.StandingsAtOnce}
	if len(records) > 0 {
		next.UpTo = records[len(records)-1].ID
	}
	old, err := olderRules(records, r.rules)
	if err != nil {
		return false, err
	}
	if err := r.renew(ctx, old, next); err != nil {
		return false, fmt.Errorf("renew the records after person %d: %w", at.UpTo, err)
	}
	r.Seen, r.Renewed, r.from = r.Seen+len(records), r.Renewed+len(old), next.UpTo
	return !next.Done, nil
}

// olderRules are the persons whose doses were joined by other rules.
func olderRules(records []store.StoredRecord, rules int) (old []iis.PersonID, err error) {
	for i := range records {
		f, err := records[i].Folder()
		if err != nil {
			return nil, err
		}
		if f.DoseRules < rules {
			old = append(old, f.ID)
		}
	}
	return old, nil
}

// renew makes some records anew, in one transaction with how far that has come.
// Each of which a dose changed has its own line in the audit, and all together
// have one.
func (r *Renewer) renew(ctx context.Context, ids []iis.PersonID, next store.Renewal) error {
	return r.k.store.Write(ctx, func(tx *store.Tx) error {
		now := r.k.store.Now()
		folders, err := tx.Folders(ids...)
		if err != nil {
			return err
		}
		written := make([]byte, 0, 8*len(ids))
		for _, f := range folders {
			if f, err = tx.Hold(f.ID); err != nil {
				return err
			}
			if f == nil || f.DoseRules >= r.rules { // it was merged, or a message came, between
				continue
			}
			before := f.Consolidated
			if err := r.k.deriveAndKeep(tx, f, now); err != nil {
				return err
			}
			written = binary.BigEndian.AppendUint64(written, uint64(f.ID))
			if sameDoses(before, f.Consolidated) {
				continue
			}
			if err := tx.AddAudit(store.Audit{At: now, Actor: r.by, Act: ActRenew, Person: f.ID}); err != nil {
				return err
			}
		}
		if len(written) > 0 {
			if err := tx.AddAudit(store.Audit{At: now, Actor: r.by, Act: ActRenew, Subject: int64(len(written) / 8), Written: written}); err != nil {
				return err
			}
		}
		return tx.SetRenewal(next)
	})
}

// sameDoses reports doses that are made of the same reports and show the same.
func sameDoses(a, b []iis.Consolidated) bool {
	return slices.EqualFunc(a, b, func(x, y iis.Consolidated) bool {
		return x.ID == y.ID && x.Review == y.Review && slices.Equal(x.Members, y.Members)
	})
}
