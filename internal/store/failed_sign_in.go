package store

import (
	"slices"
	"time"

	"openiis/internal/store/db"
)

// FailedSignIn is a wrong password that was shown with a user name.
type FailedSignIn struct {
	ID      int64
	At      time.Time
	Address string
	Process int64 // which program met it, by a number that each makes for itself
}

// AddFailedSignIn writes a wrong password down under the name that was shown, of which a keyed
// digest alone is kept.
func (tx *Tx) AddFailedSignIn(name string, f FailedSignIn) error {
	return tx.Exec(`INSERT INTO failed_sign_in (name, id, at, address, process) VALUES ($1, $2, $3, $4, $5)`,
		tx.s.digest([]byte(name)), tx.s.NewID(), f.At.UnixMicro(), f.Address, f.Process)
}

// FailedSignIns are the newest wrong passwords that other programs than one met under a name,
// behind one of them and since a moment, at most so many, the oldest first.
func (tx *Tx) FailedSignIns(name string, after int64, since time.Time, notBy int64, limit int) ([]FailedSignIn, error) {
	var out []FailedSignIn
	err := tx.Select(db.Query{
		SQL: `
			SELECT id, at, address, process FROM failed_sign_in
			WHERE name = $1 AND id > $2 AND at > $3 AND process <> $4 ORDER BY id DESC LIMIT $5`,
		Args: []any{tx.s.digest([]byte(name)), after, since.UnixMicro(), notBy, limit},
		Each: func(r db.Row) error {
			out = append(out, FailedSignIn{r.Int(0), time.UnixMicro(r.Int(1)).UTC(), r.Text(2), r.Int(3)})
			return nil
		},
	})
	slices.Reverse(out)
	return out, err
}

// ForgetFailedSignIns removes what was written down before a moment.
func (tx *Tx) ForgetFailedSignIns(before time.Time) error {
	return tx.Exec(`DELETE FROM failed_sign_in WHERE at < $1`, before.UnixMicro())
}
