package storetest

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"openiis/internal/store"
	"openiis/internal/store/db"
)

// To bring an empty database through all steps of the schema takes longer than most
// tests do. It is done once for each engine and test program, and what came of it is
// copied.

// migrate makes a registry of an empty database that nobody has opened yet: it has its
// tables, and neither its secret nor a number of an opening.
func migrate(address string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, address)
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	d, err := db.Open(ctx, address)
	if err != nil {
		return err
	}
	forget := func(tx db.Tx) error { return tx.Exec(`DELETE FROM setting`) }
	return errors.Join(d.Write(ctx, forget), d.Close())
}

// file is a migrated SQLite file.
var file = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "openiis-registry-")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "registry.db")
	err = migrate(path)
	var content []byte
	if err == nil {
		content, err = os.ReadFile(path)
	}
	return content, errors.Join(err, os.RemoveAll(dir))
})

// copyFile puts a migrated registry where no file is yet.
func copyFile(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	content, err := file()
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// emptyTemplate is what PostgreSQL makes a database of when nothing is said.
const emptyTemplate = "template1"

// template is the name of a database of the server that is a migrated registry. On a
// server that is not ours nothing stays behind: there each registry is made anew.
func (s *server) template() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.input == nil || s.copied != "" {
		return cmp.Or(s.copied, emptyTemplate), nil
	}
	const name = "openiis_template"
	err := run(s.address, "CREATE DATABASE "+name)
	if err != nil {
		return "", err
	}
	address, err := addressOf(s.address, name)
	if err == nil {
		err = migrate(address)
	}
	if err == nil {
		s.copied = name
	}
	return name, err
}
