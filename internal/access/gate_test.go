package access_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/jobs"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

func gate(t *testing.T, s *store.Store) *access.Gate {
	t.Helper()
	g, err := access.NewGate(s)
	is.NoError(t, "gate", err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); jobs.Look(ctx, g.Look) }()
	t.Cleanup(func() { stop(); <-done })
	return g
}

func TestACredentialDecidesTheSender(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g := gate(t, s)
		added, err := g.AddSender(ctx, iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "right")
		is.NoError(t, "add", err)
		for range 3 { // the slow hash, then the digest in memory
			from, err := g.Sender(ctx, "1.2.3.4", "oak", "right")
			is.NoError(t, "sender", err)
			is.Equal(t, "sender", from, added)
		}
		for _, c := range [][2]string{{"oak", "wrong"}, {"oak", ""}, {"", "right"}, {"nobody", "right"}, {"OAK", "right"}} {
			if _, err := g.Sender(ctx, "1.2.3.4", c[0], c[1]); fault.KindOf(err) != fault.Denied {
				t.Errorf("%v: %v", c, err)
			}
		}
	})
}

func TestTheSameUserNameAgainIsReplacedEverywhereWithinASecond(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		here, elsewhere := gate(t, s), gate(t, s)
		_, err := here.AddSender(ctx, iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "old")
		is.NoError(t, "add", err)
		_, err = elsewhere.Sender(ctx, "a", "oak", "old")
		is.NoError(t, "sender", err)
		elm, err := here.AddSender(ctx, iis.Sender{Facility: "ELM", Name: "Elm"}, "oak", "new")
		is.NoError(t, "replace", err)
		if _, err := here.Sender(ctx, "a", "oak", "old"); fault.KindOf(err) != fault.Denied {
			t.Errorf("the gate that replaced it still takes the old password: %v", err)
		}
		deadline := time.Now().Add(time.Second)
		for {
			_, err := elsewhere.Sender(ctx, access.Caller(fmt.Sprint(time.Now().UnixNano())), "oak", "old")
			if fault.KindOf(err) == fault.Denied {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("another gate still takes the old password after a second: %v", err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		from, err := elsewhere.Sender(ctx, "a", "oak", "new")
		is.NoError(t, "sender", err)
		is.Equal(t, "the user name's facility", from, elm)
	})
}

func TestAUserNameThatNoDatabaseHoldsIsDenied(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := gate(t, s)
		for _, name := range []string{"o\x00ak", "\xff\xfe", string(make([]byte, 5000))} {
			if _, err := g.Sender(context.Background(), "a", name, "x"); fault.KindOf(err) != fault.Denied {
				t.Errorf("%.10q: %v", name, err)
			}
			if _, err := g.SignIn(context.Background(), "a", name, "x"); fault.KindOf(err) != fault.Denied {
				t.Errorf("%.10q signs in: %v", name, err)
			}
		}
	})
}

func TestUsersSignInAndOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g := gate(t, s)
		is.NoError(t, "add", g.AddUser(ctx, access.NewUser{Username: "ada", Name: "Ada Ashgrove", Role: "administrator"}, "secret"))
		if err := g.AddUser(ctx, access.NewUser{Username: "bob", Name: "Bob", Role: "king"}, "secret"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an unknown role: %v", err)
		}
		if _, err := g.SignIn(ctx, "a", "ada", "wrong"); fault.KindOf(err) != fault.Denied {
			t.Errorf("a wrong password: %v", err)
		}
		token, err := g.SignIn(ctx, "a", "ada", "secret")
		is.NoError(t, "sign in", err)
		u, err := g.SignedIn(ctx, token)
		is.NoError(t, "signed in", err)
		is.Equal(t, "name", u.Name, "Ada Ashgrove")
		is.NoError(t, "sign out", g.SignOut(ctx, u, token))
		if _, err := g.SignedIn(ctx, token); fault.KindOf(err) != fault.Denied {
			t.Errorf("after signing out: %v", err)
		}
		again, err := g.SignIn(ctx, "a", "ada", "secret")
		is.NoError(t, "sign in", err)
		is.NoError(t, "new password", g.AddUser(ctx, access.NewUser{Username: "ada", Name: "Ada Ashgrove", Role: "administrator"}, "other"))
		if _, err := g.SignedIn(ctx, again); fault.KindOf(err) != fault.Denied {
			t.Errorf("a new password must end the sessions: %v", err)
		}
	})
}

