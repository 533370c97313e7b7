package record

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// ActAdopt is what the audit calls that weights were put into force.
const ActAdopt = "adopt weights"

// judges are the profiles in force, by which it is decided who is described. A
// decision goes by one of them from beginning to end.
type judges struct {
	rules            *match.Rules
	updates, queries *match.Profile
	closing          *match.Profile // by which records are closed
	changed          string         // store.WeightsChanged when they came into force
}

// watchWeights keeps the weights in force in memory: those that somebody adopted, or
// the program's own.
func watchWeights(s *store.Store) *store.Watched[*match.Rules] {
	return store.Watch(s, (*store.Tx).WeightsChanged, func(tx *store.Tx) (*match.Rules, error) {
		version, file, err := tx.WeightsInForce()
		if err != nil {
			return nil, err
		}
		if version == store.OwnWeights {
			return match.Published()
		}
		v, err := match.ReadVersion(file)
		if err != nil {
			return nil, fmt.Errorf("weights %s: %w", version, err)
		}
		return v.Rules, nil
	})
}

// Weights are the weights in force, not older than a second.
func (k *Keeper) Weights(ctx context.Context) (*match.Rules, error) {
	r, _, err := k.weights.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the weights in force: %w", err)
	}
	return r, nil
}

// Look asks whether other weights were adopted, by any program, so that nothing waits
// for it: jobs.Look does every moment.
func (k *Keeper) Look(ctx context.Context) {
	_ = k.weights.Look(ctx) // whoever needs them looks itself, and fails if it must
}

// judges are those in force.
func (k *Keeper) judges(ctx context.Context) (*judges, error) {
	r, changed, err := k.weights.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the weights in force: %w", err)
	}
	return &judges{rules: r, updates: r.Use(k.matching), queries: r.Use(match.ForQueries), closing: r.Use(match.ForClosing), changed: changed}, nil
}

// inForce reports that nothing was adopted since. It holds until the transaction is
// done when that has HoldCleanedUp.
func (j *judges) inForce(tx *store.Tx) (bool, error) {
	now, err := tx.WeightsChanged()
	return now == j.changed, err
}

// Adopt puts a version of the weights into force, in the name of a user who signs it
// off; nil is that of the program. Every server goes by it within a second. Keys go by
// no weight and stay; what is queued stays too, and from now on everyone is looked at
// again, as whoever has changed is (Cleaner). A version that was in force before is
// adopted again in the same way.
func (k *Keeper) Adopt(ctx context.Context, by iis.Actor, v *match.Version, why string) error {
	switch why = strings.TrimSpace(why); {
	case by.User == 0:
		return fault.New(fault.Denied, "Weights are signed off by a user of the registry.")
	case why == "" || !utf8.ValidString(why):
		return fault.New(fault.Invalid, "Write why: whoever asks later by what people were matched will want to know.")
	case utf8.RuneCountInString(why) > maxWhy:
		return fault.New(fault.Invalid, "The reason is too long: %d letters are the most.", maxWhy)
	}
	a := store.Adoption{Version: store.OwnWeights, By: by.User, Reason: why}
	if v != nil {
		a.Version = v.Name
	}
	err := k.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Filled(); err != nil {
			return err
		}
		if err := tx.LockWeights(); err != nil {
			return err
		}
		now, _, err := tx.WeightsInForce()
		if err == nil && now == a.Version {
			err = fault.New(fault.Conflict, "This version is in force already.")
		}
		if err != nil {
			return err
		}
		a.At = k.store.Now()
		return adopt(tx, by, &a, v)
	})
	if err != nil {
		return fmt.Errorf("adopt weights: %w", err)
	}
	return nil
}

// adopt stores an adoption, has everyone looked at again, and audits it.
func adopt(tx *store.Tx, by iis.Actor, a *store.Adoption, v *match.Version) error {
	var file []byte
	if v != nil {
		file = v.Text
		if err := tx.KeepWeights(v.Name, file); err != nil {
			return err
		}
	}
	if err := tx.Adopt(*a); err != nil {
		return err
	}
	if _, err := tx.HoldCleanedUp(); err != nil {
		return err
	}
	if err := tx.SetCleanedUp(store.CleanUp{}); err != nil {
		return err
	}
	return tx.AddAudit(store.Audit{At: a.At, Actor: by, Act: ActAdopt, Subject: int64(by.User), Written: append([]byte(a.Version+"\n"+a.Reason+"\n"), file...)})
}

// WeightsVersions are all versions that were ever in force, the newest first.
func (k *Keeper) WeightsVersions(ctx context.Context) (all []store.Adoption, err error) {
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		all, err = tx.Adoptions()
		return err
	})
	slices.Reverse(all)
	return all, err
}

// AdoptedBefore is a version that was in force before, by its name; fault.NotFound
// when none was.
func (k *Keeper) AdoptedBefore(ctx context.Context, name string) (*match.Version, error) {
	var file []byte
	err := k.store.Read(ctx, func(tx *store.Tx) (err error) {
		file, err = tx.Weights(name)
		return err
	})
	if err == nil && file == nil {
		err = fault.New(fault.NotFound, "No version %s was ever in force.", name)
	}
	if err != nil {
		return nil, err
	}
	return match.ReadVersion(file)
}
