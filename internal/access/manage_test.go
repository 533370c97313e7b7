package access_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/role"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// staff is a registry with two sites, an administrator, an access administrator of Oak,
// and clinic staff of Oak and Elm.
type staff struct {
	t testing.TB
	*access.Gate
	store *store.Store
	days  int // that an account may be idle
}

func newStaff(t *testing.T, s *store.Store) *staff {
	t.Helper()
	w := &staff{t: t, Gate: gate(t, s), store: s, days: 90}
	w.GoBy(func(context.Context) (*policy.Policy, error) {
		return &policy.Policy{Users: &policy.Users{IdleDays: w.days}}, nil
	})
	for _, code := range []string{"OAK", "ELM"} {
		_, err := w.AddSender(context.Background(), iis.Sender{Facility: code, Name: code + " Clinic"}, strings.ToLower(code), "x")
		is.NoError(t, "sender", err)
	}
	w.has("ada", access.Administrator, "")
	w.has("olga", "access-administrator", "OAK")
	w.has("ossi", access.Clinic, "OAK")
	w.has("eli", access.Clinic, "ELM")
	return w
}

func (w *staff) has(username, role, facility string) {
	w.t.Helper()
	is.NoError(w.t, "user", w.AddUser(context.Background(), access.NewUser{Username: username, Name: strings.ToUpper(username[:1]) + username[1:], Role: role, Facility: facility}, "secret"))
}

func (w *staff) id(username string) iis.UserID {
	w.t.Helper()
	id, err := w.Numbered(context.Background(), username)
	is.NoError(w.t, "number", err)
	return id
}

// by is somebody who manages users.
func (w *staff) by(username string) access.Manager {
	w.t.Helper()
	u, err := w.Named(context.Background(), username)
	is.NoError(w.t, "named", err)
	return u.Manager()
}

// names are the user names that somebody sees.
func (w *staff) names(by string) (out []string) {
	w.t.Helper()
	list, _, err := w.Users(context.Background(), w.by(by), access.UserFilter{}, "")
	if err != nil {
		return []string{fault.KindOf(err).String()}
	}
	for _, a := range list {
		out = append(out, a.Username)
	}
	return out
}

// acts are how often each act is in the audit.
func (w *staff) acts() map[string]int {
	out := map[string]int{}
	is.NoError(w.t, "audit", w.store.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Select(db.Query{SQL: `SELECT act FROM audit`, Each: func(r db.Row) error { out[r.Text(0)]++; return nil }})
	}))
	return out
}

// A front desk, WIC or a board of health looks up and enters nothing: their access administrator gives
// such a role for the own site, and none of no site.
func TestAnAccessAdministratorGivesRolesThatLookUpAloneForTheirSite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		olga := w.by("olga")
		before, err := w.Named(ctx, "ossi")
		is.NoError(t, "before", err)
		for _, id := range []string{access.Reader, "reports-only"} {
			is.NoError(t, id, w.Change(ctx, olga, w.id("ossi"), access.UserChange{Role: text(id)}))
			now, err := w.Named(ctx, "ossi")
			is.NoError(t, "now", err)
			is.Equal(t, id+" is of the site still", []any{now.Role, now.Sender}, []any{id, before.Sender})
		}
		is.NoError(t, "no site", w.Change(ctx, olga, w.id("ossi"), access.UserChange{Facility: text("")}))
		now, err := w.Named(ctx, "ossi")
		is.NoError(t, "now", err)
		is.Equal(t, "the site is their own, and stays", now.Sender, before.Sender)
	})
}

