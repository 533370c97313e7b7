package store

import (
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Standing is where a person stands by the schedule, as it is stored.
type Standing struct {
	Person   iis.PersonID
	Changed  int64    // of the record that was assessed: Folder.Changed in Unix microseconds
	Assessed cal.Date // the day as of which Body was written; None: the person waits to be assessed, and Body is empty
	Release  string   // of the schedule
	Body     []byte   // package record writes and reads it (record.Standing)
}

// standingColumns are what readStanding reads.
const standingColumns = `person_id, changed, assessed, release, body`

func readStanding(r db.Row) Standing {
	return Standing{
		Person: iis.PersonID(r.Int(0)), Changed: r.Int(1), Assessed: cal.Date(r.Int(2)), Release: r.Text(3), Body: r.Bytes(4),
	}
}

// PutStanding adds or replaces a standing, in the transaction that changes the
// record. On SQLite, where it may come after other writes (db.Tx.Beside), it does
// nothing when they have taken the record away.
func (tx *Tx) PutStanding(s *Standing) error {
	row := "VALUES ($1, $2, $3, $4, $5)"
	if tx.Engine() == db.SQLite {
		row = "SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM person WHERE id = $1)"
	}
	return tx.Exec(`INSERT INTO standing (person_id, changed, assessed, release, body) `+row+`
		ON CONFLICT (person_id) DO UPDATE
		SET changed = excluded.changed, assessed = excluded.assessed, release = excluded.release, body = excluded.body`,
		s.Person, s.Changed, s.Assessed, s.Release, s.Body)
}

// Standing reads the standing of a person; nil when there is none.
func (tx *Tx) Standing(id iis.PersonID) (s *Standing, err error) {
	if err = tx.Select(standingQuery(id, &s)); err != nil {
		err = fmt.Errorf("read the standing of person %d: %w", id, err)
	}
	return s, err
}

func standingQuery(id iis.PersonID, into **Standing) db.Query {
	return db.Query{
		SQL:  `SELECT ` + standingColumns + ` FROM standing WHERE person_id = $1`,
		Args: []any{id},
		Each: func(r db.Row) error { s := readStanding(r); *into = &s; return nil },
	}
}

// StandingsOf are the standings of some persons, as far as there are any, in one round trip.
func (tx *Tx) StandingsOf(persons ...iis.PersonID) (map[iis.PersonID]*Standing, error) {
	out := make(map[iis.PersonID]*Standing, len(persons))
	queries := make([]db.Query, len(persons))
	for i, id := range persons {
		queries[i] = db.Query{
			SQL: `SELECT ` + standingColumns + ` FROM standing WHERE person_id = $1`, Args: []any{id},
			Each: func(r db.Row) error { s := readStanding(r); out[id] = &s; return nil },
		}
	}
	if len(queries) == 0 {
		return out, nil
	}
	if err := tx.Select(queries...); err != nil {
		return nil, fmt.Errorf("read where people of a roster stand: %w", err)
	}
	return out, nil
}

// StandingsAtOnce is how many StandingsAfter and RecordsAfter read, as their
// queries say.
const StandingsAtOnce = 500

// StandingsAfter are standings in the order of persons, from behind one of them;
// fewer than StandingsAtOnce are the last.
func (tx *Tx) StandingsAfter(last iis.PersonID) ([]Standing, error) {
	out := make([]Standing, 0, StandingsAtOnce)
	err := tx.Select(standingsQuery(last, &out))
	if err != nil {
		err = fmt.Errorf("read standings after %d: %w", last, err)
	}
	return out, err
}

// WithoutStanding is how many people have no standing: whoever was brought in by
// the chunk (record.Bulk), and everyone of a database from before there were any.
func (tx *Tx) WithoutStanding() (n int, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT COUNT(*) FROM person WHERE NOT EXISTS (SELECT 1 FROM standing WHERE standing.person_id = person.id)`,
		Each: func(r db.Row) error { n = int(r.Int(0)); return nil },
	})
	if err != nil {
		err = fmt.Errorf("count people without a standing: %w", err)
	}
	return n, err
}

func standingsQuery(last iis.PersonID, into *[]Standing) db.Query {
	return db.Query{
		SQL:  `SELECT ` + standingColumns + ` FROM standing WHERE person_id > $1 ORDER BY person_id LIMIT 500`,
		Args: []any{last},
		Each: func(r db.Row) error { *into = append(*into, readStanding(r)); return nil },
	}
}

// StoredRecord is a record as it is stored, with the standing that is stored of
// it.
type StoredRecord struct {
	ID       iis.PersonID
	Changed  int64     // Unix microseconds
	Standing *Standing // nil when there is none

	created int64
	bodies  bodies
}

// Folder reads the record: that takes most of the time, and needs no
// transaction.
func (s *StoredRecord) Folder() (*Folder, error) {
	f := &Folder{ID: s.ID, Created: time.UnixMicro(s.created).UTC(), Changed: time.UnixMicro(s.Changed).UTC()}
	return f, f.decode(s.bodies)
}

// RecordsAfter are records in the order of persons, from behind one of them,
// each with its standing of the same instant; fewer than StandingsAtOnce are the
// last.
func (tx *Tx) RecordsAfter(last iis.PersonID) ([]StoredRecord, error) {
	records := make([]StoredRecord, 0, StandingsAtOnce)
	var standings []Standing
	err := tx.Select(db.Query{
		SQL:  `SELECT ` + folderColumns + ` FROM ` + foldersAfter,
		Args: []any{last},
		Each: func(r db.Row) error {
			records = append(records, StoredRecord{ID: iis.PersonID(r.Int(0)), created: r.Int(1), Changed: r.Int(2), bodies: readBodies(r)})
			return nil
		},
	}, standingsQuery(last, &standings))
	if err != nil {
		return nil, fmt.Errorf("read records after %d: %w", last, err)
	}
	for i, n := 0, 0; i < len(records) && n < len(standings); {
		switch have := &standings[n]; {
		case have.Person < records[i].ID: // of nobody who is there
			n++
		case have.Person > records[i].ID:
			i++
		default:
			records[i].Standing = have
			i, n = i+1, n+1
		}
	}
	return records, nil
}

// RenewedStanding is a standing that was made anew from a record that was read
// some time ago.
type RenewedStanding struct {
	Standing
	Replaces *Standing // what was stored then; nil when there was nothing
}

// renewStandings stores standings, except where a record was changed since it
// was read: whoever changed it has stored a newer standing. That is looked at in
// the very statement, for on PostgreSQL others write meanwhile.
func (tx *Tx) renewStandings(list []RenewedStanding) error {
	var added [][]any
	for i := range list {
		s := &list[i]
		if s.Replaces == nil {
			switch there, err := tx.HoldPersons(s.Person); {
			case err != nil:
				return err
			case there: // not merged meanwhile
				added = append(added, []any{s.Person, s.Changed, s.Assessed, s.Release, s.Body})
			}
			continue
		}
		err := tx.Exec(`
			UPDATE standing SET changed = $1, assessed = $2, release = $3, body = $4
			WHERE person_id = $5 AND changed = $6 AND assessed = $7`,
			s.Changed, s.Assessed, s.Release, s.Body, s.Person, s.Replaces.Changed, s.Replaces.Assessed)
		if err != nil {
			return err
		}
	}
	return tx.insert(`
		INSERT INTO standing (person_id, changed, assessed, release, body)`, `
		ON CONFLICT (person_id) DO NOTHING`, added)
}
