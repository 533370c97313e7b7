package store

import (
	"encoding/json"
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// organizationLock is the advisory lock of those who change organizations: what each
// may be depends on the others.
const organizationLock = 0x4F52_4753 // "ORGS"

// LockOrganizations makes others who would change organizations wait until this
// transaction is done.
func (tx *Tx) LockOrganizations() error { return tx.Lock(organizationLock) }

// organizationColumns are what readOrganization reads.
const organizationColumns = `id, kind, name, parent_id, region, street, city, state, zip, county, phone, npi, pin, status, closed, merged_into, created, changed, reports, closed_from`

func readOrganization(r db.Row) iis.Organization {
	return iis.Organization{
		ID: iis.OrganizationID(r.Int(0)), Kind: iis.OrganizationKind(r.Text(1)), Name: r.Text(2), Parent: iis.OrganizationID(r.Int(3)), Region: r.Text(4),
		Street: r.Text(5), City: r.Text(6), State: r.Text(7), Zip: r.Text(8), County: r.Text(9), Phone: r.Text(10), NPI: r.Text(11), PIN: r.Text(12),
		Status: iis.OrganizationStatus(r.Text(13)), Closed: cal.Date(r.Int(14)), MergedInto: iis.OrganizationID(r.Int(15)),
		Created: time.UnixMicro(r.Int(16)).UTC(), Changed: time.UnixMicro(r.Int(17)).UTC(),
		Reports: r.Text(18), ClosedFrom: iis.OrganizationStatus(r.Text(19)),
	}
}

// Organizations are all organizations, the oldest first.
func (tx *Tx) Organizations() ([]iis.Organization, error) {
	return tx.organizations(`SELECT ` + organizationColumns + ` FROM organization ORDER BY id`)
}

// Organization reads one; fault.NotFound when there is none.
func (tx *Tx) Organization(id iis.OrganizationID) (iis.Organization, error) {
	found, err := tx.organizations(`SELECT `+organizationColumns+` FROM organization WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no organization with this number.")
	}
	if err != nil {
		return iis.Organization{}, err
	}
	return found[0], nil
}

func (tx *Tx) organizations(sql string, args ...any) ([]iis.Organization, error) {
	var out []iis.Organization
	err := tx.Select(db.Query{SQL: sql, Args: args, Each: func(r db.Row) error {
		out = append(out, readOrganization(r))
		return nil
	}})
	return out, err
}

// AddOrganization stores a new organization, which is given its number.
func (tx *Tx) AddOrganization(o *iis.Organization) error {
	if o.ID == 0 {
		o.ID = iis.OrganizationID(tx.s.NewID())
	}
	return tx.Exec(`
		INSERT INTO organization (id, kind, name, parent_id, region, street, city, state, zip, county, phone, npi, pin, status, closed, merged_into, created, changed, reports, closed_from)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		o.ID, string(o.Kind), o.Name, o.Parent, o.Region, o.Street, o.City, o.State, o.Zip, o.County, o.Phone, o.NPI, o.PIN,
		string(o.Status), int64(o.Closed), o.MergedInto, o.Created.UnixMicro(), o.Changed.UnixMicro(), o.Reports, string(o.ClosedFrom))
}

// PutOrganization stores what may change of an organization: all but its number and
// when it was added.
func (tx *Tx) PutOrganization(o *iis.Organization) error {
	was, err := tx.Organization(o.ID)
	switch {
	case err != nil:
		return err
	case was.Kind != o.Kind, o.Kind == iis.KindDepartment && was.Parent != o.Parent:
		return tx.changingKinds(func() error { return tx.putOrganization(o) })
	}
	return tx.putOrganization(o)
}

func (tx *Tx) putOrganization(o *iis.Organization) error {
	return tx.Exec(`
		UPDATE organization SET kind = $1, name = $2, parent_id = $3, region = $4, street = $5, city = $6, state = $7, zip = $8, county = $9,
			phone = $10, npi = $11, pin = $12, status = $13, closed = $14, merged_into = $15, changed = $16, reports = $17, closed_from = $18
		WHERE id = $19`,
		string(o.Kind), o.Name, o.Parent, o.Region, o.Street, o.City, o.State, o.Zip, o.County, o.Phone, o.NPI, o.PIN,
		string(o.Status), int64(o.Closed), o.MergedInto, o.Changed.UnixMicro(), o.Reports, string(o.ClosedFrom), o.ID)
}

// OrganizationDigest is what a line of the audit keeps a digest of, of a change.
func OrganizationDigest(c *iis.OrganizationChange) []byte {
	return fmt.Appendf(nil, "%d %s %d %q %v", c.Organization, c.Act, c.Other, c.Why, c.Fields)
}

// AddOrganizationChange stores what was done to an organization, with its line of the
// audit.
func (tx *Tx) AddOrganizationChange(c *iis.OrganizationChange) error {
	c.ID = tx.s.NewID()
	fields, err := json.Marshal(append([]iis.FieldChange{}, c.Fields...))
	if err != nil {
		return fmt.Errorf("change of organization %d: %w", c.Organization, err)
	}
	err = tx.Exec(`
		INSERT INTO organization_change (organization_id, id, at, actor, actor_id, act, why, other_id, fields)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		c.Organization, c.ID, c.At.UnixMicro(), c.By.Kind, actorID(c.By), string(c.Act), c.Why, c.Other, string(fields))
	if err != nil {
		return err
	}
	return tx.AddAudit(Audit{At: c.At, Actor: c.By, Act: "organization: " + string(c.Act), Subject: int64(c.Organization), Written: OrganizationDigest(c)})
}

// OrganizationChanges are what was done to an organization, the newest first.
func (tx *Tx) OrganizationChanges(of iis.OrganizationID) ([]iis.OrganizationChange, error) {
	var out []iis.OrganizationChange
	err := tx.Select(db.Query{
		SQL: `
			SELECT c.id, c.at, c.actor, c.actor_id, a.name, c.act, c.why, c.other_id, c.fields
			FROM organization_change c LEFT JOIN account a ON a.id = c.actor_id AND c.actor = 'user'
			WHERE c.organization_id = $1 ORDER BY c.id DESC`,
		Args: []any{of},
		Each: func(r db.Row) error {
			c := iis.OrganizationChange{
				Organization: of, ID: r.Int(0), At: time.UnixMicro(r.Int(1)).UTC(), By: actorOf(r.Text(2), r.Int(3)), Name: r.Text(4),
				Act: iis.OrganizationAct(r.Text(5)), Why: r.Text(6), Other: iis.OrganizationID(r.Int(7)),
			}
			if err := json.Unmarshal([]byte(r.Text(8)), &c.Fields); err != nil {
				return fmt.Errorf("change %d of organization %d: %w", c.ID, of, err)
			}
			out = append(out, c)
			return nil
		},
	})
	return out, err
}

// SenderPlace is a sender with the organization that it belongs to.
type SenderPlace struct {
	iis.Sender
	Organization iis.OrganizationID // 0: none
}

// SenderPlaces are all senders, in the order of their codes.
func (tx *Tx) SenderPlaces() ([]SenderPlace, error) {
	var out []SenderPlace
	err := tx.Select(db.Query{SQL: `SELECT ` + senderColumns + `, organization_id FROM sender ORDER BY facility`, Each: func(r db.Row) error {
		out = append(out, SenderPlace{readSender(r, 0), iis.OrganizationID(r.Int(6))})
		return nil
	}})
	return out, err
}

// OrganizationOf is the organization that a sender belongs to; nil when it belongs to
// none.
func (tx *Tx) OrganizationOf(sender iis.SenderID) (*iis.Organization, error) {
	found, err := tx.organizations(`SELECT `+organizationColumns+` FROM organization WHERE id = (SELECT organization_id FROM sender WHERE id = $1)`, sender)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// PutSenderPlace has a sender belong to an organization.
func (tx *Tx) PutSenderPlace(sender iis.SenderID, at iis.OrganizationID) error {
	return tx.changingKinds(func() error { return tx.putSenderPlace(sender, at) })
}

func (tx *Tx) putSenderPlace(sender iis.SenderID, at iis.OrganizationID) error {
	return tx.Exec(`UPDATE sender SET organization_id = $1 WHERE id = $2`, at, sender)
}

// UsersOf is how many accounts belong to each sender that has any.
func (tx *Tx) UsersOf() (map[iis.SenderID]int, error) {
	out := map[iis.SenderID]int{}
	err := tx.Select(db.Query{SQL: `SELECT sender_id, COUNT(*) FROM account WHERE sender_id <> 0 GROUP BY sender_id`, Each: func(r db.Row) error {
		out[iis.SenderID(r.Int(0))] = int(r.Int(1))
		return nil
	}})
	return out, err
}

// byCommand is who adds senders.
var byCommand = iis.Actor{Kind: "command"}

// housed gives a sender that belongs to no organization a site of its own with a
// status. What the programme itself enters and imports belongs to the programme.
func (tx *Tx) housed(s iis.Sender, status iis.OrganizationStatus, now time.Time) error {
	at, err := tx.placeOf(s.ID)
	if err != nil || at != 0 {
		return err
	}
	if s.Facility == iis.StaffFacility || s.Facility == iis.FileFacility {
		if at, err = tx.programme(now); err != nil {
			return err
		}
		if err := tx.putSenderPlace(s.ID, at); err != nil {
			return err
		}
		return tx.kindsChange(false)
	}
	o := iis.Organization{Kind: iis.KindClinic, Name: s.Name, Status: status, Created: now, Changed: now}
	if s.Kind == iis.SendsCertificates {
		o.Kind = iis.KindVitalRecords
	}
	if err := tx.addPlain(&o, "made for the sender "+s.Facility); err != nil {
		return err
	}
	if err := tx.putSenderPlace(s.ID, o.ID); err != nil || o.Kind == iis.KindClinic {
		return err // as any is
	}
	return tx.kindsChange(false)
}

// addPlain adds an organization for a sender that was added.
func (tx *Tx) addPlain(o *iis.Organization, why string) error {
	if err := tx.AddOrganization(o); err != nil {
		return err
	}
	return tx.AddOrganizationChange(&iis.OrganizationChange{
		Organization: o.ID, At: o.Created, By: byCommand, Act: iis.OrganizationAdded, Why: why,
		Fields: []iis.FieldChange{{Field: "Kind", Now: o.Kind.Words()}, {Field: "Name", Now: o.Name}, {Field: "Status", Now: o.Status.Words()}},
	})
}

// placeOf is to which organization a sender belongs; 0: to none.
func (tx *Tx) placeOf(sender iis.SenderID) (at iis.OrganizationID, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT organization_id FROM sender WHERE id = $1`, Args: []any{sender},
		Each: func(r db.Row) error { at = iis.OrganizationID(r.Int(0)); return nil },
	})
	return at, err
}