func TestAnAccessAdministratorSeesAndManagesTheirOwnSiteOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		is.Equal(t, "an administrator", w.names("ada"), []string{"ada", "eli", "olga", "ossi"})
		is.Equal(t, "an access administrator", w.names("olga"), []string{"olga", "ossi"})
		is.Equal(t, "clinic staff", w.names("ossi"), []string{"not found"})
		olga := w.by("olga")
		for _, c := range []struct {
			what string
			err  error
			kind fault.Kind
		}{
			{"of another site", w.EndAccess(ctx, olga, w.id("eli"), "left"), fault.NotFound},
			{"an administrator", w.EndAccess(ctx, olga, w.id("ada"), "left"), fault.NotFound},
			{"oneself", w.EndAccess(ctx, olga, w.id("olga"), "left"), fault.Denied},
			{"without a reason", w.EndAccess(ctx, olga, w.id("ossi"), " \n"), fault.Invalid},
			{"a role with more", w.Change(ctx, olga, w.id("ossi"), access.UserChange{Role: text(access.Administrator)}), fault.Denied},
			{"a role of no site", w.Change(ctx, olga, w.id("ossi"), access.UserChange{Role: text("auditor")}), fault.Denied},
			{"a role that there is not", w.Change(ctx, olga, w.id("ossi"), access.UserChange{Role: text("king")}), fault.Invalid},
			{"who manages nobody", w.EndAccess(ctx, w.by("ossi"), w.id("eli"), "left"), fault.NotFound},
		} {
			is.Equal(t, c.what, fault.KindOf(c.err), c.kind)
		}
		_, err := w.User(ctx, olga, w.id("eli"))
		is.Equal(t, "whose page", fault.KindOf(err), fault.NotFound)
		_, err = w.Attempts(ctx, olga, w.id("eli"), 0)
		is.Equal(t, "whose sign-ins", fault.KindOf(err), fault.NotFound)

		is.NoError(t, "change", w.Change(ctx, olga, w.id("ossi"), access.UserChange{Role: text("vaccinator"), Facility: text("ELM")}))
		a, err := w.User(ctx, olga, w.id("ossi"))
		is.NoError(t, "user", err)
		is.Equal(t, "the site stays", []string{a.RoleName(), a.Facility}, []string{"Vaccinator", "OAK"})
		is.Equal(t, "audit", []int{w.acts()["change user: vaccinator of OAK"], w.acts()["open user"]}, []int{1, 1})
	})
}

func text(s string) *string { return &s }

func TestAccessThatEndsEndsEverySessionAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		token, err := w.SignIn(ctx, "a", "ossi", "secret")
		is.NoError(t, "sign in", err)
		link, err := w.NewPassword(ctx, w.by("olga"), w.id("ossi"))
		is.NoError(t, "link", err)
		is.NoError(t, "end", w.EndAccess(ctx, w.by("olga"), w.id("ossi"), "Left  on Friday."))
		if _, err := w.SignedIn(ctx, token); fault.KindOf(err) != fault.Denied {
			t.Errorf("the session goes on: %v", err)
		}
		_, err = w.SignIn(ctx, "a", "ossi", "secret")
		is.Equal(t, "says", fault.Public(err)[:22], "Your access has ended.")
		_, err = w.SignIn(ctx, "a", "ossi", "wrong")
		is.Equal(t, "who guesses learns nothing", fault.Public(err), "The user name or the password is wrong.")
		_, err = w.Invited(ctx, link)
		is.Equal(t, "the link", fault.KindOf(err), fault.NotFound)
		a, err := w.User(ctx, w.by("ada"), w.id("ossi"))
		is.NoError(t, "user", err)
		is.Equal(t, "how it stands", []string{string(a.State), a.EndedBy, a.EndedWhy}, []string{"Ended", "Olga", "Left on Friday."})
		is.Equal(t, "again", fault.KindOf(w.EndAccess(ctx, w.by("ada"), w.id("ossi"), "x")), fault.Conflict)

		is.NoError(t, "let in", w.LetIn(ctx, w.by("olga"), w.id("ossi"), "Came back."))
		_, err = w.SignIn(ctx, "a", "ossi", "secret")
		is.NoError(t, "the password stays", err)
		log, err := w.Attempts(ctx, w.by("olga"), w.id("ossi"), 0)
		is.NoError(t, "log", err)
		var outcomes []string
		for _, l := range log.Lines {
			outcomes = append(outcomes, l.Outcome)
		}
		is.Equal(t, "the sign-in log", outcomes, []string{access.OutcomeIn, access.OutcomeWrong, access.OutcomeEnded, access.OutcomeIn})
		is.Equal(t, "audit", []int{w.acts()["end access"], w.acts()["let in again"]}, []int{1, 1})
	})
}

func TestTheLastAdministratorWhoCanSignInStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		command := access.ByCommand()
		refused := func(what string, err error) {
			t.Helper()
			if fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Public(err), "last administrator") {
				t.Errorf("%s: %v", what, err)
			}
		}
		refused("end", w.EndAccess(ctx, command, w.id("ada"), "x"))
		refused("demote", w.Change(ctx, command, w.id("ada"), access.UserChange{Role: text(access.Reader)}))
		_, err := w.ChangeUser(ctx, "ada", access.UserChange{Role: text(access.Reader)})
		refused("demote by command", err)
		refused("replace", w.AddUser(ctx, access.NewUser{Username: "ada", Name: "Ada", Role: access.Reader}, "x"))

		w.has("ben", access.Administrator, "")
		idle(t, s, "ben", 91)
		refused("one is left who is idle", w.EndAccess(ctx, command, w.id("ada"), "x"))
		is.NoError(t, "let in", w.LetIn(ctx, command, w.id("ben"), "Back from leave."))
		is.NoError(t, "two can sign in", w.EndAccess(ctx, w.by("ben"), w.id("ada"), "Retired."))
		refused("and now ben is the last", w.EndAccess(ctx, command, w.id("ben"), "x"))
	})
}

// idle has a user idle for so many days.
func idle(t *testing.T, s *store.Store, username string, days int) {
	t.Helper()
	is.NoError(t, "idle", s.Write(context.Background(), func(tx *store.Tx) error {
		a, err := tx.Account(username)
		if err != nil {
			return err
		}
		a.Active = time.Now().AddDate(0, 0, -days)
		return tx.SetAccount(a, time.Now())
	}))
}

func TestWhoeverIsIdleForTooLongIsLetInByAnAdministrator(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		idle(t, s, "ossi", 89)
		_, err := w.SignIn(ctx, "a", "ossi", "secret")
		is.NoError(t, "in time", err)
		idle(t, s, "ossi", 91)
		_, err = w.SignIn(ctx, "a", "ossi", "secret")
		is.Equal(t, "kind", fault.KindOf(err), fault.Denied)
		is.Equal(t, "says", fault.Public(err)[:73], "You have not signed in for more than 90 days, and so your access is pause")
		a, err := w.User(ctx, w.by("olga"), w.id("ossi"))
		is.NoError(t, "user", err)
		is.Equal(t, "state", a.State, access.Idle)
		w.days = 100
		_, err = w.SignIn(ctx, "a", "ossi", "secret")
		is.NoError(t, "by another policy", err)
		w.days = 90
		idle(t, s, "ossi", 91)
		is.NoError(t, "let in", w.LetIn(ctx, w.by("olga"), w.id("ossi"), "Back from leave."))
		_, err = w.SignIn(ctx, "a", "ossi", "secret")
		is.NoError(t, "let in", err)
	})
}

