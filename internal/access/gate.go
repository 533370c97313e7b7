package access

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/singleflight"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/mail"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Gate lets senders and people in. It is safe for concurrent use.
//
// A password is verified by a slow hash (password.go). Around it stand, in this
// order: what was verified a moment ago (known.go), how many may wait (lane),
// and how many wrong ones an address and a name may have (limit.go). See
// docs/adr/0009 for whom that stops and whom it must not.
type Gate struct {
	store  *store.Store
	macs   sync.Pool          // of hash.Hash: HMACs with a key that only this process has
	decoy  string             // a hash that no password has: unknown names cost the same time
	once   singleflight.Group // of the same credential at the same moment
	known  *known
	limits *limits
	lanes  [laneCount]lane
	policy func(context.Context) (*policy.Policy, error) // nil: the neutral one
	// bars tells who has to sign something first; nil: nobody (HoldBy).
	bars func(ctx context.Context, username, role string, sender iis.SenderID) (bool, error)

	mails *mail.Box // nil: nobody is written to (MailBy)

	factorKey  []byte // of the secrets of second factors; nil: they are not encrypted
	processKey []byte // that only this process has
	process    int64  // a number of this process, by which its failures are told from others'

	ways // how people may sign in, beside by password
}

// NewGate makes the gate of a registry. Look keeps it up to date.
func NewGate(s *store.Store) (*Gate, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	limits := newLimits()
	g := &Gate{store: s, limits: limits, known: newKnown(limits), lanes: newLanes(), processKey: key, process: int64(binary.BigEndian.Uint64(key) >> 1)}
	g.macs.New = func() any { return hmac.New(sha256.New, key) }
	var err error
	g.decoy, err = nobodysHash()
	return g, err
}

// nobodysHash is the hash of a password that nobody knows, one for all gates of this process.
var nobodysHash = sync.OnceValues(func() (string, error) { return HashPassword(rand.Text()) })

// Caller is where an attempt comes from, so that one caller's failures do not
// lock out another.
type Caller string

// CallerAt is the caller at a remote address, host:port or a host alone. One
// who has an IPv6 address has 2^64 of them, so they are told apart by the
// network (/64).
func CallerAt(address string) Caller {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || ip.Unmap().Is4() {
		return Caller(host)
	}
	network, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return Caller(host)
	}
	return Caller(network.String())
}

// userClaim is the kind of claim of somebody who is to be a user.
const userClaim = "user"

// claim is a credential that somebody shows.
type claim struct {
	kind     string // sender, or userClaim
	who      string // sender or user, and the name
	address  string
	password string
	digest   [sha256.Size]byte // keyed: of who and password
}

func (g *Gate) claim(kind, username, password string, from Caller) claim {
	text := make([]byte, 0, 256)
	text = append(append(append(text, kind...), 0), username...)
	c := claim{kind: kind, who: string(text), address: string(from), password: password}
	text = append(append(text, 0), password...)
	mac := g.macs.Get().(hash.Hash)
	defer g.macs.Put(mac)
	mac.Reset()
	mac.Write(text)
	mac.Sum(c.digest[:0])
	return c
}

// Sender verifies a sender's credential. A wrong one is fault.Denied. The slow
// hash is computed once; then a keyed digest in memory answers for a minute, or
// until any credential changes. After several wrong ones an attempt waits for
// its turn, for a few seconds at most; fault.Busy says that it would be longer
// or that too many wait. A certificate in the context (Certified) is looked at as the sender's
// proof says.
func (g *Gate) Sender(ctx context.Context, from Caller, username, password string) (iis.Sender, error) {
	shown := certificateIn(ctx)
	if username == "" && password == "" && shown != nil {
		sender, err := g.senderByCertificate(ctx, shown)
		if err == nil {
			err = g.limits.message(sender.Facility)
		}
		return sender, err
	}
	sender, err := g.senderByPassword(ctx, from, username, password)
	if err == nil {
		err = g.proves(ctx, sender, shown)
	}
	if err == nil {
		err = g.limits.message(sender.Facility)
	}
	if err != nil {
		return iis.Sender{}, err
	}
	return sender, nil
}

