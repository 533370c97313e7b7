package store

import (
	"fmt"
	"strconv"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// OwnWeights is the version of weights that the program itself has.
const OwnWeights = ""

// Adoption is that somebody put a version of the weights of matching into force.
type Adoption struct {
	Version string // OwnWeights, or one that was adopted
	At      time.Time
	By      iis.UserID
	Name    string // of By, as it is now
	Reason  string
}

// weightsChanged is the setting that tells every server to read the weights anew.
const weightsChanged = "weights changed"

// weightsLock excludes two who adopt weights at once.
const weightsLock = 0x7765_6967_6874 // "weight"

// LockWeights makes others who adopt weights wait for this transaction.
func (tx *Tx) LockWeights() error { return tx.Lock(weightsLock) }

// KeepWeights stores the file of a version. One that is there stays.
func (tx *Tx) KeepWeights(version string, file []byte) error {
	return tx.Exec(`
		INSERT INTO match_weights (version, file) VALUES ($1, $2)
		ON CONFLICT (version) DO NOTHING`, version, string(file))
}

// Adopt puts a version of weights into force from when the transaction commits; it
// must have LockWeights. Every server sees it at its next look at WeightsChanged.
func (tx *Tx) Adopt(a Adoption) error {
	last := int64(0)
	err := tx.Select(db.Query{
		SQL:  `SELECT max(n) FROM match_adoption`,
		Each: func(r db.Row) error { last = r.Int(0); return nil }, // NULL: 0
	})
	if err != nil {
		return err
	}
	err = tx.Exec(`INSERT INTO match_adoption (n, version, at, account, reason) VALUES ($1, $2, $3, $4, $5)`,
		last+1, a.Version, a.At.UnixMicro(), a.By, a.Reason)
	if err != nil {
		return err
	}
	return tx.setSetting(weightsChanged, strconv.FormatInt(tx.s.NewID(), 10))
}

// Adoptions are all that were ever in force, the oldest first; the last is.
func (tx *Tx) Adoptions() ([]Adoption, error) {
	var out []Adoption
	err := tx.Select(db.Query{
		SQL: `
			SELECT m.version, m.at, m.account, a.name, m.reason
			FROM match_adoption m LEFT JOIN account a ON a.id = m.account ORDER BY m.n`,
		Each: func(r db.Row) error {
			out = append(out, Adoption{
				Version: r.Text(0), At: time.UnixMicro(r.Int(1)).UTC(), By: iis.UserID(r.Int(2)), Name: r.Text(3), Reason: r.Text(4),
			})
			return nil
		},
	})
	if err != nil {
		err = fmt.Errorf("read which weights were adopted: %w", err)
	}
	return out, err
}

// Weights is the file of a version; nil when it was never kept.
func (tx *Tx) Weights(version string) (file []byte, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT file FROM match_weights WHERE version = $1`,
		Args: []any{version},
		Each: func(r db.Row) error { file = []byte(r.Text(0)); return nil },
	})
	if err != nil {
		err = fmt.Errorf("read the weights %s: %w", version, err)
	}
	return file, err
}

// WeightsInForce is the version in force and its file; OwnWeights has none.
func (tx *Tx) WeightsInForce() (version string, file []byte, err error) {
	all, err := tx.Adoptions()
	if err != nil || len(all) == 0 {
		return OwnWeights, nil, err
	}
	if version = all[len(all)-1].Version; version == OwnWeights {
		return version, nil, nil
	}
	file, err = tx.Weights(version)
	return version, file, err
}

// WeightsChanged changes whenever other weights are put into force, in whatever
// program.
func (tx *Tx) WeightsChanged() (string, error) { return tx.setting(weightsChanged) }
