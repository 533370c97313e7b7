package store

import (
	"strconv"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// SenderCredential is a user name by which a sender sends.
type SenderCredential struct {
	Username string
	Changed  time.Time  // when its password was set
	By       iis.UserID // by whom; 0: by the command, NotKnown: it was not written down then
}

// NotKnown is in the place of whoever set a password before that was written down.
const NotKnown iis.UserID = -1

// CredentialsOf are a sender's, by user name.
func (tx *Tx) CredentialsOf(sender iis.SenderID) ([]SenderCredential, error) {
	var out []SenderCredential
	err := tx.Select(db.Query{
		SQL:  `SELECT username, changed, set_by FROM credential WHERE sender_id = $1 ORDER BY username`,
		Args: []any{sender},
		Each: func(r db.Row) error {
			out = append(out, SenderCredential{r.Text(0), momentAt(r.Int(1)), iis.UserID(r.Int(2))})
			return nil
		},
	})
	return out, err
}

// PutCredential gives a sender a user name, or a user name of its own another password, by
// somebody; fault.Conflict when the user name is another's.
func (tx *Tx) PutCredential(sender iis.SenderID, username, hash string, by iis.UserID, now time.Time) error {
	have, err := tx.Credential(username)
	switch {
	case err != nil && fault.KindOf(err) != fault.NotFound:
		return err
	case err == nil && have.Sender.ID != sender:
		return fault.New(fault.Conflict, "The user name %s is taken. Choose another one. Nothing was changed.", username)
	}
	err = tx.Exec(`
		INSERT INTO credential (username, sender_id, hash, changed, set_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (username) DO UPDATE SET hash = excluded.hash, changed = excluded.changed, set_by = excluded.set_by`, username, sender, hash, now.UnixMicro(), by)
	if err != nil {
		return err
	}
	return tx.credentialsChange()
}

// EndCredential takes a user name from a sender; false when it has none of that name.
func (tx *Tx) EndCredential(sender iis.SenderID, username string) (ended bool, err error) {
	n, err := tx.Count(`DELETE FROM credential WHERE sender_id = $1 AND username = $2`, sender, username)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.credentialsChange()
}

// credentialsChange has every server forget what it remembers of credentials.
func (tx *Tx) credentialsChange() error {
	return tx.setSetting(credentialsChanged, strconv.FormatInt(tx.s.NewID(), 10))
}

// SendersBeside are the senders of the site of one of them: of the site itself and of its
// departments, whatever they send and whether it takes part or not. Whose word is its own: HomeOf.
func (tx *Tx) SendersBeside(sender iis.SenderID) ([]iis.Sender, error) {
	var site iis.OrganizationID
	err := tx.Select(db.Query{
		SQL:  `SELECT id FROM organization WHERE id = ` + siteOfSender,
		Args: []any{sender},
		Each: func(r db.Row) error { site = iis.OrganizationID(r.Int(0)); return nil },
	})
	if err != nil || site == 0 {
		return nil, err
	}
	var out []iis.Sender
	err = tx.Select(db.Query{
		SQL: `
			SELECT s.id, s.facility, s.name, s.enforce, s.kind, s.proof FROM sender s JOIN organization o ON o.id = s.organization_id
			WHERE o.id = $1 OR (o.parent_id = $1 AND o.kind = 'department') ORDER BY s.name, s.id`,
		Args: []any{site},
		Each: func(r db.Row) error { out = append(out, readSender(r, 0)); return nil },
	})
	return out, err
}
