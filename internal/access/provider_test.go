package access_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/is"
	"openiis/internal/sso"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/test/provider"
)

// withProvider has people come by a provider, whom a test can have say anything.
func withProvider(t *testing.T, w *staff, trusted ...string) *provider.Server {
	t.Helper()
	l := provider.Start(t)
	p, err := sso.New(sso.Settings{Issuer: l.URL, ClientID: "openiis", Secret: "s", Name: "State Login", Back: pages + "/signin/provider/back", TwoFactors: trusted})
	is.NoError(t, "provider", err)
	w.SingleSignOn(p)
	return l
}

// comes signs in at the provider as somebody.
func comes(w *staff, l *provider.Server, address, step, sub string) (access.Arrival, error) {
	l.Claims = func(c map[string]any) { c["sub"], c["email"], c["name"] = sub, "ossi@oak.example", "Doctor "+sub }
	return w.FromProvider(context.Background(), here, step, l.Goes(address))
}

func signsInBy(t *testing.T, w *staff, l *provider.Server, sub string) (access.Arrival, error) {
	t.Helper()
	address, step, err := w.ToProvider(context.Background(), here, "/users")
	is.NoError(t, "to the provider", err)
	return comes(w, l, address, step, sub)
}

// links links somebody's account.
func links(t *testing.T, w *staff, l *provider.Server, username, sub string) error {
	t.Helper()
	u, _ := w.in(username)
	address, step, err := w.ToProviderToLink(context.Background(), here, u, "secret")
	is.NoError(t, "to the provider", err)
	came, err := comes(w, l, address, step, sub)
	is.Equal(t, "linked", came.Linked, err == nil)
	return err
}

func TestANameAtTheProviderIsWhoseeverAccountIsLinkedToItAndNobodysByAnAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := newStaff(t, s)
		l := withProvider(t, w)
		_, err := w.ChangeUser(ctx, "ossi", access.UserChange{Email: ptr("ossi@oak.example")})
		is.NoError(t, "an address", err)
		_, err = signsInBy(t, w, l, "77")
		is.Equal(t, "a stranger with the address of a user", fault.KindOf(err), fault.Denied)
		if strings.Contains(fault.Public(err), "ossi") {
			t.Errorf("a stranger is told who is there: %v", err)
		}
		u, _ := w.in("ossi")
		_, _, err = w.ToProviderToLink(ctx, here, u, "wrong")
		is.Equal(t, "linking takes proof", fault.KindOf(err), fault.Invalid)
		is.NoError(t, "link", links(t, w, l, "ossi", "77"))
		came, err := signsInBy(t, w, l, "77")
		is.NoError(t, "sign in", err)
		by := w.holds(came.Session)
		is.Equal(t, "who", []any{by.Username, by.Role, by.Site, by.Means, by.Stage, came.Return}, []any{"ossi", access.Clinic, "OAK Clinic", access.ByProvider, access.Whole, "/users"})
		is.Equal(t, "a name is one account's", fault.KindOf(links(t, w, l, "eli", "77")), fault.Conflict)
		shown, err := w.Links(ctx, u)
		is.NoError(t, "links", err)
		is.Equal(t, "shown", []any{len(shown), shown[0].Shown, shown[0].Used.IsZero()}, []any{1, "Doctor 77", false})

		is.NoError(t, "end", w.EndAccess(ctx, access.ByCommand(), u.ID, "Left."))
		_, err = w.SignedIn(ctx, came.Session)
		is.Equal(t, "out at once", fault.KindOf(err), fault.Denied)
		_, err = signsInBy(t, w, l, "77")
		is.Equal(t, "the same words", fault.Public(err)[:22], "Your access has ended.")
		is.NoError(t, "let in", w.LetIn(ctx, access.ByCommand(), u.ID, "Back."))
		is.NoError(t, "idle", s.Write(ctx, func(tx *store.Tx) error {
			a, err := tx.AccountOf(u.ID)
			if err != nil {
				return err
			}
			a.Active = time.Now().AddDate(0, 0, -91)
			return tx.SetAccount(a, time.Now())
		}))
		_, err = signsInBy(t, w, l, "77")
		if !strings.HasPrefix(fault.Public(err), "You have not signed in for more than 90 days") {
			t.Errorf("an idle user: %v", err)
		}
		is.NoError(t, "let in", w.LetIn(ctx, access.ByCommand(), u.ID, "Back."))
		is.NoError(t, "unlink", w.DropLinks(ctx, access.ByCommand(), u.ID, "Another employer."))
		_, err = signsInBy(t, w, l, "77")
		is.Equal(t, "unlinked", fault.KindOf(err), fault.Denied)
	})
}

func ptr[T any](v T) *T { return &v }

