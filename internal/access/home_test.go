package access_test

import (
	"context"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// widens gives the site of OAK a billing system, and a department with a sender of its own, each
// with a user.
func (w *staff) widens() (site iis.OrganizationID) {
	w.t.Helper()
	for _, code := range []string{"OAKBILL", "OAKPED"} {
		_, err := w.AddSender(context.Background(), iis.Sender{Facility: code, Name: code + " of Oak"}, "x"+code, "x")
		is.NoError(w.t, "sender", err)
	}
	is.NoError(w.t, "one site", w.store.Write(context.Background(), func(tx *store.Tx) error {
		oak, err := tx.SenderByFacility("OAK")
		if err != nil {
			return err
		}
		at, err := tx.OrganizationOf(oak.ID)
		if err != nil {
			return err
		}
		site = at.ID
		of := iis.Organization{Kind: iis.KindDepartment, Name: "Pediatrics", Parent: at.ID, Status: iis.StatusLive, Created: w.store.Now(), Changed: w.store.Now()}
		if err := tx.AddOrganization(&of); err != nil {
			return err
		}
		for code, to := range map[string]iis.OrganizationID{"OAKBILL": at.ID, "OAKPED": of.ID} {
			s, err := tx.SenderByFacility(code)
			if err == nil {
				err = tx.PutSenderPlace(s.ID, to)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	w.has("bill", access.Clinic, "OAKBILL")
	w.has("pedro", access.Clinic, "OAKPED")
	w.has("paula", "access-administrator", "OAKPED")
	return site
}

func (w *staff) place(code string, at iis.OrganizationID) {
	w.t.Helper()
	is.NoError(w.t, "place", w.store.Write(context.Background(), func(tx *store.Tx) error {
		s, err := tx.SenderByFacility(code)
		if err == nil {
			err = tx.PutSenderPlace(s.ID, at)
		}
		return err
	}))
}

// Issue 6: access administrators manage their own site's users, whatever the sender of each.
func TestAnAccessAdministratorManagesTheUsersOfAllSendersOfTheSite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		is.Equal(t, "of one sender there is nothing to choose", w.choices("olga"), []string(nil))
		w.widens()
		all := []string{"bill", "olga", "ossi", "paula", "pedro"}
		is.Equal(t, "of the site", w.names("olga"), all)
		is.Equal(t, "of a department", w.names("paula"), all)
		is.Equal(t, "who is none", w.names("bill"), []string{"not found"})
		is.Equal(t, "another site's", fault.KindOf(w.EndAccess(ctx, w.by("paula"), w.id("eli"), "left")), fault.NotFound)

		is.NoError(t, "end", w.EndAccess(ctx, w.by("olga"), w.id("bill"), "left"))
		is.NoError(t, "taken back by the same site", w.LetIn(ctx, w.by("paula"), w.id("bill"), "is back"))
		is.NoError(t, "ended by the programme", w.EndAccess(ctx, w.by("ada"), w.id("bill"), "left"))
		is.Equal(t, "is not taken back", fault.KindOf(w.LetIn(ctx, w.by("olga"), w.id("bill"), "is back")), fault.Denied)

		is.Equal(t, "to choose", w.choices("olga"), []string{"OAK", "OAKBILL", "OAKPED"})
		is.Equal(t, "an administrator names any", w.choices("ada"), []string(nil))
		for named, want := range map[string]string{"": "OAK Clinic", "OAKPED": "OAKPED of Oak", "OAKBILL": "OAKBILL of Oak"} {
			link, err := w.Invite(ctx, w.by("olga"), access.NewUser{Username: "new" + named, Name: "Nia New", Email: "n@oak.example", Role: "vaccinator", Facility: named})
			is.NoError(t, "invite", err)
			i, err := w.Invited(ctx, link)
			is.NoError(t, "invited", err)
			is.Equal(t, "to "+named, i.Site, want)
		}
		for _, named := range []string{"ELM", "NOWHERE", "OPENIIS-STAFF"} {
			_, err := w.Invite(ctx, w.by("olga"), access.NewUser{Username: "other", Name: "Nia New", Email: "n@oak.example", Role: "vaccinator", Facility: named})
			is.Equal(t, named, fault.KindOf(err), fault.NotFound)
		}
		list, err := w.Invitations(ctx, w.by("paula"))
		is.NoError(t, "invitations", err)
		is.Equal(t, "of the whole site", len(list), 3)

		// What was theirs is not when the sender goes to another site: its users, and its links.
		elm, err := w.OwnSenders(ctx, w.user("eli"))
		is.NoError(t, "elm", err)
		var other iis.OrganizationID
		is.NoError(t, "elm", s.Read(ctx, func(tx *store.Tx) error {
			o, err := tx.OrganizationOf(elm[0].ID)
			if err == nil {
				other = o.ID
			}
			return err
		}))
		link, err := w.Invite(ctx, w.by("olga"), access.NewUser{Username: "nadia", Name: "Nadia New", Email: "n@oak.example", Role: "vaccinator", Facility: "OAKBILL"})
		is.NoError(t, "invite", err)
		w.place("OAKBILL", other)
		is.Equal(t, "given away", w.names("olga"), []string{"olga", "ossi", "paula", "pedro"})
		_, err = w.Invited(ctx, link)
		is.Equal(t, "a link of who could not make it any more", fault.KindOf(err), fault.NotFound)
	})
}

func (w *staff) user(username string) access.User {
	w.t.Helper()
	u, err := w.Named(context.Background(), username)
	is.NoError(w.t, "named", err)
	return u
}

// choices are the codes of which somebody chooses who invites.
func (w *staff) choices(by string) (out []string) {
	w.t.Helper()
	list, err := w.Senders(context.Background(), w.by(by))
	is.NoError(w.t, "senders", err)
	for _, s := range list {
		out = append(out, s.Facility)
	}
	return out
}

// Whose the senders are is read with each request, as the account is.
func TestWhatIsOnesOwnIsFoundWithEachPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		site := w.widens()
		token, err := w.SignIn(ctx, "a", "pedro", "secret")
		is.NoError(t, "sign in", err)
		owns := func() (out []bool) {
			u, err := w.SignedIn(ctx, token)
			is.NoError(t, "signed in", err)
			for _, code := range []string{"OAK", "OAKBILL", "OAKPED", "ELM"} {
				is.NoError(t, "sender", s.Read(ctx, func(tx *store.Tx) error {
					x, err := tx.SenderByFacility(code)
					is.Equal(t, "one answer", u.Scope().Has(x.ID), u.Actor().Owns(x.ID))
					out = append(out, u.Actor().Owns(x.ID))
					return err
				}))
			}
			return out
		}
		is.Equal(t, "all of the site", owns(), []bool{true, true, true, false})
		w.place("OAKBILL", 0)
		is.Equal(t, "at the next page", owns(), []bool{true, false, true, false})
		w.place("OAKBILL", site)
		kind := func(kind iis.OrganizationKind) {
			is.NoError(t, "kind", s.Write(ctx, func(tx *store.Tx) error {
				o, err := tx.Organization(site)
				if err != nil {
					return err
				}
				o.Kind, o.Changed = kind, time.Now()
				return tx.PutOrganization(&o)
			}))
		}
		kind(iis.KindSchool)
		is.Equal(t, "at a school people are known by the roster", owns(), []bool{false, false, true, false})
		is.Equal(t, "and users are managed all the same", w.names("olga"), []string{"bill", "olga", "ossi", "paula", "pedro"})
		kind(iis.KindClinic)

		for username, role := range map[string]string{"vera": "vendor", "nia": "vaccinator"} {
			w.has(username, role, "OAKBILL")
			token, err = w.SignIn(ctx, "v", username, "secret")
			is.NoError(t, "sign in", err)
			beside := role != "vendor"
			is.Equal(t, "of one record system: "+role, owns(), []bool{beside, true, beside, false})
		}

		admin, err := w.SignIn(ctx, "b", "ada", "secret")
		is.NoError(t, "sign in", err)
		u, err := w.SignedIn(ctx, admin)
		is.NoError(t, "signed in", err)
		is.Equal(t, "the programme has no home", u.Home == nil, true)
		is.NoError(t, "view", w.BeginView(ctx, u, access.Clinic, "OAKBILL", ""))
		token = admin
		is.Equal(t, "who views as a role of a site", owns(), []bool{true, true, true, false})
	})
}

