package store

import (
	"encoding/binary"
	"fmt"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// KeyRun is the work of making everyone's match keys anew, by a version of the
// keys. It is done in stretches of persons, each of them durable with how far the
// run has come: whoever goes on with it, goes on there. Several programs may.
type KeyRun struct {
	Version  int64
	Pass     int // 1 adds keys; LastPass removes former ones too
	Begun    time.Time
	UpTo     iis.PersonID // the last person that was seen
	Seen     int64        // persons
	Finished time.Time    // zero: not yet
}

// LastPass is the pass after which nobody is stored under former keys alone.
const LastPass = 2

// Done reports that the version is that of everyone's keys.
func (r *KeyRun) Done() bool { return r.Pass == LastPass && !r.Finished.IsZero() }

// keyRunLock lets one program at a time go on with a run.
const keyRunLock = 0x6B65_7973 // "keys"

// Rekeyed reports that everyone has the keys of a version; ErrHalfFilled when there
// are people who have none yet.
func (tx *Tx) Rekeyed(version int64) (bool, error) {
	run, err := tx.KeyRun(version)
	if err != nil || tx.batch != nil {
		return run.Done(), err
	}
	return run.Done(), tx.Filled()
}

// KeyRun is the run of a version; a zero Pass when there was none yet.
func (tx *Tx) KeyRun(version int64) (run KeyRun, err error) {
	run.Version = version
	err = tx.Select(db.Query{
		SQL:  `SELECT pass, begun, up_to, seen, finished FROM key_run WHERE version = $1`,
		Args: []any{version},
		Each: func(r db.Row) error {
			run.Pass, run.Begun = int(r.Int(0)), time.UnixMicro(r.Int(1)).UTC()
			run.UpTo, run.Seen = iis.PersonID(r.Int(2)), r.Int(3)
			if r.Int(4) != 0 {
				run.Finished = time.UnixMicro(r.Int(4)).UTC()
			}
			return nil
		},
	})
	if err != nil {
		err = fmt.Errorf("read the run of key version %d: %w", version, err)
	}
	return run, err
}

// HoldKeyRun is KeyRun, and lets no other program go on with a run until this
// transaction is done.
func (tx *Tx) HoldKeyRun(version int64) (KeyRun, error) {
	if err := tx.Lock(keyRunLock); err != nil {
		return KeyRun{}, err
	}
	return tx.KeyRun(version)
}

// PutKeyRun stores how far a run has come.
func (tx *Tx) PutKeyRun(run *KeyRun) error {
	finished := int64(0)
	if !run.Finished.IsZero() {
		finished = run.Finished.UnixMicro()
	}
	return tx.Exec(`
		INSERT INTO key_run (version, pass, begun, up_to, seen, finished) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (version) DO UPDATE
		SET pass = excluded.pass, begun = excluded.begun, up_to = excluded.up_to, seen = excluded.seen, finished = excluded.finished`,
		run.Version, run.Pass, run.Begun.UnixMicro(), run.UpTo, run.Seen, finished)
}

// Word is what a source said of a person in one report.
type Word struct {
	Person iis.PersonID
	Source iis.SourceID
	Said   iis.Person
}

// WordsAfter are persons in their order, from behind one of them, and every word
// that a source ever said of each. Nobody else changes them until this
// transaction is done; of whoever was merged meanwhile there is no word. Persons
// are held one by one: each is on one server.
func (tx *Tx) WordsAfter(last iis.PersonID, limit int) ([]iis.PersonID, []Word, error) {
	ids, err := tx.PersonsAfter(last, limit)
	if err != nil || len(ids) == 0 {
		return nil, nil, err
	}
	if _, err := tx.HoldPersons(ids...); err != nil {
		return nil, nil, err
	}
	var words []Word
	err = tx.Select(db.Query{
		SQL: `
			SELECT person_id, source_id, body FROM report
			WHERE person_id > $1 AND person_id <= $2 ORDER BY person_id, id`,
		Args: []any{last, ids[len(ids)-1]},
		Each: func(row db.Row) error {
			w, said, err := readWord(row)
			if said {
				words = append(words, w)
			}
			return err
		},
	})
	return ids, words, err
}

// readWord reads person, source and body of a report; said is whether it says
// anything of the person.
func readWord(row db.Row) (w Word, said bool, err error) {
	var r Report
	if err := decode(row.Text(2), &r, walkSaid); err != nil {
		return w, false, fmt.Errorf("read a report of person %d: %w", row.Int(0), err)
	}
	if r.Said == nil {
		return w, false, nil
	}
	return Word{iis.PersonID(row.Int(0)), iis.SourceID(row.Int(1)), *r.Said}, true, nil
}

// RemoveMatchKeys removes keys of a source.
func (tx *Tx) RemoveMatchKeys(source iis.SourceID, keys []int64) error {
	for _, k := range keys {
		if err := tx.Exec(`DELETE FROM match_key WHERE k = $1 AND source_id = $2`, k, source); err != nil {
			return err
		}
	}
	return nil
}

// KeyDigest is what the line of the audit keeps a digest of, for the keys of a
// source.
func KeyDigest(b []byte, source iis.SourceID, keys []int64) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(source))
	for _, k := range keys {
		b = binary.BigEndian.AppendUint64(b, uint64(k))
	}
	return b
}

// Block is a match key that many sources share.
type Block struct {
	Key     int64
	Sources int64
}

// MostBlocks is how many Blocks lists, as its query says.
const MostBlocks = 1000

// Blocks are the keys that at least so many sources share, the largest first, at
// most MostBlocks. It reads all keys.
func (tx *Tx) Blocks(least int) ([]Block, error) {
	var out []Block
	err := tx.Select(db.Query{
		SQL:  `SELECT k, COUNT(*) FROM match_key GROUP BY k HAVING COUNT(*) >= $1 ORDER BY 2 DESC, k LIMIT 1000`,
		Args: []any{least},
		Each: func(r db.Row) error { out = append(out, Block{r.Int(0), r.Int(1)}); return nil },
	})
	return out, err
}
