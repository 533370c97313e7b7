package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// What one look-up asks for, many keys and many persons, is one statement where that
// costs less than many: PostgreSQL spends most of a statement that finds a row or none
// on the statement. SQLite spends nothing to speak of on one, and would build a table
// in memory for a list of values; and over several servers each key is one's own.

// gathers reports that many keys are asked for by one statement.
func (tx *Tx) gathers() bool { return tx.s.together && tx.Engine() == db.PostgreSQL }

// mostGathered is how many keys or persons one statement asks for at most.
const mostGathered = 48

// matchKeyText asks for one key. Its limit, one more than MostSources, is part of the
// text: SQLite plans anew for each value of an argument that it finds there.
const matchKeyText = `SELECT person_id FROM match_key WHERE k = $1 LIMIT 301`

// gatheredKeys are, by how many keys there are, statements that ask for all: a row has
// which of them it is of.
var gatheredKeys = perCount(func(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(`SELECT %d AS at, person_id FROM (SELECT person_id FROM match_key WHERE k = $%d LIMIT 301) AS m%d`, i, i+1, i)
	}
	return strings.Join(parts, "\nUNION ALL ")
})

// gatheredPersons are the same for persons by their ids.
var gatheredPersons = perCount(func(n int) string {
	marks := make([]string, n)
	for i := range marks {
		marks[i] = "$" + strconv.Itoa(i+1)
	}
	return `SELECT said, person_id FROM person_said WHERE person_id IN (` + strings.Join(marks, ", ") + `)`
})

// perCount are texts by how many they ask for, each made once.
func perCount(text func(n int) string) (of [mostGathered + 1]func() string) {
	for n := range of {
		of[n] = sync.OnceValue(func() string { return text(n) })
	}
	return of
}

// matchKeyQueries ask for match keys: each gets whoever has one, of one more than
// MostSources at most of each key.
func (tx *Tx) matchKeyQueries(keys []int64, each func(sharer)) []db.Query {
	if len(keys) > 1 && tx.gathers() {
		return gatherKeys(keys, each)
	}
	queries := make([]db.Query, len(keys))
	for i, k := range keys {
		queries[i] = db.Query{SQL: matchKeyText, Args: []any{k}, Each: func(r db.Row) error {
			each(sharer{i, iis.PersonID(r.Int(0))})
			return nil
		}}
	}
	return queries
}

func gatherKeys(keys []int64, each func(sharer)) (queries []db.Query) {
	for first := 0; len(keys) > 0; first += mostGathered {
		some := keys[:min(len(keys), mostGathered)]
		args := make([]any, len(some))
		for i, k := range some {
			args[i] = k
		}
		queries = append(queries, db.Query{SQL: gatheredKeys[len(some)](), Args: args, Each: func(r db.Row) error {
			each(sharer{first + int(r.Int(0)), iis.PersonID(r.Int(1))})
			return nil
		}})
		keys = keys[len(some):]
	}
	return queries
}

// whoIs reads who some persons are, in the order asked, in one round trip; whoever does
// not exist is left out. What happened to them is not read.
func (tx *Tx) whoIs(ids []iis.PersonID, each func(*Folder)) error {
	found := make(map[iis.PersonID]*Folder, len(ids))
	if err := tx.Select(tx.saidQueries(ids, found)...); err != nil {
		return err
	}
	if len(found) < len(ids) && len(ids) > 1 {
		if err := tx.whoIsWhole(ids, found); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if f := found[id]; f != nil {
			each(f)
		}
	}
	return nil
}

// saidQueries read who persons are, as few as can be.
func (tx *Tx) saidQueries(ids []iis.PersonID, found map[iis.PersonID]*Folder) (queries []db.Query) {
	add := func(id iis.PersonID, said string) (err error) {
		found[id], err = tx.known.who(id, said)
		return err
	}
	if len(ids) == 1 { // whoever opens a record: who is not there is looked for no longer
		return []db.Query{{
			SQL: `SELECT person.folder, person_said.said FROM ` + folderTables + ` WHERE person.id = $1`, Args: []any{ids[0]},
			Each: func(r db.Row) (err error) {
				if r.Text(0) == "" {
					return add(ids[0], r.Text(1))
				}
				f := &Folder{ID: ids[0]}
				found[f.ID] = f
				return decodeWho(r.Text(0), f, walkCard)
			},
		}}
	}
	if !tx.gathers() {
		for _, id := range ids {
			queries = append(queries, db.Query{
				SQL: `SELECT said FROM person_said WHERE person_id = $1`, Args: []any{id},
				Each: func(r db.Row) error { return add(id, r.Text(0)) },
			})
		}
		return queries
	}
	for some := range slices.Chunk(ids, mostGathered) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		queries = append(queries, db.Query{SQL: gatheredPersons[len(some)](), Args: args, Each: func(r db.Row) error {
			return add(iis.PersonID(r.Int(1)), r.Text(0))
		}})
	}
	return queries
}

// whoIsWhole reads who they are of whom that does not stand apart: a program before schema
// 23 stored them. Nobody else is left of those who exist.
func (tx *Tx) whoIsWhole(ids []iis.PersonID, found map[iis.PersonID]*Folder) error {
	var queries []db.Query
	for _, id := range ids {
		if found[id] != nil {
			continue
		}
		queries = append(queries, db.Query{
			SQL: `SELECT folder FROM person WHERE id = $1 AND length(folder) > 0`, Args: []any{id},
			Each: func(r db.Row) (err error) {
				f := &Folder{ID: id}
				found[id], err = f, decodeWho(r.Text(0), f, walkCard)
				return err
			},
		})
	}
	return tx.Select(queries...)
}

// Remembered are persons as they were read, with the bodies of which they were decoded.
type Remembered map[iis.PersonID]remembered

type remembered struct {
	said string
	who  *Folder // must not be changed
}

// Remembering is the transaction, in which Described takes whose body is the same from what
// was read before, and keeps what was not: what it returns is shared, and must not be changed.
func (tx *Tx) Remembering(r Remembered) *Tx {
	t := *tx
	t.known = r
	return &t
}

// who decodes who a person is, unless it is known.
func (r Remembered) who(id iis.PersonID, said string) (*Folder, error) {
	if was, ok := r[id]; ok && was.said == said {
		return was.who, nil
	}
	f := &Folder{ID: id}
	if err := decodeWho(said, f, walkWho); err != nil {
		return nil, err
	}
	if r != nil {
		r[id] = remembered{said, f}
	}
	return f, nil
}

// Touch reads the row of a person, and those beside which something new of theirs will
// stand, so that they are in memory.
func (tx *Tx) Touch(id iis.PersonID) error {
	var queries []db.Query
	for _, sql := range []string{
		`SELECT changed FROM person WHERE id = $1`,
		`SELECT id FROM report WHERE person_id = $1 ORDER BY id DESC LIMIT 1`,
		`SELECT id FROM dose WHERE person_id = $1 ORDER BY id DESC LIMIT 1`,
		`SELECT assessed FROM standing WHERE person_id = $1`,
	} {
		queries = append(queries, db.Query{SQL: sql, Args: []any{id}})
	}
	return tx.Select(queries...)
}
