package access

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/role"
	"openiis/internal/store"
)

// Codes of a second factor (TOTP, RFC 6238): six digits, a new one every 30 seconds, by
// HMAC-SHA-1, which is what authenticator programs take. The code of the step before and
// of the step after is taken too, for clocks that differ (RFC 6238, 5.2).
const (
	stepSeconds = 30
	codeDigits  = 6
	secretBytes = 20 // RFC 4226, 4: 160 bits are recommended
)

// How many recovery codes somebody gets, and how many wrong codes an account takes in
// an hour. A code is one of a million, and three are good at a time.
const (
	recoveryCodes  = 10
	mostWrongCodes = 20
)

var secretText = base32.StdEncoding.WithPadding(base32.NoPadding)

// codeAt is the code of a step (RFC 4226, 5.3).
func codeAt(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fff_ffff
	return fmt.Sprintf("%06d", n%1_000_000)
}

// stepOf is the step whose code somebody shows at a moment; 0 when it is none that is good.
func stepOf(secret []byte, code string, now time.Time) (good int64) {
	step := now.Unix() / stepSeconds
	for s := step - 1; s <= step+1; s++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, s)), []byte(code)) == 1 {
			good = s
		}
	}
	return good
}

// NewFactor is a secret for a second factor, as text.
func NewFactor() (string, error) {
	secret := make([]byte, secretBytes)
	_, err := rand.Read(secret)
	return secretText.EncodeToString(secret), err
}

// IsFactor reports that a text is a secret for a second factor.
func IsFactor(text string) bool {
	_, err := readFactor(text)
	return err == nil
}

func readFactor(text string) ([]byte, error) {
	key, err := secretText.DecodeString(strings.ToUpper(strings.Join(strings.Fields(text), "")))
	if err != nil || len(key) != secretBytes {
		return nil, errNoFactor
	}
	return key, nil
}

// NeedsFactor reports that whoever has a role must have a second factor here: where the data
// are real, more roles must than in a demonstration (WithRealData).
func (g *Gate) NeedsFactor(id string) bool {
	r := role.Named(id)
	return r != nil && !g.unreal && (r.SecondFactor || g.live && r.FactorLive)
}

// WithNobodyReal has the gate ask nobody for a second factor: in a demonstration nobody is
// real, and whoever tries it has one password for all. It is called before the gate is used.
func (g *Gate) WithNobodyReal() { g.unreal = true }

// NeedsFactor reports that whoever has a role must have a second factor everywhere.
func NeedsFactor(id string) bool {
	r := role.Named(id)
	return r != nil && r.SecondFactor
}

// FactorAddress is what an authenticator program reads as a picture: whose the secret is
// and what it is.
func FactorAddress(u User, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {"OpenIIS"}}
	return "otpauth://totp/OpenIIS:" + url.PathEscape(u.Username) + "?" + q.Encode()
}

// SealFactors has the secrets of second factors encrypted by a key of the operator's, those
// too that the database keeps plainly from before there was one. Without a key they are
// plain. It is called before the gate is used.
func (g *Gate) SealFactors(ctx context.Context, secret []byte) error {
	key := sha256.Sum256(append([]byte("OpenIIS second factors\n"), secret...))
	g.factorKey = key[:]
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		plain, err := tx.FactorsLike(plainFactor)
		if err != nil || len(plain) == 0 {
			return err
		}
		for id, text := range plain {
			if err := g.sealAgain(tx, id, text); err != nil {
				return fmt.Errorf("encrypt the second factor of user %d: %w", id, err)
			}
		}
		return tx.AddAudit(store.Audit{At: time.Now(), Actor: command, Act: "encrypt second factors", Subject: int64(len(plain))})
	})
}

func (g *Gate) sealAgain(tx *store.Tx, id iis.UserID, plain string) error {
	secret, err := g.openFactor(id, plain)
	if err != nil {
		return err
	}
	sealed, err := g.sealFactor(id, secret)
	if err != nil {
		return err
	}
	return tx.KeepFactor(id, sealed)
}

// How a secret is kept: as it is, or sealed for its account (AES-256-GCM).
const (
	plainFactor  = "plain:"
	sealedFactor = "sealed:"
)

func (g *Gate) sealer() (cipher.AEAD, error) {
	block, err := aes.NewCipher(g.factorKey)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func whose(id iis.UserID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(id)) }

// sealFactor is a secret as it is kept.
func (g *Gate) sealFactor(id iis.UserID, secret []byte) (string, error) {
	if g.factorKey == nil {
		return plainFactor + secretText.EncodeToString(secret), nil
	}
	sealer, err := g.sealer()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, sealer.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	return sealedFactor + base64.StdEncoding.EncodeToString(sealer.Seal(nonce, nonce, secret, whose(id))), nil
}

