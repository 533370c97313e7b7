package record

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// policyFor is how long what was read of the state holds: a change takes effect
// within it, in every program that works on the registry.
const policyFor = 900 * time.Millisecond

// heldPolicy is the policy that holds, as it was last read.
type heldPolicy struct {
	*policy.Policy
	state   store.State // of which it was made
	read    time.Time
	notLive map[iis.SenderID]cal.Date // until when each is not live, where that matters (Keeper.Untold)
	// histories is by what it is judged which sources are history, where that matters.
	histories Histories
	trusted
	rosters map[iis.SenderID]store.RosterSender // who is held to a roster (audience)
	homes   map[iis.SenderID]*iis.Home          // which senders are of one site, where it has several
	waits   bool                                // it was restored from a backup, and nobody has confirmed it
}

// policies keeps it: no message pays for reading it.
type policies = atomic.Pointer[heldPolicy]

// Policy is the policy by which the registry goes: that of its state, or the neutral
// one. An error when it goes by one that this program does not have, or cannot read
// any more.
func (k *Keeper) Policy(ctx context.Context) (p *policy.Policy, err error) {
	if was := k.policies.Load(); was != nil && time.Since(was.read) < policyFor {
		return was.Policy, nil // each query asks: no transaction for that
	}
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		p, err = k.policyIn(tx)
		return err
	})
	return p, err
}

// PolicyIn is Policy within a transaction.
func (k *Keeper) PolicyIn(tx *store.Tx) (*policy.Policy, error) { return k.policyIn(tx) }

func (k *Keeper) policyIn(tx *store.Tx) (*policy.Policy, error) {
	h, err := k.heldIn(tx)
	if err != nil {
		return nil, err
	}
	return h.Policy, nil
}

func (k *Keeper) heldIn(tx *store.Tx) (*heldPolicy, error) {
	was := k.policies.Load()
	if was != nil && time.Since(was.read) < policyFor {
		return was, nil
	}
	s, err := tx.State()
	if err != nil {
		return nil, err
	}
	h := &heldPolicy{state: s, read: time.Now()}
	if was != nil && s.Same(was.state) { // its files need no reading anew
		h.Policy = was.Policy
	} else if h.Policy, err = policyOf(s); err != nil {
		return nil, err
	}
	if err := h.readNotLive(tx, k.store.Now()); err != nil {
		return nil, err
	}
	if err := h.readHistories(tx); err != nil {
		return nil, err
	}
	if err := h.readTrusted(tx, k.doses, was); err != nil {
		return nil, err
	}
	if h.rosters, err = tx.RosterSenders(); err != nil {
		return nil, fmt.Errorf("read which senders are held to a roster: %w", err)
	}
	if h.homes, err = tx.Homes(); err != nil {
		return nil, err
	}
	restored, err := tx.Restored()
	if err != nil {
		return nil, err
	}
	h.waits = restored.Waits()
	k.policies.Store(h)
	return h, nil
}

// Waits reports a registry that was restored from a backup, and that no administrator has
// confirmed: it answers no query (docs/adr/0041).
func (k *Keeper) Waits(ctx context.Context) (waits bool, err error) {
	if was := k.policies.Load(); was != nil && time.Since(was.read) < policyFor {
		return was.waits, nil
	}
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		h, err := k.heldIn(tx)
		if err == nil {
			waits = h.waits
		}
		return err
	})
	return waits, err
}

// owner is a sender with its site, as of whom it asks what is its own: of who is held to a
// roster it is the sender alone, for people are known there by the roster.
func (h *heldPolicy) owner(sender iis.SenderID) iis.Actor {
	own := iis.Actor{Kind: "sender", Sender: sender, Site: sender}
	if _, held := h.rosters[sender]; !held {
		own.Home = h.homes[sender]
	}
	return own
}

// policyOf is the policy of what a registry remembers.
func policyOf(s store.State) (*policy.Policy, error) {
	switch {
	case s.Code == "":
		return policy.Neutral(), nil
	case s.Text != "":
		f := policy.Folder{Policy: []byte(s.Text), Files: s.Files}
		if s.Regions != "" {
			f.Regions = []byte(s.Regions)
		}
		p, err := policy.ReadFolder("what this registry remembers of "+s.Code+", ", f)
		if err != nil {
			err = fmt.Errorf("%w\nCorrect your folder, and have the registry go by it: openiis state set FOLDER", err)
		}
		return p, err
	}
	if p := policy.Named(s.Code); p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("this registry goes by the policy of %q, which this program does not have: use the program that it was used with, or another policy (openiis state set)", s.Code)
}

// GoBy has the registry go by a state's policy from now on, and remember it; changed
// is false when it did already. The facts of a folder of one's own may change. Another
// state than the one it remembers is fault.Conflict, unless change says that this is
// meant.
func (k *Keeper) GoBy(ctx context.Context, p *policy.Policy, by iis.Actor, change bool) (changed bool, err error) {
	err = k.store.Write(ctx, func(tx *store.Tx) error {
		have, err := tx.HoldState()
		if err != nil {
			return err
		}
		files := p.Files
		if p.Text == "" { // the program has them
			files = nil
		}
		changed = have.Code != p.State || have.Text != p.Text || have.Regions != p.RegionsText || !maps.Equal(have.Files, files)
		own := have.Code == p.State && have.Text != "" && p.Text != ""
		switch {
		case !changed:
			return nil
		case have.Code != "" && !own && !change:
			return fault.New(fault.Conflict, "This registry goes by %s since %s, and not by %s. Leave --state out to go on so; to change it, say so once: openiis state set.",
				stateWords(have.Code, have.Text), have.Since.Format(time.DateOnly), stateWords(p.State, p.Text))
		}
		now := k.store.Now()
		written, err := tx.PutState(store.State{Code: p.State, Text: p.Text, Regions: p.RegionsText, Files: files, Since: now})
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by, Act: "set state policy", Written: written})
	})
	k.policies.Store(nil)
	return changed, err
}

// stateWords are a policy in words.
func stateWords(code, text string) string {
	if text != "" {
		return "the policy of " + code + " in a folder of your own"
	}
	return "the policy of " + code
}
