package access

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/role"
	"openiis/internal/store"
)

// InvitedFor is how long a link can be used.
const InvitedFor = 7 * 24 * time.Hour

// Password lengths, in characters (NIST SP 800-63B, 5.1.1.2: eight at least and 64
// taken; OWASP ASVS asks for twelve).
const (
	LeastPassword = 12
	MostPassword  = 200
)

// PasswordFor is an error that says what is wrong with a password that somebody chooses, of whom
// and of whose site some words are known.
func PasswordFor(username, password string, known ...string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case password == "":
		return fault.New(fault.Invalid, "Write a password of at least %d characters.", LeastPassword)
	case !utf8.ValidString(password):
		return fault.New(fault.Invalid, "The password has characters that cannot be read. Write another one.")
	case n < LeastPassword:
		return fault.New(fault.Invalid, "The password has %d characters. Write at least %d: a few words in a row are easy to remember.", n, LeastPassword)
	case n > MostPassword:
		return fault.New(fault.Invalid, "The password has %d characters. Write at most %d.", n, MostPassword)
	case strings.EqualFold(password, username):
		return fault.New(fault.Invalid, "The password is your user name. Write another one.")
	case strings.Count(password, string([]rune(password)[:1])) == n:
		return fault.New(fault.Invalid, "The password is one character again and again. Write another one.")
	case isCommon(password, append(known, username)...):
		return fault.New(fault.Invalid, "The password is easy to guess: it is made of passwords that many people use, of your name or site, or of numbers. Write four words in a row that have nothing to do with each other.")
	}
	return nil
}

// Invitation is a link by which somebody sets a password once.
type Invitation struct {
	ID       iis.InvitationID
	Username string
	Name     string
	Email    string
	Role     *role.Role
	Site     string
	By       string
	At       time.Time
	Expires  time.Time
	Renews   bool   // it is for a new password of somebody who has an account
	Region   string // whose sites they will look after, by its code; "": none
}

// Longest name and address, in characters.
const maxNameLength = 200

// tidy makes an invitation's texts fit to be kept, or says what is wrong with them.
func tidy(u *NewUser) error {
	if err := tidyName(u); err != nil {
		return err
	}
	if u.Username = strings.TrimSpace(u.Username); !isUsername(u.Username) {
		return fault.New(fault.Invalid, "Write a user name of 2 to 60 letters, digits, points, hyphens, underscores or @, without blanks.")
	}
	return tidyEmail(u)
}

// tidyName makes a user's name fit to be kept, or says what is wrong with it.
func tidyName(u *NewUser) error {
	u.Name = strings.Join(strings.Fields(u.Name), " ")
	if u.Name == "" {
		return fault.New(fault.Invalid, "Write the person's name.")
	}
	return readable(u.Name, "name")
}

// tidyEmail makes a user's address fit to be written to, or says what is wrong with it.
func tidyEmail(u *NewUser) error {
	u.Email = strings.TrimSpace(u.Email)
	name, host, at := strings.Cut(u.Email, "@")
	if !at || name == "" || !strings.Contains(host, ".") || strings.ContainsAny(u.Email, " \t\r\n") {
		return fault.New(fault.Invalid, "Write the person's e-mail address, such as name@example.org.")
	}
	return readable(u.Email, "e-mail address")
}

// readable is an error of a text that no page would have sent.
func readable(text, what string) error {
	switch {
	case utf8.RuneCountInString(text) > maxNameLength:
		return fault.New(fault.Invalid, "The %s is longer than %d characters.", what, maxNameLength)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return fault.New(fault.Invalid, "The %s has characters that cannot be read.", what)
	}
	return nil
}

func isUsername(s string) bool {
	return len(s) >= 2 && len(s) <= 60 &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@") == ""
}

