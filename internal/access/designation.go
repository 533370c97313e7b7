package access

import (
	"context"
	"fmt"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/role"
	"openiis/internal/store"
)

// Designation is that a site has designated somebody to record objections to sharing, as their
// page has it.
type Designation struct {
	store.Designation
	BeganName, EndedName string // who did it; EndedName "" while it holds
}

// Holds reports one that has not ended.
func (d Designation) Holds() bool { return d.Ended.IsZero() }

// law is the state's policy.
func (g *Gate) law(ctx context.Context) (*policy.Policy, error) {
	if g.policy == nil {
		return policy.Neutral(), nil
	}
	return g.policy(ctx)
}

// Designates reports that the state has sites designate who records objections.
func (g *Gate) Designates(ctx context.Context) (bool, error) {
	law, err := g.law(ctx)
	if err != nil {
		return false, fmt.Errorf("see whether sites designate staff: %w", err)
	}
	return law.Sharing.Papers != nil && law.Sharing.Papers.Designated, nil
}

// mayRecord is an error when an account cannot be designated: its role may not record
// objections, or it belongs to no site that can.
func mayRecord(tx *store.Tx, a store.Account) error {
	switch {
	case !role.Named(a.Role).May(role.RecordObjections):
		return fault.New(fault.Invalid, "The role %s may not record objections: give %s another role first, or choose somebody else.", RoleWords(a.Role), a.Name)
	case a.Sender == 0:
		return fault.New(fault.Invalid, "%s belongs to no site. Who speaks for the programme records objections without being designated.", a.Name)
	case !a.Ended.IsZero():
		return fault.New(fault.Conflict, "The access of %s has ended.", a.Name)
	}
	o, err := tx.RosterSite(a.Sender) // of a department, the site's
	if err == nil && o != nil {
		err = fault.New(fault.Invalid, "A site that keeps a roster records no objections.")
	}
	return err
}

// Designate has somebody of a site record objections to sharing from now on. An administrator
// or the access administrator of the site does it, and nobody of themselves.
func (g *Gate) Designate(ctx context.Context, by Manager, id iis.UserID, why string) error {
	return g.changeDesignation(ctx, by, id, why, "designate for objections", func(tx *store.Tx, a store.Account, why string, now time.Time) error {
		if err := mayRecord(tx, a); err != nil {
			return err
		}
		held, err := holds(tx, id)
		if err == nil && held {
			err = fault.New(fault.Conflict, "%s is designated already. Nothing was changed.", a.Name)
		}
		if err != nil {
			return err
		}
		return tx.AddDesignation(store.Designation{Account: id, Sender: a.Sender, Began: now, BeganBy: by.actor.User, BeganWhy: why})
	})
}

// EndDesignation ends it.
func (g *Gate) EndDesignation(ctx context.Context, by Manager, id iis.UserID, why string) error {
	return g.changeDesignation(ctx, by, id, why, endsDesignation, func(tx *store.Tx, a store.Account, why string, now time.Time) error {
		ended, err := tx.EndDesignation(id, by.actor.User, why, now)
		if err == nil && !ended {
			err = fault.New(fault.Conflict, "%s is not designated (any more). Nothing was changed.", a.Name)
		}
		return err
	})
}

// endsDesignation is its act in the audit.
const endsDesignation = "end designation for objections"

func (g *Gate) changeDesignation(ctx context.Context, by Manager, id iis.UserID, why, act string, change func(*store.Tx, store.Account, string, time.Time) error) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	wanted, err := g.Designates(ctx)
	if err == nil && !wanted {
		err = fault.New(fault.Conflict, "In this state nobody is designated to record objections: whoever’s role may does it. Nothing was changed.")
	}
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil { // two that begin at once would both hold
			return err
		}
		a, err := seen(tx, by, id)
		if err == nil {
			err = by.manages(a)
		}
		if err != nil {
			return err
		}
		now := g.store.Now()
		if err := change(tx, a, why, now); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by.actor, Act: act, Subject: int64(id), Written: []byte(why)})
	})
}

// holds reports that somebody is designated.
func holds(tx *store.Tx, id iis.UserID) (bool, error) {
	list, err := tx.DesignationsOf(id)
	return len(list) > 0 && list[0].Ended.IsZero(), err
}

// undesignate ends the designation of an account, if it has one, that cannot go on with what
// the account becomes: its access ends, it goes to another site, or to a role that may not.
func undesignate(tx *store.Tx, by iis.Actor, before, after store.Account, now time.Time) error {
	why := ""
	site, err := tx.HomeOf(after.Sender)
	switch {
	case err != nil:
		return err
	case !after.Ended.IsZero():
		why = "Their access ended."
	case after.Sender != before.Sender && !site.Has(before.Sender):
		why = "They left the site."
	case !role.Named(after.Role).May(role.RecordObjections):
		why = "They were given a role that may not."
	default:
		return nil
	}
	ended, err := tx.EndDesignation(before.ID, by.User, why, now)
	if err != nil || !ended {
		return err
	}
	return tx.AddAudit(store.Audit{At: now, Actor: by, Act: endsDesignation, Subject: int64(before.ID), Written: []byte(why)})
}

// designationsOf are those of an account for its page, the newest first.
func designationsOf(tx *store.Tx, id iis.UserID) ([]Designation, error) {
	list, err := tx.DesignationsOf(id)
	if err != nil {
		return nil, err
	}
	var out []Designation
	for _, d := range list {
		shown := Designation{Designation: d}
		if shown.BeganName, err = nameOf(tx, d.BeganBy); err != nil {
			return nil, err
		}
		if !d.Ended.IsZero() {
			if shown.EndedName, err = nameOf(tx, d.EndedBy); err != nil {
				return nil, err
			}
		}
		out = append(out, shown)
	}
	return out, nil
}
