package access_test

import (
	"context"
	"testing"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

const (
	pages = "https://registry.example.gov"
	rp    = "registry.example.gov"
)

var here = access.Place{Caller: "1.2.3.4", Agent: "test"}

// in signs somebody in by password.
func (w *staff) in(username string) (access.User, string) {
	w.t.Helper()
	token, err := w.SignInAt(context.Background(), here, username, "secret")
	is.NoError(w.t, "sign in", err)
	return w.holds(token), token
}

func (w *staff) holds(token string) access.User {
	w.t.Helper()
	u, err := w.SignedIn(context.Background(), token)
	is.NoError(w.t, "signed in", err)
	return u
}

// makesPasskey gives somebody who is signed in a passkey.
func (w *staff) makesPasskey(t *testing.T, u access.User, token string) (*authenticator, []string) {
	t.Helper()
	a := newAuthenticator(t, pages, rp)
	asked, step, err := w.NewPasskey(context.Background(), here, u, "secret", "my telephone")
	is.NoError(t, "ask", err)
	codes, _, err := w.AddPasskey(context.Background(), here, u, token, step, a.makes(asked))
	is.NoError(t, "add", err)
	return a, codes
}

// byPasskey signs in by a passkey.
func (w *staff) byPasskey(t *testing.T, use func(asked string) string) (string, error) {
	t.Helper()
	asked, step, err := w.AskPasskey(context.Background(), here)
	is.NoError(t, "ask", err)
	return w.SignInByPasskey(context.Background(), here, step, use(asked))
}

func TestAPasskeySignsInAndCountsAsTwoFactors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := newStaff(t, s)
		is.NoError(t, "pages", w.PagesAt(pages))
		w.WithRealData()
		w.has("nia", access.Clinic, "OAK")
		u, token := w.in("nia")
		_, _, err := w.NewPasskey(ctx, here, u, "wrong", "x")
		is.Equal(t, "who cannot prove it", fault.KindOf(err), fault.Invalid)
		_, _, err = w.NewPasskey(ctx, here, u, "", "x")
		is.Equal(t, "nor does who says nothing", fault.KindOf(err), fault.Invalid)
		elsewhere, _ := w.in("nia")
		a, codes := w.makesPasskey(t, u, token)
		is.Equal(t, "recovery codes", len(codes), 10)
		_, err = w.SignedIn(ctx, token)
		is.NoError(t, "this session holds", err)
		list, err := w.Devices(ctx, u)
		is.NoError(t, "devices", err)
		is.Equal(t, "the other ended", []any{len(list), list[0].ID == elsewhere.Session}, []any{1, false})

		in, err := w.byPasskey(t, a.uses)
		is.NoError(t, "sign in", err)
		by := w.holds(in)
		is.Equal(t, "who", []any{by.ID, by.Stage, by.Means, by.Factor}, []any{u.ID, access.Whole, access.ByPasskey, true})
		half, token := w.in("nia")
		is.Equal(t, "the password alone", half.Stage, access.WantsCode)
		asked, step, err := w.AskOwnPasskey(ctx, here, half)
		is.NoError(t, "ask", err)
		whole, err := w.ByOwnPasskey(ctx, here, half, token, step, a.uses(asked))
		is.NoError(t, "second factor", err)
		is.Equal(t, "whole", w.holds(whole).Stage, access.Whole)
		half, token = w.in("nia")
		_, err = w.Code(ctx, here, half, token, codes[0])
		is.NoError(t, "a recovery code, who has lost it", err)

		mine, err := w.Passkeys(ctx, u)
		is.NoError(t, "list", err)
		is.Equal(t, "named", []any{len(mine), mine[0].Name, mine[0].Used.IsZero()}, []any{1, "my telephone", false})
		is.Equal(t, "removed without proof", fault.KindOf(w.RemovePasskey(ctx, here, u, mine[0].ID, "wrong")), fault.Invalid)
		is.NoError(t, "removed", w.RemovePasskey(ctx, here, u, mine[0].ID, "secret"))
		_, err = w.byPasskey(t, a.uses)
		is.Equal(t, "once removed", fault.KindOf(err), fault.Denied)
		half, _ = w.in("nia")
		is.Equal(t, "the password is enough again", half.Stage, access.Whole)
	})
}