// Invite makes a link by which somebody becomes a user, with a role that whoever
// invites may give. The token is told once, and kept as a digest. Whoever sees their
// own site only invites to that site: to the sender of it that is named, or to their own.
func (g *Gate) Invite(ctx context.Context, by Manager, u NewUser) (token string, err error) {
	if err := tidy(&u); err != nil {
		return "", err
	}
	if err := by.mayGive(u.Role); err != nil {
		return "", err
	}
	law, err := g.law(ctx)
	if err == nil {
		err = regionOf(law, u.Role, u.Region)
	}
	if err != nil {
		return "", err
	}
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		now := g.store.Now()
		if !by.Everyone() {
			if u.Facility, err = by.facility(tx, u.Facility); err != nil {
				return err
			}
		}
		if err := u.check(); err != nil {
			return err
		}
		sender, err := senderAt(tx, u.Facility)
		if err == nil && !by.Everyone() {
			err = takesUsers(tx, sender)
		}
		if err != nil {
			return err
		}
		if has, err := tx.HasAccountAlike(u.Username); err != nil { // ANN would be taken for ann
			return err
		} else if has {
			return fault.New(fault.Invalid, "The user name %s is taken. Choose another one.", u.Username)
		}
		if err := g.replaces(tx, by, u.Username, now); err != nil {
			return err
		}
		i := store.Invitation{
			Username: u.Username, Name: u.Name, Email: u.Email, Role: u.Role, Sender: sender, Region: u.Region,
			By: by.actor.User, At: now, Expires: now.Add(InvitedFor),
		}
		token, err = g.addInvitation(tx, by, i, "invite user: "+u.is())
		return err
	})
	return token, err
}

// replaces closes the links that there are for a user name; an error when they are
// of another site.
func (g *Gate) replaces(tx *store.Tx, by Manager, username string, now time.Time) error {
	open, err := tx.OpenInvitationsFor(username, now)
	if err != nil {
		return err
	}
	for _, i := range open {
		if !by.sees(i.Sender) {
			return fault.New(fault.Invalid, "The user name %s is taken. Choose another one.", username)
		}
	}
	return tx.CloseInvitationsFor(username, "replaced by another", now)
}

func (g *Gate) addInvitation(tx *store.Tx, by Manager, i store.Invitation, act string) (token string, err error) {
	token = rand.Text() + rand.Text()
	id, err := tx.AddInvitation(tokenHash(token), i)
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	if err := g.mailInvitation(tx, i, id, token); err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	subject := int64(id)
	if i.Account != 0 {
		subject = int64(i.Account)
	}
	return token, tx.AddAudit(store.Audit{
		At: i.At, Actor: by.actor, Act: act, Subject: subject, Written: []byte(i.Username + "\n" + i.Name + "\n" + i.Email),
	})
}

// InviteFor makes a link by which somebody becomes a user whom an application has named
// that the programme approves, in the transaction of the approval (enrol.Inviter). The
// role is one that an access administrator may give, and the site the application's.
func (g *Gate) InviteFor(tx *store.Tx, by iis.Actor, i store.Invitation) (token string, err error) {
	u := NewUser{Username: i.Username, Name: i.Name, Email: i.Email, Role: i.Role}
	if err := tidy(&u); err != nil {
		return "", err
	}
	if u.Facility, err = facilityOf(tx, i.Sender); err != nil {
		return "", err
	}
	if err := u.check(); err != nil {
		return "", err
	}
	site := Manager{actor: by, role: role.Named("access-administrator"), sender: i.Sender}
	if site.home, err = tx.HomeOf(i.Sender); err != nil {
		return "", err
	}
	if err := site.mayGive(u.Role); err != nil {
		return "", err
	}
	if has, err := tx.HasAccountAlike(u.Username); err != nil {
		return "", err
	} else if has {
		return "", fault.New(fault.Conflict, "The user name %s is taken: ask the applicant to choose another one. Nothing was changed.", u.Username)
	}
	now := g.store.Now()
	if err := g.replaces(tx, site, u.Username, now); err != nil {
		return "", err
	}
	i.Username, i.Name, i.Email, i.By, i.At, i.Expires = u.Username, u.Name, u.Email, by.User, now, now.Add(InvitedFor)
	return g.addInvitation(tx, site, i, "invite user: "+RoleAt(u.Role, u.Facility))
}

// NewPassword makes a link by which a user sets another password. The present one
// holds until then.
func (g *Gate) NewPassword(ctx context.Context, by Manager, id iis.UserID) (token string, err error) {
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		a, err := seen(tx, by, id)
		if err == nil {
			err = by.opens(a)
		}
		if err != nil {
			return err
		}
		now := g.store.Now()
		if err := tx.CloseInvitationsFor(a.Username, "replaced by another", now); err != nil {
			return err
		}
		i := store.Invitation{
			Username: a.Username, Name: a.Name, Email: a.Email, Role: a.Role, Sender: a.Sender, Account: a.ID,
			By: by.actor.User, At: now, Expires: now.Add(InvitedFor),
		}
		token, err = g.addInvitation(tx, by, i, "make a link for a new password")
		return err
	})
	return token, err
}

