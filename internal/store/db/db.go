// Package db is one small handle over two database engines: a SQLite file and
// a PostgreSQL server, both through their native drivers.
//
// It runs SQL that is written once for both (see docs/adr/0001), shares commits
// among concurrent writers, and knows no table. Package store is its only user.
// Start at Open and DB.
package db

import (
	"context"
	"fmt"
	"strings"
)

// Engine tells the two databases apart where their SQL must differ.
type Engine int

// The engines.
const (
	SQLite Engine = iota
	PostgreSQL
)

func (e Engine) String() string {
	if e == PostgreSQL {
		return "PostgreSQL"
	}
	return "SQLite"
}

// DB is an open database. It is safe for concurrent use.
type DB interface {
	Engine() Engine
	// Read runs fn on what is committed. The queries of one Select share a
	// snapshot.
	Read(ctx context.Context, fn func(Tx) error) error
	// Snapshot is Read in which all queries share a snapshot, also those of several
	// Selects. On PostgreSQL it costs a round trip more, and keeps what is removed meanwhile
	// from being cleaned up: it is for what is short, and reads on from what it found.
	Snapshot(ctx context.Context, fn func(Tx) error) error
	// Write runs fn in a transaction and returns when it is durable. Writes are
	// isolated from one another: on SQLite they run one after the other and
	// share a commit; on PostgreSQL they run side by side and those that must
	// exclude each other take the same Lock. When fn fails, nothing of it is
	// kept. It may run more than once, when another that shares its commit
	// failed: what it leaves behind in the caller's variables must be that of
	// its last run.
	Write(ctx context.Context, fn func(Tx) error) error
	// Append queues a transaction that only inserts and returns at once. Many
	// share one commit, so fn may run more than once and must not Select.
	Append(fn func(Tx) error) *Pending
	// AppendBefore is Append for a single statement that a Write or an Append of
	// the same caller will follow in a moment: it waits a little for that, to share
	// its commit (on PostgreSQL for an Append only).
	AppendBefore(fn func(Tx) error) *Pending
	// Close finishes what was queued and closes the database.
	Close() error
}

// Tx is a transaction, or a snapshot in a Read. It belongs to one goroutine.
type Tx interface {
	Engine() Engine
	// Select runs queries in one round trip, in order, and hands each row to
	// its query's Each.
	Select(queries ...Query) error
	// Exec runs a statement that changes rows. On PostgreSQL it may be held
	// back until the next Select or the commit, and fail there.
	Exec(sql string, args ...any) error
	// Count is Exec that runs at once and says how many rows changed.
	Count(sql string, args ...any) (int64, error)
	// Copy adds rows in bulk; next fills in a row and says whether there was
	// one.
	Copy(table string, columns []string, next func(row []any) (bool, error)) error
	// Lock makes other writes that lock the same key wait until this one is
	// done. SQLite has one writer and needs no lock.
	Lock(keys ...int64) error
	// Beside is for what takes time and needs no database. On SQLite, whose one
	// writer everybody waits for, work runs beside the transactions that follow
	// in the same commit, and what it returns runs before that commit, in the
	// order of the calls; on PostgreSQL both run at once. So what put writes is
	// not there yet for the statements that follow, nor for other writes that
	// share the commit, and may find changed what they have changed.
	Beside(work func() (put func(Tx) error)) error
}

// Query is one question of a Select. Arguments are $1, $2 … in the order of
// their first appearance in SQL.
type Query struct {
	SQL  string
	Args []any
	Each func(Row) error
	// Hold names the table whose rows no other write may change, or hold, until
	// this one is done; "" for none. SQLite has one writer and holds everything.
	Hold string
}

// Row is the current row of a query; columns count from 0. A value read from
// it is the caller's own.
type Row interface {
	Int(column int) int64   // 0 for NULL
	Text(column int) string // of bytes, just these
	Bytes(column int) []byte
	Null(column int) bool
}

// Pending is a queued transaction.
type Pending struct {
	done    chan struct{}
	err     error
	ordered bool
}

// Wait returns when the transaction is durable, or why it failed.
func (p *Pending) Wait() error {
	<-p.done
	return p.err
}

// Before returns when a Write that begins now cannot become durable without
// this transaction: at once on SQLite, which commits in order.
func (p *Pending) Before() error {
	if p.ordered {
		return nil
	}
	return p.Wait()
}

// Open opens a database: a postgres:// or postgresql:// address, or the path of
// a SQLite file, which is created when absent.
func Open(ctx context.Context, address string) (DB, error) {
	if isPostgres(address) {
		return openPostgres(ctx, address)
	}
	if strings.Contains(address, "://") {
		return nil, fmt.Errorf("open database: unknown kind of address: want a file name or postgres://…")
	}
	return openSQLite(ctx, address)
}

func isPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}
