package access

import (
	"context"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/store"
)

// freshFor is how long a sign-in without a password proves that it is still the same person.
const freshFor = 5 * time.Minute

var errProve = fault.New(fault.Invalid, "Write your password, or a code of your authenticator program: it shows that it is still you. If you have neither, sign out, sign in again, and do this within five minutes.")

// prove is an error when somebody does not show that it is still them who sits there: by
// their password or a code of their second factor; without either, by a sign-in with a passkey
// or single sign-on a few minutes ago. A wrong one counts as a failed sign-in.
func (g *Gate) prove(ctx context.Context, at Place, u User, proof string) error {
	if strings.TrimSpace(proof) == "" {
		if u.Means != "" && time.Since(u.Begun) < freshFor {
			return nil
		}
		return errProve
	}
	if number := digits(proof); u.Factor && len(number) == codeDigits && len(strings.TrimSpace(proof)) <= codeDigits+1 {
		return g.showCode(ctx, at, u, proof, func(*store.Tx, store.Account, string) error { return nil })
	}
	return g.provePassword(ctx, at, u, proof, "That is neither your password nor a code that is good.")
}

// provePassword is an error when a password is not somebody's own.
func (g *Gate) provePassword(ctx context.Context, at Place, u User, password, say string) error {
	c := g.claim(userClaim, u.Username, password, at.Caller)
	err := g.verify(ctx, c, stranger, func() (hash string, err error) {
		err = g.store.Read(ctx, func(tx *store.Tx) error {
			a, err := tx.AccountOf(u.ID)
			hash = a.Hash
			return err
		})
		return hash, err
	})
	if err != errDenied {
		return err
	}
	if err := g.logWrong(ctx, c, u.ID, at); err != nil {
		return err
	}
	return fault.New(fault.Invalid, "%s", say)
}
