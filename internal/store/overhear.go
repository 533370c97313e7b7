package store

import (
	"context"
	"sync"

	"openiis/internal/store/db"
)

// Statement is one that a store has run.
type Statement struct {
	SQL  string
	Args []any // as the database got them
	Hold bool  // it held the rows that it read
	// Changed is how many rows it changed; -1 where that was not asked.
	Changed int64
}

// Overhear has each hear of every statement of a store, one at a time. It is for
// tests that read statements.
func Overhear(s *Store, each func(Statement)) {
	var one sync.Mutex
	s.db = watched{s.db, func(st Statement) {
		one.Lock()
		defer one.Unlock()
		each(st)
	}}
}

type watched struct {
	db.DB
	each func(Statement)
}

func (w watched) tx(fn func(db.Tx) error) func(db.Tx) error {
	return func(tx db.Tx) error { return fn(watchedTx{tx, w.each}) }
}

func (w watched) Read(ctx context.Context, fn func(db.Tx) error) error {
	return w.DB.Read(ctx, w.tx(fn))
}

func (w watched) Snapshot(ctx context.Context, fn func(db.Tx) error) error {
	return w.DB.Snapshot(ctx, w.tx(fn))
}

func (w watched) Write(ctx context.Context, fn func(db.Tx) error) error {
	return w.DB.Write(ctx, w.tx(fn))
}

func (w watched) Append(fn func(db.Tx) error) *db.Pending { return w.DB.Append(w.tx(fn)) }

func (w watched) AppendBefore(fn func(db.Tx) error) *db.Pending { return w.DB.AppendBefore(w.tx(fn)) }

type watchedTx struct {
	db.Tx
	each func(Statement)
}

func (w watchedTx) Select(queries ...db.Query) error {
	err := w.Tx.Select(queries...)
	for _, q := range queries {
		w.each(Statement{q.SQL, q.Args, q.Hold != "", -1})
	}
	return err
}

func (w watchedTx) Exec(sql string, args ...any) error {
	err := w.Tx.Exec(sql, args...)
	w.each(Statement{sql, args, false, -1})
	return err
}

func (w watchedTx) Count(sql string, args ...any) (int64, error) {
	n, err := w.Tx.Count(sql, args...)
	w.each(Statement{sql, args, false, n})
	return n, err
}

func (w watchedTx) Beside(work func() func(db.Tx) error) error {
	return w.Tx.Beside(func() func(db.Tx) error {
		put := work()
		return func(tx db.Tx) error { return put(watchedTx{tx, w.each}) }
	})
}