func TestAnInvitationIsUsedOnceAndMakesAUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		olga := w.by("olga")
		vera := access.NewUser{Username: "vera", Name: " Vera  Vale ", Email: "vera@oak.example", Role: "vaccinator", Facility: "ELM"}
		link, err := w.Invite(ctx, olga, vera)
		is.NoError(t, "invite", err)
		i, err := w.Invited(ctx, link)
		is.NoError(t, "invited", err)
		is.Equal(t, "to the own site", []string{i.Name, i.Site, i.Role.Name}, []string{"Vera Vale", "OAK Clinic", "Vaccinator"})
		list, err := w.Invitations(ctx, olga)
		is.NoError(t, "list", err)
		is.Equal(t, "open", []string{list[0].Username, list[0].By}, []string{"vera", "Olga"})
		others, err := w.Invitations(ctx, w.by("ada"))
		is.NoError(t, "list", err)
		is.Equal(t, "an administrator sees it", len(others), 1)

		for password, says := range map[string]string{"short": "has 5 characters", "": "at least 12", "aaaaaaaaaaaaa": "one character again", strings.Repeat("ab", 101): "at most 200"} {
			_, err := w.Accept(ctx, access.Place{}, link, password)
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Public(err), says) {
				t.Errorf("%q: %v", password, err)
			}
		}
		token, err := w.Accept(ctx, access.Place{Caller: "a", Agent: "Firefox/1"}, link, "four words in a row")
		is.NoError(t, "accept", err)
		u, err := w.SignedIn(ctx, token)
		is.NoError(t, "signed in", err)
		is.Equal(t, "is", []string{u.Username, u.Name, u.Role, u.Site}, []string{"vera", "Vera Vale", "vaccinator", "OAK Clinic"})
		_, err = w.SignIn(ctx, "b", "vera", "four words in a row")
		is.NoError(t, "sign in", err)
		_, err = w.Accept(ctx, access.Place{}, link, "four words in a row")
		is.Equal(t, "twice", fault.KindOf(err), fault.NotFound)
		is.Equal(t, "audit", []int{w.acts()["invite user: vaccinator of OAK"], w.acts()["accept invitation: vaccinator of OAK"]}, []int{1, 1})
		is.NoError(t, "no token is kept", s.Read(ctx, func(tx *store.Tx) error {
			return tx.Select(db.Query{SQL: `SELECT token FROM invitation`, Each: func(r db.Row) error {
				if strings.Contains(fmt.Sprintf("%q", r.Bytes(0)), link[:8]) {
					t.Error("the token of a link is in the database")
				}
				return nil
			}})
		}))
	})
}

func TestInvitationsThatAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		good := access.NewUser{Username: "vera", Name: "Vera", Email: "v@oak.example", Role: access.Clinic, Facility: "OAK"}
		for _, c := range []struct {
			by   string
			with func(*access.NewUser)
			says string
		}{
			{"ada", func(u *access.NewUser) { u.Name = " " }, "Write the person's name."},
			{"ada", func(u *access.NewUser) { u.Email = "vera" }, "e-mail address"},
			{"ada", func(u *access.NewUser) { u.Username = "v v" }, "Write a user name of"},
			{"ada", func(u *access.NewUser) { u.Username = "eli" }, "eli is taken"},
			{"olga", func(u *access.NewUser) { u.Username = "eLi" }, "eLi is taken"},
			{"ada", func(u *access.NewUser) { u.Facility = "ASH" }, `no sender with the facility code "ASH"`},
			{"ada", func(u *access.NewUser) { u.Role = "school-nurse"; u.Facility = "" }, "say which site"},
			{"ada", func(u *access.NewUser) { u.Role = "auditor" }, "for both sides"},
			{"ada", func(u *access.NewUser) { u.Role = "" }, "Choose a role."},
			{"olga", func(u *access.NewUser) { u.Role = access.Administrator }, "You may not give the role Administrator"},
			{"ossi", func(*access.NewUser) {}, "You may not give the role"},
		} {
			u := good
			c.with(&u)
			if _, err := w.Invite(ctx, w.by(c.by), u); err == nil || !strings.Contains(fault.Public(err), c.says) {
				t.Errorf("%s invites %+v: %v, want %q", c.by, u, err, c.says)
			}
		}
		first, err := w.Invite(ctx, w.by("ada"), good)
		is.NoError(t, "invite", err)
		second, err := w.Invite(ctx, w.by("ada"), good)
		is.NoError(t, "again", err)
		_, err = w.Invited(ctx, first)
		is.Equal(t, "the first is replaced", fault.KindOf(err), fault.NotFound)
		list, err := w.Invitations(ctx, w.by("ada"))
		is.NoError(t, "list", err)
		is.NoError(t, "withdraw", w.Withdraw(ctx, w.by("olga"), list[0].ID))
		_, err = w.Accept(ctx, access.Place{}, second, "four words in a row")
		is.Equal(t, "withdrawn", fault.KindOf(err), fault.NotFound)
		is.Equal(t, "withdrawn twice", fault.KindOf(w.Withdraw(ctx, w.by("ada"), list[0].ID)), fault.Conflict)

		w.has("ben", access.Administrator, "")
		link, err := w.Invite(ctx, w.by("ben"), good)
		is.NoError(t, "invite", err)
		is.NoError(t, "end", w.EndAccess(ctx, w.by("ada"), w.id("ben"), "Left."))
		_, err = w.Invited(ctx, link)
		is.Equal(t, "whoever invited has left", fault.KindOf(err), fault.NotFound)
	})
}

