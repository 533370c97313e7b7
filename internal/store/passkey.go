package store

import (
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Passkey is the public key of an authenticator by which somebody signs in.
type Passkey struct {
	ID         iis.PasskeyID
	Account    iis.UserID
	Credential []byte // its number, as the authenticator made it
	Kept       []byte // public key, counter and flags, as access keeps them
	Name       string
	Created    time.Time
	Used       time.Time // zero: not yet
}

// AddPasskey stores one; false when its number is known already.
func (tx *Tx) AddPasskey(p Passkey) (bool, error) {
	n, err := tx.Count(`
		INSERT INTO passkey (id, account_id, credential, kept, name, created, used) VALUES ($1, $2, $3, $4, $5, $6, 0)
		ON CONFLICT (credential) DO NOTHING`,
		tx.s.NewID(), p.Account, p.Credential, p.Kept, p.Name, p.Created.UnixMicro())
	if err != nil || n != 1 {
		return false, err
	}
	return true, tx.countPasskeys(p.Account)
}

// countPasskeys writes down with an account how many it has.
func (tx *Tx) countPasskeys(account iis.UserID) error {
	list, err := tx.Passkeys(account)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE account SET passkeys = $1 WHERE id = $2`, len(list), account)
}

const passkeyColumns = `id, account_id, credential, kept, name, created, used`

func readPasskey(r db.Row) Passkey {
	return Passkey{
		ID: iis.PasskeyID(r.Int(0)), Account: iis.UserID(r.Int(1)), Credential: r.Bytes(2), Kept: r.Bytes(3), Name: r.Text(4),
		Created: momentAt(r.Int(5)), Used: momentAt(r.Int(6)),
	}
}

// Passkeys are those of an account, the oldest first.
func (tx *Tx) Passkeys(account iis.UserID) ([]Passkey, error) {
	var out []Passkey
	err := tx.Select(db.Query{
		SQL: `SELECT ` + passkeyColumns + ` FROM passkey WHERE account_id = $1 ORDER BY id`, Args: []any{account},
		Each: func(r db.Row) error { out = append(out, readPasskey(r)); return nil },
	})
	return out, err
}

// PasskeyOf reads the one of a number; fault.NotFound when there is none.
func (tx *Tx) PasskeyOf(credential []byte) (Passkey, error) {
	var out Passkey
	err := tx.Select(db.Query{
		SQL: `SELECT ` + passkeyColumns + ` FROM passkey WHERE credential = $1`, Args: []any{credential},
		Each: func(r db.Row) error { out = readPasskey(r); return nil },
	})
	if err == nil && out.ID == 0 {
		err = fault.New(fault.NotFound, "there is no such passkey")
	}
	return out, err
}

// UsePasskey notes that one was used, with its counter as it is now.
func (tx *Tx) UsePasskey(id iis.PasskeyID, kept []byte, now time.Time) error {
	return tx.Exec(`UPDATE passkey SET kept = $1, used = $2 WHERE id = $3`, kept, now.UnixMicro(), id)
}

// RemovePasskey removes one of an account; 0: all of them. It says how many there were.
func (tx *Tx) RemovePasskey(account iis.UserID, id iis.PasskeyID) (n int64, err error) {
	if id == 0 {
		n, err = tx.Count(`DELETE FROM passkey WHERE account_id = $1`, account)
	} else {
		n, err = tx.Count(`DELETE FROM passkey WHERE account_id = $1 AND id = $2`, account, id)
	}
	if err != nil {
		return 0, err
	}
	return n, tx.countPasskeys(account)
}

// SignInStep is what was asked of a browser: each is taken once.
type SignInStep struct {
	Kind    string
	Expires time.Time
	Content []byte
}

// AddSignInStep stores one under the hash of its token, and forgets those that are over.
func (tx *Tx) AddSignInStep(token []byte, s SignInStep, now time.Time) error {
	if err := tx.Exec(`DELETE FROM sign_in_step WHERE expires < $1`, now.UnixMicro()); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO sign_in_step (token, kind, expires, content) VALUES ($1, $2, $3, $4)`, token, s.Kind, s.Expires.UnixMicro(), s.Content)
}

// TakeSignInStep removes one and returns it; fault.NotFound when there is none that is good.
func (tx *Tx) TakeSignInStep(token []byte, kind string, now time.Time) (SignInStep, error) {
	var out SignInStep
	err := tx.Select(db.Query{
		SQL: `SELECT kind, expires, content FROM sign_in_step WHERE token = $1`, Args: []any{token},
		Each: func(r db.Row) error {
			out = SignInStep{r.Text(0), momentAt(r.Int(1)), r.Bytes(2)}
			return nil
		},
	})
	if err != nil {
		return out, err
	}
	n, err := tx.Count(`DELETE FROM sign_in_step WHERE token = $1`, token)
	if err == nil && (n != 1 || out.Kind != kind || out.Expires.Before(now)) {
		err = fault.New(fault.NotFound, "there is no such step")
	}
	return out, err
}
