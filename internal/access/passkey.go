package access

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Passkey is one that somebody has, as they see it.
type Passkey struct {
	ID      iis.PasskeyID
	Name    string
	Created time.Time
	Used    time.Time // zero: not yet
}

// mostPasskeys is how many somebody may have.
const mostPasskeys = 20

// The kinds of steps that a passkey answers.
const (
	makesPasskey  = "new passkey"
	signsIn       = "sign in by passkey"
	secondPasskey = "passkey as second factor"
)

var (
	errNoPasskeys = fault.New(fault.NotFound, "There are no passkeys here: the registry has no address for which browsers make them.")
	errBadPasskey = fault.New(fault.Denied, "This passkey is not good here: it was removed, belongs to somebody else, or did not verify that it is you. Sign in in another way.")
	errCloned     = fault.New(fault.Denied, "This passkey was used out of turn: there may be a copy of it. Sign in in another way, remove it on the page Your account, and tell the administrator of this registry.")
	errHasPasskey = fault.New(fault.Conflict, "This passkey is known already.")
	errNoCodes    = fault.New(fault.Conflict, "You have no authenticator program here.")
	errNotMade    = fault.New(fault.Invalid, "The passkey was not made: what the browser sent is not in order. Try again.")
)

// owner is an account as the library sees it.
type owner struct {
	store.Account
	keys []webauthn.Credential
}

// WebAuthnID is what an authenticator keeps of whose a passkey is: a number that says nothing.
func (o owner) WebAuthnID() []byte { return whose(o.ID) }

// WebAuthnName is what an authenticator shows.
func (o owner) WebAuthnName() string { return o.Username }

// WebAuthnDisplayName is what an authenticator shows.
func (o owner) WebAuthnDisplayName() string { return o.Name }

// WebAuthnCredentials are the passkeys that are there.
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

func ownerOf(tx *store.Tx, a store.Account) (owner, error) {
	list, err := tx.Passkeys(a.ID)
	if err != nil {
		return owner{}, err
	}
	o := owner{Account: a}
	for _, p := range list {
		var c webauthn.Credential
		if err := json.Unmarshal(p.Kept, &c); err != nil {
			return owner{}, fmt.Errorf("read passkey %d: %w", p.ID, err)
		}
		o.keys = append(o.keys, c)
	}
	return o, nil
}

// Passkeys are those of somebody, the oldest first.
func (g *Gate) Passkeys(ctx context.Context, u User) (out []Passkey, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Passkeys(u.ID)
		out = nil
		for _, p := range list {
			out = append(out, Passkey{p.ID, p.Name, p.Created, p.Used})
		}
		return err
	})
	return out, err
}

// asked is what is remembered of a browser that is asked for a passkey.
type asked struct {
	Keys    webauthn.SessionData
	Account iis.UserID    // who is asked; 0: whoever it is
	Session iis.SessionID // in which
	Name    string        // of the new one
}

// NewPasskey is what a browser needs to make a passkey of a name for somebody
// (PublicKeyCredentialCreationOptions as JSON), and the secret that it must bring back. Whoever
// is signed in proves first that it is still them; who must have a second factor to sign in
// has done so a moment ago.
func (g *Gate) NewPasskey(ctx context.Context, at Place, u User, proof, name string) (options, step string, err error) {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case g.keys == nil:
		return "", "", errNoPasskeys
	case u.Stage != Whole && u.Stage != WantsFactor:
		return "", "", errNotSignedIn
	case name == "" || utf8.RuneCountInString(name) > 60:
		return "", "", fault.New(fault.Invalid, "Give the passkey a name of at most 60 characters, by which you know it: the telephone, computer or key that it is on.")
	}
	if u.Stage == Whole {
		if err := g.prove(ctx, at, u, proof); err != nil {
			return "", "", err
		}
	}
	var o owner
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		a, err := tx.AccountOf(u.ID)
		if err == nil {
			o, err = ownerOf(tx, a)
		}
		return err
	})
	if err != nil {
		return "", "", err
	}
	if len(o.keys) >= mostPasskeys {
		return "", "", fault.New(fault.Conflict, "You have %d passkeys. Remove one first.", len(o.keys))
	}
	made, session, err := g.keys.BeginRegistration(o, webauthn.WithExclusions(webauthn.Credentials(o.keys).CredentialDescriptors()))
	if err != nil {
		return "", "", fmt.Errorf("ask for a passkey: %w", err)
	}
	return g.askFor(ctx, at, makesPasskey, made.Response, asked{*session, u.ID, u.Session, name})
}

