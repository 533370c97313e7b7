package access

import (
	"context"
	"strings"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

func TestCodesAreThoseOfTheStandard(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{ // RFC 6238, appendix B, SHA1: the last six digits
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		is.Equal(t, want, codeAt(secret, at/stepSeconds), want)
		now := time.Unix(at, 0)
		for seconds, good := range map[int]bool{0: true, 30: true, -30: true, 90: false, -90: false} {
			is.Equal(t, want, stepOf(secret, want, now.Add(time.Duration(seconds)*time.Second)) != 0, good)
		}
	}
}

// codeNow is the code of a secret, and the next one.
func codeNow(t *testing.T, secret string) (code, next string) {
	t.Helper()
	key, err := secretText.DecodeString(secret)
	is.NoError(t, "secret", err)
	step := time.Now().Unix() / stepSeconds
	return codeAt(key, step), codeAt(key, step+1)
}

func TestASecondFactorIsEnrolledAskedForAndUsedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, at := context.Background(), Place{Caller: "a"}
		g, err := NewGate(s)
		is.NoError(t, "gate", err)
		is.NoError(t, "seal", g.SealFactors(ctx, []byte("a key of the operator")))
		is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "ada", Name: "Ada", Role: Administrator}, "secret"))
		in := func() (User, string) {
			t.Helper()
			token, err := g.SignIn(ctx, "a", "ada", "secret")
			is.NoError(t, "sign in", err)
			u, err := g.SignedIn(ctx, token)
			is.NoError(t, "signed in", err)
			return u, token
		}
		u, token := in()
		is.Equal(t, "without one", u.Stage, Whole)
		secret, err := NewFactor()
		is.NoError(t, "secret", err)
		_, _, err = g.Enrol(ctx, at, u, token, secret, "000", "secret")
		is.Equal(t, "a wrong code", err, error(errWrongCode))
		code, next := codeNow(t, secret)
		codes, _, err := g.Enrol(ctx, at, u, token, strings.ToLower(secret), code[:3]+" "+code[3:], "secret")
		is.NoError(t, "enrol", err)
		is.Equal(t, "codes", len(codes), recoveryCodes)
		_, _, err = g.Enrol(ctx, at, u, token, secret, next, "secret")
		is.Equal(t, "twice", fault.KindOf(err), fault.Conflict)

		half, token := in()
		is.Equal(t, "with one", half.Stage, WantsCode)
		if half.May("find people") || half.Everyone() {
			t.Error("the password alone lets in")
		}
		_, err = g.Code(ctx, at, half, token, code)
		is.Equal(t, "the code that was used", err, error(errWrongCode))
		whole, err := g.Code(ctx, at, half, token, next)
		is.NoError(t, "code", err)
		u, err = g.SignedIn(ctx, whole)
		is.NoError(t, "whole", err)
		is.Equal(t, "stage", []any{u.Stage, u.Factor}, []any{Whole, true})
		_, err = g.SignedIn(ctx, token)
		is.Equal(t, "the token from before", fault.KindOf(err), fault.Denied)

		for _, c := range []struct {
			code string
			good bool
		}{{codes[0], true}, {codes[0], false}, {strings.ToUpper(strings.ReplaceAll(codes[1], "-", "")), true}, {"aaaa-bbbb-cccc-dddd", false}} {
			half, token := in()
			_, err = g.Code(ctx, at, half, token, c.code)
			is.Equal(t, "recovery code "+c.code, err == nil, c.good)
		}
		left, err := g.RecoveryCodesLeft(ctx, u)
		is.NoError(t, "left", err)
		is.Equal(t, "left", left, int64(recoveryCodes-2))

		a := store.Account{}
		is.NoError(t, "account", s.Read(ctx, func(tx *store.Tx) error { a, err = tx.Account("ada"); return err }))
		if strings.Contains(a.Factor, secret) || !strings.HasPrefix(a.Factor, sealedFactor) {
			t.Error("the secret is in the database as it is")
		}
		is.NoError(t, "another key", g.SealFactors(ctx, []byte("another key")))
		half, token = in()
		_, err = g.Code(ctx, at, half, token, "123456")
		is.Equal(t, "by another key", fault.KindOf(err), fault.Internal)
	})
}

