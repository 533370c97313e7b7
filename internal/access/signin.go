package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// How long a sign-in holds: without use, and in all; and how long one is good that is
// not finished yet.
const (
	SessionIdle = 30 * time.Minute
	SessionMax  = 12 * time.Hour
	halfway     = 10 * time.Minute
	touchEvery  = time.Minute
)

// Stage is what is still to be done before a sign-in is whole.
type Stage string

// The stages.
const (
	Whole       Stage = ""          // nothing
	WantsCode   Stage = "code"      // a code of the second factor
	WantsFactor Stage = "enrolment" // a second factor, which the role must have
	// WantsAgreement is found at each request, and not stored: something is to be signed
	// first, by the user or for their site.
	WantsAgreement Stage = "agreement"
)

// What became of an attempt to sign in, as the sign-in log has it.
const (
	OutcomeIn       = "signed in"
	OutcomeCode     = "password was right, waits for a code"
	OutcomeEnrol    = "password was right, must enrol a second factor"
	OutcomeWrong    = "wrong password"
	OutcomeBadCode  = "wrong code"
	OutcomeEnded    = "access has ended"
	OutcomeIdle     = "idle for too long"
	OutcomeRecovery = "signed in with a recovery code"
	OutcomeInvited  = "set a password by a link"

	OutcomeNoPassword = "password was right, but passwords are switched off"
	OutcomeProvider   = "signed in with single sign-on"
	OutcomeStranger   = "single sign-on: nobody here has that name"
	OutcomeLinked     = "linked to single sign-on by a link"
	OutcomePasskey    = "signed in with a passkey"
	OutcomeBadPasskey = "a passkey that is not good"
)

// logFor is how long the sign-in log is kept.
const logFor = 400 * 24 * time.Hour

// GoBy tells the gate how to ask for the state's policy; before, the neutral one holds.
func (g *Gate) GoBy(ask func(context.Context) (*policy.Policy, error)) { g.policy = ask }

// HoldBy tells the gate who has to sign something before they may do anything: by user
// name, role and the sender that they belong to. Before, nobody has.
func (g *Gate) HoldBy(bars func(ctx context.Context, username, role string, sender iis.SenderID) (bool, error)) {
	g.bars = bars
}

// idleAfter is how long an account may go without signing in.
func (g *Gate) idleAfter(ctx context.Context) (time.Duration, error) {
	p, err := g.law(ctx)
	if err != nil {
		return 0, err
	}
	return time.Duration(p.Idle()) * 24 * time.Hour, nil
}

func isIdle(a store.Account, after time.Duration, now time.Time) bool {
	return !a.Active.IsZero() && now.Sub(a.Active) > after
}

// CountIdle begins to count the idle time of accounts of which it is not known since when
// they are idle: those from before that was noted. Otherwise one that nobody uses would
// never be paused.
func (g *Gate) CountIdle(ctx context.Context) error {
	return g.store.Write(ctx, func(tx *store.Tx) error { return tx.CountIdle(time.Now()) })
}

// refuse says why an account that has shown its password is let in no more; nil when
// it is let in.
func (g *Gate) refuse(ctx context.Context, a store.Account, now time.Time) (outcome string, err error) {
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return "", err
	}
	return refuseBy(a, idle, now)
}

// refuseBy is refuse, where it is known how long an account may be idle.
func refuseBy(a store.Account, idle time.Duration, now time.Time) (outcome string, err error) {
	switch {
	case !a.Ended.IsZero():
		return OutcomeEnded, fault.New(fault.Denied, "Your access has ended. If that is a mistake, ask the access administrator of your site, or the administrator of this registry, to let you in again.")
	case isIdle(a, idle, now):
		return OutcomeIdle, fault.New(fault.Denied, "You have not signed in for more than %d days, and so your access is paused. Ask the access administrator of your site, or the administrator of this registry, to let you in again. Your password stays.", int(idle.Hours()/24))
	}
	return "", nil
}

// Place is from where somebody signs in.
type Place struct {
	Caller Caller
	Agent  string // what the browser says that it is; "": it does not say

	means Means // by what a session is begun
}

// maxAgent is the longest name of a browser that is kept, in bytes.
const maxAgent = 300

