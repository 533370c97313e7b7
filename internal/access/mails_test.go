package access_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/mail"
	"openiis/internal/policy"
	"openiis/internal/relay"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// silent is a relay that takes everything.
type silent struct{ took []relay.Letter }

func (s *silent) Send(_ context.Context, l relay.Letter) error {
	s.took = append(s.took, l)
	return nil
}
func (s *silent) Host() string { return "relay.example" }

// mails gives a registry an outbox, and returns its relay and what hands everything over.
func mails(t *testing.T, w *staff) (*silent, func()) {
	t.Helper()
	box, to := mail.New(w.store, func(context.Context) (*policy.Policy, error) { return policy.Neutral(), nil }), &silent{}
	is.NoError(t, "by", box.By(to, "https://registry.example.gov", []byte("a secret")))
	w.MailBy(box)
	return to, func() {
		t.Helper()
		for more := true; more; {
			var err error
			more, err = box.Deliver(context.Background())
			is.NoError(t, "deliver", err)
		}
	}
}

func (w *staff) mailed(username, facility string) {
	w.t.Helper()
	is.NoError(w.t, "user", w.AddUser(context.Background(), access.NewUser{Username: username, Name: "Mia Moss", Email: username + "@oak.example", Role: access.Clinic, Facility: facility}, "secret"))
}

func TestAnInvitationIsSentAndItsLinkIsTheOneOnThePage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newStaff(t, s)
		to, deliver := mails(t, w)
		ctx := context.Background()
		token, err := w.Invite(ctx, w.by("olga"), access.NewUser{Username: "mia", Name: "Mia Moss", Email: "mia@oak.example", Role: access.Clinic})
		is.NoError(t, "invite", err)
		deliver()
		is.Equal(t, "mails", len(to.took), 1)
		is.Equal(t, "to", to.took[0].To, "mia@oak.example")
		for _, want := range []string{"https://registry.example.gov/invited/" + token + "\n", "Hello Mia Moss,", "as clinic staff at OAK Clinic", "user name is mia"} {
			if !strings.Contains(to.took[0].Text, want) {
				t.Errorf("the mail has no %q:\n%s", want, to.took[0].Text)
			}
		}
		_, err = w.Accept(ctx, access.Place{Caller: "10.0.0.1", Agent: "Firefox/128"}, token, "a long enough password")
		is.NoError(t, "accept", err)
		again, err := w.NewPassword(ctx, w.by("olga"), w.id("mia"))
		is.NoError(t, "new password", err)
		deliver()
		is.Equal(t, "mails", len(to.took), 2)
		is.Equal(t, "another link", strings.Contains(to.took[1].Text, "/invited/"+again), true)

		// One that fails leaves neither invitation nor mail.
		_, err = w.Invite(ctx, w.by("olga"), access.NewUser{Username: "mia", Name: "Mia", Email: "mia@oak.example", Role: access.Clinic})
		is.Equal(t, "taken", err != nil, true)
		deliver()
		is.Equal(t, "mails", len(to.took), 2)
	})
}

func TestASignInFromElsewhereIsToldOnceADay(t *testing.T) {
	w := newStaff(t, storetest.Open(t, storetest.SQLite(t)))
	to, deliver := mails(t, w)
	w.mailed("mia", "OAK")
	in := func(address, agent string) {
		t.Helper()
		_, err := w.SignInAt(context.Background(), access.Place{Caller: access.Caller(address), Agent: agent}, "mia", "secret")
		is.NoError(t, "sign in", err)
		deliver()
	}
	in("10.0.0.1", "Mozilla/5.0 Firefox/128.0")
	is.Equal(t, "the first one", len(to.took), 0)
	in("10.0.0.1", "Mozilla/5.0 Firefox/129.1")
	is.Equal(t, "a newer version of the same", len(to.took), 0)
	in("10.0.0.99", "Mozilla/5.0 Chrome/131.0")
	is.Equal(t, "elsewhere", len(to.took), 1)
	is.Equal(t, "to", to.took[0].To+" "+to.took[0].Subject, "mia@oak.example A sign-in to the "+policy.Neutral().Registry+" from a new place or browser")
	is.Equal(t, "with what", strings.Contains(to.took[0].Text, "with Chrome,"), true)
	in("10.0.0.77", "Mozilla/5.0 Safari/17")
	is.Equal(t, "and another on the same day", len(to.took), 1)
}

