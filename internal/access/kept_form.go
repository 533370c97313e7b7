package access

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// KeptForm is a form that came after its session had run out: whoever sent it gets it back when
// they sign in again, at whichever server, and nobody else does.
type KeptForm struct {
	Key    string // says nothing
	Action string // where it was sent to
	Values url.Values
	// Multipart says that it was sent with room for files. Files were chosen in it: they are not kept.
	Multipart bool
	Files     []KeptFiles
}

// KeptFiles are files of a kept form that have to be chosen again.
type KeptFiles struct {
	Field string
	N     int
}

// The bounds of what is kept: for how long, and of one user, so that nobody fills the database.
// A form is as long as a page reads at most.
const (
	keptFor  = SessionIdle
	mostKept = 10
)

// formSealer seals forms for their account: under a key made of the registry's secret, or,
// where there is none, one that only this process has and that ends with it.
func (g *Gate) formSealer() (cipher.AEAD, error) {
	key := sha256.Sum256(append([]byte("OpenIIS kept forms\n"), g.formSecret()...))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (g *Gate) formSecret() []byte {
	if g.factorKey != nil {
		return g.factorKey
	}
	return g.processKey
}

// KeepForm keeps a form for a user, and returns its key.
func (g *Gate) KeepForm(ctx context.Context, user iis.UserID, form KeptForm) (key string, err error) {
	key = rand.Text()
	form.Key = key
	text, err := json.Marshal(form)
	if err != nil {
		return "", fmt.Errorf("keep a form: %w", err)
	}
	sealer, err := g.formSealer()
	if err != nil {
		return "", fmt.Errorf("keep a form: %w", err)
	}
	nonce := make([]byte, sealer.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", fmt.Errorf("keep a form: %w", err)
	}
	now := g.store.Now()
	f := store.KeptForm{
		Digest: formDigest(key), Account: user, At: now,
		Content: base64.StdEncoding.EncodeToString(sealer.Seal(nonce, nonce, text, whose(user))),
	}
	err = g.store.Write(ctx, func(tx *store.Tx) error { return tx.KeepForm(f, now.Add(-keptFor), mostKept) })
	if err != nil {
		return "", fmt.Errorf("keep a form: %w", err)
	}
	return key, nil
}

// FormOf is the form of a user under a key, or the one that was kept last (""); fault.NotFound
// when none of theirs is kept (any more).
func (g *Gate) FormOf(ctx context.Context, user iis.UserID, key string) (*KeptForm, error) {
	var forms []store.KeptForm
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		forms, err = tx.KeptForms(user)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read kept forms: %w", err)
	}
	sealer, err := g.formSealer()
	if err != nil {
		return nil, fmt.Errorf("read kept forms: %w", err)
	}
	for _, f := range forms {
		if g.store.Now().Sub(f.At) > keptFor || key != "" && f.Digest != formDigest(key) {
			continue
		}
		b, err := base64.StdEncoding.DecodeString(f.Content)
		if err != nil || len(b) < sealer.NonceSize() {
			continue
		}
		text, err := sealer.Open(nil, b[:sealer.NonceSize()], b[sealer.NonceSize():], whose(user))
		out := &KeptForm{}
		if err == nil && json.Unmarshal(text, out) == nil { // else it was sealed under a secret of before
			return out, nil
		}
	}
	return nil, fault.New(fault.NotFound, "Nothing of yours is kept here any more. What you wrote was not stored: please write it again.")
}

// Forget erases what is kept for a short while and was for longer: forms that came too late, and
// wrong passwords of which other servers hear.
func (g *Gate) Forget(ctx context.Context) error {
	return g.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.ForgetForms(g.store.Now().Add(-keptFor)); err != nil {
			return err
		}
		return tx.ForgetFailedSignIns(time.Now().Add(-suspectFor))
	})
}

func formDigest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