func TestAPasskeyThatIsNotGoodLetsNobodyIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := newStaff(t, s)
		is.NoError(t, "pages", w.PagesAt(pages))
		u, token := w.in("ossi")
		a, _ := w.makesPasskey(t, u, token)
		eve, theirs := w.in("eli")
		b, _ := w.makesPasskey(t, eve, theirs)
		with := func(change func(*authenticator)) func(string) string {
			return func(asked string) string {
				other := *a
				change(&other)
				return other.uses(asked)
			}
		}
		for name, use := range map[string]func(string) string{
			"another site":           with(func(a *authenticator) { a.origin = "https://evil.example" }),
			"a page of another port": with(func(a *authenticator) { a.origin = pages + ":8443" }),
			"made for another site":  with(func(a *authenticator) { a.rp = "evil.example" }),
			"nobody was verified":    with(func(a *authenticator) { a.verified = false }),
			"signed by another":      with(func(a *authenticator) { a.key = b.key }),
			"said to be another's":   with(func(a *authenticator) { a.user = b.user }),
			"one that nobody knows":  with(func(a *authenticator) { a.id = []byte("unknown") }),
			"another question":       func(string) string { return a.repeats("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") },
			"no answer":              func(string) string { return "{}" },
			"nonsense":               func(string) string { return "\x00<" },
		} {
			_, err := w.byPasskey(t, use)
			is.Equal(t, name, fault.KindOf(err), fault.Denied)
		}
		_, err := w.byPasskey(t, a.uses)
		is.NoError(t, "the good one", err)
		_, err = w.byPasskey(t, with(func(a *authenticator) { a.counter -= 2 }))
		is.Equal(t, "a copy", fault.KindOf(err), fault.Denied)
		is.Equal(t, "a copy is said to be one", fault.Public(err)[:34], "This passkey was used out of turn:")

		asked, step, err := w.AskPasskey(ctx, here)
		is.NoError(t, "ask", err)
		answer := a.uses(asked)
		_, err = w.SignInByPasskey(ctx, here, step, answer)
		is.NoError(t, "once", err)
		_, err = w.SignInByPasskey(ctx, here, step, answer)
		is.Equal(t, "the same answer again", fault.KindOf(err), fault.Denied)
		_, err = w.SignInByPasskey(ctx, here, "", answer)
		is.Equal(t, "in another browser", fault.KindOf(err), fault.Denied)

		half, token := w.in("ossi")
		asked, step, err = w.AskOwnPasskey(ctx, here, half)
		is.NoError(t, "ask", err)
		_, err = w.ByOwnPasskey(ctx, here, half, token, step, b.uses(asked))
		is.Equal(t, "somebody else's as the second factor", fault.KindOf(err), fault.Denied)
		is.NoError(t, "end", w.EndAccess(ctx, access.ByCommand(), u.ID, "Left."))
		_, err = w.byPasskey(t, a.uses)
		is.Equal(t, "who has left is told the same words", fault.Public(err)[:22], "Your access has ended.")
		log, err := w.Attempts(ctx, access.ByCommand(), u.ID, 0)
		is.NoError(t, "log", err)
		is.Equal(t, "logged", log.Lines[0].Outcome, access.OutcomeEnded)
	})
}

