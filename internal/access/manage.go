package access

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/role"
	"openiis/internal/store"
)

// Manager is who sees or manages users: somebody who is signed in, or the command.
type Manager struct {
	actor  iis.Actor
	role   *role.Role
	sender iis.SenderID // their own sender
	home   *iis.Home    // the senders of its site, whose users are theirs too
	seals  bool         // they may seal former identities, or are the command
}

// Manager is the user as one who sees or manages users.
func (u User) Manager() Manager {
	m := Manager{actor: u.Actor(), sender: u.Sender, home: u.Home, seals: u.May(role.Seal)}
	if u.Stage == Whole {
		m.role = role.Named(u.Role)
	}
	return m
}

// ByCommand manages everyone.
func ByCommand() Manager {
	return Manager{actor: command, role: role.Named(Administrator), seals: true}
}

// managerOf is somebody as they are now.
func managerOf(tx *store.Tx, id iis.UserID) (Manager, error) {
	if id == 0 {
		return ByCommand(), nil
	}
	a, err := tx.AccountOf(id)
	if err != nil || !a.Ended.IsZero() {
		return Manager{}, err
	}
	u := userOf(a, "")
	u.Home, err = tx.HomeOf(u.Sender)
	return u.Manager(), err
}

// Everyone reports that they see the users of every site.
func (m Manager) Everyone() bool { return m.role != nil && m.role.Everyone }

// Gives are the roles that they may give.
func (m Manager) Gives() []*role.Role {
	var out []*role.Role
	for _, r := range role.All() {
		if m.role.Gives(r) {
			out = append(out, r)
		}
	}
	return out
}

// sees reports that an account is one of theirs: of any sender of their own site, or anybody's.
func (m Manager) sees(sender iis.SenderID) bool {
	return m.role.May(role.SeeUsers) && m.scope().Has(sender)
}

// scope is whose users they see, where they see any: those of every site, of their own or
// of their region.
func (m Manager) scope() iis.Scope {
	return iis.Scope{Sender: m.sender, Home: m.home, Everyone: m.Everyone(), Reach: m.actor.Reach}
}

// manages is an error when they may not change an account.
func (m Manager) manages(a store.Account) error {
	switch {
	case !m.sees(a.Sender):
		return errNoUser
	case a.ID == m.actor.User && a.ID != 0:
		return fault.New(fault.Denied, "Nobody changes their own access. Ask another administrator.")
	case !m.role.May(role.ManageUsers):
		return fault.New(fault.Denied, "You may see users, and not change what they may. Nothing was changed.")
	case role.Named(a.Role) == nil && !m.Everyone(): // it may have more than anybody knows here
		return fault.New(fault.Denied, "%s has a role that this program does not know. Ask the administrator of this registry.", a.Name)
	case role.Named(a.Role) != nil && !m.role.Gives(role.Named(a.Role)):
		return fault.New(fault.Denied, "%s has the role %s, which has more than your own: you may not change their access.", a.Name, RoleWords(a.Role))
	}
	return nil
}

// opens is an error when they may not do what lets somebody else sign in as an account.
func (m Manager) opens(a store.Account) error {
	if err := m.manages(a); err != nil {
		return err
	}
	if a.Seals && !m.seals {
		return fault.New(fault.Denied, "%s may seal former identities, and you may not: who can sign in as they do is for the operator to say, by command.", a.Name)
	}
	return nil
}

var errNoUser = fault.New(fault.NotFound, "There is no such user among those whom you may see.")

// State is how an account stands.
type State string

// The states.
const (
	Active State = "Active"
	Idle   State = "Paused: idle for too long"
	Ended  State = "Ended"
)

// Account is someone who may sign in, or could once, as those see them who manage users.
type Account struct {
	ID                      iis.UserID
	Username                string
	Name                    string
	Email                   string
	Role                    *role.Role // nil: one that this program does not know
	Site                    string     // "": none
	Facility                string     // its code; of one account alone
	Seals                   bool
	Factor                  bool      // it has a second factor
	Passkeys                int64     // how many it has
	Links                   []Link    // as whom single sign-on knows it; of one account alone
	PasswordOff, BreakGlass bool      // its password is not good; it is where passwords are switched off
	SignedIn                time.Time // zero: never, or not since this was noted
	State                   State
	Ended                   time.Time
	EndedBy                 string
	EndedWhy                string
	Manages                 bool // whoever asks may change its access
	// Region is whose sites it looks after, a code of the state's file; "": none.
	Region string
	// Credentials are the record system's passwords of the site of somebody whose access has
	// ended: they may know them. Of one account alone.
	Credentials []SiteCredential
	// Designations are those to record objections, the newest first; of one account alone.
	Designations []Designation
}