func (g *Gate) senderByPassword(ctx context.Context, from Caller, username, password string) (iis.Sender, error) {
	if !plausible(username) || password == "" {
		return iis.Sender{}, errDenied
	}
	c := g.claim("sender", username, password, from)
	sender, standing := g.known.recall(c)
	if standing == verified {
		return sender, nil
	}
	// Those who show the same credential at the same moment share one answer:
	// after a minute every connection of a busy sender would compute the hash.
	found, err, _ := g.once.Do(c.address+string(c.digest[:]), func() (any, error) {
		return g.verifySender(context.WithoutCancel(ctx), c, standing, username)
	})
	if err != nil {
		return iis.Sender{}, err
	}
	return found.(iis.Sender), nil
}

func (g *Gate) verifySender(ctx context.Context, c claim, standing standing, username string) (iis.Sender, error) {
	var version string
	var stored store.Credential
	err := g.verify(ctx, c, standing, func() (hash string, err error) {
		if version, err = g.store.CredentialVersion(ctx); err != nil {
			return "", err
		}
		err = g.store.Read(ctx, func(tx *store.Tx) (err error) {
			stored, err = tx.Credential(username)
			return err
		})
		return stored.Hash, err
	})
	if err != nil {
		return iis.Sender{}, err
	}
	g.known.learn(c, stored.Sender, version)
	return stored.Sender, nil
}

var (
	errDenied  = fault.New(fault.Denied, "The user name or the password is wrong.")
	errTooMany = fault.New(fault.Busy, "Too many failed attempts. Wait a few seconds and try again.")
	errCrowd   = fault.New(fault.Busy, "Too many are signing in at once. Wait a few seconds and try again.")
)

// verify judges a credential, when it is its turn, by the hash that is stored
// for its name; errDenied when that is another. An unknown name costs as much as
// a wrong password, so that names cannot be guessed by the time an answer takes.
func (g *Gate) verify(ctx context.Context, c claim, standing standing, stored func() (hash string, err error)) (err error) {
	lane := g.lane(c, standing)
	leave, ok := lane.enter()
	if !ok {
		return errCrowd
	}
	defer leave()
	if standing == stranger {
		if err := g.hear(ctx, c); err != nil {
			return err
		}
		a, late := g.limits.begin(ctx, c.who, c.address)
		if late != nil {
			return late
		}
		defer func() { a.end(err) }()
	}
	hash, err := stored()
	if fault.KindOf(err) == fault.NotFound || err == nil && !strings.HasPrefix(hash, "$argon2id$") { // nobody, or somebody without a password
		hash, err = g.decoy, nil
	}
	if err != nil {
		return err
	}
	if right, err := lane.hash(ctx, hash, c.password); err != nil || right {
		return err
	}
	g.known.forget(c)
	return errDenied
}

// mostHeard is how many of the newest failures that others met are looked at for one attempt.
const mostHeard = 200

// hear counts what another server, or this one before it was started anew, met of those who guess
// a user's password. It asks the same of a user name that nobody has. Senders' passwords are
// metered by each process for itself (ADR 9).
func (g *Gate) hear(ctx context.Context, c claim) error {
	if c.kind != userClaim {
		return nil
	}
	late, heard := g.limits.late(c.who, c.address)
	if late {
		return errTooMany
	}
	var failures []store.FailedSignIn
	err := g.store.Read(ctx, func(tx *store.Tx) (err error) {
		failures, err = tx.FailedSignIns(c.who, heard, time.Now().Add(-suspectFor), g.process, mostHeard)
		return err
	})
	if err != nil {
		return fmt.Errorf("read who guesses: %w", err)
	}
	g.limits.hear(c.who, failures)
	return nil
}

// maxUsername is the longest user name that is looked up.
const maxUsername = 200

// plausible reports a text that can be a user name in every database.
func plausible(username string) bool {
	return username != "" && len(username) <= maxUsername && utf8.ValidString(username) && !strings.ContainsRune(username, 0)
}

// Look asks whether any program changed a credential, and has every remembered
// one verified anew if so: jobs.Look does every moment.
func (g *Gate) Look(ctx context.Context) {
	version, err := g.store.CredentialVersion(ctx)
	if err != nil || !g.known.isVersion(version) { // in doubt, verify anew
		g.known.changed(version)
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
		now := g.store.Now()
		if s, err = tx.PutSender(sender, username, hash, now); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: iis.Actor{Kind: "command"}, Act: "set sender", Subject: int64(s.ID)})
	})
	if err != nil {
		return s, fmt.Errorf("add sender: %w", err)
	}
	g.known.changed("")
	return s, nil
}
