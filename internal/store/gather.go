package store

import (
	"fmt"
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
	return `SELECT ` + saidColumns + `, person.id FROM person WHERE id IN (` + strings.Join(marks, ", ") + `)`
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
// not exist is left out. Of each folder only that part is read.
func (tx *Tx) whoIs(ids []iis.PersonID, each func(*Folder)) error {
	if len(ids) > 1 && tx.gathers() {
		return tx.whoAre(ids, each)
	}
	queries := make([]db.Query, len(ids))
	for i, id := range ids {
		queries[i] = db.Query{
			SQL: `SELECT ` + saidColumns + ` FROM person WHERE id = $1`, Args: []any{id},
			Each: func(r db.Row) error {
				f, err := decodeSaid(id, r.Text(0), r.Text(1))
				if err == nil {
					each(&f)
				}
				return err
			},
		}
	}
	return tx.Select(queries...)
}

// whoAre is whoIs by as few statements as can be.
func (tx *Tx) whoAre(ids []iis.PersonID, each func(*Folder)) error {
	found := make(map[iis.PersonID]*Folder, len(ids))
	var queries []db.Query
	for rest := ids; len(rest) > 0; {
		some := rest[:min(len(rest), mostGathered)]
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		queries = append(queries, db.Query{SQL: gatheredPersons[len(some)](), Args: args, Each: func(r db.Row) error {
			id := iis.PersonID(r.Int(2))
			f, err := decodeSaid(id, r.Text(0), r.Text(1))
			found[id] = &f
			return err
		}})
		rest = rest[len(some):]
	}
	if err := tx.Select(queries...); err != nil {
		return err
	}
	for _, id := range ids {
		if f := found[id]; f != nil {
			each(f)
		}
	}
	return nil
}
