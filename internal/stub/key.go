package stub

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"

	"golang.org/x/crypto/argon2"
)

// How slow a hash is: Argon2id (RFC 9106) over this memory, in so many passes. It is
// stored nowhere and never changes: what was hashed could not be found any more.
const (
	memoryKB = 256
	passes   = 2
	size     = 16 // bytes of a hash
)

// Key is the secret with which combinations are hashed.
type Key struct{ secret []byte }

// leastKey is the shortest secret of a file, in bytes.
const leastKey = 32

// NewKey is a key of a secret of 32 bytes or more: random, and kept where the database
// is not.
func NewKey(secret []byte) (Key, error) {
	if len(secret) < leastKey {
		return Key{}, errors.New("the key of opt-outs is too short: want at least 32 random bytes, or 64 hexadecimal digits, such as `openssl rand -hex 32` writes")
	}
	return Key{secret}, nil
}

// ReadKey reads the content of a key file: hexadecimal digits, or the bytes themselves.
func ReadKey(content []byte) (Key, error) {
	if b, err := hex.DecodeString(strings.TrimSpace(string(content))); err == nil {
		return NewKey(b)
	}
	return NewKey(content) // as they are: a random byte may be a blank
}

// Check is a text by which a key is known again, and which tells nothing of it.
func (k Key) Check() string {
	m := hmac.New(sha256.New, k.secret)
	m.Write([]byte("check of the key of opt-outs"))
	return hex.EncodeToString(m.Sum(nil)[:8])
}

// Is reports that a check is of this key.
func (k Key) Is(check string) bool {
	return subtle.ConstantTimeCompare([]byte(k.Check()), []byte(check)) == 1
}

// Hash is the hash of a combination: without the key nobody can try out whether it is
// of somebody, and with it each try takes its time.
func (k Key) Hash(c Combination) []byte {
	return argon2.IDKey([]byte(c.Text), k.secret, passes, memoryKB, 1, size)
}

// Digest is a keyed digest of something else that is kept of an opt-out, such as a
// signed form: whoever shows the form can be told that it is the one.
func (k Key) Digest(content []byte) []byte {
	m := hmac.New(sha256.New, k.secret)
	m.Write([]byte("kept with an opt-out|"))
	m.Write(content)
	return m.Sum(nil)
}
