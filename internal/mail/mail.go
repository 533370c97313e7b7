// Package mail is the outbox: the one way in which the registry writes to people. A mail is
// stored in the transaction of the act that makes it due, and handed to a relay afterwards,
// as often as it takes (docs/mail.md).
//
// It is written to users, applicants and those who sign, never to patients, and has nothing
// of a patient in it. Which act writes what is decided by the acts; when there is no relay
// nothing is stored. Start at Box.Put and Box.Deliver.
package mail

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/relay"
	"openiis/internal/store"
)

// Relay takes mails (relay.Relay).
type Relay interface {
	Send(ctx context.Context, l relay.Letter) error
	Host() string
}

// Box is the outbox of a registry. It is safe for concurrent use; a nil one, and one without
// a relay, takes nothing.
type Box struct {
	store  *store.Store
	policy func(context.Context) (*policy.Policy, error)
	relay  Relay  // nil: nothing is sent
	pages  string // the address of the pages, without a slash at its end
	key    []byte // by which secrets are encrypted
}

// New is an outbox without a relay: By gives it one.
func New(s *store.Store, ask func(context.Context) (*policy.Policy, error)) *Box {
	return &Box{store: s, policy: ask}
}

// By has mails be sent by a relay. pages is the address at which people reach the pages:
// links in mails lead there. Secrets wait encrypted by a secret of the operator's. It is
// called before the box is used.
func (b *Box) By(r Relay, pages string, secret []byte) error {
	if pages == "" {
		return errors.New("mails have links to the pages, whose address is not known")
	}
	if len(secret) == 0 {
		return errors.New("links that are secret wait encrypted until they are sent, and there is no secret for that")
	}
	key := sha256.Sum256(append([]byte("OpenIIS mails\n"), secret...))
	b.relay, b.pages, b.key = r, strings.TrimSuffix(pages, "/"), key[:]
	return nil
}

// On reports that mails are sent.
func (b *Box) On() bool { return b != nil && b.relay != nil }

// Reaches reports that an address is written to.
func (b *Box) Reaches(address string) bool { return b.On() && relay.IsAddress(address) }

// Host is the relay's; "" when there is none.
func (b *Box) Host() string {
	if !b.On() {
		return ""
	}
	return b.relay.Host()
}

// How long a mail is tried, and kept when it is done with; and how many mails that strangers
// cause one address gets in a day.
const (
	triedFor      = 3 * 24 * time.Hour
	keptFor       = 90 * 24 * time.Hour
	mostStrangers = 5
)

// Letter is what an act writes.
type Letter struct {
	Kind iis.MailKind
	To   iis.Contact
	Says map[string]string
	// Path is the page to which the mail links, and Secret the end of its address when only
	// whom it is for may know that: then Link is the number of the invitation, or of the link
	// for signing.
	Path   string
	Secret string
	Link   int64
	// Once makes another letter the same: that is not written. "": nothing does.
	Once string
	// Stranger says that it was caused by somebody without an account: an address gets few
	// of those in a day.
	Stranger bool
}

// Put stores a mail that is due from now on, in the transaction of the act that causes it.
// written is false when there is no relay, no address, or enough was written.
func (b *Box) Put(tx *store.Tx, l Letter) (written bool, err error) {
	if !b.Reaches(l.To.Email) {
		return false, nil
	}
	now := b.store.Now()
	if l.Stranger {
		n, err := tx.CountMailTo(l.To.Email, now.Add(-24*time.Hour))
		if err != nil || n >= mostStrangers {
			return false, err
		}
	}
	if l.Once != "" {
		if has, err := tx.HasMail(l.Once); err != nil || has {
			return false, err
		}
	}
	m := iis.Mail{
		ID: tx.NewMailID(), Kind: l.Kind, To: iis.Contact{Name: plain(l.To.Name), Email: l.To.Email}, Says: map[string]string{}, Path: l.Path, Link: l.Link,
		Once: l.Once, At: now, Due: now, Until: now.Add(triedFor),
	}
	for name, value := range l.Says {
		m.Says[name] = plain(value)
	}
	if l.Secret != "" {
		if m.Secret, err = b.seal(&m, l.Secret); err != nil {
			return false, fmt.Errorf("encrypt the link of a mail: %w", err)
		}
	}
	if err := tx.AddMail(&m); err != nil {
		return false, fmt.Errorf("store a mail: %w", err)
	}
	return true, nil
}

// mostValue is how long a value in a mail may be, in characters.
const mostValue = 120

// plain is a text of somebody's as a mail has it: on one line, not long, and nothing that a
// mail program makes a link of, for strangers choose names.
func plain(s string) string {
	var out []rune
	for _, r := range strings.Join(strings.Fields(s), " ") {
		switch {
		case len(out) == mostValue:
			return string(out)
		case !unicode.IsPrint(r) || strings.ContainsRune("<>[]{}\\|^`", r):
			continue
		case len(out) > 0 && breaksLink(out[len(out)-1]) && (unicode.IsLetter(r) || r == '/'):
			out = append(out, ' ')
		}
		out = append(out, r)
	}
	return string(out)
}

// breaksLink reports what joins the parts of an address.
func breaksLink(r rune) bool { return r == '.' || r == ':' || r == '/' || r == '@' }

// seal is a secret as it waits: encrypted (AES-256-GCM) for this mail and no other.
func (b *Box) seal(m *iis.Mail, secret string) ([]byte, error) {
	box, err := b.cipher()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return box.Seal(nonce, nonce, []byte(secret), whose(m)), nil
}

// open is the secret of a mail; an error when it was encrypted by another key.
func (b *Box) open(m *iis.Mail) (string, error) {
	box, err := b.cipher()
	if err != nil {
		return "", err
	}
	if len(m.Secret) < box.NonceSize() {
		return "", errors.New("the secret is cut off")
	}
	plain, err := box.Open(nil, m.Secret[:box.NonceSize()], m.Secret[box.NonceSize():], whose(m))
	return string(plain), err
}

func (b *Box) cipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(b.key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func whose(m *iis.Mail) []byte {
	return []byte(m.ID.Public() + "\n" + m.To.Email + "\n" + string(m.Kind))
}