func TestARoleThatMustHaveASecondFactorEnrolsItBeforeAnythingElse(t *testing.T) {
	ctx, at, s := context.Background(), Place{Caller: "a"}, storetest.Open(t, storetest.SQLite(t))
	g, err := NewGate(s)
	is.NoError(t, "gate", err)
	is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "aud", Name: "Aud", Role: "auditor"}, "secret"))
	token, err := g.SignIn(ctx, "a", "aud", "secret")
	is.NoError(t, "sign in", err)
	u, err := g.SignedIn(ctx, token)
	is.NoError(t, "signed in", err)
	is.Equal(t, "stage", []any{u.Stage, u.May("see users")}, []any{WantsFactor, false})
	_, err = g.Code(ctx, at, u, token, "123456")
	is.Equal(t, "a code of none", fault.KindOf(err), fault.Denied)
	secret, err := NewFactor()
	is.NoError(t, "secret", err)
	code, next := codeNow(t, secret)
	_, whole, err := g.Enrol(ctx, at, u, token, secret, code, "")
	is.NoError(t, "enrol", err)
	u, err = g.SignedIn(ctx, whole)
	is.NoError(t, "whole", err)
	is.Equal(t, "may", u.May("see users"), true)
	is.Equal(t, "keeps it", g.DropOwnFactor(ctx, at, u, next), error(errMustFactor))
	is.NoError(t, "lost", g.DropFactor(ctx, ByCommand(), u.ID, "Lost the telephone."))
	_, err = g.SignedIn(ctx, whole)
	is.Equal(t, "the session", fault.KindOf(err), fault.Denied)
	token, err = g.SignIn(ctx, "a", "aud", "secret")
	is.NoError(t, "sign in", err)
	u, err = g.SignedIn(ctx, token)
	is.NoError(t, "signed in", err)
	is.Equal(t, "enrols anew", u.Stage, WantsFactor)
}

// enrolled gives somebody who has signed in a second factor.
func enrolled(t *testing.T, g *Gate, u User, token string) (secret string) {
	t.Helper()
	secret, err := NewFactor()
	is.NoError(t, "secret", err)
	code, _ := codeNow(t, secret)
	_, _, err = g.Enrol(context.Background(), Place{Caller: "a"}, u, token, secret, code, "secret")
	is.NoError(t, "enrol", err)
	return secret
}

func TestSecretsFromBeforeTheKeyAreEncryptedWithIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g, err := NewGate(s)
		is.NoError(t, "gate", err)
		kept := func() (a store.Account) {
			is.NoError(t, "read", s.Read(ctx, func(tx *store.Tx) (err error) {
				a, err = tx.Account("ada")
				return err
			}))
			return a
		}
		is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "ada", Name: "Ada", Role: Administrator}, "secret"))
		token, err := g.SignIn(ctx, "a", "ada", "secret")
		is.NoError(t, "sign in", err)
		u, err := g.SignedIn(ctx, token)
		is.NoError(t, "signed in", err)
		secret := enrolled(t, g, u, token)
		before := kept()
		is.Equal(t, "plain", before.Factor, plainFactor+secret)

		is.NoError(t, "seal", g.SealFactors(ctx, []byte("a key of the operator")))
		after := kept()
		if !strings.HasPrefix(after.Factor, sealedFactor) || strings.Contains(after.Factor, secret) {
			t.Errorf("kept as %q", after.Factor)
		}
		is.Equal(t, "the used step stays", after.Step, before.Step)
		is.NoError(t, "again", g.SealFactors(ctx, []byte("a key of the operator")))
		is.Equal(t, "once", kept().Factor, after.Factor)
		token, err = g.SignIn(ctx, "a", "ada", "secret")
		is.NoError(t, "sign in", err)
		u, err = g.SignedIn(ctx, token)
		is.NoError(t, "signed in", err)
		code, next := codeNow(t, secret)
		_, err = g.Code(ctx, Place{Caller: "a"}, u, token, code)
		is.Equal(t, "the code that was used", err, error(errWrongCode))
		_, err = g.Code(ctx, Place{Caller: "a"}, u, token, next)
		is.NoError(t, "the same secret", err)
	})
}

// What a password alone has let in, elsewhere, is over when there is a second factor; and
// nobody finishes a sign-in that was ended meanwhile.
func TestASecondFactorEndsWhatThePasswordAloneHasLetIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g, err := NewGate(s)
		is.NoError(t, "gate", err)
		is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "ada", Name: "Ada", Role: Administrator}, "secret"))
		is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "nora", Name: "Nora", Role: Clinic}, "secret"))
		in := func() (User, string) { return withPassword(t, g, "nora") }
		_, thief := in()
		u, token := in()
		secret := enrolled(t, g, u, token)
		_, err = g.SignedIn(ctx, thief)
		is.Equal(t, "the thief", err, error(errNotSignedIn))
		_, err = g.SignedIn(ctx, token)
		is.NoError(t, "this one goes on", err)

		half, token := in()
		is.NoError(t, "end", g.EndAccess(ctx, ByCommand(), u.ID, "Left."))
		is.NoError(t, "let in", g.LetIn(ctx, ByCommand(), u.ID, "Back."))
		_, next := codeNow(t, secret)
		_, err = g.Code(ctx, Place{Caller: "a"}, half, token, next)
		is.Equal(t, "half a sign-in that was ended", err, error(errNotSignedIn))

		is.NoError(t, "lost", g.DropFactor(ctx, ByCommand(), u.ID, "Lost."))
		u, token = in()
		role := "auditor"
		_, err = g.ChangeUser(ctx, "nora", UserChange{Role: &role})
		is.NoError(t, "change", err)
		u, err = g.SignedIn(ctx, token)
		is.NoError(t, "signed in", err)
		is.Equal(t, "a role that must have one", []any{u.Stage, u.May("see users")}, []any{WantsFactor, false})
		is.Equal(t, "her other rights", u.May("find people"), false)
	})
}

