// Package backup writes a registry to one file, and makes a registry of such a file,
// in either database whichever it came from.
//
// The file is what [store.Store.Dump] writes, packed (Zstandard) and, unless one says
// otherwise, encrypted (age, age-encryption.org/v1): with a passphrase, or for the
// public keys of those who may restore, so that the machine that makes backups cannot
// read them. Whoever changes a byte of it, or cuts it off, is found out before it is
// taken for a registry; who wrote it, only a passphrase tells. Start at Write, Restore and Check.
package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"openiis/internal/store"
)

// Key is what a backup is locked and unlocked with. Its zero value is none: the file
// is not encrypted.
type Key struct {
	recipients []age.Recipient
	identities []age.Identity
}

// leastPassphrase is the shortest passphrase that is taken, in characters.
const leastPassphrase = 12

// workFactor is the logarithm of how much work a guess of a passphrase is (scrypt's N).
var workFactor = 18

// Passphrase is a key that is made of a secret of at least twelve characters.
func Passphrase(secret string) (Key, error) {
	if len([]rune(secret)) < leastPassphrase {
		return Key{}, fmt.Errorf("the passphrase is too short: want at least %d characters", leastPassphrase)
	}
	r, err := age.NewScryptRecipient(secret)
	if err != nil {
		return Key{}, err
	}
	r.SetWorkFactor(workFactor)
	i, err := age.NewScryptIdentity(secret)
	return Key{[]age.Recipient{r}, []age.Identity{i}}, err
}

// Recipients is a key that locks: the public keys (age1…), one a line, of all who may
// restore.
func Recipients(lines io.Reader) (Key, error) {
	r, err := age.ParseRecipients(lines)
	return Key{recipients: r}, err
}

// Identities is a key that unlocks: the secret keys (AGE-SECRET-KEY-1…), one a line, of
// somebody for whom it was locked.
func Identities(lines io.Reader) (Key, error) {
	i, err := age.ParseIdentities(lines)
	return Key{identities: i}, err
}

// Write writes a registry to a file that is not there yet. Under its name stands a
// whole backup or nothing: until it is durable it is called PATH.partial.
func Write(ctx context.Context, s *store.Store, by store.Audit, path string, key Key) (told store.Dumped, err error) {
	if _, err := os.Lstat(path); err == nil {
		return told, fmt.Errorf("%s is there already: a backup never writes over another", path)
	}
	partial := path + ".partial"
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return told, fmt.Errorf("%s is there: another backup is under way, or was interrupted; remove it if none is", partial)
	}
	if err != nil {
		return told, err
	}
	defer func() {
		if err != nil {
			_ = f.Close() // the first error tells more
			_ = os.Remove(partial)
		}
	}()
	if told, err = lock(f, key, func(w io.Writer) (store.Dumped, error) { return s.Dump(ctx, by, w) }); err != nil {
		return told, err
	}
	if err = errors.Join(f.Sync(), f.Close()); err != nil {
		return told, err
	}
	// The name is taken before what it names is moved over it: a rename alone would write
	// over a backup that came meanwhile.
	name, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return told, err
	}
	if err = errors.Join(name.Close(), os.Rename(partial, path)); err != nil {
		_ = os.Remove(path) // it is empty
		return told, err
	}
	return told, syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// lock packs and encrypts what dump writes.
func lock(to io.Writer, key Key, dump func(io.Writer) (store.Dumped, error)) (told store.Dumped, err error) {
	out := io.WriteCloser(nopCloser{to})
	if key.recipients != nil {
		if out, err = age.Encrypt(to, key.recipients...); err != nil {
			return told, err
		}
	}
	z, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return told, err
	}
	told, err = dump(z)
	return told, errors.Join(err, z.Close(), out.Close())
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// Restore makes a registry of a backup, in an empty database. Tell, when there is one,
// is called with each table that is there and its rows.
func Restore(ctx context.Context, address, path string, key Key, tell func(table string, rows int64)) (store.Dumped, error) {
	return unlock(path, key, func(r io.Reader) (store.Dumped, error) { return store.Load(ctx, address, r, tell) })
}

// RestoreHeld is Restore of a registry in which somebody may have opted out since: nobody
// can open it before that is carried over (store.OpenRestored).
func RestoreHeld(ctx context.Context, address, path string, key Key, tell func(table string, rows int64)) (store.Dumped, error) {
	return unlock(path, key, func(r io.Reader) (store.Dumped, error) { return store.LoadHeld(ctx, address, r, tell) })
}

// Check reads a backup to its end: it can be unlocked, and nothing of it is damaged or
// missing.
func Check(path string, key Key) (store.Dumped, error) {
	return unlock(path, key, store.CheckDump)
}

// ageBegins is how an encrypted file begins.
const ageBegins = "age-encryption.org/"

// maxWindow is how much memory what was packed may want to be unpacked.
const maxWindow = 64 << 20

func unlock(path string, key Key, do func(io.Reader) (store.Dumped, error)) (told store.Dumped, err error) {
	f, err := os.Open(path)
	if err != nil {
		return told, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	buffered := bufio.NewReaderSize(f, 1<<16)
	begins, _ := buffered.Peek(len(ageBegins)) // a short file is found out below
	in := io.Reader(buffered)
	switch encrypted := string(begins) == ageBegins; {
	case encrypted && key.identities == nil:
		return told, fmt.Errorf("%s is encrypted: give its passphrase, or the identity of somebody for whom it was", path)
	case !encrypted && key.identities != nil:
		return told, fmt.Errorf("%s is not encrypted, so anybody may have written it: if that is as it should be, say that it is plain", path)
	case encrypted:
		if in, err = age.Decrypt(buffered, key.identities...); err != nil {
			return told, inWords(path, err)
		}
	}
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return told, err
	}
	defer z.Close()
	told, err = do(z)
	return told, inWords(path, err)
}

// inWords says what is wrong with a file that cannot be read.
func inWords(path string, err error) error {
	var none *age.NoIdentityMatchError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &none) || strings.Contains(err.Error(), "incorrect passphrase"):
		return fmt.Errorf("%s cannot be unlocked: it is not the passphrase, or not an identity, that it was locked with", path)
	}
	return fmt.Errorf("%s: %w", path, err)
}
