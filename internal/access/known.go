package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"openiis/internal/iis"
)

// How long what was verified is remembered, and of how many.
const (
	// fresh is how long a verified credential is good without its slow hash.
	fresh = 60 * time.Second
	// provenFor is how long it has a turn of its own for that hash: a sender
	// that is idle for longer than fresh does not queue with those who guess.
	provenFor = 24 * time.Hour
	maxKnown  = 10_000
	// maxAddresses is how many addresses are remembered of one credential.
	maxAddresses = 16
)

// known are the credentials that were right a while ago, by whose they are. It
// is safe for concurrent use.
type known struct {
	limits *limits

	mu      sync.Mutex
	proofs  recent[proof]
	version string // of all credentials, when the newest proof was made
	epoch   int    // of version
}

// proof is a credential that was verified.
type proof struct {
	digest [sha256.Size]byte
	sender iis.Sender // zero for a user
	at     time.Time  // when it was verified
	epoch  int        // that of its time: if it is not the present one, some credential has changed since
	from   []string   // the addresses that have shown it, the newest first
}

// never is the epoch of a proof that is never good without its slow hash.
const never = -1

// standing is what is remembered of a credential.
type standing int

const (
	stranger standing = iota // nothing: it may be a guess
	proven                   // it was right once: verify it, but out of turn
	verified                 // it is right
)

func newKnown(l *limits) *known { return &known{limits: l, proofs: newRecent[proof](maxKnown)} }

// recall is what is remembered of a credential that an address shows. An
// address that has shown too many other passwords learns nothing here, unless it
// has shown the right one too.
func (k *known) recall(c claim) (iis.Sender, standing) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p, ok := k.proofs.get(c.who)
	if !ok || time.Since(p.at) >= provenFor {
		return iis.Sender{}, stranger
	}
	here := slices.Contains(p.from, c.address)
	if !here && !k.limits.mayLook(c.address) {
		return iis.Sender{}, stranger
	}
	if !hmac.Equal(p.digest[:], c.digest[:]) {
		k.limits.looked(c.address)
		return iis.Sender{}, stranger
	}
	if p.epoch != k.epoch || time.Since(p.at) >= fresh {
		return iis.Sender{}, proven
	}
	if !here {
		p.from = withAddress(p.from, c.address)
		k.proofs.put(c.who, p)
	}
	return p.sender, verified
}

// learn remembers a credential that was verified when all credentials had a
// version.
func (k *known) learn(c claim, sender iis.Sender, version string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if version != k.version {
		k.changedLocked(version)
	}
	k.putLocked(c, proof{sender: sender, epoch: k.epoch})
}

// prove remembers that a credential was right, and that it must be verified
// each time.
func (k *known) prove(c claim) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.putLocked(c, proof{epoch: never})
}

func (k *known) putLocked(c claim, p proof) {
	if old, ok := k.proofs.get(c.who); ok && old.digest == c.digest {
		p.from = old.from
	}
	p.digest, p.at, p.from = c.digest, time.Now(), withAddress(p.from, c.address)
	k.proofs.put(c.who, p)
}

// forget drops a credential that is no longer right.
func (k *known) forget(c claim) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if p, ok := k.proofs.get(c.who); ok && p.digest == c.digest {
		k.proofs.remove(c.who)
	}
}

// changed says that credentials have another version now: each must be verified
// anew.
func (k *known) changed(version string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.changedLocked(version)
}

func (k *known) changedLocked(version string) {
	k.version, k.epoch = version, k.epoch+1
}

// isVersion reports whether credentials had this version at the last change.
func (k *known) isVersion(version string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return version == k.version
}

// withAddress is a list of addresses with one more in front. The list given is
// not changed: others may read it.
func withAddress(list []string, address string) []string {
	if slices.Contains(list, address) {
		return list
	}
	return append([]string{address}, list[:min(len(list), maxAddresses-1)]...)
}
