package store

import (
	"cmp"
	"fmt"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Follow gives the present id of each of some persons: of one that was merged,
// that of the person it was merged into; of any other, there or not, its own.
func (tx *Tx) Follow(ids ...iis.PersonID) ([]iis.PersonID, error) {
	now := append([]iis.PersonID(nil), ids...)
	for more := len(ids) > 0; more; {
		more = false
		queries := make([]db.Query, len(now))
		for i, id := range now {
			queries[i] = db.Query{
				SQL: `SELECT now_id FROM person_alias WHERE person_id = $1`, Args: []any{id},
				Each: func(r db.Row) error { now[i], more = iis.PersonID(r.Int(0)), true; return nil },
			}
		}
		if err := tx.Select(queries...); err != nil {
			return nil, fmt.Errorf("follow former numbers: %w", err)
		}
	}
	return now, nil
}

// Former are the ids that lead to a person, without its own.
func (tx *Tx) Former(id iis.PersonID) ([]iis.PersonID, error) {
	var out []iis.PersonID
	for next := []iis.PersonID{id}; len(next) > 0; {
		var found []iis.PersonID
		queries := make([]db.Query, len(next))
		for i, now := range next {
			queries[i] = db.Query{
				SQL: `SELECT person_id FROM person_alias WHERE now_id = $1 ORDER BY person_id`, Args: []any{now},
				Each: func(r db.Row) error { found = append(found, iis.PersonID(r.Int(0))); return nil },
			}
		}
		if err := tx.Select(queries...); err != nil {
			return nil, fmt.Errorf("read former numbers of %d: %w", id, err)
		}
		out, next = append(out, found...), found
	}
	return out, nil
}

// AddAlias makes an id a former one.
func (tx *Tx) AddAlias(former, now iis.PersonID, by iis.DecisionID) error {
	return tx.Exec(`INSERT INTO person_alias (person_id, now_id, decision_id) VALUES ($1, $2, $3)`, former, now, by)
}

// RemoveAlias makes a former id a person's own again.
func (tx *Tx) RemoveAlias(former iis.PersonID) error {
	return tx.Exec(`DELETE FROM person_alias WHERE person_id = $1`, former)
}

// FolderToChange reads the folder of a person, by whatever id, and makes other
// writes to it wait for this one; fault.NotFound when there is no such person.
func (tx *Tx) FolderToChange(id iis.PersonID) (*Folder, error) {
	for {
		now, err := tx.Follow(id)
		if err != nil {
			return nil, err
		}
		f, err := tx.Hold(now[0])
		if err != nil || f != nil {
			return f, err
		}
		if again, err := tx.Follow(id); err != nil || again[0] == now[0] {
			return nil, cmp.Or(err, errNoRecord)
		} // it was merged meanwhile
	}
}

// HoldPersons makes other writes to some persons wait for this one, in the order
// in which they are named: everyone who holds several names them in the order of
// ids. all is false when one is not there (any more).
func (tx *Tx) HoldPersons(ids ...iis.PersonID) (all bool, err error) {
	n := 0
	queries := make([]db.Query, len(ids))
	for i, id := range ids {
		queries[i] = db.Query{
			SQL: `SELECT id FROM person WHERE id = $1`, Args: []any{id}, Hold: personTable,
			Each: func(db.Row) error { n++; return nil },
		}
	}
	if err := tx.Select(queries...); err != nil {
		return false, fmt.Errorf("hold records: %w", err)
	}
	return n == len(ids), nil
}
