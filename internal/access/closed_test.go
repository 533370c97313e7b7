package access_test

import (
	"context"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// Access of a site's users ends the moment the site takes no part any more, and is there again
// when it does; likewise where the site is a department of one that was closed.
func TestUsersOfAClosedSiteAreOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g := gate(t, s)
		oak, err := g.AddSender(ctx, iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "right")
		is.NoError(t, "sender", err)
		is.NoError(t, "user", g.AddUser(ctx, access.NewUser{Username: "nora", Name: "Nora", Role: access.Clinic, Facility: "OAK"}, "correct horse battery 9"))
		var site iis.Organization
		put := func(o iis.Organization) {
			is.NoError(t, "site", s.Write(ctx, func(tx *store.Tx) error { return tx.PutOrganization(&o) }))
		}
		is.NoError(t, "site", s.Read(ctx, func(tx *store.Tx) error {
			o, err := tx.OrganizationOf(oak.ID)
			site = *o
			return err
		}))
		closed := site
		closed.Status, closed.Closed = iis.StatusInactive, cal.On(time.Now())
		under := site
		under.ID, under.Name = iis.OrganizationID(s.NewID()), "Oak Hospital"
		department := site
		department.Kind, department.Parent = iis.KindDepartment, under.ID

		goesOn := func(name string, token string, want bool) {
			_, err := g.SignedIn(ctx, token)
			is.Equal(t, name+": signed in", err == nil, want)
			_, err = g.SignIn(ctx, "1.2.3.4", "nora", "correct horse battery 9")
			is.Equal(t, name+": signs in", err == nil, want)
			if !want {
				is.Equal(t, name+": is told", fault.KindOf(err), fault.Denied)
			}
		}
		token, err := g.SignIn(ctx, "1.2.3.4", "nora", "correct horse battery 9")
		is.NoError(t, "sign in", err)
		goesOn("open", token, true)
		put(closed)
		goesOn("closed", token, false)
		put(site)
		goesOn("open again", token, true)
		under.Status = iis.StatusInactive
		is.NoError(t, "the hospital", s.Write(ctx, func(tx *store.Tx) error { return tx.AddOrganization(&under) }))
		put(department)
		goesOn("a department of a closed one", token, false)
	})
}
