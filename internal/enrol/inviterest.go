package enrol

import (
	"context"
	"fmt"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// InviteRest invites everyone whom a site's applications name and who is neither invited nor a
// user, in one transaction: all of them or nobody. They belong to a sender of the site; 0 is
// its first. Each signs their own form by a link, or at their first sign-in.
func (d *Desk) InviteRest(ctx context.Context, by iis.Actor, id iis.OrganizationID, at iis.SenderID) (out []Link, err error) {
	law, err := d.law(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		out = nil
		if err := tx.LockApplications(); err != nil {
			return err
		}
		c, err := d.checklist(tx, law, id)
		if err != nil {
			return err
		}
		sender, err := senderIn(c.Senders, at)
		if err != nil {
			return err
		}
		if len(c.ToInvite) == 0 {
			return fault.New(fault.Conflict, "Everyone whom the application names is invited already, or has an account. Nothing was changed.")
		}
		for _, u := range c.ToInvite {
			link, err := d.inviteOne(tx, by, u, sender, 0)
			if err != nil {
				return err
			}
			out = append(out, link)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("invite those whom an application names: %w", err)
	}
	return out, nil
}

// senderIn is a sender of a site; 0 is its first one.
func senderIn(list []iis.Sender, at iis.SenderID) (iis.SenderID, error) {
	for _, s := range list {
		if at == 0 || s.ID == at {
			return s.ID, nil
		}
	}
	return 0, fault.New(fault.Conflict, "The site has no sender to which its users could belong. Nothing was changed.")
}