// Invitations are the links that can still be used, for users whom somebody sees, the
// newest first.
func (g *Gate) Invitations(ctx context.Context, by Manager) (out []Invitation, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.OpenInvitations(by.scope(), g.store.Now())
		if err != nil {
			return err
		}
		for _, i := range list {
			if !by.sees(i.Sender) {
				continue
			}
			who, err := nameOf(tx, i.By)
			if err != nil {
				return err
			}
			out = append(out, invitationOf(i, who))
		}
		return nil
	})
	return out, err
}

func invitationOf(i store.Invitation, by string) Invitation {
	return Invitation{i.ID, i.Username, i.Name, i.Email, role.Named(i.Role), i.Site, by, i.At, i.Expires, i.Account != 0, i.Region}
}

// Withdraw ends a link that was not used.
func (g *Gate) Withdraw(ctx context.Context, by Manager, id iis.InvitationID) error {
	return g.store.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.Invitation(id)
		if err != nil && fault.KindOf(err) == fault.NotFound || err == nil && (!by.sees(i.Sender) || !by.role.May(role.ManageUsers)) {
			return fault.New(fault.NotFound, "There is no such invitation among those that you may withdraw.")
		}
		if err != nil {
			return err
		}
		now := g.store.Now()
		closed, err := tx.CloseInvitation(id, store.InvitationWasWithdrawn, i.Account, now)
		if err == nil && !closed {
			err = fault.New(fault.Conflict, "This link was used or withdrawn already.")
		}
		if err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by.actor, Act: "withdraw invitation", Subject: int64(id)})
	})
}

var errNoInvitation = fault.New(fault.NotFound, "This link cannot be used: it was used already, was withdrawn, or is older than a week. Ask whoever gave it to you for a new one.")

// Invited is whom a link is for; fault.NotFound when it cannot be used (any more).
func (g *Gate) Invited(ctx context.Context, token string) (out Invitation, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		i, err := g.invited(tx, token)
		out = invitationOf(i, "")
		return err
	})
	return out, err
}

func (g *Gate) invited(tx *store.Tx, token string) (store.Invitation, error) {
	i, err := tx.InvitationFor(tokenHash(token))
	return g.stillGood(tx, i, err)
}

// stillGood is an invitation that was read, or why it cannot be used.
func (g *Gate) stillGood(tx *store.Tx, i store.Invitation, err error) (store.Invitation, error) {
	if err != nil && fault.KindOf(err) == fault.NotFound || err == nil && (!i.Closed.IsZero() || g.store.Now().After(i.Expires)) {
		return store.Invitation{}, errNoInvitation
	}
	if err == nil {
		err = stillGiven(tx, i)
	}
	return i, err
}

// stillGiven is errNoInvitation when whoever has made a link could not make it any more:
// their access has ended or is for less, or whom it is for has become more than they may
// change.
//
// What came of an application is worth what the programme has approved, whatever the
// reviewer's own role gives, as long as the reviewer is one.
func stillGiven(tx *store.Tx, i store.Invitation) error {
	if i.Application != 0 {
		return approvedStill(tx, i)
	}
	by, err := managerOf(tx, i.By)
	if err != nil {
		return err
	}
	good := false
	if i.Account == 0 {
		good = by.mayGive(i.Role) == nil && by.sees(i.Sender)
		if good && !by.Everyone() {
			switch err := takesUsers(tx, i.Sender); {
			case err != nil && fault.KindOf(err) != fault.Conflict:
				return err
			case err != nil:
				good = false
			}
		}
	} else {
		a, err := tx.AccountOf(i.Account)
		if err != nil {
			return err
		}
		good = by.opens(a) == nil
	}
	if !good {
		return errNoInvitation
	}
	return nil
}

// approvedStill is errNoInvitation when the access of whoever approved an application has
// ended, or its site is closed, since.
func approvedStill(tx *store.Tx, i store.Invitation) error {
	if i.By != 0 {
		a, err := tx.AccountOf(i.By)
		if err != nil {
			return err
		}
		if !a.Ended.IsZero() || !role.Named(a.Role).May(role.ReviewApplications) {
			return errNoInvitation
		}
	}
	o, err := tx.OrganizationOf(i.Sender)
	if err == nil && (o == nil || !o.Open()) {
		err = errNoInvitation
	}
	return err
}

