package access

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// How long and how often.
const (
	// remember is how long a verified credential is known without its slow
	// hash.
	remember = 60 * time.Second
	// changesEvery is how often the gate asks whether another program changed
	// a credential: a change takes effect within it.
	changesEvery = 500 * time.Millisecond
	// failures a caller may make at once for one user name, and after that one
	// each failureEvery.
	failureBurst = 5
	failureEvery = 10 * time.Second
	// hashesAtOnce bounds the memory and processors that slow hashes take.
	hashesAtOnce = 2
	maxLimiters  = 10_000
	maxKnown     = 10_000
)

// Gate lets senders and people in. It is safe for concurrent use.
type Gate struct {
	store *store.Store
	key   []byte // keys the digests of remembered passwords; this process only
	slow  chan struct{}
	once  singleflight.Group // of the same credential at the same moment

	mu       sync.Mutex
	known    map[string]remembered
	limiters map[string]*rate.Limiter
	version  string
	decoy    string // a hash that no password has: unknown names cost the same time
}

// remembered is a credential that was verified a moment ago.
type remembered struct {
	digest [sha256.Size]byte
	sender iis.Sender
	until  time.Time
}

// NewGate makes the gate of a registry. Watch keeps it up to date.
func NewGate(s *store.Store) (*Gate, error) {
	g := &Gate{
		store: s, key: make([]byte, 32), slow: make(chan struct{}, hashesAtOnce),
		known: map[string]remembered{}, limiters: map[string]*rate.Limiter{},
	}
	if _, err := rand.Read(g.key); err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	var err error
	if g.decoy, err = HashPassword(rand.Text()); err != nil {
		return nil, err
	}
	return g, nil
}

// Caller is where an attempt comes from, so that one caller's failures do not
// lock out another.
type Caller string

// Sender verifies a sender's credential. A wrong one is fault.Denied; after a
// few, fault.Busy until a pause has passed. The slow hash is computed once; then
// a keyed digest in memory answers for a minute, or until any credential
// changes.
func (g *Gate) Sender(ctx context.Context, from Caller, username, password string) (iis.Sender, error) {
	if !plausible(username) || password == "" {
		return iis.Sender{}, errDenied
	}
	digest := g.digest(username, password)
	if s, ok := g.recall(username, digest); ok {
		return s, nil
	}
	// Those who show the same credential at the same moment share one answer:
	// after a minute every connection of a busy sender would compute the hash.
	found, err, _ := g.once.Do(string(from)+string(digest[:]), func() (any, error) {
		succeeded, ok := g.attempt(string(from) + "\x00" + username)
		if !ok {
			return iis.Sender{}, errTooMany
		}
		s, err := g.verified(context.WithoutCancel(ctx), username, password, digest)
		if err == nil {
			succeeded()
		}
		return s, err
	})
	if err != nil {
		return iis.Sender{}, err
	}
	return found.(iis.Sender), nil
}

// verified verifies a credential by its slow hash and remembers it.
func (g *Gate) verified(ctx context.Context, username, password string, digest [sha256.Size]byte) (iis.Sender, error) {
	version, err := g.store.CredentialVersion(ctx)
	if err != nil {
		return iis.Sender{}, err
	}
	c, ok, err := g.verifySender(ctx, username, password)
	if err != nil {
		return iis.Sender{}, err
	}
	if !ok {
		return iis.Sender{}, errDenied
	}
	g.learn(username, version, remembered{digest: digest, sender: c.Sender, until: time.Now().Add(remember)})
	return c.Sender, nil
}

var (
	errDenied  = fault.New(fault.Denied, "The user name or the password is wrong.")
	errTooMany = fault.New(fault.Busy, "Too many failed attempts for this user name. Wait a minute and try again.")
)

// verifySender computes the slow hash. An unknown name costs as much as a wrong
// password, so that names cannot be guessed by the time an answer takes.
func (g *Gate) verifySender(ctx context.Context, username, password string) (store.Credential, bool, error) {
	var c store.Credential
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		c, err = tx.Credential(username)
		return err
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return c, false, err
	}
	if err != nil {
		c.Hash = g.decoy
	}
	ok, slowErr := g.hash(ctx, c.Hash, password)
	return c, ok && err == nil, slowErr
}

