package access

import (
	"context"
	"fmt"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// facility is the code of a sender of their own site, to which they invite: of the one that they
// named, or of their own when they named none or there is no other.
func (m Manager) facility(tx *store.Tx, named string) (string, error) {
	if named == "" || m.home == nil {
		return facilityOf(tx, m.sender)
	}
	s, err := tx.SenderByFacility(named)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return "", err
	}
	if err != nil || !m.scope().Has(s.ID) {
		return "", errNotOwnSender
	}
	return s.Facility, nil
}

// moves is the code of the sender of their own site to which an account goes from another of it;
// nil where it stays.
func (m Manager) moves(tx *store.Tx, a store.Account, named *string) (*string, error) {
	if named == nil || *named == "" || !m.home.Has(a.Sender) {
		return nil, nil
	}
	facility, err := m.facility(tx, *named)
	if err != nil {
		return nil, err
	}
	to, err := senderAt(tx, facility)
	if err != nil || to == a.Sender {
		return nil, err
	}
	return &facility, takesUsers(tx, to)
}

// takesUsers is fault.Conflict of a sender of a department or site that is closed, where nobody
// gets access any more.
func takesUsers(tx *store.Tx, sender iis.SenderID) error {
	o, err := tx.OrganizationOf(sender)
	if err != nil || o == nil {
		return err
	}
	if o.Open() && o.Kind == iis.KindDepartment && o.Parent != 0 {
		site, err := tx.Organization(o.Parent)
		if err != nil {
			return err
		}
		o = &site
	}
	if !o.Open() {
		return fault.New(fault.Conflict, "%s is closed in this registry: nobody gets access there any more. Nothing was changed. If it is to open again, ask the immunization programme.", o.Name)
	}
	return nil
}

// Senders are those of the site of whoever invites or moves somebody, of which they choose as whose
// user that one signs in: none where there is nothing to choose. Those of closed departments are not
// among them; fault.Conflict where nobody can be invited, for all that is theirs is closed.
func (g *Gate) Senders(ctx context.Context, by Manager) (out []iis.Sender, err error) {
	if by.Everyone() || by.sender == 0 {
		return nil, nil
	}
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		out = nil
		if by.home == nil {
			return takesUsers(tx, by.sender)
		}
		list, err := ofHome(tx, by.sender, by.home)
		if err != nil {
			return err
		}
		for _, s := range list {
			err := takesUsers(tx, s.ID)
			if err != nil && fault.KindOf(err) != fault.Conflict {
				return err
			}
			if err == nil {
				out = append(out, s)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the senders to which somebody invites: %w", err)
	}
	return out, nil
}
