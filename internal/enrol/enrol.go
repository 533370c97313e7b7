// Package enrol is the act of keeping the registry's map of who is who: the programme,
// its regions, organizations, their sites and departments, which senders belong to
// whom, and how far each is on its way into the registry.
//
// It lets nobody in and stops no message: package access does. It reads nothing of a
// patient. Every change is kept for ever beside what it changed, and audited. Start at
// Desk.List, Desk.Add, Desk.Move and Desk.Merge; Desk.InRegion and Desk.Under answer
// whom somebody of a region or an organization may look after.
package enrol

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/mail"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
)

// Desk is where organizations are kept. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	now    func() time.Time

	invite Inviter   // nil: nothing can be approved (InviteBy)
	mails  *mail.Box // nil: nobody is written to (MailBy)
}

// New makes the desk of a registry.
func New(s *store.Store, keeper *record.Keeper) *Desk {
	return &Desk{store: s, keeper: keeper, now: s.Now}
}

// Policy is the policy by which the registry goes, with the regions of its state.
func (d *Desk) Policy(ctx context.Context) (*policy.Policy, error) { return d.keeper.Policy(ctx) }

// mostWhy is how long a reason may be, in characters.
const mostWhy = 1000

// reason is why something is done, which has to be said.
func reason(why string) (string, error) {
	why = fold.Visible(why)
	switch {
	case why == "":
		return "", fault.New(fault.Invalid, "Say why. It stays in the history. Nothing was changed.")
	case utf8.RuneCountInString(why) > mostWhy:
		return "", fault.New(fault.Invalid, "The reason is too long: write %d characters at most. Nothing was changed.", mostWhy)
	}
	return why, nil
}

// Now is the number under which an organization is today: that of the one into which
// it was merged, or its own. fault.NotFound when there is none, or none within the reach to
// which whoever asks is held.
func (d *Desk) Now(ctx context.Context, held *iis.Reach, id iis.OrganizationID) (now iis.OrganizationID, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		if now, err = leadsTo(tx, id); err == nil && !held.HasOrganization(now) {
			err = errNone
		}
		return err
	})
	return now, err
}

// leadsTo is the organization into which one was merged, over all merges; itself when it was
// not. Whatever another is merged into was open then, so that nothing leads in a circle; the
// bound is for a registry that somebody wrote into by hand.
func leadsTo(tx *store.Tx, id iis.OrganizationID) (iis.OrganizationID, error) {
	now := id
	for range 100 {
		o, err := tx.Organization(now)
		if err != nil || o.MergedInto == 0 {
			return now, err
		}
		now = o.MergedInto
	}
	return 0, fmt.Errorf("organization %d was merged in a circle", id)
}

// OfSender is the organization that a sender belongs to; nil when it belongs to none.
func (d *Desk) OfSender(ctx context.Context, sender iis.SenderID) (o *iis.Organization, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		o, err = tx.OrganizationOf(sender)
		return err
	})
	return o, err
}
