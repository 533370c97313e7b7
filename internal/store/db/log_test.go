package db

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"openiis/internal/is"
)

// withoutCheckpoints is a new database whose log is only moved when a test says
// so, and something to write to it.
func withoutCheckpoints(t *testing.T) (d *sqliteDB, put func(n int)) {
	d, err := connect(context.Background(), filepath.Join(t.TempDir(), "log.db"))
	is.NoError(t, "open", err)
	d.stopped.Go(d.write)
	d.stopped.Go(d.sync)
	t.Cleanup(func() { is.NoError(t, "close", d.Close()) })
	return d, func(n int) {
		t.Helper()
		is.NoError(t, "write", d.Write(context.Background(), func(tx Tx) error {
			return tx.Exec(fmt.Sprintf(`CREATE TABLE t%d (id BIGINT)`, n))
		}))
	}
}

// TestTheLogBeginsAnewOnceNoReaderUsesIt holds a snapshot open while the log is
// to begin anew: the writer does not wait for it, and the next time it does
// begin anew.
func TestTheLogBeginsAnewOnceNoReaderUsesIt(t *testing.T) {
	ctx := context.Background()
	d, put := withoutCheckpoints(t)
	restart := func(pages int64) int64 { // a group that begins it and one that fits behind it
		t.Helper()
		d.full <- pages
		put(int(pages) % 1000 * 2)
		put(int(pages)%1000*2 + 1)
		n, err := checkpoint(d.writer, "PASSIVE") // the writer is idle now
		is.NoError(t, "count pages", err)
		return n
	}
	put(9001)
	var held int64
	is.NoError(t, "read", d.Read(ctx, func(tx Tx) error {
		seen := 0
		if err := tx.Select(Query{SQL: `SELECT name FROM sqlite_master`, Each: func(Row) error { seen++; return nil }}); err != nil {
			return err
		}
		before := restart(1)
		if held = restart(2); held <= before {
			t.Errorf("the log began anew under a reader: %d pages after %d", held, before)
		}
		return nil
	}))
	restart(3)
	if free := restart(4); free >= held {
		t.Errorf("the log did not begin anew without a reader: %d pages after %d", free, held)
	}
}

// TestALogThatIsMuchTooLongWaitsForLongReaders holds a snapshot for longer than
// readers are waited for at first.
func TestALogThatIsMuchTooLongWaitsForLongReaders(t *testing.T) {
	ctx := context.Background()
	d, put := withoutCheckpoints(t)
	logged := func() int64 { // the writer is idle when it is asked
		n, err := checkpoint(d.writer, "PASSIVE")
		is.NoError(t, "count pages", err)
		return n
	}
	for n := range 5 {
		put(n)
	}
	reading, read := make(chan struct{}), make(chan error)
	go func() {
		read <- d.Read(ctx, func(tx Tx) error {
			err := tx.Select(Query{SQL: `SELECT name FROM sqlite_master`, Each: func(Row) error { return nil }})
			close(reading)
			time.Sleep(10 * readersFirst)
			return err
		})
	}()
	<-reading
	put(5)
	before := logged()
	d.full <- 8 * walPagesMost // is given more than three seconds
	put(6)
	put(7) // begins the log anew, when that was waited for
	if after := logged(); after >= before {
		t.Errorf("the log did not begin anew: %d pages after %d", after, before)
	}
	is.NoError(t, "read", <-read)
	is.Equal(t, "at most", waitForReaders(1<<40), readersLongest)
}
