package backup

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// TestMain makes a guess of a passphrase cheap: here it need not be dear.
func TestMain(m *testing.M) {
	workFactor = 10
	m.Run()
}

// by is who makes backups.
func by() store.Audit {
	return store.Audit{At: time.Now(), Actor: iis.Actor{Kind: "command"}, Act: "back up"}
}

// filled puts something into a registry.
func filled(t *testing.T, s *store.Store) {
	t.Helper()
	is.NoError(t, "fill", s.Write(context.Background(), func(tx *store.Tx) error {
		sender, err := tx.EnsureSender("OAK", "Oak “Street” Clinic \x01", s.Now())
		if err != nil {
			return err
		}
		_, err = tx.PutAccount(store.Account{Username: "ada", Name: "Ada Ashgrove", Role: "administrator", Hash: "h", Sender: sender.ID}, s.Now())
		return err
	}))
}

func passphrase(t *testing.T, secret string) Key {
	t.Helper()
	k, err := Passphrase(secret)
	is.NoError(t, "passphrase", err)
	return k
}

// written is a backup of a registry with something in it.
func written(t *testing.T, key Key) string {
	t.Helper()
	s := storetest.Open(t, storetest.SQLite(t))
	filled(t, s)
	path := filepath.Join(t.TempDir(), "registry.backup")
	_, err := Write(context.Background(), s, by(), path, key)
	is.NoError(t, "write", err)
	return path
}

func TestABackupIsLocked(t *testing.T) {
	path := written(t, passphrase(t, "a long passphrase"))
	text, err := os.ReadFile(path)
	is.NoError(t, "read", err)
	if bytes.Contains(text, []byte("Ashgrove")) || bytes.Contains(text, []byte("OpenIIS")) {
		t.Error("the file tells what is in it")
	}
	info, err := os.Stat(path)
	is.NoError(t, "stat", err)
	is.Equal(t, "who may read it", info.Mode().Perm(), os.FileMode(0o600))
	told, err := Check(path, passphrase(t, "a long passphrase"))
	is.NoError(t, "check", err)
	if told.Rows < 3 || time.Since(told.Taken) > time.Minute {
		t.Errorf("it holds %+v", told)
	}
	for _, c := range []struct {
		key  Key
		says string
	}{
		{passphrase(t, "another passphrase"), "cannot be unlocked"},
		{Key{}, "is encrypted"},
	} {
		if _, err := Check(path, c.key); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("with another key: %v", err)
		}
	}
	if _, err := Passphrase("short"); err == nil {
		t.Error("a short passphrase is taken")
	}
}

// Whoever makes backups needs no key that reads them.
func TestABackupIsLockedForThoseWhoMayRestore(t *testing.T) {
	mine, err := age.GenerateX25519Identity()
	is.NoError(t, "identity", err)
	other, err := age.GenerateX25519Identity()
	is.NoError(t, "identity", err)
	lock, err := Recipients(strings.NewReader("# the programme\n" + mine.Recipient().String() + "\n"))
	is.NoError(t, "recipients", err)
	path := written(t, lock)
	for _, c := range []struct {
		secret string
		ok     bool
	}{{mine.String(), true}, {other.String(), false}} {
		key, err := Identities(strings.NewReader(c.secret))
		is.NoError(t, "identities", err)
		if _, err := Check(path, key); (err == nil) != c.ok {
			t.Errorf("unlocked by its own identity (%v): %v", c.ok, err)
		}
	}
	if _, err := Recipients(strings.NewReader("nobody")); err == nil {
		t.Error("a recipient who is none is taken")
	}
}

// Nothing that was changed, cut off or added is taken for a backup; of none is a
// database made that would pass for a registry.
func TestADamagedBackupIsRefused(t *testing.T) {
	for name, key := range map[string]Key{"encrypted": passphrase(t, "a long passphrase"), "plain": {}} {
		t.Run(name, func(t *testing.T) {
			whole, err := os.ReadFile(written(t, key))
			is.NoError(t, "read", err)
			path := filepath.Join(t.TempDir(), "damaged")
			refused := func(what string, b []byte) {
				t.Helper()
				is.NoError(t, "write", os.WriteFile(path, b, 0o600))
				if _, err := Check(path, key); err == nil {
					t.Errorf("%s: taken for whole", what)
				}
			}
			for i := 0; i < len(whole); i += 1 + len(whole)/60 {
				refused("cut off", whole[:i])
				b := bytes.Clone(whole)
				b[i] ^= 0x10
				refused("a bit is another", b)
			}
			refused("cut off at the end", whole[:len(whole)-1])
			refused("something behind it", append(bytes.Clone(whole), "more"...))
			refused("nothing", nil)
			refused("another file", []byte("hello, this is a text and no backup at all"))

			is.NoError(t, "write", os.WriteFile(path, whole[:len(whole)-20], 0o600))
			db := filepath.Join(t.TempDir(), "r.db")
			_, err = Restore(context.Background(), db, path, key, nil)
			if err == nil {
				t.Fatal("restored of a file that is cut off")
			}
			if _, err := os.Stat(db); err == nil {
				if _, err := store.Open(context.Background(), db); err == nil || !strings.Contains(err.Error(), "not finished") {
					t.Errorf("what a restore left behind is opened: %v", err)
				}
			}
		})
	}
}

// A backup that is not encrypted, where one that is was expected, may be anybody's.
func TestAPlainFileIsNotTakenForALockedOne(t *testing.T) {
	_, err := Check(written(t, Key{}), passphrase(t, "a long passphrase"))
	if err == nil || !strings.Contains(err.Error(), "not encrypted") {
		t.Errorf("got %v", err)
	}
}

func TestABackupWritesOverNothing(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	path := written(t, Key{})
	before, err := os.ReadFile(path)
	is.NoError(t, "read", err)
	if _, err := Write(context.Background(), s, by(), path, Key{}); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("over another: %v", err)
	}
	after, err := os.ReadFile(path)
	is.NoError(t, "read", err)
	is.Equal(t, "the other", bytes.Equal(before, after), true)

	ended, cancel := context.WithCancel(context.Background())
	cancel()
	folder := t.TempDir()
	if _, err := Write(ended, s, by(), filepath.Join(folder, "b"), Key{}); err == nil {
		t.Error("written after it was ended")
	}
	left, err := os.ReadDir(folder)
	is.NoError(t, "read", err)
	is.Equal(t, "files left behind", len(left), 0)
}
