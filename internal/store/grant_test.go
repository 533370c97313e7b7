package store_test

import (
	"context"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// The role that serves reads and adds, and can neither alter the schema nor the audit.
func TestARoleThatServesOwnsNothingAndChangesNoAudit(t *testing.T) {
	ctx := context.Background()
	address := storetest.Postgres(t)
	owner := storetest.Open(t, address)
	as, role := storetest.Role(t, address)
	if s, err := store.Open(ctx, as); err == nil {
		_ = s.Close()
		t.Error("a role without rights opens the registry")
	}
	is.NoError(t, "grant", owner.GrantTo(ctx, role))
	is.NoError(t, "grant again", owner.GrantTo(ctx, role))
	s, err := store.Open(ctx, as)
	is.NoError(t, "open as the role", err)
	t.Cleanup(func() { _ = s.Close() })
	is.NoError(t, "write", s.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "-", s.Now()); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: s.Now(), Actor: iis.Actor{Kind: "command"}, Act: "test"})
	}))
	for _, sql := range []string{
		`UPDATE audit SET act = 'x'`, `DELETE FROM audit`, `DELETE FROM audit_seal`, `UPDATE schema_version SET version = 1`, `DROP TABLE person`, `ALTER TABLE person ADD COLUMN x BIGINT`,
		`TRUNCATE submission`, `CREATE TABLE mine (id BIGINT)`,
	} {
		err := s.Write(ctx, func(tx *store.Tx) error { return tx.Exec(sql) })
		if err == nil || !strings.Contains(err.Error(), "42501") && !strings.Contains(err.Error(), "permission") && !strings.Contains(err.Error(), "owner") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	for _, name := range []string{"", "x; DROP TABLE person", `"x"`, "Upper"} {
		is.Equal(t, name, owner.GrantTo(ctx, name) != nil, true)
	}
	// A registry of an older release is not brought up to date by who does not own it.
	is.NoError(t, "as if older", owner.Write(ctx, func(tx *store.Tx) error {
		return tx.Exec(`DELETE FROM schema_version WHERE version = (SELECT MAX(version) FROM schema_version)`)
	}))
	_, err = store.Open(ctx, as)
	if err == nil || !strings.Contains(err.Error(), "run `openiis migrate` as its owner first") {
		t.Errorf("an older schema: %v", err)
	}
}

func TestOnlyPostgreSQLHasRoles(t *testing.T) {
	err := storetest.Open(t, storetest.SQLite(t)).GrantTo(context.Background(), "serving")
	is.Equal(t, "said", err != nil && strings.Contains(err.Error(), "only PostgreSQL has roles"), true)
}