// status has the organization of a sender stand so.
func (w *staff) status(code string, status iis.OrganizationStatus) {
	w.t.Helper()
	is.NoError(w.t, "status", w.store.Write(context.Background(), func(tx *store.Tx) error {
		var o *iis.Organization
		s, err := tx.SenderByFacility(code)
		if err == nil {
			o, err = tx.OrganizationOf(s.ID)
		}
		if err != nil {
			return err
		}
		o.Status, o.Changed = status, w.store.Now()
		return tx.PutOrganization(o)
	}))
}

func (w *staff) moves(by, who, to string) error {
	w.t.Helper()
	return w.Change(context.Background(), w.by(by), w.id(who), access.UserChange{Facility: &to})
}

func (w *staff) at(username string) string {
	w.t.Helper()
	a, err := w.User(context.Background(), access.ByCommand(), w.id(username))
	is.NoError(w.t, "user", err)
	return a.Facility
}

func TestAnAccessAdministratorMovesUsersBetweenTheSendersOfTheSite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		w.goesBy("ma")
		is.NoError(t, "a site of one sender", w.moves("olga", "ossi", "OAK"))
		is.NoError(t, "names no other", w.moves("olga", "ossi", "ELM"))
		is.Equal(t, "stays", w.at("ossi"), "OAK")
		w.widens()
		is.NoError(t, "designated", w.Designate(ctx, w.by("olga"), w.id("ossi"), "front desk"))
		is.NoError(t, "to a department", w.moves("olga", "ossi", "OAKPED"))
		is.Equal(t, "moved", w.at("ossi"), "OAKPED")
		is.Equal(t, "who records objections goes on doing so", w.history("ossi"), []string{"Olga: front desk; : "})
		is.NoError(t, "of the site", s.Read(ctx, func(tx *store.Tx) error {
			home := w.user("olga").Home
			list, err := tx.DesignatedAt(home.Of(w.user("olga").Sender)...)
			is.Equal(t, "designated", len(list), 1)
			return err
		}))
		is.NoError(t, "and back, by the department's", w.moves("paula", "ossi", "OAKBILL"))
		for _, to := range []string{"ELM", "NOWHERE", iis.StaffFacility} {
			is.Equal(t, "to "+to, fault.KindOf(w.moves("olga", "ossi", to)), fault.NotFound)
		}
		is.Equal(t, "another site's", fault.KindOf(w.moves("olga", "eli", "OAK")), fault.NotFound)
		is.Equal(t, "oneself", fault.KindOf(w.moves("olga", "olga", "OAKPED")), fault.Denied)
		is.Equal(t, "who manages nobody", fault.KindOf(w.moves("bill", "ossi", "OAK")), fault.NotFound)
		is.NoError(t, "nowhere named", w.moves("olga", "ossi", ""))
		is.Equal(t, "stays", w.at("ossi"), "OAKBILL")

		w.status("OAKPED", iis.StatusInactive)
		is.Equal(t, "to a closed department", fault.KindOf(w.moves("olga", "ossi", "OAKPED")), fault.Conflict)
		role := "vaccinator"
		here := "OAKPED"
		is.NoError(t, "who is there stays there", w.Change(ctx, w.by("olga"), w.id("pedro"), access.UserChange{Role: &role, Facility: &here}))
		is.NoError(t, "or comes away", w.moves("olga", "pedro", "OAK"))
		is.Equal(t, "by the programme to another site", w.moves("ada", "ossi", "ELM"), nil)
		is.Equal(t, "whose designation ends", w.history("ossi")[0], "Olga: front desk; Ada: They left the site.")
	})
}

func TestNobodyIsInvitedToWhatIsClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		w.widens()
		invite := func(by, to string) (string, error) {
			return w.Invite(ctx, w.by(by), access.NewUser{Username: "nia", Name: "Nia New", Email: "n@oak.example", Role: "vaccinator", Facility: to})
		}
		link, err := invite("olga", "OAKPED")
		is.NoError(t, "open", err)
		w.status("OAKPED", iis.StatusInactive)
		_, err = w.Invited(ctx, link)
		is.Equal(t, "a link from before", fault.KindOf(err), fault.NotFound)
		_, err = invite("olga", "OAKPED")
		is.Equal(t, "a closed department", fault.KindOf(err), fault.Conflict)
		is.Equal(t, "is not offered", w.choices("olga"), []string{"OAK", "OAKBILL"})
		_, err = invite("paula", "")
		is.Equal(t, "by its own administrator", fault.KindOf(err), fault.Conflict)
		_, err = w.Senders(ctx, w.by("paula"))
		is.Equal(t, "who is told so", fault.KindOf(err), fault.Conflict)
		w.status("OAKPED", iis.StatusLive)
		w.status("OAK", iis.StatusInactive)
		for by, to := range map[string]string{"olga": "OAK", "paula": "OAKPED"} {
			_, err = invite(by, to)
			is.Equal(t, "a closed site, by "+by, fault.KindOf(err), fault.Conflict)
			_, err = w.Senders(ctx, w.by(by))
			is.Equal(t, "is not offered", fault.KindOf(err), fault.Conflict)
		}
		_, err = invite("ada", "OAK")
		is.NoError(t, "the programme may", err)
	})
}
