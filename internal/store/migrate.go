package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"openiis/internal/store/db"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrationLock is the advisory lock that lets one server migrate at a time.
const migrationLock = 0x4F49_4953 // "OIIS"

// migration is one numbered step of the schema, forward only and safe while the
// binary before it still runs.
type migration struct {
	version int
	name    string
	sql     string
}

// migrations are the committed steps in order.
func migrations() ([]migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var out []migration
	for i, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		v, err := strconv.Atoi(number)
		if err != nil || v != i+1 {
			return nil, fmt.Errorf("migration %s: want number %04d", name, i+1)
		}
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		out = append(out, migration{v, path.Base(name), string(text)})
	}
	return out, nil
}

// dialect writes a migration's text for an engine.
func dialect(sql string, e db.Engine) string {
	if e == db.PostgreSQL {
		return strings.NewReplacer("{{clustered}}", "", "{{bytes}}", "BYTEA", "{{id}}", "BIGINT").Replace(sql)
	}
	return strings.NewReplacer("{{clustered}}", "WITHOUT ROWID", "{{bytes}}", "BLOB", "{{id}}", "INTEGER").Replace(sql)
}

// statements splits a migration at the semicolons that end lines, without its
// comments.
func statements(sql string) []string {
	var out []string
	var b strings.Builder
	for line := range strings.Lines(sql) {
		code, _, _ := strings.Cut(line, "--")
		b.WriteString(strings.TrimRight(code, " \n"))
		b.WriteByte('\n')
		if strings.HasSuffix(strings.TrimSpace(code), ";") {
			out = append(out, strings.TrimSuffix(strings.TrimSpace(b.String()), ";"))
			b.Reset()
		}
	}
	return out
}

// migrate brings the database to the schema of this binary. A database that is
// ahead of it is an error: an old server must not write into a new schema.
func migrate(ctx context.Context, d db.DB) error {
	steps, err := migrations()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return d.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock(migrationLock); err != nil {
			return err
		}
		_, err := tx.Count(`CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)`)
		if err != nil {
			return err
		}
		at := 0
		err = tx.Select(db.Query{SQL: `SELECT coalesce(max(version), 0) FROM schema_version`, Each: func(r db.Row) error {
			at = int(r.Int(0))
			return nil
		}})
		if err != nil {
			return err
		}
		if at > len(steps) {
			return fmt.Errorf("the database has schema version %d and this program knows %d: use a newer program", at, len(steps))
		}
		for _, m := range steps[at:] {
			if err := apply(tx, m); err != nil {
				return fmt.Errorf("migrate to %s: %w", m.name, err)
			}
		}
		return nil
	})
}

func apply(tx db.Tx, m migration) error {
	for _, s := range statements(dialect(m.sql, tx.Engine())) {
		// at once, not held back: a statement is understood only when the tables
		// that it names are there
		if _, err := tx.Count(s); err != nil {
			return err
		}
	}
	return tx.Exec(`INSERT INTO schema_version (version, name) VALUES ($1, $2)`, m.version, m.name)
}
