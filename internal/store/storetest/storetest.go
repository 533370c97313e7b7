// Package storetest gives tests a real, migrated, empty registry on either
// engine.
//
// It is for tests only. PostgreSQL is the server that OPENIIS_TEST_POSTGRES
// names, or one of its own that it starts from the Debian package and ends with
// the test program. When there is neither, tests fail; only -short leaves
// PostgreSQL out. A Citus cluster is tried when OPENIIS_TEST_CITUS names one. Start
// at Each.
package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"openiis/internal/store"
)

// Each runs a test on an empty registry of either engine.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachAddress(t, func(t *testing.T, address string) { test(t, Open(t, address)) })
}

// EachAddress runs a test with the address of an empty database of either
// engine.
func EachAddress(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		if testing.Short() {
			t.Skip("-short leaves PostgreSQL out")
		}
		test(t, Postgres(t))
	})
}

// Open opens a registry for the length of a test.
func Open(t testing.TB, address string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), address)
	if err != nil {
		t.Fatalf("open the registry: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the registry: %v", err)
		}
	})
	return s
}

// SQLite is the address of a new SQLite database.
func SQLite(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "registry.db")
}

// Postgres is the address of a new, empty PostgreSQL database, dropped when the
// test ends.
func Postgres(t testing.TB) string {
	t.Helper()
	server, err := postgresServer()
	if err != nil {
		t.Fatalf("PostgreSQL is needed for this test (set OPENIIS_TEST_POSTGRES, or install Debian's package postgresql): %v", err)
	}
	return newDatabase(t, server.address, "openiis_test_"+strings.ToLower(rand.Text()[:12]))
}

// newDatabase makes a database on a server for the length of a test, and gives its
// address.
func newDatabase(t testing.TB, server, name string) string {
	t.Helper()
	admin(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("the address of PostgreSQL cannot be read: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

// Role is a role of PostgreSQL that owns nothing, with the address by which a database is opened
// as it. It is dropped when the test ends.
func Role(t testing.TB, address string) (as, role string) {
	t.Helper()
	role = "serving_" + strings.ToLower(rand.Text()[:12])
	admin(t, address, "CREATE ROLE "+role)
	t.Cleanup(func() {
		admin(t, address, "DROP OWNED BY "+role)
		admin(t, address, "DROP ROLE "+role)
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatalf("the address of PostgreSQL cannot be read: %v", err)
	}
	q := u.Query()
	q.Set("options", "-c role="+role)
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20")
	return u.String(), role
}

// admin runs one statement on the server's own database.
func admin(t testing.TB, server, sql string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("connect to PostgreSQL: %v", err)
	}
	defer func() { _ = c.Close(ctx) }() // the statement is what matters
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", strings.Fields(sql)[0], err)
	}
}

// postgresServer is the server for this test program.
var postgresServer = sync.OnceValues(func() (*server, error) {
	if address := os.Getenv("OPENIIS_TEST_POSTGRES"); address != "" {
		return &server{address: address}, nil
	}
	return startPostgres()
})

// binaries finds Debian's PostgreSQL, the newest first.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("no PostgreSQL under /usr/lib/postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}