func TestALinkRenewsAPasswordAndEndsTheSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		old, err := w.SignIn(ctx, "a", "ossi", "secret")
		is.NoError(t, "sign in", err)
		link, err := w.NewPassword(ctx, w.by("olga"), w.id("ossi"))
		is.NoError(t, "link", err)
		_, err = w.NewPassword(ctx, w.by("olga"), w.id("eli"))
		is.Equal(t, "of another site", fault.KindOf(err), fault.NotFound)
		_, err = w.SignedIn(ctx, old)
		is.NoError(t, "until then all stays", err)
		_, err = w.Accept(ctx, access.Place{Caller: "a"}, link, "four words in a row")
		is.NoError(t, "accept", err)
		_, err = w.SignedIn(ctx, old)
		is.Equal(t, "the old session", fault.KindOf(err), fault.Denied)
		_, err = w.SignIn(ctx, "b", "ossi", "secret")
		is.Equal(t, "the old password", fault.KindOf(err), fault.Denied)

		token, err := w.SignIn(ctx, "c", "ossi", "four words in a row")
		is.NoError(t, "the new password", err)
		u, err := w.SignedIn(ctx, token)
		is.NoError(t, "signed in", err)
		for present, says := range map[string]string{"wrong": "The present password is wrong.", "four words in a row": "has 5 characters"} {
			if err := w.SetPassword(ctx, access.Place{Caller: "c"}, u, present, "short"); !strings.Contains(fault.Public(err), says) {
				t.Errorf("%q: %v", present, err)
			}
		}
		is.NoError(t, "own", w.SetPassword(ctx, access.Place{Caller: "c"}, u, "four words in a row", "another four words"))
		_, err = w.SignedIn(ctx, token)
		is.NoError(t, "this session goes on", err)
		_, err = w.SignIn(ctx, "d", "ossi", "another four words")
		is.NoError(t, "the own password", err)
	})
}

func TestDevicesAreListedAndEnded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		signIn := func(agent string) (access.User, string) {
			token, err := w.SignInAt(ctx, access.Place{Caller: "192.0.2.7", Agent: agent}, "ossi", "secret")
			is.NoError(t, "sign in", err)
			u, err := w.SignedIn(ctx, token)
			is.NoError(t, "signed in", err)
			return u, token
		}
		one, _ := signIn("Firefox/1\x00\n")
		two, second := signIn(strings.Repeat("é", 400))
		list, err := w.Devices(ctx, two)
		is.NoError(t, "devices", err)
		is.Equal(t, "two", len(list), 2)
		is.Equal(t, "what they say", []any{list[0].This, len(list[0].Agent), list[1].Agent, list[1].Address}, []any{true, 300, "Firefox/1", "192.0.2.7"})
		is.Equal(t, "this one", fault.KindOf(w.EndDevice(ctx, two, two.Session)), fault.Invalid)
		eli, err := w.SignIn(ctx, "e", "eli", "secret")
		is.NoError(t, "sign in", err)
		other, err := w.SignedIn(ctx, eli)
		is.NoError(t, "signed in", err)
		is.NoError(t, "somebody else's", w.EndDevice(ctx, other, one.Session))
		list, err = w.Devices(ctx, two)
		is.NoError(t, "devices", err)
		is.Equal(t, "nobody ends another's", len(list), 2)
		is.NoError(t, "all others", w.EndDevice(ctx, two, 0))
		list, err = w.Devices(ctx, two)
		is.NoError(t, "devices", err)
		is.Equal(t, "one is left", len(list), 1)
		_, err = w.SignedIn(ctx, second)
		is.NoError(t, "it goes on", err)
	})
}