// hash compares with a stored hash when it is its turn.
func (g *Gate) hash(ctx context.Context, stored, password string) (bool, error) {
	select {
	case g.slow <- struct{}{}:
		defer func() { <-g.slow }()
		return passwordIs(stored, password), nil
	case <-ctx.Done():
		return false, fault.Wrap(fault.Busy, ctx.Err(), "Too many are signing in at once. Try again.")
	}
}

func (g *Gate) digest(username, password string) (d [sha256.Size]byte) {
	h := hmac.New(sha256.New, g.key)
	h.Write([]byte(username))
	h.Write([]byte{0})
	h.Write([]byte(password))
	copy(d[:], h.Sum(nil))
	return d
}

func (g *Gate) recall(username string, digest [sha256.Size]byte) (iis.Sender, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	k, ok := g.known[username]
	if !ok || time.Now().After(k.until) || !hmac.Equal(k.digest[:], digest[:]) {
		return iis.Sender{}, false
	}
	return k.sender, true
}

// learn remembers a verified credential, unless credentials have changed since
// version was read.
func (g *Gate) learn(username, version string, k remembered) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if version != g.version {
		g.forgetLocked(version)
	}
	if len(g.known) >= maxKnown {
		clear(g.known)
	}
	g.known[username] = k
}

func (g *Gate) forgetLocked(version string) {
	g.version = version
	clear(g.known)
}

// maxUsername is the longest user name that is looked up.
const maxUsername = 200

// plausible reports a text that can be a user name in every database.
func plausible(username string) bool {
	return username != "" && len(username) <= maxUsername && utf8.ValidString(username) && !strings.ContainsRune(username, 0)
}

// attempt counts a try before its slow hash is computed, so that many at once
// are no more than one after the other; ok is false when there were too many.
// succeeded gives the try back: only failures count.
func (g *Gate) attempt(key string) (succeeded func(), ok bool) {
	now := time.Now()
	try := g.limiter(key).ReserveN(now, 1)
	if try.DelayFrom(now) > 0 {
		try.CancelAt(now)
		return nil, false
	}
	return func() { try.CancelAt(now) }, true
}

func (g *Gate) limiter(key string) *rate.Limiter {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.limiters[key]
	if l == nil {
		if len(g.limiters) >= maxLimiters {
			clear(g.limiters) // rather forgive than grow without bound
		}
		l = rate.NewLimiter(rate.Every(failureEvery), failureBurst)
		g.limiters[key] = l
	}
	return l
}

// Watch forgets remembered credentials whenever one is changed, by whatever
// program, until ctx is done.
func (g *Gate) Watch(ctx context.Context) {
	tick := time.NewTicker(changesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		version, err := g.store.CredentialVersion(ctx)
		g.mu.Lock()
		if err != nil || version != g.version { // in doubt, verify anew
			g.forgetLocked(version)
		}
		g.mu.Unlock()
	}
}

// AddSender registers a facility and its credential; the same user name again
// is replaced, and this gate forgets the old password at once.
func (g *Gate) AddSender(ctx context.Context, sender iis.Sender, username, password string) (iis.Sender, error) {
	hash, err := HashPassword(password)
	if err != nil {
		return iis.Sender{}, fault.Wrap(fault.Invalid, err, "Give a password that is not empty.")
	}
	var s iis.Sender
	err = g.store.Write(ctx, func(tx *store.Tx) error {
		now := time.Now()
		if s, err = tx.PutSender(sender, username, hash, now); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: iis.Actor{Kind: "command"}, Act: "set sender", Subject: int64(s.ID)})
	})
	if err != nil {
		return s, fmt.Errorf("add sender: %w", err)
	}
	g.mu.Lock()
	g.forgetLocked("")
	g.mu.Unlock()
	return s, nil
}