func TestWhatCameBackIsTakenOnceAndByTheBrowserThatWasLed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := newStaff(t, s)
		l := withProvider(t, w)
		is.NoError(t, "link", links(t, w, l, "ossi", "77"))
		address, step, err := w.ToProvider(ctx, here, "/")
		is.NoError(t, "lead", err)
		l.Claims = func(c map[string]any) { c["sub"] = "77" }
		back := l.Goes(address)
		_, err = w.FromProvider(ctx, here, "", back)
		is.Equal(t, "another browser", fault.KindOf(err), fault.Denied)
		_, other, err := w.ToProvider(ctx, here, "/")
		is.NoError(t, "lead", err)
		_, err = w.FromProvider(ctx, here, other, back)
		is.Equal(t, "another question's answer", fault.KindOf(err), fault.Denied)
		_, err = w.FromProvider(ctx, here, step, back)
		is.NoError(t, "the right one", err)
		_, err = w.FromProvider(ctx, here, step, back)
		is.Equal(t, "again", fault.KindOf(err), fault.Denied)
		// The session that asked for a link has ended meanwhile: whoever sits there links nothing.
		u, token := w.in("eli")
		address, step, err = w.ToProviderToLink(ctx, here, u, "secret")
		is.NoError(t, "lead", err)
		is.NoError(t, "sign out", w.SignOut(ctx, u, token))
		_, err = comes(w, l, address, step, "78")
		is.Equal(t, "a link for nobody", fault.KindOf(err), fault.Denied)
		_, err = w.FromProvider(ctx, here, step, url.Values{})
		is.Equal(t, "nothing", fault.KindOf(err), fault.Denied)
	})
}

func TestASecondFactorIsOursUnlessTheProvidersIsTrusted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newStaff(t, s)
		w.WithRealData()
		w.has("aud", "auditor", "")
		l := withProvider(t, w)
		u, token := w.in("aud")
		is.Equal(t, "must enrol", u.Stage, access.WantsFactor)
		is.NoError(t, "pages", w.PagesAt(pages))
		a := newAuthenticator(t, pages, rp)
		asked, step, err := w.NewPasskey(context.Background(), here, u, "", "key")
		is.NoError(t, "ask", err)
		_, token, err = w.AddPasskey(context.Background(), here, u, token, step, a.makes(asked))
		is.NoError(t, "add", err)
		u = w.holds(token)
		address, step, err := w.ToProviderToLink(context.Background(), here, u, "secret")
		is.NoError(t, "lead", err)
		_, err = comes(w, l, address, step, "9")
		is.NoError(t, "link", err)
		came, err := signsInBy(t, w, l, "9")
		is.NoError(t, "sign in", err)
		is.Equal(t, "one factor of the provider's", w.holds(came.Session).Stage, access.WantsCode)

		l = withProvider(t, w, "amr:mfa") // another issuer: names there are others'
		_, err = signsInBy(t, w, l, "9")
		is.Equal(t, "the same name at another issuer", fault.KindOf(err), fault.Denied)
		address, step, err = w.ToProviderToLink(context.Background(), here, u, "secret")
		is.NoError(t, "lead", err)
		_, err = comes(w, l, address, step, "9")
		is.NoError(t, "link", err)
		address, step, err = w.ToProvider(context.Background(), here, "/")
		is.NoError(t, "lead", err)
		l.Claims = func(c map[string]any) { c["sub"], c["amr"] = "9", []string{"pwd", "mfa"} }
		came, err = w.FromProvider(context.Background(), here, step, l.Goes(address))
		is.NoError(t, "sign in", err)
		by := w.holds(came.Session)
		is.Equal(t, "two of the provider's", []any{by.Stage, by.Means}, []any{access.Whole, access.ByProviderTwo})
	})
}

