package store

import (
	"encoding/json"
	"time"

	"github.com/klauspost/compress/s2"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// LegacyRun is how far the import of an old registry has come.
type LegacyRun struct {
	ID       string // digest of its files
	Begun    time.Time
	Finished time.Time // zero: not yet
	Chunks   int64     // of people, that are in the registry
	// Body is how the files are cut, and what became of their rows: package legacy
	// writes and reads it.
	Body json.RawMessage
}

// legacyLock is the advisory lock of the imports of old registries.
const legacyLock = 0x4C45_4741 // "LEGA"

// ErrLegacyTaken says that another program goes on with the same import.
var ErrLegacyTaken = fault.New(fault.Conflict, "Another program is importing the same files.")

// LegacyRun reads an import; nil when it was never begun.
func (tx *Tx) LegacyRun(id string) (*LegacyRun, error) {
	var run *LegacyRun
	err := tx.Select(db.Query{
		SQL:  `SELECT begun, finished, chunks, body FROM legacy_run WHERE id = $1`,
		Args: []any{id},
		Each: func(r db.Row) error {
			run = &LegacyRun{ID: id, Begun: time.UnixMicro(r.Int(0)), Chunks: r.Int(2), Body: json.RawMessage(r.Text(3))}
			if at := r.Int(1); at != 0 {
				run.Finished = time.UnixMicro(at)
			}
			return nil
		},
	})
	return run, err
}

// HoldLegacyRun makes other imports wait until this transaction is done;
// ErrLegacyTaken when one has come further than this one knows.
func (tx *Tx) HoldLegacyRun(known *LegacyRun) error {
	if err := tx.Lock(legacyLock); err != nil {
		return err
	}
	have, err := tx.LegacyRun(known.ID)
	if err == nil && have != nil && (have.Chunks != known.Chunks || have.Finished.IsZero() != known.Finished.IsZero()) {
		err = ErrLegacyTaken
	}
	return err
}

// PutLegacyRun stores how far an import has come.
func (tx *Tx) PutLegacyRun(run *LegacyRun) error {
	finished := int64(0)
	if !run.Finished.IsZero() {
		finished = run.Finished.UnixMicro()
	}
	return tx.Exec(`
		INSERT INTO legacy_run (id, begun, finished, chunks, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE
		SET begun = excluded.begun, finished = excluded.finished, chunks = excluded.chunks, body = excluded.body`,
		run.ID, run.Begun.UnixMicro(), finished, run.Chunks, string(run.Body))
}

// KeepWith stores a submission in this transaction, under the id that it has:
// for what can be read again from where it came when the transaction fails.
func (tx *Tx) KeepWith(sub *iis.Submission) error {
	return tx.keep(sub, s2.EncodeBetter(nil, sub.Raw))
}

// PersonCount is how many records there are.
func (tx *Tx) PersonCount() (n int64, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT COUNT(*) FROM person`,
		Each: func(r db.Row) error { n = r.Int(0); return nil },
	})
	return n, err
}