func TestNobodyIsLetInWhoseAccessEndsWhileThePasswordIsJudged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g, err := NewGate(s)
		is.NoError(t, "gate", err)
		is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "nora", Name: "Nora", Role: Clinic}, "secret"))
		read := func() (a store.Account) {
			is.NoError(t, "read", s.Read(ctx, func(tx *store.Tx) (err error) {
				a, err = tx.Account("nora")
				return err
			}))
			return a
		}
		shown := read()
		is.NoError(t, "another password", s.Write(ctx, func(tx *store.Tx) error { return tx.SetPassword(shown.ID, "-", time.Now()) }))
		_, err = g.begin(ctx, shown, Place{})
		is.Equal(t, "another password since", err, error(errDenied))
		shown = read()
		is.NoError(t, "end", g.EndAccess(ctx, ByCommand(), shown.ID, "Left."))
		_, err = g.begin(ctx, shown, Place{})
		is.Equal(t, "ended since", err, error(errDenied))
	})
}

func TestWrongCodesAreBounded(t *testing.T) {
	ctx, s := context.Background(), storetest.Open(t, storetest.SQLite(t))
	g, err := NewGate(s)
	is.NoError(t, "gate", err)
	is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "ada", Name: "Ada", Role: Administrator}, "secret"))
	token, err := g.SignIn(ctx, "a", "ada", "secret")
	is.NoError(t, "sign in", err)
	u, err := g.SignedIn(ctx, token)
	is.NoError(t, "signed in", err)
	secret, err := NewFactor()
	is.NoError(t, "secret", err)
	code, next := codeNow(t, secret)
	codes, _, err := g.Enrol(ctx, Place{Caller: "a"}, u, token, secret, code, "secret")
	is.NoError(t, "enrol", err)
	for range mostWrongCodes {
		is.NoError(t, "log", g.log(ctx, u.ID, Place{Caller: "b"}, OutcomeBadCode))
	}
	token, err = g.SignIn(ctx, "c", "ada", "secret")
	is.NoError(t, "sign in", err)
	u, err = g.SignedIn(ctx, token)
	is.NoError(t, "signed in", err)
	_, err = g.Code(ctx, Place{Caller: "c"}, u, token, next)
	is.Equal(t, "even the right one", err, error(errManyCodes))
	_, err = g.Code(ctx, Place{Caller: "c"}, u, token, codes[0])
	is.NoError(t, "a recovery code", err)
}

// ASVS 7.4.3.
func TestRemovingASecondFactorEndsTheOtherSignIns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, at := context.Background(), Place{Caller: "a"}
		g, err := NewGate(s)
		is.NoError(t, "gate", err)
		is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "nora", Name: "Nora", Role: Reader}, "secret"))
		in := func() (User, string) { return withPassword(t, g, "nora") }
		u, token := in()
		secret, err := NewFactor()
		is.NoError(t, "secret", err)
		code, next := codeNow(t, secret)
		codes, _, err := g.Enrol(ctx, at, u, token, secret, code, "secret")
		is.NoError(t, "enrol", err)
		half, waits := in()
		elsewhere, err := g.Code(ctx, at, half, waits, next)
		is.NoError(t, "another sign-in", err)
		is.NoError(t, "removed", g.DropOwnFactor(ctx, at, u, codes[0]))
		_, err = g.SignedIn(ctx, elsewhere)
		is.Equal(t, "the other", err, error(errNotSignedIn))
		_, err = g.SignedIn(ctx, token)
		is.NoError(t, "their own goes on", err)
	})
}

// withPassword is a user who has given their password, with the token of the session.
func withPassword(t *testing.T, g *Gate, username string) (User, string) {
	t.Helper()
	token, err := g.SignIn(context.Background(), "a", username, "secret")
	is.NoError(t, "sign in", err)
	u, err := g.SignedIn(context.Background(), token)
	is.NoError(t, "signed in", err)
	return u, token
}
