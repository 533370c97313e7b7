package record

import (
	"context"
	"fmt"
	"time"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// Rekeyer makes everyone's match keys anew from what was reported, when this
// program makes other keys than the one that stored them (match.KeyVersion). It
// runs beside intake: a stretch of persons with their keys, and how far it has
// come, is one transaction, so that it is gone on with after whatever ended it,
// by this program or another.
//
// Nobody is unfindable meanwhile. Until a run is done, people are looked up by
// new and by former keys, and stored under both. The first pass adds new keys.
// The second, a day later, adds those of whom a program of the former version has
// stored since, and removes former keys.
type Rekeyer struct {
	k     *Keeper
	by    iis.Actor
	among int // persons in a stretch
}

// Persons in a stretch: few beside messages, which wait for it on SQLite.
const (
	stretchBeside = 50
	stretchAlone  = 500
)

// passesApart is how long the second pass waits for programs of the former
// version to end.
const passesApart = 24 * time.Hour

// NewRekeyer makes a rekeyer; by stands in the audit.
func (k *Keeper) NewRekeyer(by iis.Actor) *Rekeyer { return &Rekeyer{k, by, stretchBeside} }

// Step does a stretch of what is to be done now; more is false when that was
// all, or nothing is. It is for a job that gives way to messages.
func (r *Rekeyer) Step(ctx context.Context, now time.Time) (more bool, err error) {
	if r.k.rekeyed.Load() {
		return false, nil
	}
	run, worked, err := r.step(ctx, now, false)
	return worked && run.Finished.IsZero(), err
}

// All makes all keys anew, without waiting between the passes: no program of the
// former version may run any more. It goes on with a run where that was left, or
// does the second pass again when everything is done. It ends early when ctx does,
// and what it did until then stays done.
func (r *Rekeyer) All(ctx context.Context, now func() time.Time, progress func(store.KeyRun)) (store.KeyRun, error) {
	r.among = stretchAlone
	for again := true; ; again = false {
		run, worked, err := r.step(ctx, now(), true)
		if err == nil && !worked && again {
			run, err = r.begin(ctx, now())
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || run.Done() {
			return run, err
		}
		progress(run)
	}
}

// begin begins the second pass again.
func (r *Rekeyer) begin(ctx context.Context, now time.Time) (run store.KeyRun, err error) {
	err = r.k.store.Write(ctx, func(tx *store.Tx) error {
		if run, err = tx.HoldKeyRun(match.KeyVersion); err != nil || !run.Done() {
			return err
		}
		run = store.KeyRun{Version: match.KeyVersion, Pass: store.LastPass, Begun: now}
		return tx.PutKeyRun(&run)
	})
	return run, err
}

// step does the next stretch of a run; worked is false when none is due.
func (r *Rekeyer) step(ctx context.Context, now time.Time, atOnce bool) (run store.KeyRun, worked bool, err error) {
	err = r.k.store.Write(ctx, func(tx *store.Tx) error {
		worked = false
		if run, err = tx.HoldKeyRun(match.KeyVersion); err != nil {
			return err
		}
		if worked = due(&run, now, atOnce); !worked {
			return nil
		}
		return r.stretch(tx, &run, now)
	})
	if err != nil {
		return run, worked, fmt.Errorf("make keys anew after person %d: %w", run.UpTo, err)
	}
	if run.Done() {
		r.k.rekeyed.Store(true)
	}
	return run, worked, nil
}

// due reports that a run is to be gone on with, and brings it to its next pass
// when that is due.
func due(run *store.KeyRun, now time.Time, atOnce bool) bool {
	switch {
	case run.Pass == 0:
		*run = store.KeyRun{Version: run.Version, Pass: 1, Begun: now}
	case run.Done():
		return false
	case run.Finished.IsZero():
	case atOnce || now.Sub(run.Finished) >= passesApart:
		*run = store.KeyRun{Version: run.Version, Pass: run.Pass + 1, Begun: now}
	default:
		return false
	}
	return true
}

// stretch makes the keys of the next persons anew, and brings the run on.
func (r *Rekeyer) stretch(tx *store.Tx, run *store.KeyRun, now time.Time) error {
	ids, words, err := tx.WordsAfter(run.UpTo, r.among)
	if err != nil {
		return err
	}
	if len(ids) < r.among { // the last of them: the sealed identities too
		sealed, err := tx.SealedWords()
		if err != nil {
			return err
		}
		words = append(words, sealed...)
	}
	var written []byte
	for i := range words {
		w := &words[i]
		keys := match.Default().Keys(&w.Said) // weights are no part of keys
		if err := tx.AddMatchKeys(w.Person, w.Source, keys); err != nil {
			return err
		}
		written = store.KeyDigest(written, w.Source, keys)
		if run.Pass < store.LastPass {
			continue
		}
		if err := tx.RemoveMatchKeys(w.Source, match.Default().FormerKeys(&w.Said)); err != nil {
			return err
		}
	}
	if run.Seen += int64(len(ids)); len(ids) > 0 {
		run.UpTo = ids[len(ids)-1]
	}
	if len(ids) < r.among {
		run.Finished = now
	}
	audit := store.Audit{At: now, Actor: r.by, Act: "make keys anew", Subject: int64(len(ids)), Written: written}
	if err := tx.AddAudit(audit); err != nil {
		return err
	}
	return tx.PutKeyRun(run)
}