func TestManyFailedSignInsAreToldTheUserAndNobodyElse(t *testing.T) {
	w := newStaff(t, storetest.Open(t, storetest.SQLite(t)))
	to, deliver := mails(t, w)
	w.mailed("mia", "OAK")
	for n := range 12 {
		at := access.Place{Caller: access.Caller("10.0.1." + string(rune('1'+n%9)))}
		_, _ = w.SignInAt(context.Background(), at, "mia", "wrong")
		_, _ = w.SignInAt(context.Background(), at, "nobody", "wrong")
		deliver()
	}
	is.Equal(t, "mails", len(to.took), 1)
	is.Equal(t, "to", to.took[0].To, "mia@oak.example")
	is.Equal(t, "how many", strings.Contains(to.took[0].Text, "10 times within an hour"), true)
}

func TestWhoDoesNotSignInIsRemindedOnceBeforeAccessIsPaused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newStaff(t, s)
		to, deliver := mails(t, w)
		w.mailed("mia", "OAK")
		now := time.Now()
		s.SetClock(func() time.Time { return now })
		remind := func() int {
			t.Helper()
			n, err := w.RemindIdle(context.Background())
			is.NoError(t, "remind", err)
			deliver()
			return n
		}
		is.Equal(t, "at once", remind(), 0)
		now = now.AddDate(0, 0, 80)
		is.Equal(t, "ten days before", remind(), 1) // the others have no address
		is.Equal(t, "to", to.took[0].To, "mia@oak.example")
		now = now.AddDate(0, 0, 1)
		is.Equal(t, "the next day", remind(), 0)
		now = now.AddDate(0, 0, 30)
		is.Equal(t, "when it is paused", remind(), 0)
		is.Equal(t, "mails", len(to.took), 1)
	})
}

func TestARecordSystemGetsItsPasswordFromItsOwnSiteAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newStaff(t, s)
		ctx := context.Background()
		user := func(name string) access.User {
			u, err := w.Named(ctx, name)
			is.NoError(t, "named", err)
			return u
		}
		olga := user("olga")
		list, err := w.OwnSenders(ctx, olga)
		is.NoError(t, "own", err)
		is.Equal(t, "senders", len(list), 1)
		is.Equal(t, "approved", list[0].Approved, true)
		oak := list[0].ID
		password, err := w.GiveCredential(ctx, here, olga, oak, "oak-ehr", "secret")
		is.NoError(t, "give", err)
		from, err := w.Sender(ctx, "10.0.0.1", "oak-ehr", password)
		is.NoError(t, "send", err)
		is.Equal(t, "as", from.ID, oak)

		next, err := w.GiveCredential(ctx, here, olga, oak, "oak-ehr", "secret")
		is.NoError(t, "renew", err)
		if _, err := w.Sender(ctx, "10.0.0.1", "oak-ehr", password); err == nil {
			t.Error("the password before is still good")
		}
		_, err = w.Sender(ctx, "10.0.0.1", "oak-ehr", next)
		is.NoError(t, "send with the next", err)

		eli, err := w.OwnSenders(ctx, user("eli"))
		is.NoError(t, "own", err)
		for name, err := range map[string]error{
			"another site's": func() error { _, err := w.GiveCredential(ctx, here, olga, eli[0].ID, "olga-elm", "secret"); return err }(),
			"to end one":     w.TakeCredential(ctx, olga, eli[0].ID, "elm"),
			"a taken name":   func() error { _, err := w.GiveCredential(ctx, here, olga, oak, "elm", "secret"); return err }(),
			"a third":        func() error { _, err := w.GiveCredential(ctx, here, olga, oak, "oak-three", "secret"); return err }(),
			"no proof":       func() error { _, err := w.GiveCredential(ctx, here, olga, oak, "oak-ehr", ""); return err }(),
			"a wrong proof":  func() error { _, err := w.GiveCredential(ctx, here, olga, oak, "oak-ehr", "wrong"); return err }(),
			"a bad name":     func() error { _, err := w.GiveCredential(ctx, here, olga, oak, "oak:x", "secret"); return err }(),
		} {
			if err == nil {
				t.Errorf("%s is allowed", name)
			}
		}
		is.NoError(t, "end", w.TakeCredential(ctx, olga, oak, "oak-ehr"))
		if _, err := w.Sender(ctx, "10.0.0.1", "oak-ehr", next); err == nil {
			t.Error("what was ended is still good")
		}

		// A site that the state has not approved, or has taken out, gets none.
		is.NoError(t, "enrols", s.Write(ctx, func(tx *store.Tx) error {
			o, err := tx.OrganizationOf(oak)
			if err != nil {
				return err
			}
			o.Status = iis.StatusEnrolling
			return tx.PutOrganization(o)
		}))
		if _, err := w.GiveCredential(ctx, here, olga, oak, "oak-ehr", "secret"); err == nil {
			t.Error("a site that enrols has a credential")
		}
	})
}

