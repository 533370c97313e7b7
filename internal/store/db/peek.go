package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// busyTimeout is how long a connection waits for another program's lock.
const busyTimeout = 30 * time.Second

// Peek reads a database before it is opened for good: no table, setting or
// journal mode of it changes, for it may be another program's. Of a SQLite file
// that is not there, fn is not called.
func Peek(ctx context.Context, address string, fn func(Tx) error) error {
	if !isPostgres(address) {
		return peekSQLite(address, fn)
	}
	d, err := openPostgres(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(d.Read(ctx, fn), d.Close())
}

// smallest is the size of the smallest database. SQLite takes a shorter file for
// an empty database, and writes over it.
const smallest = 512

func peekSQLite(path string, fn func(Tx) error) error {
	// Its size, and not its beginning: closing a file that SQLite has open too
	// would drop SQLite's locks.
	if info, err := os.Stat(path); err == nil && (info.IsDir() || info.Size() > 0 && info.Size() < smallest) {
		return inWords(path, sqlite.ResultNotADB.ToError())
	}
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if sqlite.ErrCode(err).ToPrimary() == sqlite.ResultCantOpen {
		return nil // Open makes it, or says why not
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	c.SetBusyTimeout(busyTimeout)
	return inWords(path, errors.Join(fn(&sqliteTx{c: c}), c.Close()))
}

// inWords says of a file that cannot be used what is to be done about it.
func inWords(path string, err error) error {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultNotADB:
		return fmt.Errorf("%s is not a database: name another file, or one that is not there yet", path)
	case sqlite.ResultReadOnly: // also to read it, SQLite writes beside it
		return fmt.Errorf("%s cannot be written to: let this program write to the file and to its folder, or copy both elsewhere: %w", path, err)
	case sqlite.ResultCorrupt:
		return fmt.Errorf("%s is damaged or cut off: restore it from a backup: %w", path, err)
	}
	return err
}

// useWAL switches a database to the write-ahead log. SQLite does not wait for
// its lock when two programs that opened a new file at once both do this: each
// would wait for the other for ever.
func useWAL(ctx context.Context, c *sqlite.Conn) error {
	giveUp := time.Now().Add(busyTimeout)
	for {
		err := sqlitex.ExecuteTransient(c, "PRAGMA journal_mode=WAL", nil)
		if sqlite.ErrCode(err).ToPrimary() != sqlite.ResultBusy || time.Now().After(giveUp) {
			return err
		}
		select {
		case <-time.After(time.Millisecond + rand.N(10*time.Millisecond)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
