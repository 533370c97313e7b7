package store

import (
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// AccountLink is as whom a provider of single sign-on knows somebody.
type AccountLink struct {
	Issuer  string // the provider, by its address
	Claim   string // what of the provider's word names them
	Subject string // its value, as the provider has it
	Account iis.UserID
	Shown   string // what the provider calls them, for people to read
	At      time.Time
	By      iis.UserID // 0: the command
	Used    time.Time  // zero: not yet
}

// AddAccountLink has a name at a provider be somebody's. A name has one account only: false when it
// is somebody's already, theirs or another's.
func (tx *Tx) AddAccountLink(l AccountLink) (bool, error) {
	n, err := tx.Count(`
		INSERT INTO account_link (issuer, claim, subject, account_id, shown, at, linked_by, used) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
		ON CONFLICT (issuer, claim, subject) DO NOTHING`,
		l.Issuer, l.Claim, l.Subject, l.Account, l.Shown, l.At.UnixMicro(), l.By)
	return n == 1, err
}

const linkColumns = `issuer, claim, subject, account_id, shown, at, linked_by, used`

func readLink(r db.Row) AccountLink {
	return AccountLink{
		Issuer: r.Text(0), Claim: r.Text(1), Subject: r.Text(2), Account: iis.UserID(r.Int(3)), Shown: r.Text(4),
		At: momentAt(r.Int(5)), By: iis.UserID(r.Int(6)), Used: momentAt(r.Int(7)),
	}
}

// AccountLinkOf reads whose a name at a provider is; fault.NotFound when it is nobody's.
func (tx *Tx) AccountLinkOf(issuer, claim, subject string) (AccountLink, error) {
	var out AccountLink
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + linkColumns + ` FROM account_link WHERE issuer = $1 AND claim = $2 AND subject = $3`,
		Args: []any{issuer, claim, subject},
		Each: func(r db.Row) error { out = readLink(r); return nil },
	})
	if err == nil && out.Account == 0 {
		err = fault.New(fault.NotFound, "nobody here has that name")
	}
	return out, err
}

// AccountLinks are the names that somebody has at providers, the oldest first, at most 50.
func (tx *Tx) AccountLinks(account iis.UserID) ([]AccountLink, error) {
	var out []AccountLink
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + linkColumns + ` FROM account_link WHERE account_id = $1 ORDER BY at, subject LIMIT 50`,
		Args: []any{account},
		Each: func(r db.Row) error { out = append(out, readLink(r)); return nil },
	})
	return out, err
}

// NoteAccountLink notes that somebody came by a name, and what the provider calls them now.
func (tx *Tx) NoteAccountLink(l AccountLink, shown string, now time.Time) error {
	return tx.Exec(`UPDATE account_link SET used = $1, shown = $2 WHERE issuer = $3 AND claim = $4 AND subject = $5`,
		now.UnixMicro(), shown, l.Issuer, l.Claim, l.Subject)
}

// DropAccountLinks takes all names at providers from somebody, and says how many there were.
func (tx *Tx) DropAccountLinks(account iis.UserID) (int64, error) {
	return tx.Count(`DELETE FROM account_link WHERE account_id = $1`, account)
}