func TestWhoMustHaveASecondFactorCanMakeAPasskeyOfItAndKeepsTheLast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := newStaff(t, s)
		is.NoError(t, "pages", w.PagesAt(pages))
		u, _ := w.in("ada")
		is.Equal(t, "an administrator of a demonstration", u.Stage, access.Whole)
		w.WithRealData()
		u, token := w.in("ada")
		is.Equal(t, "an administrator of real data", u.Stage, access.WantsFactor)
		a := newAuthenticator(t, pages, rp)
		asked, step, err := w.NewPasskey(ctx, here, u, "", "blue key")
		is.NoError(t, "ask", err)
		_, whole, err := w.AddPasskey(ctx, here, u, token, step, a.makes(asked))
		is.NoError(t, "add", err)
		u = w.holds(whole)
		is.Equal(t, "whole", u.Stage, access.Whole)
		mine, err := w.Passkeys(ctx, u)
		is.NoError(t, "list", err)
		is.Equal(t, "the last stays", fault.KindOf(w.RemovePasskey(ctx, here, u, mine[0].ID, "secret")), fault.Denied)
		is.NoError(t, "lost", w.DropFactor(ctx, access.ByCommand(), u.ID, "Lost the key."))
		_, err = w.byPasskey(t, a.uses)
		is.Equal(t, "a lost one", fault.KindOf(err), fault.Denied)
		u, _ = w.in("ada")
		is.Equal(t, "sets another up", u.Stage, access.WantsFactor)
	})
}

func TestPasskeysAreForAddressesForWhichBrowsersMakeThem(t *testing.T) {
	w := newStaff(t, storetest.Open(t, storetest.SQLite(t)))
	for address, good := range map[string]bool{
		pages: true, pages + "/": true, "http://localhost:8080": true, "http://registry.example.gov": false, "registry.example.gov": false,
		pages + "/pages": false, pages + "?x=1": false, "ftp://registry.example.gov": false, "https://": false,
	} {
		is.Equal(t, address, w.PagesAt(address) == nil, good)
	}
	fresh := newStaff(t, storetest.Open(t, storetest.SQLite(t)))
	is.NoError(t, "a number", fresh.PagesAt("https://192.0.2.1"))
	is.Equal(t, "has none", fresh.HasPasskeys(), false)
}

func TestAPasskeyIsMadeByTheBrowserThatWasAskedAndAtOurAddressOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		w := newStaff(t, s)
		is.NoError(t, "pages", w.PagesAt(pages))
		u, token := w.in("ossi")
		ask := func() (string, string) {
			t.Helper()
			asked, step, err := w.NewPasskey(ctx, here, u, "secret", "key")
			is.NoError(t, "ask", err)
			return asked, step
		}
		for name, change := range map[string]func(*authenticator){
			"another site": func(a *authenticator) { a.origin = "https://evil.example" }, "made for another site": func(a *authenticator) { a.rp = "evil.example" },
			"nobody was verified": func(a *authenticator) { a.verified = false },
		} {
			a := newAuthenticator(t, pages, rp)
			change(a)
			asked, step := ask()
			_, _, err := w.AddPasskey(ctx, here, u, token, step, a.makes(asked))
			is.Equal(t, name, fault.KindOf(err), fault.Invalid)
		}
		a := newAuthenticator(t, pages, rp)
		asked, step := ask()
		_, _, err := w.AddPasskey(ctx, here, u, token, "", a.makes(asked))
		is.Equal(t, "another browser", fault.KindOf(err), fault.Denied)
		other, theirs := w.in("eli")
		_, _, err = w.AddPasskey(ctx, here, other, theirs, step, a.makes(asked))
		is.Equal(t, "somebody else", fault.KindOf(err), fault.Denied)
		asked, step = ask()
		answer := a.makes(asked)
		_, _, err = w.AddPasskey(ctx, here, u, token, step, answer)
		is.NoError(t, "the right one", err)
		_, _, err = w.AddPasskey(ctx, here, u, token, step, answer)
		is.Equal(t, "again", fault.KindOf(err), fault.Denied)
		_, step = ask()
		_, _, err = w.AddPasskey(ctx, here, u, token, step, answer)
		is.Equal(t, "an answer to another question", fault.KindOf(err), fault.Invalid)
		_, _, err = w.NewPasskey(ctx, here, u, "secret", " ")
		is.Equal(t, "without a name", fault.KindOf(err), fault.Invalid)
	})
}
