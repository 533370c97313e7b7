package store

import (
	"strings"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Account is someone who signs in.
type Account struct {
	ID       iis.UserID
	Username string
	Name     string
	Email    string
	Role     string
	Hash     string
	Sender   iis.SenderID // whom it belongs to; 0: no sender
	Seals    bool         // an administrator who may seal former identities

	Ended    time.Time  // when its access ended; zero: it has not
	EndedBy  iis.UserID // 0: the command
	EndedWhy string
	Active   time.Time // since when it is idle: its last sign-in, or when it was let in; zero: not known
	SignedIn time.Time // the last time; zero: never, or not known
	Factor   string    // the secret of its second factor, as access keeps it; "": it has none
	Step     int64     // the last step of which a code was used
	Region   string    // whose sites it looks after, a code of the state's file; "": none

	PasswordOff bool  // it signs in without a password only
	BreakGlass  bool  // its password is good where the operator has switched passwords off
	Passkeys    int64 // how many it has
}

// PutAccount adds an account, or replaces what the same user name is and its password,
// ends its sessions and lets it in again. A second factor stays.
func (tx *Tx) PutAccount(a Account, now time.Time) (iis.UserID, error) {
	err := tx.Exec(`
		INSERT INTO account (id, username, name, email, role, hash, sender_id, seals, created, changed, active, region)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)
		ON CONFLICT (username) DO UPDATE
		SET name = excluded.name, email = excluded.email, role = excluded.role, hash = excluded.hash, sender_id = excluded.sender_id,
		    seals = excluded.seals, changed = excluded.changed, active = excluded.active, region = excluded.region, ended = 0, ended_by = 0, ended_why = '',
		    password_off = 0`,
		tx.s.NewID(), a.Username, a.Name, a.Email, a.Role, a.Hash, a.Sender, a.Seals, now.UnixMicro(), instant(a.Active), a.Region)
	if err != nil {
		return 0, err
	}
	stored, err := tx.Account(a.Username)
	if err != nil {
		return 0, err
	}
	return stored.ID, tx.EndSessions(stored.ID, 0)
}

// SetAccount gives an account another name, address, role, sender or state of its access.
// Its password, its second factor and its sessions stay: whoever is signed in is judged
// anew at each request.
func (tx *Tx) SetAccount(a Account, now time.Time) error {
	return tx.Exec(`
		UPDATE account SET name = $1, email = $2, role = $3, sender_id = $4, seals = $5, ended = $6, ended_by = $7, ended_why = $8, active = $9, changed = $10, region = $11
		WHERE id = $12`,
		a.Name, a.Email, a.Role, a.Sender, a.Seals, instant(a.Ended), a.EndedBy, a.EndedWhy, instant(a.Active), now.UnixMicro(), a.Region, a.ID)
}

// SetPassword gives an account another password.
func (tx *Tx) SetPassword(id iis.UserID, hash string, now time.Time) error {
	return tx.Exec(`UPDATE account SET hash = $1, changed = $2 WHERE id = $3`, hash, now.UnixMicro(), id)
}

// SetPasswordUse says whether an account's password is good, and whether it is where passwords
// are switched off.
func (tx *Tx) SetPasswordUse(id iis.UserID, off, breakGlass bool, now time.Time) error {
	return tx.Exec(`UPDATE account SET password_off = $1, break_glass = $2, changed = $3 WHERE id = $4`, off, breakGlass, now.UnixMicro(), id)
}

// BreakGlassAccounts are those whose password is good where passwords are switched off, and
// whose access has not ended.
func (tx *Tx) BreakGlassAccounts() ([]Account, error) {
	var out []Account
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + accountColumns + ` FROM account a WHERE a.break_glass = 1 AND a.password_off = 0 AND a.ended = 0`,
		Each: func(r db.Row) error { out = append(out, readAccount(r)); return nil },
	})
	return out, err
}

// NoteSignIn notes that somebody has signed in.
func (tx *Tx) NoteSignIn(id iis.UserID, now time.Time) error {
	return tx.Exec(`UPDATE account SET signed_in = $1, active = $1 WHERE id = $2`, now.UnixMicro(), id)
}

// CountIdle has accounts of which it is not known be idle since a moment.
func (tx *Tx) CountIdle(since time.Time) error {
	return tx.Exec(`UPDATE account SET active = $1 WHERE active = 0 AND ended = 0`, since.UnixMicro())
}

// momentAt is the time that is stored.
func momentAt(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}