// agent is the browser's name as it is kept.
func (p Place) agent() string {
	s := strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return -1
		}
		return r
	}, p.Agent), "")
	for len(s) > maxAgent {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// SignIn is SignInAt without a browser's name.
func (g *Gate) SignIn(ctx context.Context, from Caller, username, password string) (token string, err error) {
	return g.SignInAt(ctx, Place{Caller: from}, username, password)
}

// SignInAt verifies a user and returns the token of a new session: a secret for
// the user's browser. A wrong password is fault.Denied, too many fault.Busy, as
// for Sender; so is an account that is let in no more, which is told to whoever has
// the right password only. The session of somebody with a second factor is whole when
// Code has taken it.
func (g *Gate) SignInAt(ctx context.Context, at Place, username, password string) (token string, err error) {
	if !plausible(username) || password == "" {
		return "", errDenied
	}
	c := g.claim(userClaim, username, password, at.Caller)
	_, standing := g.known.recall(c)
	var a store.Account
	err = g.verify(ctx, c, standing, func() (hash string, err error) {
		err = g.store.Read(ctx, func(tx *store.Tx) (err error) {
			a, err = tx.Account(username)
			return err
		})
		return a.Hash, err
	})
	if err == errDenied { // of a user name that nobody has too: it takes as long
		if logged := g.logWrong(ctx, c, a.ID, at); logged != nil {
			return "", logged
		}
	}
	if err != nil {
		return "", err
	}
	g.known.prove(c)
	outcome, err := g.refuse(ctx, a, time.Now())
	if err == nil {
		outcome, err = g.refusePassword(a)
	}
	if err != nil {
		if logged := g.log(ctx, a.ID, at, outcome); logged != nil {
			return "", logged
		}
		return "", err
	}
	return g.begin(ctx, a, at)
}

// stageOf is what is still to be done when somebody has shown their password, or one factor
// of another kind.
func (g *Gate) stageOf(a store.Account) (Stage, string) {
	switch {
	case hasFactor(a):
		return WantsCode, OutcomeCode
	case g.NeedsFactor(a.Role):
		return WantsFactor, OutcomeEnrol
	}
	return Whole, OutcomeIn
}

// hasFactor reports an account that has a second factor of its own.
func hasFactor(a store.Account) bool { return a.Factor != "" || a.Passkeys > 0 }

// begin begins a session of somebody whose password was right a moment ago: it takes a
// while to find that, and meanwhile their access may have ended, or the password be
// another.
func (g *Gate) begin(ctx context.Context, shown store.Account, at Place) (token string, err error) {
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		a, err := tx.AccountOf(shown.ID)
		if err != nil {
			return err
		}
		if a.Hash != shown.Hash || !a.Ended.IsZero() {
			return errDenied
		}
		stage, outcome := g.stageOf(a)
		token, err = g.beginIn(tx, a, at, stage, outcome)
		return err
	})
	return token, err
}

func (g *Gate) beginIn(tx *store.Tx, a store.Account, at Place, stage Stage, outcome string) (token string, err error) {
	if err := mayBegin(tx, a); err != nil {
		return "", err
	}
	token = newToken()
	now := time.Now()
	s := store.Session{Account: a, Stage: string(stage), Created: now, Expires: now.Add(SessionMax), Address: string(at.Caller), Agent: at.agent(), Means: string(at.means)}
	if stage != Whole {
		s.Expires = now.Add(halfway)
	}
	if err := tx.AddSession(tokenHash(token), s); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	switch made, err := tx.Session(tokenHash(token)); {
	case err != nil:
		return "", fmt.Errorf("sign in: %w", err)
	case made.Closed: // nothing of it is kept
		return "", errSiteClosed
	}
	if stage == Whole {
		if err := g.noticeDevice(tx, a, at, now); err != nil {
			return "", fmt.Errorf("sign in: %w", err)
		}
	}
	if err := tx.AddSignIn(signIn(a.ID, at, outcome, now), now.Add(-logFor)); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if stage != Whole {
		return token, nil
	}
	if err := tx.NoteSignIn(a.ID, now); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	return token, tx.AddAudit(store.Audit{At: now, Actor: iis.Actor{Kind: "user", User: a.ID}, Act: "sign in", Subject: int64(a.ID)})
}

func signIn(account iis.UserID, at Place, outcome string, now time.Time) store.SignIn {
	return store.SignIn{Account: account, At: now, Outcome: outcome, Address: string(at.Caller), Agent: at.agent()}
}

// log writes an attempt that failed into the sign-in log.
func (g *Gate) log(ctx context.Context, account iis.UserID, at Place, outcome string) error {
	return g.store.Write(ctx, func(tx *store.Tx) error { return g.logIn(tx, account, at, outcome, time.Now()) })
}

func (g *Gate) logIn(tx *store.Tx, account iis.UserID, at Place, outcome string, now time.Time) error {
	if err := tx.AddSignIn(signIn(account, at, outcome, now), now.Add(-logFor)); err != nil {
		return err
	}
	return g.noticeFailed(tx, account, now)
}

// logWrong is log of a wrong password, of which other servers hear too (hear).
func (g *Gate) logWrong(ctx context.Context, c claim, account iis.UserID, at Place) error {
	return g.store.Write(ctx, func(tx *store.Tx) error {
		now := time.Now()
		if err := tx.AddFailedSignIn(c.who, store.FailedSignIn{At: now, Address: c.address, Process: g.process}); err != nil {
			return err
		}
		return g.logIn(tx, account, at, OutcomeWrong, now)
	})
}