func (g *Gate) askFor(ctx context.Context, at Place, kind string, of any, a asked) (options, step string, err error) {
	text, err := json.Marshal(of)
	if err != nil {
		return "", "", err
	}
	step, err = g.keepStep(ctx, at, kind, a)
	return string(text), step, err
}

// AddPasskey takes the passkey that a browser has made, and ends the user's other sessions.
// Who has no recovery codes gets some, told once; who had to have a second factor to sign in
// gets the token of their session, now whole.
func (g *Gate) AddPasskey(ctx context.Context, at Place, u User, token, step, answer string) (codes []string, whole string, err error) {
	if g.keys == nil {
		return nil, "", errNoPasskeys
	}
	var was asked
	if err := g.takeStep(ctx, makesPasskey, step, &was); err != nil {
		return nil, "", err
	}
	if was.Account != u.ID || was.Session != u.Session {
		return nil, "", errNoStep
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, "", errNotMade
	}
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		a, err := tx.AccountOf(u.ID)
		if err == nil && !a.Ended.IsZero() {
			err = errNotSignedIn
		}
		if err != nil {
			return err
		}
		if u.Stage == WantsFactor && hasFactor(a) { // theirs is asked for, and not another
			return errNotSignedIn
		}
		o, err := ownerOf(tx, a)
		if err != nil {
			return err
		}
		made, err := g.keys.CreateCredential(o, was.Keys, parsed)
		if err != nil {
			return errNotMade
		}
		if codes, err = g.storePasskey(tx, u, was.Name, made); err != nil {
			return err
		}
		whole, err = g.hasMade(tx, at, u, a, token)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return codes, whole, nil
}

// storePasskey stores one that is good. What the maker of an authenticator attests is not kept: it is
// not asked for.
func (g *Gate) storePasskey(tx *store.Tx, u User, name string, made *webauthn.Credential) (codes []string, err error) {
	made.Attestation = webauthn.CredentialAttestation{}
	kept, err := json.Marshal(made)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	added, err := tx.AddPasskey(store.Passkey{Account: u.ID, Credential: made.ID, Kept: kept, Name: name, Created: now})
	if err == nil && !added {
		err = errHasPasskey
	}
	if err != nil {
		return nil, err
	}
	left, err := tx.RecoveryCodes(u.ID)
	if err != nil {
		return nil, err
	}
	if left == 0 {
		var hashes [][]byte
		codes, hashes = newRecoveryCodes()
		if err := tx.PutRecoveryCodes(u.ID, hashes); err != nil {
			return nil, err
		}
	}
	return codes, tx.AddAudit(store.Audit{At: now, Actor: u.Actor(), Act: "add passkey", Subject: int64(u.ID), Written: made.ID})
}

// RemovePasskey removes one of somebody's own. Whose role must have a second factor keeps the
// last, and so does who could not sign in any more. Their other sign-ins end.
func (g *Gate) RemovePasskey(ctx context.Context, at Place, u User, id iis.PasskeyID, proof string) error {
	if id == 0 {
		return fault.New(fault.NotFound, "There is no such passkey of yours.")
	}
	if err := g.prove(ctx, at, u, proof); err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		a, err := tx.AccountOf(u.ID)
		if err != nil {
			return err
		}
		links, err := tx.AccountLinks(u.ID)
		if err != nil {
			return err
		}
		_, closed := g.refusePassword(a)
		last := a.Passkeys == 1
		switch {
		case last && a.Factor == "" && g.NeedsFactor(a.Role):
			return errMustFactor
		case last && len(links) == 0 && (a.Hash == noPassword || closed != nil):
			return fault.New(fault.Conflict, "You could not sign in any more: this is your last passkey, and you have no password that is good here.")
		}
		n, err := tx.RemovePasskey(u.ID, id)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "There is no such passkey of yours.")
		}
		if err == nil && last && a.Factor == "" {
			err = tx.PutRecoveryCodes(u.ID, nil)
		}
		if err == nil {
			err = tx.EndSessions(u.ID, u.Session)
		}
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: time.Now(), Actor: u.Actor(), Act: "remove passkey", Subject: int64(u.ID)})
	})
}

// AskPasskey is what a browser needs to sign somebody in by a passkey, whoever it is
// (PublicKeyCredentialRequestOptions as JSON), and the secret that it must bring back.
func (g *Gate) AskPasskey(ctx context.Context, at Place) (options, step string, err error) {
	if g.keys == nil {
		return "", "", errNoPasskeys
	}
	made, session, err := g.keys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", "", fmt.Errorf("ask for a passkey: %w", err)
	}
	return g.askFor(ctx, at, signsIn, made.Response, asked{Keys: *session})
}

