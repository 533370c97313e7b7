package store_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
	"openiis/internal/store/storetest"
)

// run runs statements on a database as its owner would, whoever that is.
func run(t *testing.T, address string, statements ...string) {
	t.Helper()
	if !strings.Contains(address, "://") {
		c, err := sqlite.OpenConn(address, sqlite.OpenReadWrite, sqlite.OpenCreate)
		is.NoError(t, "open", err)
		defer c.Close()
		for _, sql := range statements {
			is.NoError(t, sql, sqlitex.ExecuteTransient(c, sql, nil))
		}
		return
	}
	ctx := context.Background()
	d, err := db.Open(ctx, address)
	is.NoError(t, "open", err)
	defer d.Close()
	is.NoError(t, "run", d.Write(ctx, func(tx db.Tx) error {
		for _, sql := range statements {
			if _, err := tx.Count(sql); err != nil {
				return err
			}
		}
		return nil
	}))
}

// folder are the files beside a file, with their content.
func folder(t *testing.T, file string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*"))
	is.NoError(t, "list", err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		is.NoError(t, "read", err)
		found[f] = b
	}
	return found
}

// refused wants a database refused with a sentence, and nothing of it changed.
func refused(t *testing.T, address, want string) {
	t.Helper()
	ctx := context.Background()
	var before map[string][]byte
	file := !strings.Contains(address, "://")
	if file {
		before = folder(t, address)
	}
	for name, open := range map[string]func(context.Context, string) (*store.Store, error){"open": store.Open, "open to read": store.OpenToRead} {
		s, err := open(ctx, address)
		if err == nil {
			_ = s.Close()
			t.Fatalf("%s: it was taken", name)
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if file {
		if after := folder(t, address); len(after) != len(before) || !bytes.Equal(after[address], before[address]) {
			t.Error("the refused file was changed")
		}
	}
}

func TestADatabaseOfAnotherProgramIsRefusedUntouched(t *testing.T) {
	for _, c := range []struct {
		name string
		sql  []string
	}{
		{"its tables", []string{`CREATE TABLE album (id INTEGER, title TEXT)`, `INSERT INTO album (id, title) VALUES (1, 'x')`}},
		{"a schema_version of its own", []string{`CREATE TABLE schema_version (installed_rank INTEGER, version TEXT)`}},
		{"a schema_version like ours", []string{
			`CREATE TABLE schema_version (version INTEGER, name TEXT)`, `INSERT INTO schema_version (version, name) VALUES (1, 'V1__init.sql')`,
			`CREATE TABLE source_person (id INTEGER)`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.EachAddress(t, func(t *testing.T, address string) {
				run(t, address, c.sql...)
				refused(t, address, "tables of another program")
				if strings.Contains(address, "://") {
					d, err := db.Open(context.Background(), address)
					is.NoError(t, "open", err)
					defer d.Close()
					tables := 0
					is.NoError(t, "count", d.Read(context.Background(), func(tx db.Tx) error {
						return tx.Select(db.Query{
							SQL:  `SELECT count(*) FROM information_schema.tables WHERE table_name IN ('setting', 'audit', 'receipt')`,
							Each: func(r db.Row) error { tables = int(r.Int(0)); return nil },
						})
					}))
					if tables != 0 {
						t.Errorf("%d of our tables were made", tables)
					}
				}
			})
		})
	}
}

func TestAFileThatIsNoDatabaseIsRefusedUntouched(t *testing.T) {
	for name, content := range map[string]string{
		"a letter":     "Dear parent, your child is due.\n" + strings.Repeat("Please come. ", 400),
		"a short note": "x",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "registry.db")
			is.NoError(t, "write", os.WriteFile(path, []byte(content), 0o600))
			refused(t, path, "is not a database")
		})
	}
}

func TestARegistryThatIsCutOffIsRefusedWithWhatToDo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	s, err := store.Open(context.Background(), path)
	is.NoError(t, "open", err)
	is.NoError(t, "close", s.Close())
	is.NoError(t, "cut", os.Truncate(path, 5000))
	refused(t, path, "is damaged or cut off: restore it from a backup")
}

func TestADatabaseOfANewerReleaseIsRefused(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s, err := store.Open(context.Background(), address)
		is.NoError(t, "open", err)
		is.NoError(t, "close", s.Close())
		run(t, address, `INSERT INTO schema_version (version, name) VALUES (99, '0099_later.sql')`)
		refused(t, address, "use a newer program")
	})
}

func TestOpeningToReadMakesAndChangesNothing(t *testing.T) {
	storetest.EachAddress(t, func(t *testing.T, address string) {
		ctx := context.Background()
		if _, err := store.OpenToRead(ctx, address); err == nil || !strings.Contains(err.Error(), "there is none") {
			t.Errorf("an empty database: %v", err)
		}
		if files := folder(t, address); len(files) != 0 && !strings.Contains(address, "://") {
			t.Errorf("files were made: %d", len(files))
		}
		s := storetest.Open(t, address)
		someAudit(t, s, 3)
		seals(t, s.NewSealer(), time.Now(), 3)
		r, err := store.OpenToRead(ctx, address)
		is.NoError(t, "open to read", err)
		whole(t, r, time.Now(), 3)
		if err := r.Write(ctx, func(*store.Tx) error { return nil }); err == nil {
			t.Error("it could be written to")
		}
		is.NoError(t, "close", r.Close())
	})
}

// openings is how many programs open a new database at once.
const openings = 6

func TestManyFirstOpeningsAtOnceAllSucceed(t *testing.T) {
	openAtOnce := func(t *testing.T, address string) {
		t.Helper()
		var group sync.WaitGroup
		for range openings {
			group.Go(func() {
				s, err := store.Open(context.Background(), address)
				is.NoError(t, "open", err)
				if err == nil {
					is.NoError(t, "close", s.Close())
				}
			})
		}
		group.Wait()
	}
	storetest.EachAddress(t, openAtOnce)
	for range 30 { // SQLite once failed one time in a hundred
		openAtOnce(t, storetest.SQLite(t))
	}
}

// openEnv names the file that a process of this test should open.
const openEnv = "OPENIIS_TEST_OPEN"

func TestManyProcessesMayMakeOneDatabase(t *testing.T) {
	if path := os.Getenv(openEnv); path != "" {
		s, err := store.Open(context.Background(), path)
		is.NoError(t, "open", err)
		is.NoError(t, "close", s.Close())
		return
	}
	for range 3 {
		path := filepath.Join(t.TempDir(), "registry.db")
		var group sync.WaitGroup
		for range openings {
			group.Go(func() {
				c := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
				c.Env = append(os.Environ(), openEnv+"="+path)
				if out, err := c.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
		group.Wait()
	}
}
