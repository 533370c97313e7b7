package storetest

import (
	"context"
	"fmt"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// Keys are all keys by which the people of a registry are found, sorted, in words
// that do not depend on numbers: call says who a person is.
func Keys(s *store.Store, call func(iis.PersonID) string) ([]string, error) {
	var out []string
	add := func(kind string) func(db.Row) error {
		return func(r db.Row) error {
			out = append(out, fmt.Sprintf("%s %s %s of %s", kind, r.Text(1), r.Text(2), call(iis.PersonID(r.Int(0)))))
			return nil
		}
	}
	err := s.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Select(
			db.Query{SQL: `SELECT person_id, CAST(k AS TEXT), '' FROM match_key`, Each: add("match")},
			db.Query{SQL: `SELECT person_id, CAST(birth AS TEXT), k FROM search_key`, Each: add("search")},
			db.Query{
				SQL: `SELECT source_key.person_id, sender.facility, source_key.k
					FROM source_key JOIN sender ON sender.id = source_key.sender_id`,
				Each: add("number"),
			})
	})
	slices.Sort(out)
	return out, err
}