// Designated is the designation that holds; nil when none does.
func (a Account) Designated() *Designation {
	if len(a.Designations) > 0 && a.Designations[0].Holds() {
		return &a.Designations[0]
	}
	return nil
}

// RoleName is its role in words.
func (a Account) RoleName() string {
	if a.Role == nil {
		return "none that is known"
	}
	return a.Role.Name
}

func accountFor(m Manager, a store.AccountAt, idle time.Duration) Account {
	out := Account{
		ID: a.ID, Username: a.Username, Name: a.Name, Email: a.Email, Role: role.Named(a.Role), Site: a.Site, Seals: a.Seals, Factor: hasFactor(a.Account), PasswordOff: a.PasswordOff, BreakGlass: a.BreakGlass, Passkeys: a.Passkeys,
		SignedIn: a.SignedIn, State: Active, Ended: a.Ended, EndedWhy: a.EndedWhy, Region: a.Region, Manages: m.manages(a.Account) == nil,
	}
	switch {
	case !a.Ended.IsZero():
		out.State = Ended
	case isIdle(a.Account, idle, time.Now()):
		out.State = Idle
	}
	return out
}

// pageOf is how many users a page has.
const pageOf = 100

// Users are those after a user name whom somebody sees and a filter wants, in the order of
// user names; next is the last of them when there are more.
func (g *Gate) Users(ctx context.Context, by Manager, f UserFilter, after string) (list []Account, next string, err error) {
	if by.scope() == (iis.Scope{}) || !by.role.May(role.SeeUsers) {
		return nil, "", errNoUser
	}
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return nil, "", err
	}
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		list, next = nil, ""
		found, err := accountsLike(tx, by, f, after, pageOf+1)
		if err != nil {
			return err
		}
		if len(found) > pageOf {
			found = found[:pageOf]
			next = found[pageOf-1].Username
		}
		for _, a := range found {
			list = append(list, accountFor(by, a, idle))
		}
		return nil
	})
	return list, next, err
}

// User is one whom somebody sees; fault.NotFound for others. It is audited.
func (g *Gate) User(ctx context.Context, by Manager, id iis.UserID) (out Account, err error) {
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return out, err
	}
	now := g.store.Now()
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		a, err := seen(tx, by, id)
		if err != nil {
			return err
		}
		at := store.AccountAt{Account: a}
		if a.Sender != 0 {
			s, err := tx.SenderProfile(a.Sender)
			if err != nil {
				return err
			}
			at.Site, out.Facility = s.Name, s.Facility
		}
		facility := out.Facility
		out = accountFor(by, at, idle)
		out.Facility = facility
		if out.Links, err = linksOf(tx, id); err != nil {
			return err
		}
		if out.Designations, err = designationsOf(tx, id); err != nil {
			return err
		}
		if !a.Ended.IsZero() {
			if out.EndedBy, err = nameOf(tx, a.EndedBy); err != nil {
				return err
			}
			out.Credentials, err = credentialsBeside(tx, a.Sender)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	return out, g.store.AuditRead(store.Audit{At: now, Actor: by.actor, Act: "open user", Subject: int64(id)})
}

// nameOf is a user's name for pages.
func nameOf(tx *store.Tx, id iis.UserID) (string, error) {
	if id == 0 {
		return "the operator, by command", nil
	}
	names, err := tx.UserNames([]iis.UserID{id})
	return names[id], err
}

// seen is an account that somebody sees.
func seen(tx *store.Tx, by Manager, id iis.UserID) (store.Account, error) {
	a, err := tx.AccountOf(id)
	if err != nil && fault.KindOf(err) == fault.NotFound || err == nil && !by.sees(a.Sender) {
		return store.Account{}, errNoUser
	}
	return a, err
}

// Numbered is the number of a user name; for the command.
func (g *Gate) Numbered(ctx context.Context, username string) (id iis.UserID, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		a, err := named(tx, username)
		id = a.ID
		return err
	})
	return id, err
}

// maxWhy is the longest reason, in characters.
const maxWhy = 500

// reason is why somebody does something, tidied; an error when it says nothing.
func reason(why string) (string, error) {
	why = strings.Join(strings.Fields(why), " ")
	switch {
	case why == "":
		return "", fault.New(fault.Invalid, "Say why: it stays with the account, and whoever manages users reads it.")
	case utf8.RuneCountInString(why) > maxWhy:
		return "", fault.New(fault.Invalid, "The reason is longer than %d characters. Write it shorter.", maxWhy)
	}
	return why, nil
}