func TestAttemptsWithUnknownNamesAreLoggedWithoutTheName(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, w := context.Background(), newStaff(t, s)
		_, err := w.SignIn(ctx, "192.0.2.9", "nobody", "x")
		is.Equal(t, "kind", fault.KindOf(err), fault.Denied)
		list, err := w.Strangers(ctx, w.by("ada"))
		is.NoError(t, "strangers", err)
		is.Equal(t, "logged", []string{list[0].Outcome, list[0].Address}, []string{access.OutcomeWrong, "192.0.2.9"})
		list, err = w.Strangers(ctx, w.by("olga"))
		is.NoError(t, "strangers", err)
		is.Equal(t, "a site's administrator", len(list), 0)
	})
}

// Roles of earlier releases are those of the file after an upgrade; a role that nobody
// knows has nothing.
func TestARoleThatNobodyKnowsMayNothing(t *testing.T) {
	u := access.User{ID: 1, Role: "king"}
	if u.Everyone() || u.May(role.SeeUsers) || u.Manager().Everyone() {
		t.Error("a king may something")
	}
}

func TestUsersAreFoundByTheBeginningsOfTheirNamesAndByTheirSite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newStaff(t, s)
		ctx := context.Background()
		is.NoError(t, "name", w.Change(ctx, access.ByCommand(), w.id("eli"), access.UserChange{Name: ptr("Élodie O'Reed"), Email: ptr("elodie@elm.example")}))
		found := func(by string, f access.UserFilter) string {
			t.Helper()
			list, _, err := w.Users(ctx, w.by(by), f, "")
			is.NoError(t, "users", err)
			var names []string
			for _, a := range list {
				names = append(names, a.Username)
			}
			return strings.Join(names, " ")
		}
		for _, c := range []struct {
			by, text, site, want string
		}{
			{"ada", "elo", "", "eli"}, {"ada", "REED elod", "", "eli"}, {"ada", "eli", "", "eli"}, {"ada", "lodie", "", ""}, {"ada", "elodie elm", "", "eli"},
			{"ada", "", "oak cli", "olga ossi"}, {"ada", "", " elm ", "eli"}, {"ada", "ol", "OAK", "olga"}, {"ada", "eli", "oak", ""},
			{"olga", "eli", "", ""}, {"olga", "", "", "olga ossi"},
		} {
			is.Equal(t, fmt.Sprint(c.by, " looks for ", c.text, ", ", c.site), found(c.by, access.UserFilter{Text: c.text, Site: c.site}), c.want)
		}
		for i := range 130 { // more than a page has, and none of the first is wanted
			w.has(fmt.Sprintf("aa%03d", i), access.Clinic, "OAK")
		}
		list, next, err := w.Users(ctx, w.by("ada"), access.UserFilter{Text: "aa"}, "")
		is.NoError(t, "users", err)
		is.Equal(t, "a page", []any{len(list), next}, []any{100, "aa099"})
		list, next, err = w.Users(ctx, w.by("ada"), access.UserFilter{Text: "aa"}, "aa099")
		is.NoError(t, "users", err)
		is.Equal(t, "the next", []any{len(list), next}, []any{30, ""})
	})
}
