package access

import (
	"context"
	"fmt"
	"slices"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/role"
	"openiis/internal/store"
)

// What the audit calls what is done about a registry that was restored from a backup.
const (
	actResume  = "resume a sender after a restore"
	actConfirm = "confirm a restored registry"
)

// Restored is a registry that was restored from a backup, and who is not let in again yet.
type Restored struct {
	store.Restored
	Users   []store.AccountAt    // whose access the restore paused
	Senders []store.PausedSender // whose passwords or certificates it paused
}

// Restored tells what is to be done after a restore; nil when the registry was never restored.
func (g *Gate) Restored(ctx context.Context) (out *Restored, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		out = nil
		r, err := tx.Restored()
		if err != nil || r == nil {
			return err
		}
		out = &Restored{Restored: *r}
		if out.Users, err = tx.PausedAccounts(); err == nil {
			out.Senders, err = tx.PausedSenders()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what a restore paused: %w", err)
	}
	return out, nil
}

// LetInPaused lets somebody in again whom a restore paused; fault.Conflict when it did not.
func (g *Gate) LetInPaused(ctx context.Context, by Manager, id iis.UserID, why string) error {
	return g.changeAccess(ctx, by, id, why, "let in again", func(tx *store.Tx, a *store.Account, _ string, _ time.Time) error {
		if !a.Paused() {
			return fault.New(fault.Conflict, "The access of %s was not paused by the restore.", a.Name)
		}
		return letIn(tx, by, a)
	})
}

// ResumeSender has the passwords and certificates of a sender be good again that a restore paused.
// It is for those who manage the users of every site.
func (g *Gate) ResumeSender(ctx context.Context, by Manager, id iis.SenderID) error {
	if !by.Everyone() || !by.role.May(role.ManageUsers) {
		return fault.New(fault.Denied, "Only an administrator of this registry lets a sender in again after a restore.")
	}
	err := g.store.Write(ctx, func(tx *store.Tx) error {
		resumed, err := tx.ResumeSender(id)
		if err != nil {
			return err
		}
		if !resumed {
			return fault.New(fault.Conflict, "Nothing of this sender is paused by the restore (any more).")
		}
		return tx.AddAudit(store.Audit{At: g.store.Now(), Actor: by.actor, Act: actResume, Subject: int64(id)})
	})
	if err == nil {
		g.known.changed("")
	}
	return err
}

// ConfirmRestored opens a registry that was restored: others than administrators can sign in, as
// far as they are let in, and queries are answered. fault.Conflict: it waits for nobody.
func (g *Gate) ConfirmRestored(ctx context.Context, by Manager, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	if !by.Everyone() || !by.role.May(role.ManageUsers) {
		return fault.New(fault.Denied, "Only an administrator of this registry confirms that it is restored.")
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		now := g.store.Now()
		done, err := tx.ConfirmRestored(by.actor.User, now)
		if err != nil {
			return err
		}
		if !done {
			return fault.New(fault.Conflict, "This registry does not wait for anybody to confirm that it is restored.")
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by.actor, Act: actConfirm, Written: []byte(why)})
	})
}

// errNotConfirmed is for all but administrators, until one has looked at a registry that was
// restored.
var errNotConfirmed = fault.New(fault.Denied, "This registry was restored from a backup, and is closed until an administrator has confirmed it. Try again later, or ask the immunization programme.")

// mayBegin refuses all but administrators while a restored registry waits.
func mayBegin(tx *store.Tx, a store.Account) error {
	if a.Role == Administrator {
		return nil
	}
	r, err := tx.Restored()
	if err == nil && r.Waits() {
		err = errNotConfirmed
	}
	return err
}

// Open reports that something is to be done still: it waits, or somebody is paused.
func (r *Restored) Open() bool { return r.Waits() || len(r.Users)+len(r.Senders) > 0 }

// AdministratorsPaused are the user names of the administrators whom a restore paused.
func (r *Restored) AdministratorsPaused() (out []string) {
	for _, a := range r.Users {
		if a.Role == Administrator {
			out = append(out, a.Username)
		}
	}
	return slices.Clip(out)
}
