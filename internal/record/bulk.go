package record

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// Bulk takes many arrivals in one transaction: for an old registry, whose
// people come by the million. Each is placed and joined as Take does it. It is
// cheaper in three ways: the transaction is shared, with what its caller writes
// in it; nobody gets a receipt or a line of the audit, which the caller writes
// for all of them; and nobody is assessed, so that the next run over everyone
// (Refresher) finds where they stand.
type Bulk struct {
	k       *Keeper
	by      *judges
	tx      *store.Tx
	written hash.Hash
	// own are the senders' own numbers that somebody is known by: of those who are
	// taken, all that are. nil: nobody asked.
	own map[store.OwnKey]bool
	// sealed are the former identities of whom something was told.
	sealed []iis.PersonID
	unmade int64
	// ahead says that nobody else changes records, and nobody is locked.
	ahead bool
}

// Bulk runs fn in one transaction. It may run more than once; what it leaves
// behind must be that of its last run.
func (k *Keeper) Bulk(ctx context.Context, fn func(*Bulk) error) error {
	by, err := k.judges(ctx)
	if err != nil {
		return err
	}
	return k.store.Write(ctx, func(tx *store.Tx) error { return fn(&Bulk{k: k, by: by, tx: tx, written: sha256.New()}) })
}

// Ahead takes arrivals in a batch of a filling, ahead of the transaction that stores
// it.
func (k *Keeper) Ahead(ctx context.Context, b *store.Batch) (*Bulk, error) {
	by, err := k.judges(ctx)
	return &Bulk{k: k, by: by, tx: b.Tx(), written: sha256.New(), ahead: true}, err
}

// Tx is the transaction.
func (t *Bulk) Tx() *store.Tx { return t.tx }

// Written is a digest of the reports that were stored, for the audit.
func (t *Bulk) Written() []byte { return t.written.Sum(nil) }

// Lock locks the keys of all who will be taken, so that nobody is made twice
// beside a message, and asks which of their senders' own numbers are known. Call
// it once, with all, before the first Take.
func (t *Bulk) Lock(all []Arrival) error {
	if t.ahead {
		return nil
	}
	var keys []int64
	var own []store.OwnKey
	for i := range all {
		a := t.k.arrival(all[i], t.by)
		a.tx = t.tx
		if err := a.look(); err != nil {
			return err
		}
		keys = append(keys, lockKeys(a.Sender.ID, a.own, a.who.keys)...)
		for _, k := range match.LookUpKeys(&a.Person) {
			own = append(own, store.OwnKey{Sender: a.Sender.ID, Key: k})
		}
	}
	slices.Sort(keys)
	err := t.tx.Lock(slices.Compact(keys)...)
	if err == nil {
		t.own, err = t.tx.KnownOwn(own)
	}
	return err
}

// isFirst reports that none of a sender's own numbers for a person is known yet:
// then the sender cannot say again what it said before.
func (t *Bulk) isFirst(a *arrival) bool {
	return t.own != nil && !slices.ContainsFunc(match.LookUpKeys(&a.Person), func(k string) bool {
		return t.own[store.OwnKey{Sender: a.Sender.ID, Key: k}]
	})
}

// Take places and joins one arrival. Its Act and Finish are not used.
func (t *Bulk) Take(in Arrival) (iis.Receipt, error) {
	a := t.k.arrival(in, t.by)
	a.tx, a.now, a.later = t.tx, t.k.store.Now(), true
	a.receipt.Submission = in.Submission
	if err := a.look(); err != nil {
		return iis.Receipt{}, err
	}
	a.first = t.isFirst(a)
	if err := a.add(); err != nil {
		return iis.Receipt{}, fmt.Errorf("take part of submission %d: %w", in.Submission, err)
	}
	for _, k := range a.own {
		if t.own != nil {
			t.own[store.OwnKey{Sender: a.Sender.ID, Key: k}] = true
		}
	}
	t.written.Write(a.written)
	if a.sealed {
		t.sealed = append(t.sealed, a.receipt.Person)
		out := a.asUnknown()
		if out.Match == string(match.New) {
			t.unmade++
		}
		return out, nil
	}
	return a.receipt, nil
}

// Unmade is how many of a submission were taken as new of whom no record was made: what
// was told of a sealed identity is so. Sums of records must reckon with them, and nobody
// is to be told.
func (t *Bulk) Unmade() int64 { return t.unmade }

// Close ends the taking of a submission whose receipt is stored: one in which
// something was told of a sealed identity is sealed for it.
func (t *Bulk) Close(sub iis.SubmissionID) error {
	for _, id := range t.sealed {
		if err := t.tx.SealSubmission(sub, id); err != nil {
			return err
		}
	}
	t.sealed, t.unmade = nil, 0
	return nil
}
