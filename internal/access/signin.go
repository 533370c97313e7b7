package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// How long a sign-in holds: without use, and in all.
const (
	SessionIdle = 30 * time.Minute
	SessionMax  = 12 * time.Hour
	touchEvery  = time.Minute
)

// The roles that an account may have. What each may do is said where it is done.
const (
	Administrator = "administrator" // the registry's own staff
	Clinic        = "clinic"        // looks, records health facts, and says what looks wrong
	Reader        = "reader"        // looks
)

// Roles are all roles, the mightiest first.
var Roles = []string{Administrator, Clinic, Reader}

// RoleWords is a role in words.
func RoleWords(role string) string {
	switch role {
	case Administrator:
		return "Administrator"
	case Clinic:
		return "Clinic user"
	case Reader:
		return "Read-only"
	}
	return role
}

// User is someone who is signed in.
type User struct {
	ID             iis.UserID
	Username, Name string
	Role           string
	Sender         iis.SenderID // the site that they belong to; 0: none
	Site           string       // its name
	Seals          bool         // they may seal former identities
}

// Actor is the user as the audit names them.
func (u User) Actor() iis.Actor {
	return iis.Actor{Kind: "user", User: u.ID, SeesClosed: u.Role == Administrator}
}

// Scope is whose messages the user may open, where the role lets them open any:
// an administrator, everyone's; others, those of their own site.
func (u User) Scope() iis.Scope {
	return iis.Scope{Sender: u.Sender, Everyone: u.Role == Administrator}
}

// NewUser is someone who shall sign in.
type NewUser struct {
	Username, Name string
	Role           string
	Facility       string // the code of the sender that they belong to; "": none
	Seals          bool   // they may seal former identities; for administrators only
}

// check tells why someone cannot sign in with this role and facility.
func (u NewUser) check() error {
	switch {
	case !slices.Contains(Roles, u.Role):
		return fault.New(fault.Invalid, "there is no role %q: want one of %s", u.Role, strings.Join(Roles, ", "))
	case u.Seals && u.Role != Administrator:
		return fault.New(fault.Invalid, "Only an administrator may have the right to seal former identities.")
	case u.Facility == "" || u.Role == Clinic:
		return nil
	case u.Role == Administrator:
		return fault.New(fault.Invalid, "An administrator acts for the programme and for every sender alike, and would sign reviews for both sides: give no facility, or the role %s.", Clinic)
	}
	return fault.New(fault.Invalid, "A facility says whose messages somebody opens and whose reviews they sign, and the role %s does neither: give no facility, or the role %s.", u.Role, Clinic)
}

// AddUser adds someone who may sign in, or replaces the same user name.
func (g *Gate) AddUser(ctx context.Context, u NewUser, password string) error {
	if err := u.check(); err != nil {
		return err
	}
	hash, err := HashPassword(password)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "Give a password that is not empty.")
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		now := g.store.Now()
		a := store.Account{Username: u.Username, Name: u.Name, Role: u.Role, Hash: hash, Seals: u.Seals}
		if a.Sender, err = senderAt(tx, u.Facility); err != nil {
			return err
		}
		if a.ID, err = tx.PutAccount(a, now); err != nil {
			return fmt.Errorf("add user: %w", err)
		}
		return auditUser(tx, "set user", a, u, now)
	})
}

// UserChange is what of a user shall be another; nil stays.
type UserChange struct {
	Name, Role *string
	Facility   *string // a code; "": none
	Seals      *bool
}

// ChangeUser gives someone who may sign in another name, role or facility. The
// password stays, and it holds at the next thing that they do. Who is no clinic
// user any more has no facility. It returns what they are now; fault.NotFound
// when there is no such user name.
func (g *Gate) ChangeUser(ctx context.Context, username string, c UserChange) (NewUser, error) {
	var u NewUser
	err := g.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(username)
		if err != nil {
			return fault.Wrap(fault.NotFound, err, fmt.Sprintf("There is no user %q. Add them: openiis user add.", username))
		}
		facility, err := facilityOf(tx, a.Sender)
		if err != nil {
			return err
		}
		u = NewUser{Username: username, Name: or(c.Name, a.Name), Role: or(c.Role, a.Role), Facility: or(c.Facility, facility), Seals: or(c.Seals, a.Seals)}
		if c.Facility == nil && u.Role != Clinic {
			u.Facility = "" // the role has none
		}
		if c.Seals == nil && u.Role != Administrator {
			u.Seals = false // likewise
		}
		if err := u.check(); err != nil {
			return err
		}
		if a.Sender, err = senderAt(tx, u.Facility); err != nil {
			return err
		}
		now := g.store.Now()
		a.Name, a.Role, a.Seals = u.Name, u.Role, u.Seals
		if err := tx.SetAccount(a, now); err != nil {
			return fmt.Errorf("change user: %w", err)
		}
		return auditUser(tx, "change user", a, u, now)
	})
	return u, err
}

func or[T any](given *T, before T) T {
	if given != nil {
		return *given
	}
	return before
}

