package access

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/sso"
	"openiis/internal/store"
)

// Link is as whom a provider of single sign-on knows an account.
type Link struct {
	Shown  string // what the provider calls them, for people to read
	Issuer string
	At     time.Time
	Used   time.Time // zero: not yet
}

func linksOf(tx *store.Tx, id iis.UserID) ([]Link, error) {
	list, err := tx.AccountLinks(id)
	var out []Link
	for _, l := range list {
		shown := l.Shown
		if shown == "" {
			shown = "a name that the provider does not show"
		}
		out = append(out, Link{shown, l.Issuer, l.At, l.Used})
	}
	return out, err
}

// Links are the names of somebody at providers.
func (g *Gate) Links(ctx context.Context, u User) (out []Link, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		out, err = linksOf(tx, u.ID)
		return err
	})
	return out, err
}

// toProvider is the kind of step by which a browser is led to the provider.
const toProvider = "provider"

// way is what is remembered of a browser that is led to the provider.
type way struct {
	Asked      sso.Asked
	Account    iis.UserID       // whose account is to be linked; 0: nobody's
	Session    iis.SessionID    // in which that was asked for
	Invitation iis.InvitationID // which is to be used; 0: none
	Return     string           // where to go on
}

var errNoProvider = fault.New(fault.NotFound, "There is no single sign-on here.")

// ToProvider is where a browser is led to sign in, and the secret that it must bring back.
// Back is where to go on afterwards. A provider that is down is fault.Busy.
func (g *Gate) ToProvider(ctx context.Context, at Place, back string) (address, step string, err error) {
	return g.lead(ctx, at, way{Return: back})
}

// ToProviderToLink is ToProvider for somebody who is signed in and wants to be known by the
// name that they have there. They prove that it is still them.
func (g *Gate) ToProviderToLink(ctx context.Context, at Place, u User, proof string) (address, step string, err error) {
	if g.provider == nil {
		return "", "", errNoProvider
	}
	if err := g.prove(ctx, at, u, proof); err != nil {
		return "", "", err
	}
	return g.lead(ctx, at, way{Account: u.ID, Session: u.Session})
}

// ToProviderInvited is ToProvider for whoever has a link: it is used up when they come back.
func (g *Gate) ToProviderInvited(ctx context.Context, at Place, token string) (address, step string, err error) {
	i, err := g.Invited(ctx, token)
	if err != nil {
		return "", "", err
	}
	return g.lead(ctx, at, way{Invitation: i.ID})
}

func (g *Gate) lead(ctx context.Context, at Place, w way) (address, step string, err error) {
	if g.provider == nil {
		return "", "", errNoProvider
	}
	if address, w.Asked, err = g.provider.Ask(ctx); err != nil {
		return "", "", err
	}
	step, err = g.keepStep(ctx, at, toProvider, w)
	return address, step, err
}

// Arrival is what came of the way to the provider.
type Arrival struct {
	Session string // the token of a new session; "" when an account was linked
	Return  string // where to go on
	Linked  bool
}

// FromProvider takes what a browser brings back from the provider, with the secret that it
// was given. What was asked is used up, whatever comes of it.
func (g *Gate) FromProvider(ctx context.Context, at Place, step string, brought url.Values) (Arrival, error) {
	if g.provider == nil {
		return Arrival{}, errNoProvider
	}
	var w way
	if err := g.takeStep(ctx, toProvider, step, &w); err != nil {
		return Arrival{}, err
	}
	said, err := g.provider.Answer(ctx, w.Asked, brought)
	if err != nil {
		return Arrival{}, err
	}
	out := Arrival{Return: w.Return}
	switch at.means = ByProvider; {
	case said.TwoFactors:
		at.means = ByProviderTwo
	}
	switch {
	case w.Account != 0:
		out.Linked, err = true, g.link(ctx, w, said)
	case w.Invitation != 0:
		out.Session, err = g.acceptAs(ctx, at, w.Invitation, said)
	default:
		out.Session, err = g.signInAs(ctx, at, said)
	}
	if err != nil {
		return Arrival{}, err
	}
	return out, nil
}

