package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"openiis/internal/store/db"
)

// isRole is a name of a role of PostgreSQL that needs no quotes.
var isRole = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// keptForEver are tables to which a program that serves adds rows, and of which it changes and
// removes none.
var keptForEver = map[string]bool{"audit": true, "audit_seal": true}

// GrantTo lets a role of PostgreSQL serve the registry that this one has made or migrated: read,
// add, change and remove rows; of the audit read and add alone. It owns nothing, makes and alters
// no table. To be said again after each migration, for new tables.
func (s *Store) GrantTo(ctx context.Context, role string) error {
	if s.Engine() != db.PostgreSQL {
		return errors.New("only PostgreSQL has roles: a SQLite file is guarded by the rights of its file")
	}
	if !isRole.MatchString(role) {
		return fmt.Errorf("%q is not the name of a role: want small letters, digits and underscores", role)
	}
	err := s.write(ctx, func(tx *Tx) error {
		schema := ""
		err := tx.Select(db.Query{
			SQL:  `SELECT s.nspname FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE c.oid = 'schema_version'::regclass`,
			Each: func(r db.Row) error { schema = r.Text(0); return nil },
		})
		if err != nil {
			return err
		}
		tables, err := tablesOf(tx.Tx)
		if err != nil {
			return err
		}
		if _, err := tx.Count(`GRANT USAGE ON SCHEMA "` + schema + `" TO ` + role); err != nil {
			return err
		}
		for _, table := range tables {
			rights := "SELECT, INSERT, UPDATE, DELETE"
			switch {
			case table == "schema_version":
				rights = "SELECT"
			case keptForEver[table]:
				rights = "SELECT, INSERT"
			}
			if _, err := tx.Count(`REVOKE ALL ON "` + table + `" FROM ` + role); err != nil {
				return err
			}
			if _, err := tx.Count(`GRANT ` + rights + ` ON "` + table + `" TO ` + role); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("let the role %s serve: %w", role, err)
	}
	return nil
}

// mayMigrate is an error that says what to do when whoever opens a registry may not bring it up
// to date.
func mayMigrate(tx db.Tx, at, want int) error {
	if tx.Engine() != db.PostgreSQL || at == 0 || at == want {
		return nil
	}
	owner := int64(0)
	err := tx.Select(db.Query{
		SQL:  `SELECT CASE WHEN pg_has_role(relowner, 'USAGE') THEN 1 ELSE 0 END FROM pg_class WHERE oid = 'schema_version'::regclass`,
		Each: func(r db.Row) error { owner = r.Int(0); return nil },
	})
	if err == nil && owner == 0 {
		err = fmt.Errorf("the schema has version %d and this program wants %d, and this role of PostgreSQL does not own it: run `openiis migrate` as its owner first", at, want)
	}
	return err
}
