package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/mail"
	"openiis/internal/role"
	"openiis/internal/store"
)

// Roles by which the program itself names somebody: those of its demonstration, and of
// its first account. What each may do is in roles/roles.yaml.
const (
	Administrator = "administrator"
	Clinic        = "clinic-staff"
	Reader        = "viewer"
)

// RoleWords is a role in words.
func RoleWords(id string) string {
	if r := role.Named(id); r != nil {
		return r.Name
	}
	return id
}

// RolePurpose is what a role is for, and what it may not do yet.
func RolePurpose(id string) (purpose, denied string) {
	if r := role.Named(id); r != nil {
		return r.Purpose, r.Denied
	}
	return "", ""
}

// User is someone who is signed in.
type User struct {
	ID             iis.UserID
	Username, Name string
	Role           string
	Sender         iis.SenderID // the site that they belong to; 0: none
	Site           string       // its name
	Home           *iis.Home    // the senders of the site, where there are others beside Sender
	AtRoster       bool         // it keeps a roster: a school, child care programme or health plan
	NoHistory      bool         // they are held to a roster, and the state lets their kind of site enter nothing
	Seals          bool         // they may seal former identities
	Region         string       // whose sites they look after, by its code; "": none
	Reach          *iis.Reach   // who is in it, where their role is held to it (Regional)
	Factor         bool         // they have a second factor: codes, or a passkey
	Codes          bool         // they have codes of an authenticator program
	Passkeys       int64        // how many they have
	Stage          Stage
	Means          Means     // by what the session was begun
	Begun          time.Time // when
	View           *View     // as whom they look at pages; nil: as themselves
	Session        iis.SessionID
	Until          time.Time // when the session ends if nothing is done, and at the latest
	Last           bool      // it ends then whatever is done: a sign-in lasts no longer (SessionMax)
}

// May reports that the user's role has a permission. Whoever has not finished signing
// in may nothing.
func (u User) May(p role.Permission) bool {
	if p == role.Seal && !u.Seals || u.View != nil && !role.Named(u.View.Own).May(p) {
		return false
	}
	if p == role.AddHistory && u.NoHistory {
		return false
	}
	return u.Stage == Whole && role.Named(u.Role).May(p) && (!u.AtRoster || role.AtRosters(p))
}

// Everyone reports that the user sees every site's, and speaks for the programme.
func (u User) Everyone() bool {
	r := role.Named(u.Role)
	return r != nil && r.Everyone && u.Stage == Whole && (u.View == nil || role.Named(u.View.Own).Everyone)
}

// Roster reports that the user sees nobody but whom their site has on its roster: for their
// role says so, or for their site keeps one.
func (u User) Roster() bool {
	r := role.Named(u.Role)
	return r != nil && (r.Roster || u.AtRoster && !r.Everyone)
}

// Regional reports that the user is held to the region of their account, and speaks for
// the programme there.
func (u User) Regional() bool {
	r := role.Named(u.Role)
	return r != nil && r.Regional
}

// RegionName is what the region is called to which the user is held; "" of none.
func (u User) RegionName() string {
	if h := u.held(); h != nil {
		return h.Name
	}
	return ""
}

// held is to whom the user is held: to nobody at all until their reach is known.
func (u User) held() *iis.Reach {
	switch {
	case !u.Regional():
		return nil
	case u.Reach == nil || u.Reach.Region != u.Region:
		return &iis.Reach{}
	}
	return u.Reach
}

// Actor is the user as the audit names them.
func (u User) Actor() iis.Actor {
	return iis.Actor{Kind: "user", User: u.ID, SeesClosed: u.May(role.OpenClosed), Site: u.Sender, Home: u.home(), SeesAll: u.Everyone(), Reach: u.held(), Roster: u.Roster()}
}

// home are the senders whose word is that of the user's own site. Who is held to a roster has
// none beside their own, for people are known there by the roster; nor has who is of the maker of
// one record system.
func (u User) home() *iis.Home {
	if u.Roster() || !role.Named(u.Role).HasHome() {
		return nil
	}
	return u.Home
}

// Scope is whose messages or figures the user may open, where the role lets them open any:
// everyone's, those of their own site, or those of their region.
func (u User) Scope() iis.Scope {
	return iis.Scope{Sender: u.Sender, Home: u.home(), Everyone: u.Everyone(), Reach: u.held()}
}

// NewUser is someone who shall sign in.
type NewUser struct {
	Username, Name string
	Email          string
	Role           string
	Facility       string // the code of the sender that they belong to; "": none
	Seals          bool   // they may seal former identities; for administrators only
	Region         string // whose sites they look after, by its code in the state's file
}