func (g *Gate) linkFor(said sso.Said, id, by iis.UserID, now time.Time) store.AccountLink {
	return store.AccountLink{Issuer: g.provider.Issuer(), Claim: g.provider.Claim(), Subject: said.Subject, Account: id, Shown: said.Shown, At: now, By: by}
}

// stageAfter is stageOf, unless the means are two factors by themselves.
func (g *Gate) stageAfter(a store.Account, means Means, outcome string) (Stage, string) {
	if means.two() {
		return Whole, outcome
	}
	stage, waits := g.stageOf(a)
	switch stage {
	case Whole:
		waits = outcome
	case WantsCode:
		waits = outcome + ", waits for a second factor"
	case WantsFactor:
		waits = outcome + ", must enrol a second factor"
	}
	return stage, waits
}

// signInAs begins a session of whoever has a name at the provider. The e-mail address that the
// provider tells makes nobody anybody.
func (g *Gate) signInAs(ctx context.Context, at Place, said sso.Said) (token string, err error) {
	l := g.linkFor(said, 0, 0, time.Now())
	var a store.Account
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		found, err := tx.AccountLinkOf(l.Issuer, l.Claim, l.Subject)
		if err == nil {
			a, err = tx.AccountOf(found.Account)
		}
		return err
	})
	if err != nil && fault.KindOf(err) == fault.NotFound {
		if err := g.log(ctx, 0, at, OutcomeStranger); err != nil {
			return "", err
		}
		return "", fault.New(fault.Denied, "%s knows you, and nobody in this registry is linked to your name there. If you have an account here, sign in with it and link it on the page Your account. If you have none, ask for an invitation.", g.provider.Name())
	}
	if err != nil {
		return "", err
	}
	if outcome, err := g.refuse(ctx, a, time.Now()); err != nil {
		if logged := g.log(ctx, a.ID, at, outcome); logged != nil {
			return "", logged
		}
		return "", err
	}
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		found, err := tx.AccountLinkOf(l.Issuer, l.Claim, l.Subject) // it may have been taken away meanwhile
		if err == nil {
			a, err = tx.AccountOf(found.Account)
		}
		if err != nil && fault.KindOf(err) == fault.NotFound || err == nil && !a.Ended.IsZero() {
			return errDenied
		}
		if err == nil {
			err = tx.NoteAccountLink(found, said.Shown, time.Now())
		}
		if err != nil {
			return err
		}
		stage, outcome := g.stageAfter(a, at.means, OutcomeProvider)
		token, err = g.beginIn(tx, a, at, stage, outcome)
		return err
	})
	return token, err
}

// addLink links an account with a name at the provider, or says why not. The name of somebody
// else tells not whose it is.
func (g *Gate) addLink(tx *store.Tx, said sso.Said, id, by iis.UserID, now time.Time) error {
	l := g.linkFor(said, id, by, now)
	added, err := tx.AddAccountLink(l)
	if err == nil && !added {
		err = fault.New(fault.Conflict, "The name that you have at %s is linked already: to this account, or to another one here.", g.provider.Name())
	}
	if err != nil {
		return err
	}
	return tx.AddAudit(store.Audit{At: now, Actor: iis.Actor{Kind: "user", User: by}, Act: "link to single sign-on", Subject: int64(id), Written: []byte(l.Issuer + "\n" + l.Claim + "\n" + l.Subject)})
}

// link links the account of somebody who is signed in, and ends their other sign-ins.
func (g *Gate) link(ctx context.Context, w way, said sso.Said) error {
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		a, err := tx.AccountOf(w.Account)
		if err != nil {
			return err
		}
		sessions, err := tx.Sessions(a.ID, time.Now(), time.Now().Add(-SessionIdle))
		if err != nil {
			return err
		}
		held := false
		for _, s := range sessions { // it was asked for by somebody who is still signed in
			held = held || s.ID == w.Session
		}
		if !held || !a.Ended.IsZero() {
			return errNotSignedIn
		}
		if err := tx.EndSessions(a.ID, w.Session); err != nil {
			return err
		}
		return g.addLink(tx, said, a.ID, a.ID, g.store.Now())
	})
}

