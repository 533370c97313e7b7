package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// How writes share commits.
const (
	groupMax         = 128                   // transactions that share a commit
	groupsMax        = 8                     // commits that share a sync
	queueMax         = 1024                  // transactions that may wait
	walPagesRestart  = 24 << 10              // pages (of 4 KB) after which the log is begun anew when no reader uses it
	walPagesMost     = 96 << 10              // pages after which readers are waited for
	readersFirst     = 50 * time.Millisecond // how long, at first
	readersLongest   = 5 * time.Second       // and at most
	checkpointPeriod = time.Second
	patience         = 3 * time.Millisecond // of what was appended before a write
	linger           = 2 * time.Millisecond // for others, when writers come in crowds
	crowd            = 8                    // writers who make a commit worth its price
)

// unit is one queued transaction.
type unit struct {
	fn      func(Tx) error
	done    chan struct{}
	err     error
	pending *Pending // filled in when the unit was appended
	patient bool     // one statement, which may wait for a write that follows it
}

// finish tells the caller of a unit that it is durable, or why not.
func (u *unit) finish() {
	if u.pending != nil {
		u.pending.err = u.err
	}
	close(u.done)
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

// write is the writer: it takes what is queued, runs it in one transaction,
// commits once, and hands the group on to be synced.
func (d *sqliteDB) write() {
	defer close(d.synced)
	for u := range d.queue {
		group := d.commitGroup(gather(d.queue, patience, append(make([]*unit, 0, 2*crowd), u)))
		d.synced <- group
		select {
		case pages := <-d.full:
			d.restartLog(pages)
		default:
		}
	}
}

// sync makes committed groups durable, all that wait with one sync, and then
// tells every caller. Meanwhile the writer goes on.
func (d *sqliteDB) sync() {
	for group := range d.synced {
		groups := [][]*unit{group}
		for more := true; more && len(groups) < groupsMax; {
			select {
			case group, ok := <-d.synced:
				if more = ok; ok {
					groups = append(groups, group)
				}
			default:
				more = false
			}
		}
		err := d.syncLog()
		for _, group := range groups {
			if err != nil {
				failAll(group, err)
			}
			for _, u := range group {
				u.finish()
			}
		}
	}
}

// syncLog syncs the log. Once that has failed, nobody knows what of it reached
// the disk: whatever is written after it would stand on sand, so nothing is any
// more until the program is started again.
func (d *sqliteDB) syncLog() error {
	if failed := d.failed.Load(); failed != nil {
		return *failed
	}
	err := syncData(d.log)
	if err != nil {
		err = fmt.Errorf("sync: %w", err)
		d.failed.Store(&err)
	}
	return err
}

// gather adds to a group of patient units until one comes that is not, the
// group is full, or their patience ends.
func gather(queue <-chan *unit, patience time.Duration, group []*unit) []*unit {
	if !group[0].patient {
		return group
	}
	end := time.NewTimer(patience)
	defer end.Stop()
	for len(group) < groupMax {
		select {
		case u, ok := <-queue:
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
	if failed := d.failed.Load(); failed != nil {
		return failAll(group, *failed)
	}
	tx := &sqliteTx{c: d.writer}
	if err := tx.run("BEGIN IMMEDIATE", nil); err != nil {
		return failAll(group, fmt.Errorf("begin: %w", err))
	}
	for i, u := range group {
		if !runUnit(tx, u) {
			return d.eachAlone(tx, group, i)
		}
	}
	group, clean := d.join(tx, group)
	if !clean {
		return d.eachAlone(tx, group, len(group)-1)
	}
	if failed := tx.finish(); failed != nil {
		return d.eachAlone(tx, group, slices.Index(group, failed))
	}
	if err := tx.run("COMMIT", nil); err != nil {
		_ = tx.run("ROLLBACK", nil) // fails when the commit already rolled back
		return failAll(group, fmt.Errorf("commit: %w", err))
	}
	return group
}

// eachAlone undoes a group in which one unit failed when it had changed rows,
// and runs the others again, each in a transaction of its own.
func (d *sqliteDB) eachAlone(tx *sqliteTx, group []*unit, failed int) []*unit {
	if err := tx.run("ROLLBACK", nil); err != nil {
		return failAll(group, fmt.Errorf("roll back: %w", err))
	}
	tx.drop()
	for i, u := range group {
		if i != failed {
			u.err = d.alone(tx, u)
		}
	}
	return group
}

func (d *sqliteDB) alone(tx *sqliteTx, u *unit) error {
	if err := tx.run("BEGIN IMMEDIATE", nil); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	tx.unit = u
	err := guarded(u.fn, tx)
	if err == nil && tx.finish() != nil {
		err = u.err
	}
	if err == nil {
		err = tx.run("COMMIT", nil)
	}
	if err != nil {
		tx.forget(u)
		_ = tx.run("ROLLBACK", nil) // fails when a failed commit already rolled back
	}
	return err
}

// join runs what others queue meanwhile. When the group before was a crowd, it
// lingers a little for the rest of it: pages and a sync are shared by more. It
// ends, and is not clean, with a unit that failed when it had changed rows.
func (d *sqliteDB) join(tx *sqliteTx, group []*unit) (joined []*unit, clean bool) {
	var end <-chan time.Time
	if d.crowded && len(group) < crowd {
		timer := time.NewTimer(linger)
		defer timer.Stop()
		end = timer.C
	}
	defer func() { d.crowded = len(joined) >= crowd }()
	for len(group) < groupMax {
		u := d.next(end, len(group) < 2*crowd)
		if u == nil {
			break
		}
		group = append(group, u)
		if !runUnit(tx, u) {
			return group, false
		}
	}
	return group, true
}

// next is what is queued, or will be before end while there is reason to wait;
// nil when that is nothing.
func (d *sqliteDB) next(end <-chan time.Time, wait bool) *unit {
	select {
	case u := <-d.queue:
		return u
	default:
	}
	if end == nil || !wait {
		return nil
	}
	select {
	case u := <-d.queue: // nil when the database closes
		return u
	case <-end:
		return nil
	}
}

func failAll(group []*unit, err error) []*unit {
	for _, u := range group {
		u.err = errors.Join(u.err, err)
	}
	return group
}

// runUnit runs a unit and reports that it leaves the transaction clean: it
// succeeded, or failed before it changed anything. Without a savepoint, because
// SQLite copies every page that is changed under one.
func runUnit(tx *sqliteTx, u *unit) bool {
	tx.begin()
	tx.changes, tx.unit = 0, u
	u.err = guarded(u.fn, tx)
	if u.err != nil {
		tx.forget(u)
	}
	return u.err == nil || tx.changes == 0
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
// the writer to begin the log anew when it has grown long. SQLite syncs the file
// only when nothing of the log is left to move: with writes going on, that would
// be the writer, who would wait for all that was moved since it last did. So the
// file is synced here.
func (d *sqliteDB) checkpoints() {
	c, err := sqlite.OpenConn(d.path, sqlite.OpenReadWrite)
	if err != nil {
		return // the writer still checkpoints when it closes
	}
	defer c.Close()
	file, err := os.OpenFile(d.path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer file.Close()
	tick := time.NewTicker(checkpointPeriod)
	defer tick.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-tick.C:
		}
		pages, _ := checkpoint(c, "PASSIVE") // what fails is tried again
		_ = syncGently(file)                 // ahead of the sync that counts, which is SQLite's own
		if pages < walPagesRestart {
			continue
		}
		// What was written meanwhile, and meanwhile again: the writer shall have
		// little left to move and to sync.
		_, _ = checkpoint(c, "PASSIVE")
		_ = syncGently(file)
		_, _ = checkpoint(c, "PASSIVE")
		_ = syncData(file)
		select {
		case d.full <- pages:
		default:
		}
	}
}

// restartLog moves what is left of the log into the file; most of it has been
// moved beside the writer by then. With nothing left, the next write begins the
// log anew, unless a reader uses it at that moment. Then there is a next time,
// and only when the log has grown very long are readers waited for: SQLite
// sleeps for that, and so would every writer. The longer the log, the longer:
// where long readers always overlap, a short wait never finds it free, and a
// disk that is full stops everything.
func (d *sqliteDB) restartLog(pages int64) {
	if pages < walPagesMost {
		_, _ = checkpoint(d.writer, "PASSIVE")
		return
	}
	d.writer.SetBusyTimeout(waitForReaders(pages))
	_, _ = checkpoint(d.writer, "RESTART")
	d.writer.SetBusyTimeout(busyTimeout)
}

// waitForReaders grows with the square of the log's length.
func waitForReaders(pages int64) time.Duration {
	times := float64(pages) / walPagesMost
	return time.Duration(min(float64(readersFirst)*times*times, float64(readersLongest)))
}

// checkpoint says how many pages the log has.
func checkpoint(c *sqlite.Conn, mode string) (pages int64, err error) {
	err = sqlitex.ExecuteTransient(c, "PRAGMA wal_checkpoint("+mode+")", &sqlitex.ExecOptions{
		ResultFunc: func(s *sqlite.Stmt) error { pages = s.ColumnInt64(1); return nil },
	})
	return pages, err
}

func (d *sqliteDB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	close(d.queue)
	close(d.stop)
	d.mu.Unlock()
	d.stopped.Wait()
	err := errors.Join(d.readers.Close(), d.log.Close())
	_, _ = checkpoint(d.writer, "TRUNCATE") // another process may still read: its own close will finish the log
	return errors.Join(err, d.writer.Close())
}