func TestAUserMayBelongToOneSender(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g := gate(t, s)
		oak, err := g.AddSender(ctx, iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "x")
		is.NoError(t, "sender", err)
		u := access.NewUser{Username: "ines", Name: "Ines", Role: access.Clinic, Facility: "OAK"}
		signedIn := func() access.User {
			t.Helper()
			token, err := g.SignIn(ctx, "a", "ines", "secret")
			is.NoError(t, "sign in", err)
			user, err := g.SignedIn(ctx, token)
			is.NoError(t, "signed in", err)
			return user
		}
		is.NoError(t, "add", g.AddUser(ctx, u, "secret"))
		is.Equal(t, "sender", signedIn().Sender, oak.ID)
		is.Equal(t, "scope", signedIn().Scope(), iis.Scope{Sender: oak.ID})

		unknown, chief := u, u
		unknown.Facility, chief.Role = "ELM", access.Administrator
		err = g.AddUser(ctx, unknown, "secret")
		is.Equal(t, "an unknown code", fault.KindOf(err), fault.Invalid)
		is.Equal(t, "says", fault.Public(err), `There is no sender with the facility code "ELM". Add it first: openiis sender add.`)
		is.Equal(t, "an administrator of a site", fault.KindOf(g.AddUser(ctx, chief, "secret")), fault.Invalid)
		is.Equal(t, "after what was refused", signedIn().Sender, oak.ID)

		is.NoError(t, "a reader of a site", g.AddUser(ctx, access.NewUser{Username: "rhea", Role: access.Reader, Facility: "OAK"}, "secret"))
		is.Equal(t, "an auditor of a site", fault.KindOf(g.AddUser(ctx, access.NewUser{Username: "ines", Role: "auditor", Facility: "OAK"}, "secret")), fault.Invalid)
		is.Equal(t, "the site's name", signedIn().Site, "Oak")

		u.Facility = ""
		is.NoError(t, "replace", g.AddUser(ctx, u, "secret"))
		is.Equal(t, "a clinic user of no site may open nobody's", signedIn().Scope(), iis.Scope{})
		u.Role = access.Administrator
		is.NoError(t, "replace", g.AddUser(ctx, u, "secret"))
		is.Equal(t, "an administrator, everyone's", signedIn().Scope(), iis.Scope{Everyone: true})
	})
}

func TestAUserIsChangedAndStaysSignedIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g := gate(t, s)
		oak, err := g.AddSender(ctx, iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "x")
		is.NoError(t, "sender", err)
		is.NoError(t, "add", g.AddUser(ctx, access.NewUser{Username: "ines", Name: "Ines", Role: access.Reader}, "secret"))
		token, err := g.SignIn(ctx, "a", "ines", "secret")
		is.NoError(t, "sign in", err)
		now := func() access.User {
			t.Helper()
			u, err := g.SignedIn(ctx, token)
			is.NoError(t, "signed in", err)
			u.Session, u.Until, u.Begun = 0, time.Time{}, time.Time{}
			return u
		}
		text := func(s string) *string { return &s }
		_, err = g.ChangeUser(ctx, "ines", access.UserChange{Role: text(access.Administrator), Facility: text("OAK")})
		is.Equal(t, "an administrator of a site", fault.KindOf(err), fault.Invalid)
		_, err = g.ChangeUser(ctx, "ines", access.UserChange{Role: text(access.Clinic), Facility: text("OAK")})
		is.NoError(t, "to a clinic user", err)
		is.Equal(t, "now", now(), access.User{ID: now().ID, Username: "ines", Name: "Ines", Role: access.Clinic, Sender: oak.ID, Site: "Oak"})
		became, err := g.ChangeUser(ctx, "ines", access.UserChange{Role: text(access.Administrator)})
		is.NoError(t, "to an administrator", err)
		is.Equal(t, "became", became, access.NewUser{Username: "ines", Name: "Ines", Role: access.Administrator})
		is.Equal(t, "an administrator has no site", now().Scope(), iis.Scope{Everyone: true})
		_, err = g.ChangeUser(ctx, "nobody", access.UserChange{Name: text("N")})
		is.Equal(t, "nobody", fault.KindOf(err), fault.NotFound)
		_, err = g.SignIn(ctx, "a", "ines", "secret")
		is.NoError(t, "the password stays", err)

		acts := map[string]int{}
		is.NoError(t, "audit", s.Read(ctx, func(tx *store.Tx) error {
			return tx.Select(db.Query{SQL: `SELECT act FROM audit`, Each: func(r db.Row) error { acts[r.Text(0)]++; return nil }})
		}))
		for _, act := range []string{"set user: viewer", "change user: clinic-staff of OAK", "change user: administrator"} {
			is.Equal(t, act, acts[act], 1)
		}
	})
}