// EndAccess ends the access of somebody at once: every session of theirs is over, and
// every link that they have made, or by which they would sign. The last administrator who can sign in stays.
func (g *Gate) EndAccess(ctx context.Context, by Manager, id iis.UserID, why string) error {
	return g.changeAccess(ctx, by, id, why, "end access", func(tx *store.Tx, a *store.Account, why string, now time.Time) error {
		if !a.Ended.IsZero() {
			return fault.New(fault.Conflict, "The access of %s has ended already.", a.Name)
		}
		a.Ended, a.EndedBy, a.EndedWhy = now, by.actor.User, why
		if err := tx.CloseInvitationsBy(a.ID, "whoever invited has no access any more", now); err != nil {
			return err
		}
		if err := tx.CloseInvitationsFor(a.Username, "access has ended", now); err != nil {
			return err
		}
		if err := tx.CloseSigningLinksBy(a.ID, a.Username, now); err != nil {
			return err
		}
		return tx.EndSessions(a.ID, 0)
	})
}

// LetIn lets somebody in again whose access had ended, or who was idle for too long.
// Their password and second factor are as they were, and no session of before comes
// back. What the programme has ended, a site does not take back.
func (g *Gate) LetIn(ctx context.Context, by Manager, id iis.UserID, why string) error {
	return g.changeAccess(ctx, by, id, why, "let in again", func(tx *store.Tx, a *store.Account, _ string, _ time.Time) error {
		return letIn(tx, by, a)
	})
}

// letIn has an account's access not have ended.
func letIn(tx *store.Tx, by Manager, a *store.Account) error {
	if !a.Ended.IsZero() && !by.Everyone() {
		ours, err := isOf(tx, by, a.EndedBy)
		if err != nil {
			return err
		}
		if !ours {
			return fault.New(fault.Denied, "The access of %s was not ended by your site. Ask the administrator of this registry to let them in again.", a.Name)
		}
	}
	a.Ended, a.EndedBy, a.EndedWhy, a.Active = time.Time{}, 0, "", time.Now()
	return tx.EndSessions(a.ID, 0)
}

// isOf reports that somebody belongs to the site of a manager, which the command does to none.
func isOf(tx *store.Tx, by Manager, id iis.UserID) (bool, error) {
	if id == 0 {
		return false, nil
	}
	a, err := tx.AccountOf(id)
	return err == nil && by.scope().Has(a.Sender), err
}

// changeAccess changes the state of an account, with a reason that the audit has a
// digest of.
func (g *Gate) changeAccess(ctx context.Context, by Manager, id iis.UserID, why, act string, change func(*store.Tx, *store.Account, string, time.Time) error) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil { // what is read here is written whole
			return err
		}
		before, err := seen(tx, by, id)
		if err == nil {
			err = by.manages(before)
		}
		if err != nil {
			return err
		}
		after, now := before, g.store.Now()
		if err := change(tx, &after, why, now); err != nil {
			return err
		}
		if err := lastStays(tx, before, after, idle); err != nil {
			return err
		}
		if err := tx.SetAccount(after, now); err != nil {
			return fmt.Errorf("%s: %w", act, err)
		}
		if err := undesignate(tx, by.actor, before, after, now); err != nil {
			return fmt.Errorf("%s: %w", act, err)
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by.actor, Act: act, Subject: int64(id), Written: []byte(why)})
	})
}

// Change gives a user another name, address, role or site, as far as whoever does it
// may give them: who looks after one site moves them between its senders, and to no other.
// It holds at the next thing that the user does. fault.NotFound of another site's sender,
// fault.Conflict of one that is closed.
func (g *Gate) Change(ctx context.Context, by Manager, id iis.UserID, c UserChange) error {
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return err
	}
	law, err := g.law(ctx)
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		a, err := seen(tx, by, id)
		if err == nil {
			err = by.manages(a)
		}
		if err == nil && c.Role != nil {
			err = by.mayGive(*c.Role)
		}
		if err == nil && c.Email != nil { // to which links for a password are sent
			err = by.opens(a)
		}
		if err != nil {
			return err
		}
		if !by.Everyone() {
			c.Region = nil
			if c.Facility, err = by.moves(tx, a, c.Facility); err != nil {
				return err
			}
		}
		if err := regionChanges(law, a, c); err != nil {
			return err
		}
		_, err = g.change(tx, by.actor, a, c, idle, g.store.Now())
		return err
	})
}

// mayGive is an error when somebody may not give a role.
func (m Manager) mayGive(id string) error {
	r := role.Named(id)
	switch {
	case r == nil:
		return fault.New(fault.Invalid, "Choose a role.")
	case !m.role.Gives(r):
		return fault.New(fault.Denied, "You may not give the role %s: it has more than your own, or is not for one site.", r.Name)
	}
	return nil
}