func TestAnInvitationIsTakenUpBySingleSignOnAndPasswordsCanBeOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := newStaff(t, s)
		if err := w.NoPasswords(ctx); err == nil {
			t.Error("passwords are off, and there is no other way in")
		}
		l := withProvider(t, w)
		if err := w.NoPasswords(ctx); err == nil || !strings.Contains(err.Error(), "break-glass") {
			t.Errorf("passwords are off, and nobody comes in when the provider is down: %v", err)
		}
		link, err := w.Invite(ctx, w.by("ada"), access.NewUser{Username: "vera", Name: "Vera Vale", Email: "vera@oak.example", Role: "vaccinator", Facility: "OAK"})
		is.NoError(t, "invite", err)
		address, step, err := w.ToProviderInvited(ctx, here, link)
		is.NoError(t, "lead", err)
		came, err := comes(w, l, address, step, "v1")
		is.NoError(t, "accept", err)
		u := w.holds(came.Session)
		is.Equal(t, "who", []any{u.Username, u.Role, u.Stage}, []any{"vera", "vaccinator", access.Whole})
		_, err = w.Invited(ctx, link)
		is.Equal(t, "the link is used up", fault.KindOf(err), fault.NotFound)
		for _, password := range []string{"-", "", "x"} {
			_, err = w.SignIn(ctx, "1.2.3.4", "vera", password)
			is.Equal(t, "there is no password", fault.KindOf(err), fault.Denied)
		}
		is.Equal(t, "the only way in stays", fault.KindOf(w.DropOwnLinks(ctx, here, u, "")), fault.Conflict)

		is.NoError(t, "link", links(t, w, l, "ossi", "o1"))
		is.NoError(t, "off for one", w.PasswordUse(ctx, w.by("ada"), w.id("ossi"), true, nil, "The hospital wants it."))
		_, err = w.SignIn(ctx, "1.2.3.4", "ossi", "secret")
		is.Equal(t, "the right password", fault.Public(err)[:27], "Passwords are switched off.")
		_, err = w.SignIn(ctx, "1.2.3.4", "ossi", "wrong")
		is.Equal(t, "a wrong one tells nothing", fault.Public(err), "The user name or the password is wrong.")
		_, err = signsInBy(t, w, l, "o1")
		is.NoError(t, "by the provider", err)
		is.Equal(t, "who has no other way", fault.KindOf(w.PasswordUse(ctx, w.by("ada"), w.id("eli"), true, nil, "x")), fault.Conflict)
		is.Equal(t, "nobody's but an administrator's", fault.KindOf(w.PasswordUse(ctx, access.ByCommand(), w.id("eli"), false, ptr(true), "x")), fault.Invalid)

		is.NoError(t, "break glass", w.PasswordUse(ctx, access.ByCommand(), w.id("ada"), false, ptr(true), "When all else fails."))
		is.NoError(t, "off", w.NoPasswords(ctx))
		_, err = w.SignIn(ctx, "1.2.3.4", "eli", "secret")
		is.Equal(t, "off for all", fault.KindOf(err), fault.Denied)
		_, err = w.SignIn(ctx, "1.2.3.4", "ada", "secret")
		is.NoError(t, "but for one administrator", err)
		link, err = w.Invite(ctx, w.by("ada"), access.NewUser{Username: "wim", Name: "Wim", Email: "w@oak.example", Role: "vaccinator", Facility: "OAK"})
		is.NoError(t, "invite", err)
		_, err = w.Accept(ctx, here, link, "four words in a row")
		is.Equal(t, "nobody sets one", fault.KindOf(err), fault.Denied)
	})
}

// ASVS 7.4.3: whoever has got in before somebody changed how they sign in is out.
func TestChangingAWayInEndsTheOtherSignIns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := newStaff(t, s)
		is.NoError(t, "pages", w.PagesAt(pages))
		l := withProvider(t, w)
		u, token := w.in("ossi")
		ends := func(what string, change func() error) {
			t.Helper()
			_, elsewhere := w.in("ossi")
			is.NoError(t, what, change())
			_, err := w.SignedIn(ctx, elsewhere)
			is.Equal(t, what+": the other", fault.KindOf(err), fault.Denied)
			_, err = w.SignedIn(ctx, token)
			is.NoError(t, what+": their own", err)
		}
		ends("link", func() error {
			address, step, err := w.ToProviderToLink(ctx, here, u, "secret")
			is.NoError(t, "to the provider", err)
			_, err = comes(w, l, address, step, "77")
			return err
		})
		ends("unlink", func() error { return w.DropOwnLinks(ctx, here, u, "secret") })
		is.NoError(t, "linked", links(t, w, l, "eli", "78"))
		eli, _ := w.in("eli")
		is.NoError(t, "password", w.PasswordUse(ctx, access.ByCommand(), eli.ID, true, nil, "Lost."))
		devices, err := w.Devices(ctx, eli)
		is.NoError(t, "devices", err)
		is.Equal(t, "the password switched off: sign-ins", len(devices), 0)
		a, _ := w.makesPasskey(t, u, token)
		_, err = w.byPasskey(t, a.uses)
		is.NoError(t, "another sign-in", err)
		mine, err := w.Passkeys(ctx, u)
		is.NoError(t, "list", err)
		is.NoError(t, "remove", w.RemovePasskey(ctx, here, u, mine[0].ID, "secret"))
		devices, err = w.Devices(ctx, u)
		is.NoError(t, "devices", err)
		is.Equal(t, "a passkey removed: sign-ins", len(devices), 1)
		is.Equal(t, "their own", devices[0].This, true)
	})
}
