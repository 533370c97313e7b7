package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Sizes of the embedded database's parts.
const (
	groupMax         = 128      // transactions that share a commit
	queueMax         = 1024     // transactions that may wait
	walPagesRestart  = 32 << 10 // pages (of 4 KB) after which the log is begun anew
	writerCacheKB    = 128 << 10
	readerCacheKB    = 8 << 10
	mappedBytes      = 1 << 30 // of the file that readers see without copying: their caches end with each commit
	checkpointPeriod = 3 * time.Second
	patience         = 3 * time.Millisecond // of what was appended before a write
	linger           = 2 * time.Millisecond // for others, when writers come in crowds
	crowd            = 8                    // writers who make a commit worth its price
)

// sqliteDB has one writing connection, owned by one goroutine that commits in
// groups, and a pool of readers.
type sqliteDB struct {
	writer  *sqlite.Conn
	readers *sqlitex.Pool
	path    string
	queue   chan *unit
	stop    chan struct{}
	stopped chan struct{}
	tick    *time.Ticker
	crowded bool // the group before had many writers; the writer's own

	mu     sync.RWMutex // guards closed against sends on queue
	closed bool
}

// unit is one queued transaction.
type unit struct {
	fn      func(Tx) error
	done    chan struct{}
	err     error
	pending *Pending // filled in when the unit was appended
	patient bool     // one statement, which may wait for a write that follows it
}

func openSQLite(ctx context.Context, path string) (DB, error) {
	writer, err := sqlite.OpenConn(path, sqlite.OpenReadWrite, sqlite.OpenCreate, sqlite.OpenWAL, sqlite.OpenURI)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	writer.SetBusyTimeout(30 * time.Second)
	for _, pragma := range []string{
		"PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA temp_store=MEMORY",
		"PRAGMA wal_autocheckpoint=0", fmt.Sprintf("PRAGMA cache_size=-%d", writerCacheKB),
	} {
		if err := sqlitex.ExecuteTransient(writer, pragma, nil); err != nil {
			return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), writer.Close())
		}
	}
	readers, err := sqlitex.NewPool(path, sqlitex.PoolOptions{
		Flags:    sqlite.OpenReadWrite | sqlite.OpenWAL | sqlite.OpenURI,
		PoolSize: 2 + 2*runtime.NumCPU(),
		PrepareConn: func(c *sqlite.Conn) error {
			return sqlitex.ExecuteScript(c, fmt.Sprintf("PRAGMA query_only=ON; PRAGMA cache_size=-%d; PRAGMA mmap_size=%d;", readerCacheKB, mappedBytes), nil)
		},
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), writer.Close())
	}
	d := &sqliteDB{
		writer: writer, readers: readers, path: path,
		queue: make(chan *unit, queueMax), stop: make(chan struct{}), stopped: make(chan struct{}),
		tick: time.NewTicker(checkpointPeriod),
	}
	go d.write()
	go d.checkpoints()
	return d, nil
}

func (d *sqliteDB) Engine() Engine { return SQLite }

func (d *sqliteDB) Read(ctx context.Context, fn func(Tx) error) error {
	c, err := d.readers.Take(ctx)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	defer d.readers.Put(c)
	tx := &sqliteTx{c: c}
	if err := tx.run("BEGIN", nil); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	err = fn(tx)
	if end := tx.run("COMMIT", nil); end != nil && err == nil {
		err = end
	}
	return err
}

func (d *sqliteDB) Write(ctx context.Context, fn func(Tx) error) error {
	u := &unit{fn: fn, done: make(chan struct{})}
	if err := d.enqueue(ctx, u); err != nil {
		return err
	}
	<-u.done // it will be done: a caller that gives up must still learn nothing false
	return u.err
}

func (d *sqliteDB) Append(fn func(Tx) error) *Pending { return d.queueUnit(fn, false) }

func (d *sqliteDB) AppendBefore(fn func(Tx) error) *Pending { return d.queueUnit(fn, true) }

func (d *sqliteDB) queueUnit(fn func(Tx) error, patient bool) *Pending {
	p := &Pending{done: make(chan struct{}), ordered: true}
	u := &unit{fn: fn, done: p.done, pending: p, patient: patient}
	if err := d.enqueue(context.Background(), u); err != nil {
		p.err = err
		close(p.done)
	}
	return p
}

var errClosed = errors.New("the database is closed")

func (d *sqliteDB) enqueue(ctx context.Context, u *unit) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return errClosed
	}
	select {
	case d.queue <- u:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("write: %w", ctx.Err())
	}
}

// write is the writer: it takes what is queued, runs each unit in a savepoint of
// one transaction, commits once (one fsync), and then tells every caller.
func (d *sqliteDB) write() {
	defer close(d.stopped)
	group := make([]*unit, 0, groupMax)
	for u := range d.queue {
		group = d.gather(append(group[:0], u))
		group = d.commitGroup(group)
		for _, u := range group {
			if u.pending != nil {
				u.pending.err = u.err
			}
			close(u.done)
		}
	}
}

// gather adds to a group of patient units until one comes that is not, the
// group is full, or their patience ends.
func (d *sqliteDB) gather(group []*unit) []*unit {
	if !group[0].patient {
		return group
	}
	end := time.NewTimer(patience)
	defer end.Stop()
	for len(group) < groupMax {
		select {
		case u, ok := <-d.queue:
			if !ok {
				return group
			}
			group = append(group, u)
			if !u.patient {
				return group
			}
		case <-end.C:
			return group
		}
	}
	return group
}