// SignInByPasskey signs in whoever a passkey is of. It is two factors: the authenticator, and
// what it verified the user by. Anything that is not in order is fault.Denied.
func (g *Gate) SignInByPasskey(ctx context.Context, at Place, step, answer string) (token string, err error) {
	if g.keys == nil {
		return "", errNoPasskeys
	}
	var was asked
	if err := g.takeStep(ctx, signsIn, step, &was); err != nil {
		return "", err
	}
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return "", err
	}
	at.means = ByPasskey
	var who iis.UserID
	outcome := OutcomeBadPasskey
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		who, outcome = 0, OutcomeBadPasskey
		a, err := g.usePasskey(tx, was, answer, &who)
		if err != nil {
			return err
		}
		if why, err := refuseBy(a, idle, time.Now()); err != nil {
			outcome = why
			return err
		}
		token, err = g.beginIn(tx, a, at, Whole, OutcomePasskey)
		return err
	})
	return token, g.passkeyFailed(ctx, at, who, outcome, err)
}

// passkeyFailed writes an attempt that was refused into the sign-in log.
func (g *Gate) passkeyFailed(ctx context.Context, at Place, who iis.UserID, outcome string, err error) error {
	if err != nil && fault.KindOf(err) == fault.Denied {
		if logged := g.log(ctx, who, at, outcome); logged != nil {
			return logged
		}
	}
	return err
}

// usePasskey verifies what a browser brings back and notes the passkey's use; who is whose the
// passkey is, also when it is not good.
func (g *Gate) usePasskey(tx *store.Tx, was asked, answer string, who *iis.UserID) (a store.Account, err error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return a, errBadPasskey
	}
	if err := tx.LockAccounts(); err != nil { // two answers do not count as one
		return a, err
	}
	p, err := tx.PasskeyOf(parsed.RawID)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return a, errBadPasskey
	}
	if err != nil {
		return a, err
	}
	if *who = p.Account; was.Account != 0 && was.Account != p.Account {
		return a, errBadPasskey
	}
	if a, err = tx.AccountOf(p.Account); err != nil {
		return a, err
	}
	o, err := ownerOf(tx, a)
	if err != nil {
		return a, err
	}
	used, err := g.validate(o, was, parsed)
	if err != nil {
		return a, errBadPasskey
	}
	if used.Authenticator.CloneWarning {
		return a, errCloned
	}
	kept, err := json.Marshal(used)
	if err != nil {
		return a, err
	}
	return a, tx.UsePasskey(p.ID, kept, time.Now())
}

// validate verifies an answer: challenge, origin, whose it is, user verification, signature
// (Web Authentication, 7.2).
func (g *Gate) validate(o owner, was asked, parsed *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	if was.Account != 0 {
		return g.keys.ValidateLogin(o, was.Keys, parsed)
	}
	_, c, err := g.keys.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return o, nil }, was.Keys, parsed)
	return c, err
}

// AskOwnPasskey is AskPasskey for somebody who has shown one factor and has a passkey.
func (g *Gate) AskOwnPasskey(ctx context.Context, at Place, u User) (options, step string, err error) {
	if g.keys == nil || u.Passkeys == 0 {
		return "", "", errNoPasskeys
	}
	if u.Stage != WantsCode {
		return "", "", errNotSignedIn
	}
	var o owner
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		a, err := tx.AccountOf(u.ID)
		if err == nil {
			o, err = ownerOf(tx, a)
		}
		return err
	})
	if err != nil {
		return "", "", err
	}
	made, session, err := g.keys.BeginLogin(o, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", "", fmt.Errorf("ask for a passkey: %w", err)
	}
	return g.askFor(ctx, at, secondPasskey, made.Response, asked{Keys: *session, Account: u.ID, Session: u.Session})
}

// ByOwnPasskey takes a passkey as the second factor of somebody who has shown the first, and
// returns the token of their session, now whole.
func (g *Gate) ByOwnPasskey(ctx context.Context, at Place, u User, token, step, answer string) (whole string, err error) {
	if g.keys == nil || u.Stage != WantsCode {
		return "", errNotSignedIn
	}
	var was asked
	if err := g.takeStep(ctx, secondPasskey, step, &was); err != nil {
		return "", err
	}
	if was.Account != u.ID || was.Session != u.Session {
		return "", errNoStep
	}
	at.means = u.Means
	var who iis.UserID
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		a, err := g.usePasskey(tx, was, answer, &who)
		if err == nil && !a.Ended.IsZero() {
			err = errNotSignedIn
		}
		if err != nil {
			return err
		}
		whole, err = g.finish(tx, at, a, token, OutcomePasskey)
		return err
	})
	return whole, g.passkeyFailed(ctx, at, u.ID, OutcomeBadPasskey, err)
}