// openFactor is a secret that was kept.
func (g *Gate) openFactor(id iis.UserID, kept string) ([]byte, error) {
	if text, ok := strings.CutPrefix(kept, plainFactor); ok {
		return secretText.DecodeString(text)
	}
	text, ok := strings.CutPrefix(kept, sealedFactor)
	if !ok || g.factorKey == nil {
		return nil, errors.New("second factors are encrypted: start the program with the --secret-file that they were encrypted with")
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	sealer, err := g.sealer()
	if err != nil {
		return nil, err
	}
	if len(b) < sealer.NonceSize() {
		return nil, errors.New("a second factor is too short")
	}
	secret, err := sealer.Open(nil, b[:sealer.NonceSize()], b[sealer.NonceSize():], whose(id))
	if err != nil {
		return nil, fmt.Errorf("a second factor cannot be decrypted: is --secret-file the one that it was encrypted with? %w", err)
	}
	return secret, nil
}

var (
	errWrongCode  = fault.New(fault.Invalid, "The code is wrong, or was used already. Wait for the next one, and look whether the clock of your telephone is right.")
	errManyCodes  = fault.New(fault.Busy, "Too many wrong codes. Use a recovery code, or wait an hour.")
	errNoFactor   = fault.New(fault.Invalid, "The secret cannot be read. Open the page again.")
	errHasFactor  = fault.New(fault.Conflict, "You have a second factor already. Remove it first.")
	errMustFactor = fault.New(fault.Denied, "Your role must have a second factor. To change to another telephone, ask an administrator to remove it; at the next sign-in you set it up anew.")
)

// Enrol gives somebody a second factor whose code they show. It returns recovery codes,
// which are told once; and of somebody who had to enrol one to sign in the token of
// their session, now whole.
//
// Whoever is signed in already proves first that it is still them (Proof); it counts as said
// in prove.
func (g *Gate) Enrol(ctx context.Context, at Place, u User, token, secret, code, proof string) (codes []string, whole string, err error) {
	if u.Stage == Whole {
		if err := g.prove(ctx, at, u, proof); err != nil {
			return nil, "", err
		}
	}
	key, err := readFactor(secret)
	if err != nil {
		return nil, "", err
	}
	step := stepOf(key, digits(code), time.Now())
	if step == 0 {
		return nil, "", errWrongCode
	}
	kept, err := g.sealFactor(u.ID, key)
	if err != nil {
		return nil, "", err
	}
	codes, hashes := newRecoveryCodes()
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil { // two who enrol at once have one factor
			return err
		}
		a, err := tx.AccountOf(u.ID)
		switch {
		case err != nil:
			return err
		case !a.Ended.IsZero():
			return errNotSignedIn
		case a.Factor != "":
			return errHasFactor
		case u.Stage == WantsFactor && hasFactor(a): // they have made themselves a passkey meanwhile
			return errNotSignedIn
		}
		if err := tx.SetFactor(u.ID, kept, step); err != nil {
			return err
		}
		if err := tx.PutRecoveryCodes(u.ID, hashes); err != nil {
			return err
		}
		err = tx.AddAudit(store.Audit{At: time.Now(), Actor: u.Actor(), Act: "enrol second factor", Subject: int64(u.ID)})
		if err != nil {
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

// hasMade ends what was let in by the password alone, elsewhere, of who has made a second
// factor; a session that waited for it is whole, under another token.
func (g *Gate) hasMade(tx *store.Tx, at Place, u User, a store.Account, token string) (whole string, err error) {
	if err := tx.EndSessions(u.ID, u.Session); err != nil || u.Stage == Whole {
		return "", err
	}
	at.means = u.Means
	return g.finish(tx, at, a, token, OutcomeIn)
}

// finish makes a session whole, under another token; errNotSignedIn when it was ended
// meanwhile.
func (g *Gate) finish(tx *store.Tx, at Place, a store.Account, token, outcome string) (whole string, err error) {
	held, err := tx.TakeSession(tokenHash(token))
	if err == nil && !held {
		err = errNotSignedIn
	}
	if err != nil {
		return "", err
	}
	return g.beginIn(tx, a, at, Whole, outcome)
}

// digits is a code without what people write between its digits.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
}

// newRecoveryCodes are codes, and their digests. A code has 130 bits, so that a digest of it needs
// no slow hash (ASVS 5.0, 6.5.2: 112).
func newRecoveryCodes() (codes []string, hashes [][]byte) {
	for range recoveryCodes {
		text := strings.ToLower(rand.Text())
		codes = append(codes, strings.Join([]string{text[:7], text[7:14], text[14:20], text[20:]}, "-"))
		hashes = append(hashes, tokenHash(text))
	}
	return codes, hashes
}

// Code takes the code of a second factor, or a recovery code, from somebody who has
// shown their password, and returns the token of their session, now whole.
func (g *Gate) Code(ctx context.Context, at Place, u User, token, code string) (whole string, err error) {
	if u.Stage != WantsCode {
		return "", errNotSignedIn
	}
	at.means = u.Means
	err = g.showCode(ctx, at, u, code, func(tx *store.Tx, a store.Account, outcome string) error {
		whole, err = g.finish(tx, at, a, token, outcome)
		return err
	})
	return whole, err
}

// showCode does something for somebody who shows a code. The code is used up with it.
func (g *Gate) showCode(ctx context.Context, at Place, u User, code string, then func(tx *store.Tx, a store.Account, outcome string) error) error {
	turn, err := g.limits.begin(ctx, "code\x00"+u.Username, string(at.Caller))
	if err != nil {
		return err
	}
	err = g.useCode(ctx, u, code, then)
	if err != errWrongCode {
		turn.end(err)
		return err
	}
	turn.end(errDenied)
	if err := g.log(ctx, u.ID, at, OutcomeBadCode); err != nil {
		return err
	}
	return errWrongCode
}

func (g *Gate) useCode(ctx context.Context, u User, code string, then func(tx *store.Tx, a store.Account, outcome string) error) error {
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		a, err := tx.AccountOf(u.ID)
		if err != nil {
			return err
		}
		if !a.Ended.IsZero() || !hasFactor(a) {
			return errNotSignedIn
		}
		if number := digits(code); a.Factor != "" && len(number) == codeDigits && len(strings.TrimSpace(code)) <= codeDigits+1 {
			if err := g.useStep(tx, a, number); err != nil {
				return err
			}
			return then(tx, a, OutcomeIn)
		}
		text := strings.ToLower(strings.Join(strings.FieldsFunc(code, func(r rune) bool { return r == '-' || r == ' ' }), ""))
		used, err := tx.UseRecoveryCode(a.ID, tokenHash(text))
		switch {
		case err != nil:
			return err
		case !used:
			return errWrongCode
		}
		err = tx.AddAudit(store.Audit{At: time.Now(), Actor: iis.Actor{Kind: "user", User: a.ID}, Act: "use recovery code", Subject: int64(a.ID)})
		if err != nil {
			return err
		}
		return then(tx, a, OutcomeRecovery)
	})
}

