package store

import (
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// KeptForm is what somebody sent after their session had run out, sealed.
type KeptForm struct {
	Digest  string // of the key under which it is kept
	Account iis.UserID
	Content string
	At      time.Time
}

// KeepForm keeps a form, and forgets those of everybody that were kept before a moment, and of
// its account those beyond the newest of a number.
func (tx *Tx) KeepForm(f KeptForm, before time.Time, most int) error {
	if err := tx.ForgetForms(before); err != nil {
		return err
	}
	forms, err := tx.KeptForms(f.Account)
	if err != nil {
		return err
	}
	for i := max(most-1, 0); i < len(forms); i++ {
		if err := tx.Exec(`DELETE FROM kept_form WHERE digest = $1`, forms[i].Digest); err != nil {
			return err
		}
	}
	return tx.Exec(`INSERT INTO kept_form (digest, account_id, content, at) VALUES ($1, $2, $3, $4)`, f.Digest, f.Account, f.Content, f.At.UnixMicro())
}

// KeptForms are the forms of somebody, the newest first.
func (tx *Tx) KeptForms(account iis.UserID) ([]KeptForm, error) {
	var out []KeptForm
	err := tx.Select(db.Query{
		SQL:  `SELECT digest, account_id, content, at FROM kept_form WHERE account_id = $1 ORDER BY at DESC, digest`,
		Args: []any{account},
		Each: func(r db.Row) error {
			out = append(out, KeptForm{r.Text(0), iis.UserID(r.Int(1)), r.Text(2), time.UnixMicro(r.Int(3)).UTC()})
			return nil
		},
	})
	return out, err
}

// ForgetForms removes the forms that were kept before a moment.
func (tx *Tx) ForgetForms(before time.Time) error {
	return tx.Exec(`DELETE FROM kept_form WHERE at < $1`, before.UnixMicro())
}

// ForgetFormsOf removes the forms of somebody.
func (tx *Tx) ForgetFormsOf(account iis.UserID) error {
	return tx.Exec(`DELETE FROM kept_form WHERE account_id = $1`, account)
}