// Accept sets the password of whom a link is for, uses the link up, and begins a
// session. The user is there from then on; whose password is renewed is signed out
// everywhere else.
func (g *Gate) Accept(ctx context.Context, at Place, token, password string) (session string, err error) {
	i, err := g.Invited(ctx, token)
	if err != nil {
		return "", err
	}
	if g.passwordsOff {
		return "", errPasswordsOff
	}
	if err := PasswordFor(i.Username, password, i.Name, i.Email, i.Site); err != nil {
		return "", err
	}
	hash, err := g.hash(ctx, password)
	if err != nil {
		return "", err
	}
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return "", err
	}
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		now := g.store.Now()
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		i, err := g.invited(tx, token)
		if err != nil {
			return err
		}
		a, err := taken(tx, i, hash, now)
		if err != nil {
			return err
		}
		if err := closeUsed(tx, i, a, idle, now); err != nil {
			return err
		}
		stage, _ := g.stageOf(a)
		session, err = g.beginIn(tx, a, at, stage, OutcomeInvited)
		return err
	})
	return session, err
}

// taken is the account that comes of a link, with its new password.
func taken(tx *store.Tx, i store.Invitation, hash string, now time.Time) (store.Account, error) {
	act := "set a password by a link"
	if hash == noPassword {
		act = "link to single sign-on by a link"
	}
	if i.Account != 0 {
		if hash != noPassword {
			if err := tx.SetPassword(i.Account, hash, now); err != nil {
				return store.Account{}, err
			}
		}
		if err := tx.EndSessions(i.Account, 0); err != nil {
			return store.Account{}, err
		}
		a, err := tx.AccountOf(i.Account)
		if err != nil {
			return a, err
		}
		return a, tx.AddAudit(store.Audit{At: now, Actor: iis.Actor{Kind: "user", User: a.ID}, Act: act, Subject: int64(a.ID)})
	}
	if has, err := tx.HasAccountAlike(i.Username); err != nil {
		return store.Account{}, err
	} else if has {
		return store.Account{}, fault.New(fault.Conflict, "Somebody has taken the user name %s since. Ask for a new link.", i.Username)
	}
	a := store.Account{Username: i.Username, Name: i.Name, Email: i.Email, Role: i.Role, Hash: hash, Sender: i.Sender, Region: i.Region, Active: time.Now()}
	if _, err := tx.PutAccount(a, now); err != nil {
		return a, err
	}
	a, err := tx.Account(i.Username)
	if err != nil {
		return a, err
	}
	facility, err := facilityOf(tx, a.Sender)
	if err != nil {
		return a, err
	}
	return a, auditUser(tx, iis.Actor{Kind: "user", User: a.ID}, "accept invitation", a, NewUser{Username: a.Username, Name: a.Name, Email: a.Email, Role: a.Role, Facility: facility, Region: a.Region}, now)
}

// hash computes the slow hash of a new password, in the lane of strangers.
func (g *Gate) hash(ctx context.Context, password string) (string, error) {
	lane := g.lanes[cleanLane]
	leave, ok := lane.enter()
	if !ok {
		return "", errCrowd
	}
	defer leave()
	select {
	case lane.computing <- struct{}{}:
		defer func() { <-lane.computing }()
		return HashPassword(password)
	case <-ctx.Done():
		return "", errCrowd
	}
}

// SetPassword gives somebody who is signed in another password, and ends their other
// sessions. The present one must be right: a wrong one counts as a failed sign-in.
func (g *Gate) SetPassword(ctx context.Context, at Place, u User, present, password string) error {
	if err := g.provePassword(ctx, at, u, present, "The present password is wrong."); err != nil {
		return err
	}
	if err := PasswordFor(u.Username, password, u.Name, u.Site); err != nil {
		return err
	}
	hash, err := g.hash(ctx, password)
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		now := g.store.Now()
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		// A link for another password, which somebody may hold, is not needed any more.
		if err := tx.CloseInvitationsFor(u.Username, "the user has set a password", now); err != nil {
			return err
		}
		if err := tx.SetPassword(u.ID, hash, now); err != nil {
			return err
		}
		if err := tx.EndSessions(u.ID, u.Session); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: u.Actor(), Act: "change own password", Subject: int64(u.ID)})
	})
}
