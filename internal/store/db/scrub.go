package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Scrub makes the files of a database hold nothing of rows that were removed or changed.
//
// A SQLite file is written anew without them (VACUUM), and the log is emptied; somebody
// who has the database open then is an error. On PostgreSQL every table is written anew
// (VACUUM FULL), each locked meanwhile: the former files are unlinked. The write-ahead log,
// replicas, and what a file system or disk still holds of files that are gone are beyond
// any program here.
func Scrub(ctx context.Context, address string) error {
	if isPostgres(address) {
		return scrubPostgres(ctx, address)
	}
	return scrubSQLite(address)
}

func scrubPostgres(ctx context.Context, address string) error {
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	err = ownsAll(ctx, c)
	if err == nil {
		_, err = c.Exec(ctx, `VACUUM (FULL)`)
	}
	if err != nil {
		err = fmt.Errorf("scrub: %w", err)
	}
	return errors.Join(err, c.Close(ctx))
}

// ownsAll is an error when there are tables that the role does not own: PostgreSQL passes over
// those with a warning, and what was erased would stay.
func ownsAll(ctx context.Context, c *pgx.Conn) error {
	others := 0
	err := c.QueryRow(ctx, `
		SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%' AND NOT pg_has_role(c.relowner, 'USAGE')`).Scan(&others)
	if err == nil && others > 0 {
		err = fmt.Errorf("this role of PostgreSQL does not own %d of the tables, which it cannot write anew: do this as their owner", others)
	}
	return err
}

func scrubSQLite(path string) (err error) {
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	c.SetBusyTimeout(busyTimeout)
	if err := sqlitex.ExecuteTransient(c, "VACUUM", nil); err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	left := true
	err = sqlitex.ExecuteTransient(c, "PRAGMA wal_checkpoint(TRUNCATE)", &sqlitex.ExecOptions{
		ResultFunc: func(s *sqlite.Stmt) error { left = s.ColumnInt64(0) != 0; return nil },
	})
	if err == nil && left {
		err = errors.New("the log could not be emptied, for another program has the database open: stop it, and do this again")
	}
	return err
}
