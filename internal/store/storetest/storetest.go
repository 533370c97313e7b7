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
	"errors"
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
	each(t, migrated, func(t *testing.T, address string) { test(t, Open(t, address)) })
}

// EachAddress runs a test with the address of an empty database of either
// engine.
func EachAddress(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	each(t, Postgres, test)
}

// EachDurable is EachAddress with a PostgreSQL that has what it commits on the disk, as
// one in use does: for what is about crashes.
func EachDurable(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	each(t, durable, test)
}

// each runs a test with an SQLite file that is not there yet, and a database of
// PostgreSQL.
func each(t *testing.T, postgres func(testing.TB) string, test func(t *testing.T, address string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		if testing.Short() {
			t.Skip("-short leaves PostgreSQL out")
		}
		test(t, postgres(t))
	})
}

// Open opens a registry for the length of a test, and makes it where there is none.
func Open(t testing.TB, address string) *store.Store {
	t.Helper()
	if !strings.Contains(address, "://") {
		if err := copyFile(address); err != nil {
			t.Fatalf("make the registry: %v", err)
		}
	}
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
// test ends. That of a benchmark is durable.
func Postgres(t testing.TB) string {
	t.Helper()
	if _, measures := t.(*testing.B); measures {
		return durable(t)
	}
	return newDatabase(t, running(t, hastyServer).address, anyName(), emptyTemplate)
}

// durable is Postgres on a server that has what it commits on the disk.
func durable(t testing.TB) string {
	t.Helper()
	return newDatabase(t, running(t, durableServer).address, anyName(), emptyTemplate)
}

// migrated is Postgres, and a registry that nobody has opened yet.
func migrated(t testing.TB) string {
	t.Helper()
	s := running(t, hastyServer)
	template, err := s.template()
	if err != nil {
		t.Fatalf("make a registry to be copied: %v", err)
	}
	return newDatabase(t, s.address, anyName(), template)
}

// running is a server that runs.
func running(t testing.TB, server func() (*server, error)) *server {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("PostgreSQL is needed for this test (set OPENIIS_TEST_POSTGRES, or install Debian's package postgresql): %v", err)
	}
	return s
}

func anyName() string { return "openiis_test_" + strings.ToLower(rand.Text()[:12]) }

// newDatabase makes a database on a server for the length of a test, a copy of another,
// and gives its address.
func newDatabase(t testing.TB, server, name, template string) string {
	t.Helper()
	admin(t, server, "CREATE DATABASE "+name+" TEMPLATE "+template)
	t.Cleanup(func() { admin(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	address, err := addressOf(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// addressOf is the address of a database of a server.
func addressOf(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", errors.New("the address of PostgreSQL cannot be read")
	}
	u.Path = "/" + name
	return u.String(), nil
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
	if err := run(server, sql); err != nil {
		t.Fatal(err)
	}
}

// run is admin outside of a test.
func run(server, sql string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }() // the statement is what matters
	if _, err := c.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", strings.Fields(sql)[0], err)
	}
	return nil
}

// The servers of this test program: where nothing is lost when the machine fails, and
// where that is not waited for. Who names a server says by its settings which it is.
var (
	durableServer = sync.OnceValues(func() (*server, error) { return serverWith("") })
	hastyServer   = sync.OnceValues(func() (*server, error) { return serverWith(hasty) })
)

func serverWith(settings string) (*server, error) {
	if address := os.Getenv("OPENIIS_TEST_POSTGRES"); address != "" {
		return &server{address: address}, nil
	}
	return startPostgres(settings)
}

// binaries finds Debian's PostgreSQL, the newest first.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("no PostgreSQL under /usr/lib/postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}
