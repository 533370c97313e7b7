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
	found := make([][]sharer, len(keys))
	var queries []db.Query
	for i := range keys {
		queries = append(queries, tx.matchKeyQueries(keys[i], func(s sharer) { found[i] = append(found[i], s) })...)
	}
	out := make([]Sharing, len(keys))
	if len(queries) == 0 {
		return out, nil
	}
	if err := tx.Select(queries...); err != nil {
		return nil, fmt.Errorf("look match keys up: %w", err)
	}
	for i := range keys {
		out[i] = sharing(found[i], len(keys[i]))
	}
	return out, nil
}

// Unread is a person on a pass over everyone, with what is said of it still in its body.
type Unread struct {
	ID      iis.PersonID
	Changed int64  // Unix microseconds
	whole   []byte // bodies.whole
	said    []byte
}

// Described reads what each source says of the person.
func (u *Unread) Described() (Described, error) {
	f, body, walk := Folder{ID: u.ID}, u.said, walkWho
	if len(u.whole) > 0 {
		body, walk = u.whole, walkCard
	}
	err := decodeWho(body, &f, walk)
	return Described{u.ID, f.Sources, f.Choices}, err
}

// unreadAtOnce is how many are read at once, as the query says.
const unreadAtOnce = 500

// UnreadAfter are the next persons in the order of their ids, from behind one of them;
// more says that there may be others behind.
func (tx *Tx) UnreadAfter(last iis.PersonID) (people []Unread, more bool, err error) {
	people = make([]Unread, 0, unreadAtOnce)
	err = tx.Select(db.Query{
		SQL:  `SELECT person.folder, person_said.said, person.id, person.changed FROM ` + foldersAfter,
		Args: []any{last},
		Each: func(r db.Row) error {
			people = append(people, Unread{iis.PersonID(r.Int(2)), r.Int(3), r.Bytes(0), r.Bytes(1)})
			return nil
		},
	})
	return people, len(people) == unreadAtOnce, err
}

// ChangedCount is how many persons there are behind one of them who have changed since
// a time.
func (tx *Tx) ChangedCount(last iis.PersonID, since int64) (n int64, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT COUNT(*) FROM person WHERE id > $1 AND changed >= $2`,
		Args: []any{last, since},
		Each: func(r db.Row) error { n = r.Int(0); return nil },
	})
	return n, err
}

// KeyOf is a match key with whom it leads to, once for each source that has it.
type KeyOf struct {
	Key    int64
	Person iis.PersonID
}

// MatchKeys adds to a list all keys from one to another, both included, in whatever
// order they are stored: a table that grew at random is read through, and not jumped
// about in.
func (tx *Tx) MatchKeys(into []KeyOf, from, to int64) ([]KeyOf, error) {
	err := tx.Select(db.Query{
		SQL:  `SELECT k, person_id FROM match_key WHERE k >= $1 AND k <= $2`,
		Args: []any{from, to},
		Each: func(r db.Row) error {
			into = append(into, KeyOf{r.Int(0), iis.PersonID(r.Int(1))})
			return nil
		},
	})
	return into, err
}