func TestAnotherAddressIsToldToTheOneBeforeAndLinksThatWaitThereAreVoid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newStaff(t, s)
		to, deliver := mails(t, w)
		ctx := context.Background()
		w.mailed("mia", "OAK")
		w.mailed("max", "OAK")
		olga := w.by("olga")
		token, err := w.NewPassword(ctx, olga, w.id("mia"))
		is.NoError(t, "link", err)
		others, err := w.NewPassword(ctx, olga, w.id("max"))
		is.NoError(t, "link", err)
		deliver()
		to.took = nil
		is.NoError(t, "change", w.Change(ctx, olga, w.id("mia"), access.UserChange{Name: ptr(" Mia  Reed "), Email: ptr("mia.reed@oak.example")}))
		deliver()
		is.Equal(t, "mails", len(to.took), 1)
		is.Equal(t, "to", to.took[0].To, "mia@oak.example")
		if text := to.took[0].Text; !strings.Contains(text, "gave the user name mia another e-mail address") || strings.Contains(text, "mia.reed") {
			t.Errorf("the address before is told %s", text)
		}
		_, err = w.Invited(ctx, token)
		is.Equal(t, "the link", fault.KindOf(err), fault.NotFound)
		_, err = w.Invited(ctx, others)
		is.NoError(t, "links of others", err)
		mia, err := w.User(ctx, olga, w.id("mia"))
		is.NoError(t, "user", err)
		is.Equal(t, "is", []any{mia.Name, mia.Email, mia.Role.ID}, []any{"Mia Reed", "mia.reed@oak.example", access.Clinic})
		for name, c := range map[string]access.UserChange{"no address": {Email: ptr("mia")}, "none any more": {Email: ptr("")}, "no name": {Name: ptr(" ")}} {
			is.Equal(t, name, fault.KindOf(w.Change(ctx, olga, w.id("mia"), c)), fault.Invalid)
		}
		is.NoError(t, "who had none goes on without", w.Change(ctx, olga, w.id("ossi"), access.UserChange{Name: ptr("Ossi Oak"), Email: ptr("")}))
		is.Equal(t, "of another site", fault.KindOf(w.Change(ctx, w.by("olga"), w.id("eli"), access.UserChange{Email: ptr("x@y.example")})), fault.NotFound)
		is.Equal(t, "one's own", fault.KindOf(w.Change(ctx, olga, w.id("olga"), access.UserChange{Email: ptr("x@y.example")})), fault.Denied)
	})
}
