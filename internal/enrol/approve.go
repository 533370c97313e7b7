package enrol

import (
	"context"
	"fmt"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Approval is what becomes of an application that is approved.
type Approval struct {
	Attach   iis.OrganizationID // the site is this one; 0: it is new
	Under    iis.OrganizationID // under which a new one is; 0: nothing
	Facility string             // code of the sender that a site without one is given
	Said     string             // to the applicant
	Everyone bool               // all users that it names are invited, and not the access administrators alone
}

// Link is a link by which somebody becomes a user, told once.
type Link struct {
	Name, Username, Email string
	Role                  string
	Token                 string
}

// Approve approves an application, in one transaction: the site is added, or the one that
// is there takes what the application says; a sender is added when the site has none; what
// was signed holds of the site from now on; the access administrators are invited; all of
// it is in the history of the application and of the site. When anything of it cannot be,
// nothing is done.
func (d *Desk) Approve(ctx context.Context, by Reviewer, id iis.ApplicationID, how Approval) (site iis.OrganizationID, links []Link, err error) {
	if how.Said, err = saidOf(how.Said); err != nil {
		return 0, nil, err
	}
	why := "the application " + id.Public() + " was approved"
	err = d.changing(ctx, "approve an application", by.Actor, why, func(c *change) error {
		site, links = 0, nil
		if err := c.tx.LockApplications(); err != nil {
			return err
		}
		a, err := theirs(c.tx, by, id)
		if err != nil {
			return err
		}
		if err := waits(&a); err != nil {
			return err
		}
		if err := complete(c.tx, c.law, a, cal.On(c.now)); err != nil {
			return err
		}
		if o := c.at[how.Attach]; o != nil && !by.sees(c.place(o).Code) {
			return errNotTheirs
		}
		if o := c.at[how.Under]; o != nil && !c.mayTakeIn(by, o) {
			return errNotTheirs
		}
		o, err := c.becomes(&a, how)
		if err != nil {
			return err
		}
		sender, err := c.senderFor(o, how.Facility)
		if err != nil {
			return err
		}
		if err := c.takesOver(a.ID, o.ID); err != nil {
			return err
		}
		if links, err = d.inviteNamed(c, &a, sender, how.Everyone); err != nil {
			return err
		}
		if how.Attach != 0 {
			if err := d.grace(c, o.ID, everybody); err != nil {
				return err
			}
		}
		site = o.ID
		a.Status, a.Organization, a.Changed = iis.ApplicationApproved, o.ID, c.now
		if err := c.tx.PutApplication(&a); err != nil {
			return err
		}
		if err := c.tx.CloseSigningLinks(a.ID, 0, "", c.now); err != nil { // what is signed from now on is a renewal
			return err
		}
		if err := d.mailContact(c.tx, iis.MailApproved, &a); err != nil {
			return err
		}
		said := strings.TrimSpace(fmt.Sprintf("%s, facility code %s. %s", o.Name, sender.Facility, how.Said))
		return c.tx.AddApplicationEntry(&iis.ApplicationEntry{Application: a.ID, At: c.now, By: by.Actor, Act: iis.ApplicationAccepted, Said: said})
	})
	if err != nil {
		return 0, nil, err
	}
	return site, links, nil
}

// becomes is the site of an application: a new one, or the one that it is said to be with
// what the application says of it.
func (c *change) becomes(a *iis.Application, how Approval) (*iis.Organization, error) {
	if how.Attach != 0 {
		return c.attach(a, how.Attach)
	}
	o := iis.Organization{Parent: how.Under, Status: iis.StatusTraining, Created: c.now, Changed: c.now}
	put(&o, &a.Says)
	if err := clean(&o, &iis.Organization{}, c.law); err != nil {
		return nil, err
	}
	if err := c.fits(&o); err != nil {
		return nil, err
	}
	if err := c.tx.AddOrganization(&o); err != nil {
		return nil, err
	}
	c.at[o.ID] = &o
	return &o, c.said(o.ID, iis.OrganizationAdded, 0, c.differ(&iis.Organization{}, &o)...)
}

func (c *change) attach(a *iis.Application, id iis.OrganizationID) (*iis.Organization, error) {
	was := c.at[id]
	switch {
	case was == nil:
		return nil, errNone
	case !was.Kind.IsSite():
		return nil, fault.New(fault.Invalid, "%s is no site: choose one, or add a new one. Nothing was changed.", was.Name)
	case !was.Open():
		return nil, fault.New(fault.Conflict, "%s is inactive: open it first, or choose another. Nothing was changed.", was.Name)
	}
	o := *was
	put(&o, &a.Says)
	if o.Status == iis.StatusEnrolling {
		o.Status = iis.StatusTraining
	}
	if err := clean(&o, was, c.law); err != nil {
		return nil, err
	}
	if err := c.fits(&o); err != nil {
		return nil, err
	}
	return &o, c.put(*was, &o, iis.OrganizationChanged, 0)
}

// put has an organization be what an application says. What that leaves out stays.
func put(o *iis.Organization, e *iis.Enrolment) {
	o.Kind, o.Name, o.Reports = e.Kind, e.Name, e.Reports
	for _, f := range []struct {
		to *string
		is string
	}{
		{&o.Street, e.Street}, {&o.City, e.City}, {&o.State, e.State}, {&o.Zip, e.Zip}, {&o.County, e.County}, {&o.Phone, e.Phone}, {&o.NPI, e.NPI}, {&o.PIN, e.PIN},
	} {
		if f.is != "" {
			*f.to = f.is
		}
	}
}

// senderFor is the sender of a site, to which its users belong: one that it has, or a new
// one without a credential.
func (c *change) senderFor(o *iis.Organization, facility string) (iis.Sender, error) {
	if have := c.senders[o.ID]; len(have) > 0 {
		return have[0], nil
	}
	return c.addSender(o, facility, o.Name)
}

// addSender gives a site or department a new sender without a credential.
func (c *change) addSender(o *iis.Organization, facility, name string) (iis.Sender, error) {
	facility = strings.ToUpper(tidyText(facility, 60))
	if len(facility) < 2 || len(facility) > 40 || strings.Trim(facility, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
		return iis.Sender{}, fault.New(fault.Invalid, "Facility code: write 2 to 40 letters, digits, hyphens, underscores or points. Nothing was changed.")
	}
	s, err := c.tx.AddSenderAt(facility, name, o.ID, c.now)
	if err != nil {
		return s, err
	}
	return s, c.said(o.ID, iis.SenderCame, 0, iis.FieldChange{Field: "Sender", Now: s.Facility})
}

// takesOver has what an application's people signed hold of its site, in the place of what
// the site had signed before.
func (c *change) takesOver(a iis.ApplicationID, site iis.OrganizationID) error {
	signed, err := c.tx.AgreementsBy(a)
	if err != nil {
		return err
	}
	before, err := c.tx.AgreementsOf(site)
	if err != nil {
		return err
	}
	for _, s := range signed {
		if err := c.tx.HoldAgreement(s.ID, site); err != nil {
			return err
		}
		for _, b := range before {
			if s.Replaced.IsZero() && b.Replaced.IsZero() && b.Form == s.Form && b.Person == s.Person {
				if err := c.tx.ReplaceAgreement(b.ID, c.now); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// inviteNamed invites the access administrators that an application names, and everyone when
// that is wanted: else the others are invited by them (InviteRest).
func (d *Desk) inviteNamed(c *change, a *iis.Application, sender iis.Sender, everyone bool) (out []Link, err error) {
	if d.invite == nil {
		return nil, fmt.Errorf("approve application %d: nothing says how users are invited", a.ID)
	}
	for _, u := range a.Says.Users {
		if u.Role != administrator && !everyone {
			continue
		}
		link, err := d.inviteOne(c.tx, c.by, u, sender.ID, a.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, link)
	}
	return out, nil
}

// inviteOne invites somebody whom an application names.
func (d *Desk) inviteOne(tx *store.Tx, by iis.Actor, u iis.Applicant, sender iis.SenderID, of iis.ApplicationID) (Link, error) {
	token, err := d.invite(tx, by, store.Invitation{Username: u.Username, Name: u.Name, Email: u.Email, Role: u.Role, Sender: sender, Application: of})
	return Link{Name: u.Name, Username: u.Username, Email: u.Email, Role: u.Role, Token: token}, err
}
