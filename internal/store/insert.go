package store

import (
	"strconv"
	"strings"
	"sync"

	"openiis/internal/store/db"
)

// insertMax is how many rows one statement adds on PostgreSQL, where each costs
// a message; each number of rows is a statement of its own that is kept
// prepared. SQLite is quicker with one: before several it takes precautions to
// undo half of them.
const insertMax = 8

// insert adds rows, several in a statement. into names the table and its
// columns, after says what to do about rows that are there.
func (tx *Tx) insert(into, after string, rows [][]any) error {
	most := insertMax
	if tx.Engine() == db.SQLite {
		most = 1
	}
	for len(rows) > 0 {
		n := min(len(rows), most)
		args := rows[0]
		if n > 1 {
			args = make([]any, 0, n*len(rows[0]))
			for _, r := range rows[:n] {
				args = append(args, r...)
			}
		}
		if err := tx.Exec(insertSQL(into, after, n, len(rows[0])), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

type insertKey struct {
	into, after string
	rows        int
}

// insertTexts keeps the texts of insert.
var insertTexts sync.Map // insertKey → string

func insertSQL(into, after string, rows, columns int) string {
	key := insertKey{into, after, rows}
	if sql, ok := insertTexts.Load(key); ok {
		return sql.(string)
	}
	var b strings.Builder
	b.WriteString(into + " VALUES ")
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		for j := range columns {
			b.WriteString([]string{"(", ", "}[min(j, 1)] + "$" + strconv.Itoa(i*columns+j+1))
		}
		b.WriteByte(')')
	}
	sql := b.String() + after
	insertTexts.Store(key, sql)
	return sql
}