// programme is the organization that runs the registry, added when there is none.
func (tx *Tx) programme(now time.Time) (iis.OrganizationID, error) {
	if err := tx.LockOrganizations(); err != nil {
		return 0, err
	}
	found, err := tx.organizations(`SELECT ` + organizationColumns + ` FROM organization WHERE kind = 'state' AND status <> 'inactive' ORDER BY id`)
	if err != nil {
		return 0, err
	}
	if len(found) > 0 {
		return found[0].ID, nil
	}
	o := iis.Organization{Kind: iis.KindState, Name: "Immunization programme", Status: iis.StatusLive, Created: now, Changed: now}
	err = tx.addPlain(&o, "made for what the programme itself enters")
	return o.ID, err
}

// mayNow makes the site of a sender that may send from now on live, when it was only
// known until now: a sender that an operator adds passes no onboarding. What is on record of it
// came before, and stays what it was: it sends for real from now on.
func (tx *Tx) mayNow(s iis.Sender, now time.Time) error {
	if err := tx.LockOrganizations(); err != nil { // lest it put back what somebody changes meanwhile
		return err
	}
	o, err := tx.OrganizationOf(s.ID)
	if err != nil || o == nil || o.Status != iis.StatusEnrolling {
		return err
	}
	if p, err := tx.SenderProfile(s.ID); err != nil {
		return err
	} else if p.GoLive == cal.None {
		if err := tx.GoesLive(s.ID, now); err != nil {
			return err
		}
	}
	was := o.Status
	o.Status, o.Changed = iis.StatusLive, now
	if err := tx.PutOrganization(o); err != nil {
		return err
	}
	return tx.AddOrganizationChange(&iis.OrganizationChange{
		Organization: o.ID, At: now, By: byCommand, Act: iis.OrganizationMoved, Why: "the sender " + s.Facility + " was given a credential",
		Fields: []iis.FieldChange{{Field: "Status", Was: was.Words(), Now: o.Status.Words()}},
	})
}