// check tells why someone cannot sign in with this role and facility.
func (u NewUser) check() error {
	r := role.Named(u.Role)
	switch {
	case r == nil:
		return fault.New(fault.Invalid, "there is no role %q: want one of %s", u.Role, strings.Join(role.IDs(), ", "))
	case u.Seals && !r.May(role.Seal):
		return fault.New(fault.Invalid, "Only an administrator may have the right to seal former identities.")
	case u.Region != "" && !r.Regional:
		return fault.New(fault.Invalid, "The role %s looks after no region: give none.", r.Name)
	case u.Facility == "" && r.Site == role.MustHaveSite:
		return fault.New(fault.Invalid, "The role %s is for the users of one site: say which site.", r.Name)
	case u.Facility == "" || r.Site != role.NoSite:
		return nil
	case r.Everyone:
		return fault.New(fault.Invalid, "The role %s acts for the programme and for every sender alike, and would sign reviews for both sides: give no site, or the role %s.", r.Name, RoleWords(Clinic))
	}
	return fault.New(fault.Invalid, "A site says whose messages somebody opens and whose reviews they sign, and the role %s does neither: give no site, or the role %s.", r.Name, RoleWords(Clinic))
}

// AddUser adds someone who may sign in, or replaces the same user name and lets it in
// again. It is for the command.
func (g *Gate) AddUser(ctx context.Context, u NewUser, password string) error {
	if err := u.check(); err != nil {
		return err
	}
	if u.Email != "" {
		if err := tidyEmail(&u); err != nil {
			return err
		}
	}
	hash, err := HashPassword(password)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "Give a password that is not empty.")
	}
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return err
	}
	return g.store.Write(ctx, func(tx *store.Tx) error {
		now := g.store.Now()
		a := store.Account{Username: u.Username, Name: u.Name, Email: u.Email, Role: u.Role, Hash: hash, Seals: u.Seals, Region: u.Region, Active: time.Now()}
		if a.Sender, err = senderAt(tx, u.Facility); err != nil {
			return err
		}
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		if before, err := tx.Account(u.Username); err == nil {
			if a.Email == "" {
				a.Email = before.Email
			}
			if err := g.readdress(tx, before, a, now); err != nil {
				return err
			}
			if err := lastStays(tx, before, a, idle); err != nil {
				return err
			}
			if err := undesignate(tx, command, before, a, now); err != nil {
				return err
			}
		}
		if err := tx.CloseInvitationsFor(u.Username, "the password was set by command", now); err != nil {
			return err
		}
		if a.ID, err = tx.PutAccount(a, now); err != nil {
			return fmt.Errorf("add user: %w", err)
		}
		return auditUser(tx, command, "set user", a, u, now)
	})
}

// UserChange is what of a user shall be another; nil stays.
type UserChange struct {
	Name, Role *string
	Email      *string
	Facility   *string // a code; "": none
	Seals      *bool
	Region     *string // a code of the state's file; "": none
}

// ChangeUser gives someone who may sign in another name, role or facility. The
// password stays, and it holds at the next thing that they do. Whose role belongs to
// no site has no facility any more. It returns what they are now; fault.NotFound
// when there is no such user name. It is for the command.
func (g *Gate) ChangeUser(ctx context.Context, username string, c UserChange) (NewUser, error) {
	var u NewUser
	idle, err := g.idleAfter(ctx)
	if err != nil {
		return u, err
	}
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockAccounts(); err != nil {
			return err
		}
		a, err := named(tx, username)
		if err == nil {
			u, err = g.change(tx, command, a, c, idle, g.store.Now())
		}
		return err
	})
	return u, err
}

// change changes an account for somebody. Who has another address from then on is told so at
// the one before, and links that wait there are void.
func (g *Gate) change(tx *store.Tx, by iis.Actor, a store.Account, c UserChange, idle time.Duration, now time.Time) (u NewUser, err error) {
	facility, err := facilityOf(tx, a.Sender)
	if err != nil {
		return u, err
	}
	before := a
	u = NewUser{
		Username: a.Username, Name: or(c.Name, a.Name), Email: or(c.Email, a.Email), Role: or(c.Role, a.Role),
		Facility: or(c.Facility, facility), Seals: or(c.Seals, a.Seals), Region: or(c.Region, a.Region),
	}
	r := role.Named(u.Role)
	if c.Facility == nil && (r == nil || r.Site == role.NoSite) {
		u.Facility = "" // the role has none
	}
	if c.Seals == nil && !r.May(role.Seal) {
		u.Seals = false // likewise
	}
	if c.Region == nil && (r == nil || !r.Regional) {
		u.Region = "" // likewise
	}
	if err := u.check(); err != nil {
		return u, err
	}
	if err := nameable(&u, a, c); err != nil {
		return u, err
	}
	if a.Sender, err = senderAt(tx, u.Facility); err != nil {
		return u, err
	}
	a.Name, a.Email, a.Role, a.Seals, a.Region = u.Name, u.Email, u.Role, u.Seals, u.Region
	if err := lastStays(tx, before, a, idle); err != nil {
		return u, err
	}
	if err := tx.SetAccount(a, now); err != nil {
		return u, fmt.Errorf("change user: %w", err)
	}
	if err := undesignate(tx, by, before, a, now); err != nil {
		return u, fmt.Errorf("change user: %w", err)
	}
	if err := g.readdress(tx, before, a, now); err != nil {
		return u, fmt.Errorf("change user: %w", err)
	}
	return u, auditUser(tx, by, "change user", a, u, now)
}

