package access_test

import (
	"context"
	"fmt"
	"testing"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// A link is worth no more than what whoever has made it may do when it is used.
func TestALinkGivesNothingThatItsMakerMayNotGiveAnyMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		w.has("ben", access.Administrator, "")
		void := func(what, link string) {
			t.Helper()
			if _, err := w.Accept(ctx, access.Place{}, link, "four words in a row"); fault.KindOf(err) != fault.NotFound || err == nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		link, err := w.NewPassword(ctx, w.by("olga"), w.id("ossi"))
		is.NoError(t, "link", err)
		is.NoError(t, "more", w.Change(ctx, w.by("ada"), w.id("ossi"), access.UserChange{Role: text(access.Administrator), Facility: text("")}))
		void("to somebody who is an administrator now", link)
		is.NoError(t, "back", w.Change(ctx, w.by("ada"), w.id("ossi"), access.UserChange{Role: text(access.Clinic), Facility: text("ELM")}))
		void("to somebody of another site", link)
		is.NoError(t, "back", w.Change(ctx, w.by("ada"), w.id("ossi"), access.UserChange{Facility: text("OAK")}))
		_, err = w.Invited(ctx, link)
		is.NoError(t, "to whom it was made for", err)

		invited, err := w.Invite(ctx, w.by("ben"), access.NewUser{Username: "cleo", Name: "Cleo", Email: "c@x.example", Role: access.Administrator})
		is.NoError(t, "invite", err)
		_, err = w.ChangeUser(ctx, "ben", access.UserChange{Role: text(access.Reader)})
		is.NoError(t, "less", err)
		void("by somebody who is no administrator any more", invited)
		is.NoError(t, "olga", w.Change(ctx, w.by("ada"), w.id("olga"), access.UserChange{Facility: text("ELM")}))
		void("by an access administrator of another site now", link)
	})
}

func TestAPasswordThatIsSetMakesOpenLinksVoid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		link, err := w.NewPassword(ctx, w.by("olga"), w.id("ossi"))
		is.NoError(t, "link", err)
		token, err := w.SignIn(ctx, "a", "ossi", "secret")
		is.NoError(t, "sign in", err)
		u, err := w.SignedIn(ctx, token)
		is.NoError(t, "signed in", err)
		is.NoError(t, "own", w.SetPassword(ctx, access.Place{Caller: "a"}, u, "secret", "four words in a row"))
		_, err = w.Invited(ctx, link)
		is.Equal(t, "after the own password", fault.KindOf(err), fault.NotFound)
		link, err = w.NewPassword(ctx, w.by("olga"), w.id("ossi"))
		is.NoError(t, "link", err)
		w.has("ossi", access.Clinic, "OAK")
		_, err = w.Invited(ctx, link)
		is.Equal(t, "after the command", fault.KindOf(err), fault.NotFound)
	})
}

// The right to seal is the operator's to give: nobody takes it by signing in as somebody
// who has it.
func TestWhoMayNotSealLetsNobodyInAsSomebodyWhoMay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		is.NoError(t, "sealer", w.AddUser(ctx, access.NewUser{Username: "sela", Name: "Sela", Role: access.Administrator, Seals: true}, "secret"))
		_, err := w.NewPassword(ctx, w.by("ada"), w.id("sela"))
		is.Equal(t, "a password", fault.KindOf(err), fault.Denied)
		is.Equal(t, "a second factor", fault.KindOf(w.DropFactor(ctx, w.by("ada"), w.id("sela"), "Lost.")), fault.Denied)
		_, err = w.NewPassword(ctx, access.ByCommand(), w.id("sela"))
		is.NoError(t, "the command", err)
		is.NoError(t, "her access ends", w.EndAccess(ctx, w.by("ada"), w.id("sela"), "Left."))
	})
}

func TestWhatTheProgrammeHasEndedASiteDoesNotTakeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		for who, by := range map[string]access.Manager{"an administrator": w.by("ada"), "the command": access.ByCommand()} {
			is.NoError(t, "end", w.EndAccess(ctx, by, w.id("ossi"), "Misuse."))
			is.Equal(t, who, fault.KindOf(w.LetIn(ctx, w.by("olga"), w.id("ossi"), "He is needed.")), fault.Denied)
			is.NoError(t, "the programme", w.LetIn(ctx, w.by("ada"), w.id("ossi"), "Looked into."))
		}
		is.NoError(t, "end", w.EndAccess(ctx, w.by("olga"), w.id("ossi"), "On leave."))
		is.NoError(t, "her own", w.LetIn(ctx, w.by("olga"), w.id("ossi"), "Back."))
	})
}

// However many links are open elsewhere, a site sees its own, and takes no other's user name.
func TestManyLinksOfOthersHideNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		invite := func(by, username, facility string) error {
			_, err := w.Invite(ctx, w.by(by), access.NewUser{Username: username, Name: "Vera", Email: "v@x.example", Role: access.Clinic, Facility: facility})
			return err
		}
		is.NoError(t, "own", invite("olga", "vera", ""))
		is.NoError(t, "another's", invite("ada", "elsa", "ELM"))
		is.NoError(t, "many", s.Write(ctx, func(tx *store.Tx) error {
			for i := range 200 {
				_, err := tx.AddInvitation([]byte{byte(i), 1}, store.Invitation{Username: fmt.Sprint("n", i), Role: access.Clinic, Sender: 99, At: s.Now(), Expires: s.Now().Add(access.InvitedFor)})
				if err != nil {
					return err
				}
			}
			return nil
		}))
		list, err := w.Invitations(ctx, w.by("olga"))
		is.NoError(t, "list", err)
		is.Equal(t, "her own", len(list), 1)
		is.Equal(t, "a name that another site has invited", fault.KindOf(invite("olga", "elsa", "")), fault.Invalid)
	})
}

func TestWhoseRoleIsNotKnownOnlyTheProgrammeManages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		is.NoError(t, "role", s.Write(ctx, func(tx *store.Tx) error {
			a, err := tx.Account("ossi")
			a.Role = "of-tomorrow"
			if err != nil {
				return err
			}
			return tx.SetAccount(a, s.Now())
		}))
		_, err := w.NewPassword(ctx, w.by("olga"), w.id("ossi"))
		is.Equal(t, "an access administrator", fault.KindOf(err), fault.Denied)
		is.NoError(t, "an administrator", w.EndAccess(ctx, w.by("ada"), w.id("ossi"), "Left."))
		_, err = w.Named(ctx, "ossi")
		is.Equal(t, "a command in the name of who has left", fault.KindOf(err), fault.Denied)
	})
}
