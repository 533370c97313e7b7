package store

import (
	"encoding/json"
	"fmt"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// mailLock excludes two servers that take mails to send at once.
const mailLock = 0x4d41_494c // "MAIL"

// LockMails holds the mails that wait until the transaction ends.
func (tx *Tx) LockMails() error { return tx.Lock(mailLock) }

// NewMailID makes the number of a mail.
func (tx *Tx) NewMailID() iis.MailID { return iis.MailID(tx.s.NewID()) }

const mailColumns = `id, kind, name, address, says, path, secret, link_id, once, at, status, attempts, due, until, done, answer`

func readMail(r db.Row) (iis.Mail, error) {
	m := iis.Mail{
		ID: iis.MailID(r.Int(0)), Kind: iis.MailKind(r.Text(1)), To: iis.Contact{Name: r.Text(2), Email: r.Text(3)}, Path: r.Text(5), Secret: append([]byte(nil), r.Bytes(6)...), Link: r.Int(7),
		Once: r.Text(8), At: momentAt(r.Int(9)), Status: iis.MailStatus(r.Text(10)), Attempts: int(r.Int(11)), Due: momentAt(r.Int(12)), Until: momentAt(r.Int(13)),
		Done: momentAt(r.Int(14)), Answer: r.Text(15),
	}
	if err := json.Unmarshal([]byte(r.Text(4)), &m.Says); err != nil {
		return m, fmt.Errorf("mail %d: %w", m.ID, err)
	}
	return m, nil
}

// AddMail stores a mail that waits to be sent, under its number; not one whose Once was
// stored before.
func (tx *Tx) AddMail(m *iis.Mail) error {
	says, err := asJSON(m.Says)
	if err != nil {
		return err
	}
	secret := m.Secret
	if secret == nil {
		secret = []byte{}
	}
	return tx.Exec(`
		INSERT INTO mail (`+mailColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, 0, '') ON CONFLICT DO NOTHING`,
		m.ID, string(m.Kind), m.To.Name, m.To.Email, says, m.Path, secret, m.Link, m.Once, m.At.UnixMicro(), string(iis.MailWaits), m.Due.UnixMicro(), m.Until.UnixMicro())
}

// HasMail reports that a mail of this Once was stored.
func (tx *Tx) HasMail(once string) (has bool, err error) {
	err = tx.Select(db.Query{SQL: `SELECT 1 FROM mail WHERE once = $1 AND once <> ''`, Args: []any{once}, Each: func(db.Row) error { has = true; return nil }})
	return has, err
}

// CountMailTo is how many mails were stored for an address since a moment.
func (tx *Tx) CountMailTo(address string, since time.Time) (n int64, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT COUNT(*) FROM mail WHERE address = $1 AND at > $2`, Args: []any{address, since.UnixMicro()},
		Each: func(r db.Row) error { n = r.Int(0); return nil },
	})
	return n, err
}

// PutMail stores how far a mail is.
func (tx *Tx) PutMail(m *iis.Mail) error {
	secret := m.Secret
	if secret == nil {
		secret = []byte{}
	}
	return tx.Exec(`UPDATE mail SET secret = $1, status = $2, attempts = $3, due = $4, until = $5, done = $6, answer = $7 WHERE id = $8`,
		secret, string(m.Status), m.Attempts, m.Due.UnixMicro(), m.Until.UnixMicro(), instant(m.Done), m.Answer, m.ID)
}

// Mail is one; fault.NotFound when there is none.
func (tx *Tx) Mail(id iis.MailID) (iis.Mail, error) {
	list, err := tx.mails(`SELECT `+mailColumns+` FROM mail WHERE id = $1`, id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "There is no such mail (any more).")
	}
	if err != nil {
		return iis.Mail{}, err
	}
	return list[0], nil
}

// DueMail is the one that waits longest to be tried, of those that are due at a moment;
// nil when none is.
func (tx *Tx) DueMail(now time.Time) (*iis.Mail, error) {
	list, err := tx.mails(`SELECT `+mailColumns+` FROM mail WHERE status = 'waiting' AND due <= $1 ORDER BY due, id LIMIT 1`, now.UnixMicro())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// Mails are those of a status before one of them, the newest first.
func (tx *Tx) Mails(status iis.MailStatus, before iis.MailID, limit int) ([]iis.Mail, error) {
	return tx.mails(`SELECT `+mailColumns+` FROM mail WHERE status = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, string(status), before, limit)
}

// CountMails is how many there are of each status.
func (tx *Tx) CountMails() (map[iis.MailStatus]int64, error) {
	out := map[iis.MailStatus]int64{}
	err := tx.Select(db.Query{
		SQL:  `SELECT status, COUNT(*) FROM mail GROUP BY status`,
		Each: func(r db.Row) error { out[iis.MailStatus(r.Text(0))] = r.Int(1); return nil },
	})
	return out, err
}

// ForgetMails removes those that were done with before a moment.
func (tx *Tx) ForgetMails(before time.Time) (int64, error) {
	return tx.Count(`DELETE FROM mail WHERE done > 0 AND done < $1`, before.UnixMicro())
}

func (tx *Tx) mails(sql string, args ...any) (out []iis.Mail, err error) {
	err = tx.Select(db.Query{SQL: sql, Args: args, Each: func(r db.Row) error {
		m, err := readMail(r)
		out = append(out, m)
		return err
	}})
	return out, err
}

// SigningLinkIsOpen reports that a link for signing can still be used at a moment.
func (tx *Tx) SigningLinkIsOpen(id int64, now time.Time) (open bool, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT 1 FROM signing_link WHERE id = $1 AND closed = 0 AND expires > $2`, Args: []any{id, now.UnixMicro()},
		Each: func(db.Row) error { open = true; return nil },
	})
	return open, err
}
