package store

import (
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// AddConcern stores a new concern.
func (tx *Tx) AddConcern(c iis.Concern) error {
	return tx.Exec(`
		INSERT INTO concern (person_id, id, reason, say, raised, raised_by, answer) VALUES ($1, $2, $3, $4, $5, $6, '')`,
		c.Person, c.ID, c.Reason, c.Say, c.Raised.UnixMicro(), c.By)
}

// SettleConcern closes an open concern with an answer; fault.Conflict when it
// is not open (any more).
func (tx *Tx) SettleConcern(person iis.PersonID, id iis.ConcernID, by iis.UserID, answer string, now time.Time) error {
	n, err := tx.Count(`
		UPDATE concern SET settled = $1, settled_by = $2, answer = $3
		WHERE person_id = $4 AND id = $5 AND settled IS NULL`,
		now.UnixMicro(), by, answer, person, id)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "This note is closed already. Open the list again to see what is left.")
	}
	return err
}

// concernColumns are what readConcern reads.
const concernColumns = `person_id, id, reason, say, raised, raised_by, settled, settled_by, answer`

func readConcern(r db.Row) iis.Concern {
	c := iis.Concern{
		Person: iis.PersonID(r.Int(0)), ID: iis.ConcernID(r.Int(1)), Reason: r.Text(2), Say: r.Text(3),
		Raised: time.UnixMicro(r.Int(4)).UTC(), By: iis.UserID(r.Int(5)), SettledBy: iis.UserID(r.Int(7)), Answer: r.Text(8),
	}
	if !r.Null(6) {
		c.Settled = time.UnixMicro(r.Int(6)).UTC()
	}
	return c
}

// Concerns are what was said of a person's record, the newest first.
func (tx *Tx) Concerns(person iis.PersonID) ([]iis.Concern, error) {
	return tx.concerns(db.Query{
		SQL:  `SELECT ` + concernColumns + ` FROM concern WHERE person_id = $1 ORDER BY id DESC LIMIT 200`,
		Args: []any{person},
	})
}

// OpenConcerns are those that nobody has settled, the oldest first, at most 200.
func (tx *Tx) OpenConcerns() ([]iis.Concern, error) {
	return tx.concerns(db.Query{SQL: `SELECT ` + concernColumns + ` FROM concern WHERE settled IS NULL ORDER BY id LIMIT 200`})
}

func (tx *Tx) concerns(q db.Query) ([]iis.Concern, error) {
	var out []iis.Concern
	q.Each = func(r db.Row) error { out = append(out, readConcern(r)); return nil }
	return out, tx.Select(q)
}

// UserNames are the names of some who sign in.
func (tx *Tx) UserNames(ids []iis.UserID) (map[iis.UserID]string, error) {
	names := map[iis.UserID]string{}
	var queries []db.Query
	for _, id := range ids {
		if _, asked := names[id]; asked {
			continue
		}
		names[id] = ""
		queries = append(queries, db.Query{
			SQL: `SELECT name FROM account WHERE id = $1`, Args: []any{id},
			Each: func(r db.Row) error { names[id] = r.Text(0); return nil },
		})
	}
	if len(queries) == 0 {
		return names, nil
	}
	return names, tx.Select(queries...)
}