// acceptAs uses a link up for somebody whom the provider knows: they get an account without a
// password, or the one that is there is linked.
func (g *Gate) acceptAs(ctx context.Context, at Place, id iis.InvitationID, said sso.Said) (token string, err error) {
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return "", err
	}
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		now := g.store.Now()
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		i, err := tx.Invitation(id)
		if i, err = g.stillGood(tx, i, err); err != nil {
			return err
		}
		a, err := taken(tx, i, noPassword, now)
		if err != nil {
			return err
		}
		if err := g.addLink(tx, said, a.ID, a.ID, now); err != nil {
			return err
		}
		if err := closeUsed(tx, i, a, idle, now); err != nil {
			return err
		}
		stage, outcome := g.stageAfter(a, at.means, OutcomeLinked)
		token, err = g.beginIn(tx, a, at, stage, outcome)
		return err
	})
	return token, err
}

// closeUsed uses a link up for an account that may sign in.
func closeUsed(tx *store.Tx, i store.Invitation, a store.Account, idle time.Duration, now time.Time) error {
	closed, err := tx.CloseInvitation(i.ID, "used", a.ID, now)
	if err == nil && !closed {
		err = errNoInvitation
	}
	if err != nil {
		return err
	}
	if isIdle(a, idle, time.Now()) || !a.Ended.IsZero() {
		return fault.New(fault.Denied, "Your access is paused or has ended. Ask the administrator to let you in again first; this link stays good until then.")
	}
	return nil
}

// DropLinks takes the names at providers from a user, and ends their sessions.
func (g *Gate) DropLinks(ctx context.Context, by Manager, id iis.UserID, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		a, err := seen(tx, by, id)
		if err == nil {
			err = by.opens(a)
		}
		if err != nil {
			return err
		}
		n, err := tx.DropAccountLinks(id)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "%s is not linked to single sign-on.", a.Name)
		}
		if err == nil {
			err = tx.EndSessions(id, 0)
		}
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: time.Now(), Actor: by.actor, Act: "unlink from single sign-on", Subject: int64(id), Written: []byte(why)})
	})
}

// DropOwnLinks takes somebody's own names at providers, and ends their other sign-ins. Who
// could not sign in any more keeps them.
func (g *Gate) DropOwnLinks(ctx context.Context, at Place, u User, proof string) error {
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
		if _, noPasswordHere := g.refusePassword(a); (a.Hash == noPassword || noPasswordHere != nil) && a.Passkeys == 0 {
			return fault.New(fault.Conflict, "You could not sign in any more: you have no password that is good here, and no passkey. Make a passkey first.")
		}
		n, err := tx.DropAccountLinks(u.ID)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "Your account is not linked.")
		}
		if err == nil {
			err = tx.EndSessions(u.ID, u.Session)
		}
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: time.Now(), Actor: u.Actor(), Act: "unlink from single sign-on", Subject: int64(u.ID)})
	})
}

// PasswordUse says whether a user's password lets in, with a reason, and ends their sessions. Who has no other way in
// keeps it. For the command it also says whether it does where passwords are switched off.
func (g *Gate) PasswordUse(ctx context.Context, by Manager, id iis.UserID, off bool, breakGlass *bool, why string) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		a, err := seen(tx, by, id)
		if err == nil {
			err = by.opens(a)
		}
		if err != nil {
			return err
		}
		if off && a.Passkeys == 0 {
			links, err := tx.AccountLinks(id)
			if err != nil {
				return err
			}
			if len(links) == 0 || g.provider == nil && by.actor.Kind != "command" {
				return fault.New(fault.Conflict, "%s could not sign in any more: they have no passkey, and are not linked to single sign-on.", a.Name)
			}
		}
		glass := or(breakGlass, a.BreakGlass)
		if glass && !runs(a) || glass && off {
			return fault.New(fault.Invalid, "Only an administrator's password, which is not switched off, can be for the case that all else fails.")
		}
		act := fmt.Sprintf("change password use: %s%s", map[bool]string{false: "it lets in", true: "it does not let in"}[off], map[bool]string{true: ", also where passwords are switched off"}[glass])
		now := g.store.Now()
		if err := tx.SetPasswordUse(id, off, glass, now); err != nil {
			return err
		}
		if err := tx.EndSessions(id, 0); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by.actor, Act: act, Subject: int64(id), Written: []byte(why)})
	})
}
