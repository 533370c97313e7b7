package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Sizes of the embedded database's parts.
const (
	writerCacheKB = 96 << 10
	readerCacheKB = 8 << 10 // small: it ends with each commit. Mapping the file costs more: it is unmapped then
)

// sqliteDB has one writing connection, owned by one goroutine that commits in
// groups, and a pool of readers.
type sqliteDB struct {
	writer  *sqlite.Conn
	readers *sqlitex.Pool
	path    string
	log     *os.File     // the write-ahead log, for syncing it
	queue   chan *unit   // what waits for the writer
	synced  chan []*unit // groups that are committed and wait for their sync
	full    chan int64   // the log has so many pages and should begin anew
	stop    chan struct{}
	stopped sync.WaitGroup
	crowded bool // the group before had many writers; the writer's own

	mu     sync.RWMutex // guards closed against sends on queue
	closed bool
	failed atomic.Pointer[error] // why nothing can be made durable any more
}

func openSQLite(ctx context.Context, path string) (DB, error) {
	d, err := connect(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	d.stopped.Go(d.write)
	d.stopped.Go(d.sync)
	d.stopped.Go(d.checkpoints)
	return d, nil
}

func connect(ctx context.Context, path string) (*sqliteDB, error) {
	d := &sqliteDB{
		path: path, queue: make(chan *unit, queueMax), synced: make(chan []*unit, groupsMax),
		full: make(chan int64, 1), stop: make(chan struct{}),
	}
	var err error
	if d.writer, err = openWriter(ctx, path); err != nil {
		return nil, err
	}
	if d.log, err = os.OpenFile(path+"-wal", os.O_RDWR, 0); err != nil {
		return nil, errors.Join(err, d.writer.Close())
	}
	d.readers, err = sqlitex.NewPool(path, sqlitex.PoolOptions{
		Flags:    sqlite.OpenReadWrite | sqlite.OpenWAL,
		PoolSize: 2 + 2*runtime.NumCPU(),
		PrepareConn: func(c *sqlite.Conn) error {
			return sqlitex.ExecuteScript(c, fmt.Sprintf("PRAGMA query_only=ON; PRAGMA cache_size=-%d;", readerCacheKB), nil)
		},
	})
	if err != nil {
		return nil, errors.Join(err, d.log.Close(), d.writer.Close())
	}
	return d, nil
}

// openWriter opens the writing connection. Commits are not synced by it: the
// syncing goroutine does that for many at once, before anyone is told.
func openWriter(ctx context.Context, path string) (*sqlite.Conn, error) {
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	c.SetBusyTimeout(busyTimeout)
	if err := useWAL(ctx, c); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	for _, pragma := range []string{
		"PRAGMA synchronous=NORMAL", "PRAGMA foreign_keys=ON", "PRAGMA temp_store=MEMORY",
		"PRAGMA wal_autocheckpoint=0", fmt.Sprintf("PRAGMA cache_size=-%d", writerCacheKB),
		"BEGIN IMMEDIATE", "COMMIT", // the log is there from now on
	} {
		if err := sqlitex.ExecuteTransient(c, pragma, nil); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, nil
}

func (d *sqliteDB) Engine() Engine { return SQLite }

func (d *sqliteDB) Read(ctx context.Context, fn func(Tx) error) error {
	c, err := d.readers.Take(ctx)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	tx := &sqliteTx{c: c}
	defer func() {
		if !c.AutocommitEnabled() { // a caller that gave up interrupts COMMIT too: the next reader must not inherit its snapshot
			c.SetInterrupt(nil)
			_ = tx.run("ROLLBACK", nil)
		}
		d.readers.Put(c)
	}()
	if err := tx.run("BEGIN", nil); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	err = fn(tx)
	if end := tx.run("COMMIT", nil); end != nil && err == nil {
		err = end
	}
	return err
}

// Snapshot is Read, which is one transaction here.
func (d *sqliteDB) Snapshot(ctx context.Context, fn func(Tx) error) error { return d.Read(ctx, fn) }

// sqliteTx runs statements on one connection.
type sqliteTx struct {
	c       *sqlite.Conn
	changes int // statements since the unit began that were to change rows
	unit    *unit
	aside   []*aside // in the order of the calls of Beside
}

func (t *sqliteTx) Engine() Engine      { return SQLite }
func (t *sqliteTx) Lock(...int64) error { return nil }
func (t *sqliteTx) run(sql string, args []any) error {
	s, err := t.prepare(sql, args)
	if err != nil {
		return err
	}
	return step(s)
}

// step runs a statement once.
func step(s *sqlite.Stmt) error {
	_, err := s.Step()
	if reset := s.Reset(); err == nil {
		err = reset
	}
	return err
}

func (t *sqliteTx) prepare(sql string, args []any) (*sqlite.Stmt, error) {
	s, err := t.c.Prepare(sql)
	if err != nil {
		return nil, err
	}
	if n := s.BindParamCount(); n != len(args) {
		return nil, fmt.Errorf("a statement wants %d arguments and was given %d", n, len(args))
	}
	bind(s, args)
	return s, nil
}

// bind gives a statement its arguments.
func bind(s *sqlite.Stmt, args []any) {
	for i, a := range args {
		switch a := plain(a).(type) {
		case nil:
			s.BindNull(i + 1)
		case int64:
			s.BindInt64(i+1, a)
		case string:
			s.BindText(i+1, a)
		case []byte:
			s.BindBytes(i+1, a)
		case float64:
			s.BindFloat(i+1, a)
		}
	}
}

func (t *sqliteTx) Exec(sql string, args ...any) error {
	t.changes++
	return t.run(sql, args)
}

func (t *sqliteTx) Count(sql string, args ...any) (int64, error) {
	if err := t.Exec(sql, args...); err != nil {
		return 0, err
	}
	return int64(t.c.Changes()), nil
}

func (t *sqliteTx) Select(queries ...Query) error {
	for _, q := range queries {
		if err := t.selectOne(q); err != nil {
			return err
		}
	}
	return nil
}

func (t *sqliteTx) selectOne(q Query) error {
	s, err := t.prepare(q.SQL, q.Args)
	if err != nil {
		return err
	}
	for {
		more, err := s.Step()
		if err != nil || !more {
			if reset := s.Reset(); err == nil {
				err = reset
			}
			return err
		}
		if q.Each == nil {
			continue
		}
		if err := q.Each(sqliteRow{s}); err != nil {
			return errors.Join(err, s.Reset())
		}
	}
}

func (t *sqliteTx) Copy(table string, columns []string, next func([]any) (bool, error)) error {
	s, err := t.c.Prepare(insertSQL(table, columns))
	if err != nil {
		return err
	}
	row := make([]any, len(columns))
	for {
		more, err := next(row)
		if err != nil || !more {
			return err
		}
		t.changes++
		bind(s, row)
		if err := step(s); err != nil {
			return err
		}
	}
}

type sqliteRow struct{ s *sqlite.Stmt }

func (r sqliteRow) Int(i int) int64   { return r.s.ColumnInt64(i) }
func (r sqliteRow) Text(i int) string { return r.s.ColumnText(i) }
func (r sqliteRow) Null(i int) bool   { return r.s.ColumnType(i) == sqlite.TypeNull }
func (r sqliteRow) Bytes(i int) []byte {
	b := make([]byte, r.s.ColumnLen(i))
	r.s.ColumnBytes(i, b)
	return b
}
