package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
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
		return strings.NewReplacer("{{clustered}}", "", "{{bytes}}", "BYTEA", "{{id}}", "BIGINT", "{{sorted}}", `TEXT COLLATE "C"`).Replace(sql)
	}
	return strings.NewReplacer("{{clustered}}", "WITHOUT ROWID", "{{bytes}}", "BLOB", "{{id}}", "INTEGER", "{{sorted}}", "TEXT").Replace(sql)
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

// versionOf is the schema version of a database; 0 when it is empty. A database
// that holds another program's tables, or a schema that this program does not
// know, is an error that says so.
func versionOf(tx db.Tx, steps []migration) (int, error) {
	tables, err := tablesOf(tx)
	if err != nil || len(tables) == 0 {
		return 0, err
	}
	if slices.Contains(tables, loadingTable) {
		return 0, errors.New("a restore into this database was not finished, and what is in it is of no use: empty it, or remove the file, and restore again")
	}
	foreign := fmt.Errorf("the database holds tables of another program (%s): name an empty database, or a file that is not there yet", some(tables))
	if !slices.Contains(tables, "schema_version") || !slices.Contains(tables, "submission") {
		return 0, foreign // the first name alone others use too
	}
	version, alien := 0, false
	err = tx.Select(db.Query{SQL: `SELECT version, name FROM schema_version ORDER BY version`, Each: func(r db.Row) error {
		version = int(r.Int(0))
		if version >= 1 && version <= len(steps) {
			alien = alien || r.Text(1) != steps[version-1].name
		}
		return nil
	}})
	switch {
	case err != nil:
		return 0, err
	case alien || version < 1:
		return 0, foreign
	case version > len(steps):
		return 0, fmt.Errorf("the database has schema version %d and this program knows %d: use a newer program", version, len(steps))
	}
	return version, nil
}

// tablesOf are the tables of a database; on PostgreSQL those of the schemas in
// which ours are looked for, without those that belong to an extension.
func tablesOf(tx db.Tx) ([]string, error) {
	sql := `SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name`
	if tx.Engine() == db.PostgreSQL {
		sql = `
			SELECT c.relname
			FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
			WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
			AND s.nspname <> 'information_schema' AND substr(s.nspname, 1, 3) <> 'pg_'
			AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
			ORDER BY c.relname`
	}
	var names []string
	err := tx.Select(db.Query{SQL: sql, Each: func(r db.Row) error {
		names = append(names, r.Text(0))
		return nil
	}})
	return names, err
}

// some names a few of many.
func some(names []string) string {
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
	}
	return strings.Join(names, ", ")
}

// migrate brings the database to the schema of this binary. A database that is
// ahead of it is an error: an old server must not write into a new schema.
func migrate(ctx context.Context, d db.DB, steps []migration) error {
	return d.Write(ctx, func(tx db.Tx) error {
		if err := tx.Lock(migrationLock); err != nil {
			return err
		}
		at, err := versionOf(tx, steps)
		if err != nil {
			return fmt.Errorf("open the registry: %w", err)
		}
		if err := mayMigrate(tx, at, len(steps)); err != nil {
			return fmt.Errorf("open the registry: %w", err)
		}
		return bring(tx, at, steps)
	})
}

// bring brings a database from a version of the schema, 0 when it is empty, to the
// last of some steps.
func bring(tx db.Tx, at int, steps []migration) error {
	if at == 0 {
		if _, err := tx.Count(`CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)`); err != nil {
			return err
		}
	}
	for _, m := range steps[at:] {
		if err := apply(tx, m); err != nil {
			return fmt.Errorf("migrate to %s: %w", m.name, err)
		}
	}
	return nil
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
