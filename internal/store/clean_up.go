package store

import (
	"fmt"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// cleanedUp is the setting that says how far people were looked at again.
const cleanedUp = "people looked at again"

// CleanUp is a pass over people, in the order of their ids, that has looked at those
// up to one of them.
type CleanUp struct {
	Begun    int64        // Unix microseconds; 0: there was no pass yet
	Since    int64        // whoever has changed since is looked at; 0: everyone
	UpTo     iis.PersonID // the last who was come to
	Finished bool
}

// CleanedUp is how far the newest pass has come.
func (tx *Tx) CleanedUp() (c CleanUp, err error) {
	value, err := tx.setting(cleanedUp)
	if err != nil || value == "" {
		return c, err
	}
	if _, err := fmt.Sscan(value, &c.Begun, &c.Since, &c.UpTo, &c.Finished); err != nil {
		return c, fmt.Errorf("read the setting %q: %w", cleanedUp, err)
	}
	return c, nil
}

// cleanUpLock lets one program at a time say how far it has come.
const cleanUpLock = 0x636C_6561_6E // "clean"

// HoldCleanedUp is CleanedUp, and lets no other program go on until this
// transaction is done.
func (tx *Tx) HoldCleanedUp() (CleanUp, error) {
	if err := tx.Lock(cleanUpLock); err != nil {
		return CleanUp{}, err
	}
	return tx.CleanedUp()
}

// SetCleanedUp says how far a pass has come.
func (tx *Tx) SetCleanedUp(c CleanUp) error {
	return tx.setSetting(cleanedUp, fmt.Sprint(c.Begun, c.Since, int64(c.UpTo), c.Finished))
}

// changedAtOnce is how many persons are looked through for those who have changed,
// as the query says.
const changedAtOnce = 2000

// ChangedAfter are persons who have changed since a time, at most so many, from
// behind one of them; upTo is the last who was looked through, and end says that
// nobody is behind. There is no index for it: one would be written for each message,
// and all are passed once a day.
func (tx *Tx) ChangedAfter(last iis.PersonID, since int64, limit int) (ids []iis.PersonID, upTo iis.PersonID, end bool, err error) {
	upTo = last
	n, full := 0, false
	err = tx.Select(db.Query{
		SQL:  `SELECT id, changed FROM person WHERE id > $1 ORDER BY id LIMIT 2000`,
		Args: []any{last},
		Each: func(r db.Row) error {
			if n++; full {
				return nil
			}
			upTo = iis.PersonID(r.Int(0))
			if r.Int(1) >= since {
				ids = append(ids, upTo)
				full = len(ids) == limit
			}
			return nil
		},
	})
	return ids, upTo, n < changedAtOnce && !full, err
}

// Sharers are, for each of several lists of match keys, the persons who share
// them: all in one round trip.
func (tx *Tx) Sharers(keys [][]int64) ([]Sharing, error) {
	persons, ends := make([][]iis.PersonID, len(keys)), make([][]int, len(keys))
	var queries []db.Query
	for i := range keys {
		ends[i] = make([]int, len(keys[i]))
		for j, k := range keys[i] {
			queries = append(queries, keyQuery(k, func(r db.Row) error {
				persons[i] = append(persons[i], iis.PersonID(r.Int(0)))
				ends[i][j] = len(persons[i])
				return nil
			}))
		}
	}
	out := make([]Sharing, len(keys))
	if len(queries) == 0 {
		return out, nil
	}
	if err := tx.Select(queries...); err != nil {
		return nil, fmt.Errorf("look match keys up: %w", err)
	}
	for i := range keys {
		out[i] = sharing(persons[i], ends[i], len(keys[i]))
	}
	return out, nil
}
