package access

import (
	"context"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/role"
	"openiis/internal/store"
)

// View is as whom somebody looks at pages: as a role, and never as a person. The user then has
// that role and its site, and Own is what they have themselves: they may what both may.
type View struct {
	Role string // that they look as
	Site string // the name of its site; "": none
	Own  string // their own role
}

// Words are the role and its site.
func (v View) Words() string { return RoleAt(RoleWords(v.Role), v.Site) }

// Covers reports that a role sees everything that another sees: nothing is shown by looking as
// that other that it would not show itself.
func covers(own, other *role.Role) bool {
	if own == nil || other == nil || !own.May(role.ViewAs) || (other.Everyone || other.Regional) && !own.Everyone {
		return false
	}
	for _, p := range other.Permissions {
		if !own.May(p) {
			return false
		}
	}
	return true
}

// viewAs makes the user of a session be as they look at pages. A right that has ended ends it.
func (u *User) viewAs(s store.Session) {
	if s.ViewRole == "" || u.Stage != Whole {
		return
	}
	own, other := role.Named(u.Role), role.Named(s.ViewRole)
	if !covers(own, other) || !own.Everyone && s.ViewSender != u.Sender {
		return
	}
	u.View = &View{Role: other.ID, Site: s.ViewSiteName, Own: own.ID}
	u.Role, u.Sender, u.Site, u.Region, u.Seals = other.ID, s.ViewSender, s.ViewSiteName, s.ViewRegion, false
	u.AtRoster = s.ViewKind.HasRoster()
}

// Views are the roles as which somebody may look at pages.
func (u User) Views() []*role.Role {
	var out []*role.Role
	own := role.Named(u.Role)
	for _, r := range role.All() {
		if u.View == nil && u.May(role.ViewAs) && r.ID != u.Role && covers(own, r) {
			out = append(out, r)
		}
	}
	return out
}

// BeginView has the pages of somebody's session be shown as a role of a site, or region, would see them. It
// changes nothing else, and ends with the session.
func (g *Gate) BeginView(ctx context.Context, u User, as, facility, region string) error {
	other := role.Named(as)
	own := role.Named(u.Role)
	switch {
	case u.View != nil || !u.May(role.ViewAs):
		return fault.New(fault.Denied, "You may not see pages as another role does.")
	case other == nil:
		return fault.New(fault.Invalid, "Choose a role.")
	case !covers(own, other):
		return fault.New(fault.Denied, "You may not see pages as the role %s does: it sees more than yours.", other.Name)
	case facility != "" && other.Site == role.NoSite:
		return fault.New(fault.Invalid, "The role %s belongs to no site: leave the site empty.", other.Name)
	case facility == "" && other.Site == role.MustHaveSite:
		return fault.New(fault.Invalid, "The role %s is of one site: write the site's code.", other.Name)
	}
	law, err := g.law(ctx)
	if err == nil {
		err = regionViewed(law, other.ID, region)
	}
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		sender, err := senderAt(tx, facility)
		if err == nil && !own.Everyone && sender != u.Sender {
			err = fault.New(fault.Denied, "You see your own site only.")
		}
		if err == nil {
			err = tx.SetView(u.Session, u.ID, other.ID, sender, region)
		}
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: time.Now(), Actor: iis.Actor{Kind: "user", User: u.ID}, Act: "begin to view as: " + NewUser{Role: other.ID, Facility: facility, Region: region}.is(), Subject: int64(u.ID)})
	})
}

// EndView has somebody see pages as themselves again.
func (g *Gate) EndView(ctx context.Context, u User) error {
	if u.View == nil {
		return nil
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetView(u.Session, u.ID, "", 0, ""); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: time.Now(), Actor: iis.Actor{Kind: "user", User: u.ID}, Act: "end to view as: " + u.View.Role, Subject: int64(u.ID)})
	})
}

// Viewed writes down that somebody looks at a page as another role, before it is shown: which
// page, by its pattern, and of which record. What the page reads is audited as always, under
// their own name.
func (g *Gate) Viewed(u User, page string, person iis.PersonID) error {
	if u.View == nil {
		return nil
	}
	if _, path, is := strings.Cut(page, " "); is {
		page = path
	}
	as := strings.TrimSpace(u.View.Role + " " + page)
	return g.store.AuditRead(store.Audit{At: time.Now(), Actor: iis.Actor{Kind: "user", User: u.ID}, Act: "view as: " + as, Person: person, Subject: int64(u.ID)})
}