// commitGroup runs the units of a group and whatever is queued behind them by
// then, and commits.
func (d *sqliteDB) commitGroup(group []*unit) []*unit {
	tx := &sqliteTx{c: d.writer}
	if err := tx.run("BEGIN IMMEDIATE", nil); err != nil {
		return failAll(group, fmt.Errorf("begin: %w", err))
	}
	for _, u := range group {
		runUnit(tx, u)
	}
	group = d.join(tx, group)
	if err := tx.run("COMMIT", nil); err != nil {
		_ = tx.run("ROLLBACK", nil) // fails when the commit already rolled back
		return failAll(group, fmt.Errorf("commit: %w", err))
	}
	return group
}

// join runs what others queue meanwhile. When the group before was a crowd, it
// lingers a little for the rest of it: pages and an fsync are shared by more.
func (d *sqliteDB) join(tx *sqliteTx, group []*unit) []*unit {
	var end <-chan time.Time
	if d.crowded && len(group) < crowd {
		timer := time.NewTimer(linger)
		defer timer.Stop()
		end = timer.C
	}
	for len(group) < groupMax {
		select {
		case u, ok := <-d.queue:
			if !ok {
				return group
			}
			group = append(group, u)
			runUnit(tx, u)
			continue
		default:
		}
		if end == nil || len(group) >= 2*crowd {
			break
		}
		select {
		case u, ok := <-d.queue:
			if !ok {
				return group
			}
			group = append(group, u)
			runUnit(tx, u)
		case <-end:
			end = nil
		}
	}
	d.crowded = len(group) >= crowd/2
	return group
}

func failAll(group []*unit, err error) []*unit {
	for _, u := range group {
		u.err = errors.Join(u.err, err)
	}
	return group
}

// runUnit runs one unit in a savepoint; a unit that fails or panics leaves no
// trace in the group.
func runUnit(tx *sqliteTx, u *unit) {
	if u.patient { // one statement, which leaves no trace when it fails
		u.err = guarded(u.fn, tx)
		return
	}
	if u.err = tx.run("SAVEPOINT unit", nil); u.err != nil {
		return
	}
	u.err = guarded(u.fn, tx)
	if u.err != nil {
		if err := tx.run("ROLLBACK TO unit", nil); err != nil {
			u.err = errors.Join(u.err, err)
		}
	}
	if err := tx.run("RELEASE unit", nil); err != nil && u.err == nil {
		u.err = err
	}
}

// guarded turns a panic of one unit into its error: the other units of the
// group are other people's messages.
func guarded(fn func(Tx) error, tx Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a write panicked: %T\n%s", p, debug.Stack())
		}
	}()
	return fn(tx)
}

// checkpoints moves the log into the database file beside the writer, and asks
// the writer to begin the log anew when it has grown long.
func (d *sqliteDB) checkpoints() {
	c, err := sqlite.OpenConn(d.path, sqlite.OpenReadWrite, sqlite.OpenWAL, sqlite.OpenURI)
	if err != nil {
		return // the writer still checkpoints when it closes
	}
	defer c.Close()
	for {
		select {
		case <-d.stop:
			return
		case <-d.tick.C:
		}
		var pages int64
		_ = sqlitex.ExecuteTransient(c, "PRAGMA wal_checkpoint(PASSIVE)", &sqlitex.ExecOptions{
			ResultFunc: func(s *sqlite.Stmt) error { pages = s.ColumnInt64(1); return nil },
		})
		if pages > walPagesRestart {
			c.SetBusyTimeout(50 * time.Millisecond)
			_ = sqlitex.ExecuteTransient(c, "PRAGMA wal_checkpoint(RESTART)", nil)
		}
	}
}

func (d *sqliteDB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	close(d.queue)
	d.mu.Unlock()
	<-d.stopped
	close(d.stop)
	d.tick.Stop()
	err := d.readers.Close()
	if cp := sqlitex.ExecuteTransient(d.writer, "PRAGMA wal_checkpoint(TRUNCATE)", nil); cp != nil {
		_ = os.ErrClosed // another process still reads: its own close will finish the log
	}
	return errors.Join(err, d.writer.Close())
}

// sqliteTx runs statements on one connection.
type sqliteTx struct{ c *sqlite.Conn }

func (t *sqliteTx) Engine() Engine      { return SQLite }
func (t *sqliteTx) Lock(...int64) error { return nil }
func (t *sqliteTx) run(sql string, args []any) error {
	s, err := t.prepare(sql, args)
	if err != nil {
		return err
	}
	_, err = s.Step()
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
	return s, nil
}

func (t *sqliteTx) Exec(sql string, args ...any) error { return t.run(sql, args) }

func (t *sqliteTx) Count(sql string, args ...any) (int64, error) {
	if err := t.run(sql, args); err != nil {
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
		if err := q.Each(sqliteRow{s}); err != nil {
			return errors.Join(err, s.Reset())
		}
	}
}

func (t *sqliteTx) Copy(table string, columns []string, next func([]any) (bool, error)) error {
	sql := insertSQL(table, columns)
	row := make([]any, len(columns))
	for {
		more, err := next(row)
		if err != nil || !more {
			return err
		}
		if err := t.run(sql, row); err != nil {
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