// facilityOf is the code of a sender, "" of none.
func facilityOf(tx *store.Tx, sender iis.SenderID) (string, error) {
	if sender == 0 {
		return "", nil
	}
	s, err := tx.SenderProfile(sender)
	return s.Facility, err
}

// auditUser says in the audit who may do what from now on, and for which facility.
func auditUser(tx *store.Tx, act string, a store.Account, u NewUser, now time.Time) error {
	is := RoleAt(u.Role, u.Facility)
	if u.Seals {
		is += ", may seal"
	}
	return tx.AddAudit(store.Audit{
		At: now, Actor: iis.Actor{Kind: "command"}, Act: act + ": " + is, Subject: int64(a.ID),
		Written: []byte(u.Username + "\n" + u.Name + "\n" + is),
	})
}

// RoleAt is a role with the facility that it is for, if there is one.
func RoleAt(role, facility string) string {
	if facility == "" {
		return role
	}
	return role + " of " + facility
}

// senderAt is the sender of a facility code, 0 of none.
func senderAt(tx *store.Tx, facility string) (iis.SenderID, error) {
	if facility == "" {
		return 0, nil
	}
	s, err := tx.SenderByFacility(facility)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		err = fault.Wrap(fault.Invalid, err, fmt.Sprintf("There is no sender with the facility code %q. Add it first: openiis sender add.", facility))
	}
	return s.ID, err
}

// SignIn verifies a user and returns the token of a new session: a secret for
// the user's browser. A wrong password is fault.Denied, too many fault.Busy, as
// for Sender.
func (g *Gate) SignIn(ctx context.Context, from Caller, username, password string) (token string, err error) {
	if !plausible(username) || password == "" {
		return "", errDenied
	}
	c := g.claim("user", username, password, from)
	_, standing := g.known.recall(c)
	var a store.Account
	err = g.verify(ctx, c, standing, func() (hash string, err error) {
		err = g.store.Read(ctx, func(tx *store.Tx) (err error) {
			a, err = tx.Account(username)
			return err
		})
		return a.Hash, err
	})
	if err != nil {
		return "", err
	}
	g.known.prove(c)
	token = rand.Text() + rand.Text()
	return token, g.store.Write(ctx, func(tx *store.Tx) error {
		now := time.Now()
		if err := tx.AddSession(tokenHash(token), a.ID, now, now.Add(SessionMax)); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		return tx.AddAudit(store.Audit{At: now, Actor: iis.Actor{Kind: "user", User: a.ID}, Act: "sign in", Subject: int64(a.ID)})
	})
}

func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// SignedIn is who holds a session's token; fault.Denied when it no longer
// holds.
func (g *Gate) SignedIn(ctx context.Context, token string) (User, error) {
	if token == "" {
		return User{}, errNotSignedIn
	}
	var s store.Session
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		s, err = tx.Session(tokenHash(token))
		return err
	})
	now := time.Now()
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil:
		return User{}, errNotSignedIn
	case err != nil:
		return User{}, err
	case now.After(s.Expires) || now.Sub(s.Seen) > SessionIdle:
		return User{}, errNotSignedIn
	}
	if now.Sub(s.Seen) > touchEvery {
		if err := g.store.Write(ctx, func(tx *store.Tx) error { return tx.TouchSession(tokenHash(token), now) }); err != nil {
			return User{}, err
		}
	}
	a := s.Account
	return User{a.ID, a.Username, a.Name, a.Role, a.Sender, s.Site, a.Seals}, nil
}

// Named is the user of a user name, for a command that acts in somebody's name;
// fault.NotFound when there is none.
func (g *Gate) Named(ctx context.Context, username string) (User, error) {
	var a store.Account
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		a, err = tx.Account(username)
		return err
	})
	return User{ID: a.ID, Username: a.Username, Name: a.Name, Role: a.Role, Sender: a.Sender}, err
}

var errNotSignedIn = fault.New(fault.Denied, "Please sign in.")

// SignOut ends a session.
func (g *Gate) SignOut(ctx context.Context, u User, token string) error {
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.EndSession(tokenHash(token)); err != nil {
			return fmt.Errorf("sign out: %w", err)
		}
		return tx.AddAudit(store.Audit{At: time.Now(), Actor: u.Actor(), Act: "sign out", Subject: int64(u.ID)})
	})
}

// Sealer is who a user name belongs to, as the audit names them: fault.Denied when
// they may not seal former identities. It is for the command, whose user the
// operating system has let in.
func (g *Gate) Sealer(ctx context.Context, username string) (iis.Actor, error) {
	var a store.Account
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		a, err = tx.Account(username)
		return err
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return iis.Actor{}, err
	}
	if err != nil || !a.Seals || a.Role != Administrator {
		return iis.Actor{}, fault.New(fault.Denied, "There is no administrator %q who may seal former identities. The right is given by openiis user set --seals.", username)
	}
	return iis.Actor{Kind: "user", User: a.ID}, nil
}