// newToken is a secret for a browser.
func newToken() string { return rand.Text() + rand.Text() }

func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// SignedIn is who holds a session's token; fault.Denied when it no longer
// holds, or the account is let in no more.
func (g *Gate) SignedIn(ctx context.Context, token string) (User, error) {
	s, err := g.session(ctx, token)
	now := time.Now()
	switch {
	case err != nil:
		return User{}, err
	case now.After(s.Expires) || now.Sub(s.Seen) > SessionIdle || !s.Account.Ended.IsZero() || s.Closed:
		return User{}, errNotSignedIn
	}
	if now.Sub(s.Seen) > touchEvery {
		if err := g.store.Write(ctx, func(tx *store.Tx) error { return tx.TouchSession(tokenHash(token), now) }); err != nil {
			return User{}, err
		}
	}
	u := userOf(s.Account, s.Site)
	u.AtRoster = s.Kind.HasRoster()
	u.Stage, u.Session, u.Until = Stage(s.Stage), s.ID, now.Add(SessionIdle)
	u.Means, u.Begun = Means(s.Means), s.Created
	if u.Stage == Whole && !u.Factor && !u.Means.two() && g.NeedsFactor(u.Role) { // a role that they have been given since
		u.Stage = WantsFactor
	}
	if u.Stage == Whole && g.bars != nil {
		barred, err := g.bars(ctx, u.Username, u.Role, u.Sender)
		if err != nil {
			return User{}, fmt.Errorf("find what user %d has agreed to: %w", u.ID, err)
		}
		if barred {
			u.Stage = WantsAgreement
		}
	}
	if s.Expires.Before(u.Until) {
		u.Until, u.Last = s.Expires, true
	}
	u.viewAs(s) // last: whatever holds them back was asked of what they are themselves
	u.Home = s.Home(u.Sender)
	if err := g.heldToRoster(ctx, &u, &s); err != nil {
		return User{}, err
	}
	return u, nil
}

// heldToRoster finds what the state lets somebody enter who is held to a roster.
func (g *Gate) heldToRoster(ctx context.Context, u *User, s *store.Session) error {
	if !u.Roster() {
		return nil
	}
	law, err := g.law(ctx)
	if err != nil {
		return fmt.Errorf("find what the state lets user %d enter: %w", u.ID, err)
	}
	kind := s.Kind
	if u.View != nil {
		kind = s.ViewKind
	}
	u.NoHistory = !law.AddsHistory(kind)
	return nil
}

// session is that of a token; errNotSignedIn when there is none.
func (g *Gate) session(ctx context.Context, token string) (s store.Session, err error) {
	if token == "" {
		return s, errNotSignedIn
	}
	err = g.store.Read(ctx, func(tx *store.Tx) (err error) {
		s, err = tx.Session(tokenHash(token))
		return err
	})
	if err != nil && fault.KindOf(err) == fault.NotFound {
		err = errNotSignedIn
	}
	return s, err
}

func userOf(a store.Account, site string) User {
	return User{ID: a.ID, Username: a.Username, Name: a.Name, Role: a.Role, Sender: a.Sender, Site: site, Seals: a.Seals, Region: a.Region, Factor: hasFactor(a), Codes: a.Factor != "", Passkeys: a.Passkeys}
}

// Lapsed is whose session a token was that has run out by its own limits; 0 when that
// is not known any more, or its end was somebody's doing.
func (g *Gate) Lapsed(ctx context.Context, token string) (iis.UserID, error) {
	s, err := g.session(ctx, token)
	switch {
	case err == errNotSignedIn:
		return 0, nil
	case err != nil:
		return 0, err
	case s.Stage != string(Whole) || !s.Account.Ended.IsZero():
		return 0, nil
	}
	return s.Account.ID, nil
}

// errSiteClosed is for users of a site that takes no part any more: their access ended with it.
var errSiteClosed = fault.New(fault.Denied, "Your site does not take part in this registry any more, and access of its users ended with that. If it should, ask the administrator of this registry.")

var errNotSignedIn = fault.New(fault.Denied, "Please sign in.")

// Leave ends the session of a token, whosever it was: another one takes its place in
// the same browser. The sign-in log has the other.
func (g *Gate) Leave(ctx context.Context, token string) error {
	return g.store.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(tokenHash(token)) })
}

// SignOut ends a session.
func (g *Gate) SignOut(ctx context.Context, u User, token string) error {
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.EndSession(tokenHash(token)); err != nil {
			return fmt.Errorf("sign out: %w", err)
		}
		return tx.AddAudit(store.Audit{At: time.Now(), Actor: u.Actor(), Act: "sign out", Subject: int64(u.ID)})
	})
}
