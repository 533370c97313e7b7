package web

import (
	"context"
	"strings"
	"time"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/test/world"
)

// rosterSite makes a site of a kind with a sender, and gives its sender's code.
func (w *registry) rosterSite(code, name string, kind iis.OrganizationKind) iis.OrganizationID {
	w.t.Helper()
	sender := w.Facility(code, name)
	var id iis.OrganizationID
	is.NoError(w.t, "a "+string(kind), w.Store.Write(context.Background(), func(tx *store.Tx) error {
		o, err := tx.OrganizationOf(sender.ID)
		if err != nil {
			return err
		}
		o.Kind, id = kind, o.ID
		return tx.PutOrganization(o)
	}))
	return id
}

// rosteredAs is a browser in which somebody of a role is signed in who belongs to a sender.
func (w *registry) rosteredAs(role, facility string) *browser {
	w.t.Helper()
	username := strings.ToLower(role + "-" + facility)
	world.AddUser(w.t, w.Store, access.NewUser{Username: username, Name: "Nora " + role, Role: role, Facility: facility}, password)
	w.learns(username)
	return w.signedIn(username)
}

// rostered puts a person on the roster of a site, whoever may know of them.
func (w *registry) rostered(site iis.OrganizationID, person iis.PersonID) iis.RosterEntry {
	w.t.Helper()
	at := time.Now()
	e := iis.RosterEntry{Person: person, ID: iis.RosterID(w.Store.NewID()), Site: site, Own: "S" + person.Public()[9:], Place: "3", Since: cal.On(at).AddDays(-30), Added: at, Changed: at}
	is.NoError(w.t, "on the roster", w.Store.Write(context.Background(), func(tx *store.Tx) error { return tx.AddRosterEntries(e) }))
	return e
}

// hasRoster are the pages of a school's roster with a person on it.
func (w *registry) hasRoster(b *browser, id iis.PersonID) []string {
	w.t.Helper()
	site := w.rosterSite("PINE", "Pine School", iis.KindSchool)
	w.rostered(site, id)
	at := rosterAddress(site)
	file := b.uploadRoster(site, "Student ID,Last name,First name,DOB\n1,Nobody,Atall,2019-01-02\n").location()
	return []string{rostersAddress, at, at + "/people/" + id.Public(), at + "/add", at + "/year", at + "/files", file}
}
