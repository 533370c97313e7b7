package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"openiis/internal/fault"
	"openiis/internal/sso"
	"openiis/internal/store"
)

// ways is how people may sign in beside by password. It is set before the gate is used.
type ways struct {
	live         bool               // the data are real
	unreal       bool               // nobody in them is: a demonstration (WithNobodyReal)
	keys         *webauthn.WebAuthn // nil: there are no passkeys
	provider     *sso.Provider      // nil: there is no single sign-on
	passwordsOff bool               // but for accounts that are for the case that all else fails
}

// Means is by what a session was begun.
type Means string

// The means. That of a password is "".
const (
	ByProvider    Means = "single sign-on"
	ByProviderTwo Means = "single sign-on with two factors" // the provider says so, and is trusted with it
	ByPasskey     Means = "passkey"                         // with the user verified: two factors in one
)

// two reports means that are two factors by themselves.
func (m Means) two() bool { return m == ByProviderTwo || m == ByPasskey }

// WithRealData has roles that must have a second factor where the data are real have one.
func (g *Gate) WithRealData() { g.live = true }

// PagesAt says at which address people reach the pages: passkeys are made for it, and good
// there and nowhere else (Web Authentication, 13.4.9). Browsers make none for an address without TLS that is
// not their own machine, nor for a number.
func (g *Gate) PagesAt(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%q is no address of pages: want one such as https://registry.example.gov", address)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return fmt.Errorf("%q has more than a host: want one such as https://registry.example.gov", address)
	case net.ParseIP(u.Hostname()) != nil:
		return nil // pages, and no passkeys
	case u.Scheme == "http" && u.Hostname() != "localhost":
		return fmt.Errorf("%s is not reached by HTTPS: browsers make no passkeys for it", address)
	}
	required := true
	g.keys, err = webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "OpenIIS", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &required, ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{
			Login:        webauthn.TimeoutConfig{Enforce: true, Timeout: stepFor, TimeoutUVD: stepFor},
			Registration: webauthn.TimeoutConfig{Enforce: true, Timeout: stepFor, TimeoutUVD: stepFor},
		},
	})
	return err
}

// SendersPerMinute bounds how many messages a sender may send in a minute; 0: as many as it
// can. A file of messages counts as one.
func (g *Gate) SendersPerMinute(n int) {
	if n > 0 {
		g.limits.pace = newMeter(n, time.Minute/time.Duration(n))
	}
}

// HasPasskeys reports that passkeys can be made and used here.
func (g *Gate) HasPasskeys() bool { return g.keys != nil }

// SingleSignOn has people come by a provider too.
func (g *Gate) SingleSignOn(p *sso.Provider) { g.provider = p }

// ProviderName is that of the provider of single sign-on, for people; "" when there is none.
func (g *Gate) ProviderName() string {
	if g.provider == nil {
		return ""
	}
	return g.provider.Name()
}

// LeaveProvider is where somebody signs out of the provider too; "" when there is no such place.
func (g *Gate) LeaveProvider(ctx context.Context, back string) string {
	if g.provider == nil {
		return ""
	}
	return g.provider.Leave(ctx, back)
}

// NoPasswords has passwords be good for those accounts only that are for the case that all
// else fails. It is an error when there is no other way in, or no administrator who
// can come in when that is closed.
func (g *Gate) NoPasswords(ctx context.Context) error {
	if g.provider == nil && g.keys == nil {
		return errors.New("passwords cannot be switched off: there is no other way to sign in (single sign-on, or passkeys)")
	}
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return err
	}
	ready := false
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.BreakGlassAccounts()
		ready = false
		for _, a := range list {
			ready = ready || runs(a) && !isIdle(a, idle, time.Now())
		}
		return err
	})
	if err == nil && !ready {
		err = errors.New("passwords cannot be switched off: no administrator could sign in when the other ways are closed. Give one that right: openiis user password --use on --break-glass")
	}
	if err == nil {
		g.passwordsOff = true
	}
	return err
}

// PasswordsOff reports that passwords are switched off for all but a few accounts.
func (g *Gate) PasswordsOff() bool { return g.passwordsOff }

var errPasswordsOff = fault.New(fault.Denied, "Passwords are switched off. Sign in in another way that is offered here. If none works for you, ask the administrator of this registry.")

// refusePassword says why the right password of an account does not let in; nil when it does.
func (g *Gate) refusePassword(a store.Account) (outcome string, err error) {
	if a.PasswordOff || g.passwordsOff && !a.BreakGlass {
		return OutcomeNoPassword, errPasswordsOff
	}
	return "", nil
}

// noPassword stands where the hash of a password does, of an account that has none.
const noPassword = "-"

// stepFor is how long what was asked of a browser can be answered.
const stepFor = 10 * time.Minute

// errNoStep is for an answer to nothing that was asked, or that was answered already.
var errNoStep = fault.New(fault.Denied, "This was not begun in this browser, was answered already, or its time is over. Begin again.")

// keepStep keeps what is asked of a browser, and returns the secret by which the browser
// shows that it was asked.
func (g *Gate) keepStep(ctx context.Context, at Place, kind string, content any) (token string, err error) {
	if err := g.limits.knock(string(at.Caller)); err != nil {
		return "", err
	}
	text, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	token = newToken()
	now := time.Now()
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		return tx.AddSignInStep(tokenHash(token), store.SignInStep{Kind: kind, Expires: now.Add(stepFor), Content: text}, now)
	})
	return token, err
}

// takeStep takes what was asked of a browser, once: an answer that is not good needs another
// question.
func (g *Gate) takeStep(ctx context.Context, kind, token string, content any) error {
	if token == "" {
		return errNoStep
	}
	var s store.SignInStep
	err := g.store.Write(ctx, func(tx *store.Tx) (err error) {
		s, err = tx.TakeSignInStep(tokenHash(token), kind, time.Now())
		return err
	})
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return errNoStep
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(s.Content, content)
}