// useStep uses up a code of six digits.
func (g *Gate) useStep(tx *store.Tx, a store.Account, code string) error {
	now := time.Now()
	wrong, err := tx.CountSignIns(a.ID, OutcomeBadCode, now.Add(-time.Hour))
	switch {
	case err != nil:
		return err
	case wrong >= mostWrongCodes:
		return errManyCodes
	}
	secret, err := g.openFactor(a.ID, a.Factor)
	if err != nil {
		return err
	}
	step := stepOf(secret, code, now)
	if step == 0 {
		return errWrongCode
	}
	fresh, err := tx.UseStep(a.ID, step)
	if err == nil && !fresh {
		err = errWrongCode
	}
	return err
}

// DropOwnFactor removes somebody's own second factor, for which they show a code. Whose
// role must have one keeps it. Their other sign-ins end.
func (g *Gate) DropOwnFactor(ctx context.Context, at Place, u User, code string) error {
	return g.showCode(ctx, at, u, code, func(tx *store.Tx, a store.Account, _ string) error {
		if a.Factor == "" {
			return errNoCodes
		}
		if g.NeedsFactor(a.Role) && a.Passkeys == 0 {
			return errMustFactor
		}
		if err := tx.EndSessions(u.ID, u.Session); err != nil {
			return err
		}
		return dropFactor(tx, u.Actor(), a, nil)
	})
}

// DropFactor removes the second factor of a user who has lost it, passkeys too, and ends their
// sessions. Whose role must have one enrols another at the next sign-in.
func (g *Gate) DropFactor(ctx context.Context, by Manager, id iis.UserID, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		a, err := seen(tx, by, id)
		if err == nil {
			err = by.opens(a)
		}
		if err == nil && !hasFactor(a) {
			err = fault.New(fault.Conflict, "%s has no second factor.", a.Name)
		}
		if err != nil {
			return err
		}
		if err := tx.EndSessions(id, 0); err != nil {
			return err
		}
		if _, err := tx.RemovePasskey(id, 0); err != nil {
			return err
		}
		a.Passkeys = 0
		return dropFactor(tx, by.actor, a, []byte(why))
	})
}

func dropFactor(tx *store.Tx, by iis.Actor, a store.Account, why []byte) error {
	if err := tx.SetFactor(a.ID, "", 0); err != nil {
		return err
	}
	if a.Passkeys == 0 { // otherwise they are for whoever loses those
		if err := tx.PutRecoveryCodes(a.ID, nil); err != nil {
			return err
		}
	}
	return tx.AddAudit(store.Audit{At: time.Now(), Actor: by, Act: "remove second factor", Subject: int64(a.ID), Written: why})
}

// RecoveryCodesLeft is how many recovery codes somebody has not used.
func (g *Gate) RecoveryCodesLeft(ctx context.Context, u User) (n int64, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		n, err = tx.RecoveryCodes(u.ID)
		return err
	})
	return n, err
}
