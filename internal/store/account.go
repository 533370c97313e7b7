package store

import (
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
	Role     string
	Hash     string
	Sender   iis.SenderID // whom it belongs to; 0: no sender
	Seals    bool         // an administrator who may seal former identities
}

// PutAccount adds an account, or replaces the name, role, sender and password
// of the same user name and ends its sessions.
func (tx *Tx) PutAccount(a Account, now time.Time) (iis.UserID, error) {
	err := tx.Exec(`
		INSERT INTO account (id, username, name, role, hash, sender_id, seals, created, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
		ON CONFLICT (username) DO UPDATE
		SET name = excluded.name, role = excluded.role, hash = excluded.hash, sender_id = excluded.sender_id,
		    seals = excluded.seals, changed = excluded.changed`,
		tx.s.NewID(), a.Username, a.Name, a.Role, a.Hash, a.Sender, a.Seals, now.UnixMicro())
	if err != nil {
		return 0, err
	}
	stored, err := tx.Account(a.Username)
	if err != nil {
		return 0, err
	}
	return stored.ID, tx.Exec(`DELETE FROM session WHERE account_id = $1`, stored.ID)
}

// SetAccount gives an account another name, role or sender. Its password and its
// sessions stay: whoever is signed in is judged anew at each request.
func (tx *Tx) SetAccount(a Account, now time.Time) error {
	return tx.Exec(`UPDATE account SET name = $1, role = $2, sender_id = $3, seals = $4, changed = $5 WHERE id = $6`,
		a.Name, a.Role, a.Sender, a.Seals, now.UnixMicro(), a.ID)
}

// Account reads an account by user name; fault.NotFound when there is none.
func (tx *Tx) Account(username string) (Account, error) {
	var a Account
	err := tx.Select(db.Query{
		SQL:  `SELECT id, username, name, role, hash, sender_id, seals FROM account WHERE username = $1`,
		Args: []any{username},
		Each: func(r db.Row) error {
			a = Account{iis.UserID(r.Int(0)), r.Text(1), r.Text(2), r.Text(3), r.Text(4), iis.SenderID(r.Int(5)), r.Int(6) != 0}
			return nil
		},
	})
	if err == nil && a.ID == 0 {
		err = fault.New(fault.NotFound, "there is no such user name")
	}
	return a, err
}

// Session is a sign-in that still holds.
type Session struct {
	Account       Account
	Site          string // name of the sender that the account belongs to; "": none
	Created, Seen time.Time
	Expires       time.Time
}

// AddSession stores a sign-in under the hash of its token.
func (tx *Tx) AddSession(token []byte, account iis.UserID, now, expires time.Time) error {
	return tx.Exec(`
		INSERT INTO session (token, account_id, created, seen, expires) VALUES ($1, $2, $3, $4, $5)`,
		token, account, now.UnixMicro(), now.UnixMicro(), expires.UnixMicro())
}

// Session reads a sign-in by the hash of its token; fault.NotFound when there is
// none.
func (tx *Tx) Session(token []byte) (Session, error) {
	var s Session
	err := tx.Select(db.Query{
		SQL: `
			SELECT a.id, a.username, a.name, a.role, a.sender_id, n.name, s.created, s.seen, s.expires, a.seals
			FROM session s JOIN account a ON a.id = s.account_id LEFT JOIN sender n ON n.id = a.sender_id
			WHERE s.token = $1`,
		Args: []any{token},
		Each: func(r db.Row) error {
			s.Account = Account{ID: iis.UserID(r.Int(0)), Username: r.Text(1), Name: r.Text(2), Role: r.Text(3), Sender: iis.SenderID(r.Int(4)), Seals: r.Int(9) != 0}
			s.Site = r.Text(5) // NULL: ""
			s.Created, s.Seen = time.UnixMicro(r.Int(6)), time.UnixMicro(r.Int(7))
			s.Expires = time.UnixMicro(r.Int(8))
			return nil
		},
	})
	if err == nil && s.Account.ID == 0 {
		err = fault.New(fault.NotFound, "not signed in")
	}
	return s, err
}

// TouchSession notes that a session was used.
func (tx *Tx) TouchSession(token []byte, now time.Time) error {
	return tx.Exec(`UPDATE session SET seen = $1 WHERE token = $2`, now.UnixMicro(), token)
}

// EndSession removes a sign-in.
func (tx *Tx) EndSession(token []byte) error {
	return tx.Exec(`DELETE FROM session WHERE token = $1`, token)
}