// nameable tidies the name and address that shall be others, or says what is wrong with them.
func nameable(u *NewUser, before store.Account, c UserChange) error {
	if c.Name != nil {
		if err := tidyName(u); err != nil {
			return err
		}
	}
	if c.Email != nil && u.Email+before.Email != "" { // who had none may go on without
		return tidyEmail(u)
	}
	return nil
}

// readdress ends the links that wait at the address that an account had before, and writes
// there that it is another now.
func (g *Gate) readdress(tx *store.Tx, before, after store.Account, now time.Time) error {
	if before.Email == "" || before.Email == after.Email {
		return nil
	}
	if err := tx.CloseInvitationsFor(after.Username, "the e-mail address was changed", now); err != nil {
		return err
	}
	if err := tx.CloseSigningLinksFor(after.Username, now); err != nil {
		return err
	}
	_, err := g.mails.Put(tx, mail.Letter{
		Kind: iis.MailReaddressed, To: iis.Contact{Name: before.Name, Email: before.Email}, Path: accountPath,
		Says: map[string]string{"username": after.Username, "when": mail.Moment(now)},
	})
	return err
}

func or[T any](given *T, before T) T {
	if given != nil {
		return *given
	}
	return before
}

// command is whoever acts by the command line, whom the operating system has let in.
var command = iis.Actor{Kind: "command"}

// named is the account of a user name, for the command.
func named(tx *store.Tx, username string) (store.Account, error) {
	a, err := tx.Account(username)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		err = fault.Wrap(fault.NotFound, err, fmt.Sprintf("There is no user %q. Add them: openiis user add.", username))
	}
	return a, err
}

// facilityOf is the code of a sender, "" of none.
func facilityOf(tx *store.Tx, sender iis.SenderID) (string, error) {
	if sender == 0 {
		return "", nil
	}
	s, err := tx.SenderProfile(sender)
	return s.Facility, err
}

// is what they may do and where, as the audit has it.
func (u NewUser) is() string {
	is := RoleAt(u.Role, u.Facility)
	if u.Seals {
		is += ", may seal"
	}
	if u.Region != "" {
		is += ", for the region " + u.Region
	}
	return is
}

// auditUser says in the audit who may do what from now on, and for which facility.
func auditUser(tx *store.Tx, by iis.Actor, act string, a store.Account, u NewUser, now time.Time) error {
	is := u.is()
	return tx.AddAudit(store.Audit{
		At: now, Actor: by, Act: act + ": " + is, Subject: int64(a.ID),
		Written: []byte(strings.Join([]string{u.Username, u.Name, u.Email, is}, "\n")),
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

// runs reports that an account runs the registry: it may manage everyone's users.
func runs(a store.Account) bool {
	r := role.Named(a.Role)
	return r != nil && r.Everyone && r.May(role.ManageUsers)
}

// lastStays is an error when an account that runs the registry would do so no more, and
// is the last that can sign in. It makes others who change accounts wait.
func lastStays(tx *store.Tx, before, after store.Account, idle time.Duration) error {
	if !runs(before) || runs(after) && after.Ended.IsZero() {
		return nil
	}
	if err := tx.LockAccounts(); err != nil {
		return err
	}
	for _, r := range role.All() {
		if !r.Everyone || !r.May(role.ManageUsers) {
			continue
		}
		list, err := tx.AccountsAs(r.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(a store.Account) bool { return a.ID != before.ID && !isIdle(a, idle, time.Now()) }) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "%s is the last administrator who can sign in. Make somebody else one first.", before.Name)
}

// Named is the user of a user name, for a command that acts in somebody's name;
// fault.NotFound when there is none, fault.Denied when their access has ended.
func (g *Gate) Named(ctx context.Context, username string) (u User, err error) {
	err = g.store.Read(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(username)
		switch {
		case err != nil:
			return err
		case !a.Ended.IsZero():
			return fault.New(fault.Denied, "the access of %s has ended", username)
		}
		u = User{ID: a.ID, Username: a.Username, Name: a.Name, Role: a.Role, Sender: a.Sender}
		u.Home, err = tx.HomeOf(a.Sender)
		return err
	})
	return u, err
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
	if err != nil || !a.Seals || !a.Ended.IsZero() || !role.Named(a.Role).May(role.Seal) {
		return iis.Actor{}, fault.New(fault.Denied, "There is no administrator %q who may seal former identities. The right is given by openiis user set --seals.", username)
	}
	return iis.Actor{Kind: "user", User: a.ID}, nil
}