// accountColumns are what readAccount reads, of a table called a.
const accountColumns = `a.id, a.username, a.name, a.email, a.role, a.hash, a.sender_id, a.seals,
	a.ended, a.ended_by, a.ended_why, a.active, a.signed_in, a.factor, a.factor_step, a.password_off, a.break_glass, a.passkeys, a.region`

// readAccount reads one from the first columns of a row, of which there are so many.
func readAccount(r db.Row) Account {
	return Account{
		ID: iis.UserID(r.Int(0)), Username: r.Text(1), Name: r.Text(2), Email: r.Text(3), Role: r.Text(4), Hash: r.Text(5),
		Sender: iis.SenderID(r.Int(6)), Seals: r.Int(7) != 0,
		Ended: momentAt(r.Int(8)), EndedBy: iis.UserID(r.Int(9)), EndedWhy: r.Text(10), Active: momentAt(r.Int(11)), SignedIn: momentAt(r.Int(12)),
		Factor: r.Text(13), Step: r.Int(14), PasswordOff: r.Int(15) != 0, BreakGlass: r.Int(16) != 0, Passkeys: r.Int(17), Region: r.Text(18),
	}
}

const accountWidth = 19

// Account reads an account by user name; fault.NotFound when there is none.
func (tx *Tx) Account(username string) (Account, error) {
	return tx.oneAccount(`WHERE a.username = $1`, username)
}

// AccountOf reads an account; fault.NotFound when there is none.
func (tx *Tx) AccountOf(id iis.UserID) (Account, error) {
	return tx.oneAccount(`WHERE a.id = $1`, id)
}

// HasAccountAlike reports that there is a user name that differs in capitals at most. It
// reads all of them: whoever invites somebody can wait for some thousands.
func (tx *Tx) HasAccountAlike(username string) (has bool, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT username FROM account`,
		Each: func(r db.Row) error {
			has = has || strings.EqualFold(r.Text(0), username)
			return nil
		},
	})
	return has, err
}

func (tx *Tx) oneAccount(where string, arg any) (Account, error) {
	var a Account
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + accountColumns + ` FROM account a ` + where,
		Args: []any{arg},
		Each: func(r db.Row) error { a = readAccount(r); return nil },
	})
	if err == nil && a.ID == 0 {
		err = fault.New(fault.NotFound, "there is no such user name")
	}
	return a, err
}

// AccountAt is an account with the name of the sender that it belongs to.
type AccountAt struct {
	Account
	Site, Facility string // of the site that it belongs to; "": none
}

// Accounts are those after a user name, of the senders of a scope, in the order of user names.
func (tx *Tx) Accounts(of iis.Scope, after string, limit int) ([]AccountAt, error) {
	theirs, senders := inScope("a.sender_id", of, 2)
	args := append(append([]any{after}, senders...), limit)
	var out []AccountAt
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + accountColumns + `, n.name, n.facility FROM account a LEFT JOIN sender n ON n.id = a.sender_id WHERE a.username > $1 AND ` + theirs + ` ORDER BY a.username LIMIT ` + marksFrom(len(args), 1),
		Args: args,
		Each: func(r db.Row) error {
			out = append(out, AccountAt{readAccount(r), r.Text(accountWidth), r.Text(accountWidth + 1)})
			return nil
		},
	})
	return out, err
}

// AccountsAs are those of a role whose access has not ended.
func (tx *Tx) AccountsAs(role string) ([]Account, error) {
	var out []Account
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + accountColumns + ` FROM account a WHERE a.role = $1 AND a.ended = 0`,
		Args: []any{role},
		Each: func(r db.Row) error { out = append(out, readAccount(r)); return nil },
	})
	return out, err
}

// accountLock excludes two who take somebody's access at once.
const accountLock = 0x7573_6572 // "user"

// LockAccounts makes others who change what accounts may wait for this transaction.
func (tx *Tx) LockAccounts() error { return tx.Lock(accountLock) }

// AccountsIdle are those whose access has not ended and that were used last between two
// moments, the second the earlier one.
func (tx *Tx) AccountsIdle(before, after time.Time) ([]Account, error) {
	var out []Account
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + accountColumns + ` FROM account a WHERE a.ended = 0 AND a.active < $1 AND a.active > $2 ORDER BY a.id`,
		Args: []any{before.UnixMicro(), after.UnixMicro()},
		Each: func(r db.Row) error { out = append(out, readAccount(r)); return nil },
	})
	return out, err
}
