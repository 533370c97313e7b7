package access

import (
	"context"
	"sync"
	"time"

	"openiis/internal/fault"
	"openiis/internal/store"
)

// patience is how long an attempt may wait for its turn before it is judged.
// One whose turn is later is refused at once.
const patience = 10 * time.Second

// suspectFor is how long after a wrong password an address is a suspect one.
const suspectFor = time.Hour

// maxMetered is how many addresses, names and pairs of them are remembered of
// each.
const maxMetered = 20_000

// limits bound how often a wrong password can be tried. Only failures count: an
// attempt is charged when it begins, and what succeeds gets its charge back.
//
// The attempts for one name are counted apart for addresses that have lately
// shown a wrong password and for those that have not, so that whoever guesses,
// from one address or from many, does not use up the turns of somebody who comes
// from elsewhere.
type limits struct {
	mu      sync.Mutex
	pairs   meter             // failures of one address for one name
	from    meter             // of one address for all names
	clean   meter             // for one name, of all addresses that are not suspect
	suspect meter             // for one name, of all addresses that are
	looks   meter             // comparisons of one address with what is remembered
	begun   meter             // applications that one address begins
	failed  recent[time.Time] // the last failure of an address
	pace    meter             // messages of a sender; none without a burst
	knocks  meter             // steps that one address begins and that cost no password
	papers  meter             // papers and forms that one address asks for without an account
	heard   recent[int64]     // up to which failure that others met is counted for a name
}

func newLimits() *limits {
	return &limits{
		pairs:   newMeter(5, 10*time.Second),
		from:    newMeter(30, 5*time.Second),
		clean:   newMeter(20, 2*time.Second),
		suspect: newMeter(20, 10*time.Second),
		looks:   newMeter(1000, time.Second),
		begun:   newMeter(10, 10*time.Minute),
		failed:  newRecent[time.Time](maxMetered),
		knocks:  newMeter(600, 100*time.Millisecond),
		papers:  newMeter(120, time.Second),
		heard:   newRecent[int64](maxMetered),
	}
}

// meter lets so many failures of a key happen at once, and after that one each
// time span.
type meter struct {
	burst     int
	every     time.Duration
	forgotten recent[time.Time] // when all failures of a key are
}

func newMeter(burst int, every time.Duration) meter {
	return meter{burst, every, newRecent[time.Time](maxMetered)}
}

// wait is how long it is until another failure of a key may happen.
func (m *meter) wait(key string, now time.Time) time.Duration {
	until, ok := m.forgotten.get(key)
	if !ok {
		return 0
	}
	return max(0, until.Sub(now)-time.Duration(m.burst-1)*m.every)
}

func (m *meter) charge(key string, now time.Time) {
	until, _ := m.forgotten.get(key)
	if until.Before(now) {
		until = now
	}
	m.forgotten.put(key, until.Add(m.every))
}

func (m *meter) giveBack(key string) {
	if until, ok := m.forgotten.get(key); ok {
		m.forgotten.put(key, until.Add(-m.every))
	}
}

// attempt is one try that was charged and not yet judged.
type attempt struct {
	limits  *limits
	address string
	charges []charge
}

type charge struct {
	to  *meter
	key string
}

// isSuspect reports an address that has lately shown a wrong password.
func (l *limits) isSuspect(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isSuspectLocked(address)
}

func (l *limits) isSuspectLocked(address string) bool {
	at, ok := l.failed.get(address)
	return ok && time.Since(at) < suspectFor
}

// begin charges an attempt and waits until it may be judged. It fails with
// errTooMany when that would be too late or ctx is done; then nothing was
// charged. Attempts take their turns in the order in which they came.
func (l *limits) begin(ctx context.Context, who, address string) (*attempt, error) {
	a, wait := l.charge(who, address)
	if a == nil {
		return nil, errTooMany
	}
	if wait == 0 {
		return a, nil
	}
	turn := time.NewTimer(wait)
	defer turn.Stop()
	select {
	case <-turn.C:
		return a, nil
	case <-ctx.Done():
		a.end(errTooMany)
		return nil, errTooMany
	}
}

// late reports that an attempt would be refused as things stand, so that nobody need look what
// other programs met; heard is up to which of their failures is counted for the name.
func (l *limits) late(who, address string) (late bool, heard int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, c := range l.chargesLocked(who, address, l.isSuspectLocked(address)) {
		late = late || c.to.wait(c.key, now) > patience
	}
	heard, _ = l.heard.get(who)
	return late, heard
}

// hear counts failures for a name that other programs met, the oldest first, as if they had come
// here: no more than makes the next attempt wait for as long as anybody may have to.
func (l *limits) hear(who string, failures []store.FailedSignIn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, f := range failures {
		if heard, _ := l.heard.get(who); f.ID <= heard { // somebody else heard of it meanwhile
			continue
		}
		l.heard.put(who, f.ID)
		at := f.At
		if at.After(now) { // another clock
			at = now
		}
		last, failed := l.failed.get(f.Address)
		for _, c := range l.chargesLocked(who, f.Address, failed && at.Sub(last) < suspectFor) {
			if c.to.wait(c.key, now) <= patience {
				c.to.charge(c.key, at)
			}
		}
		if at.After(last) {
			l.failed.put(f.Address, at)
		}
	}
}

// chargesLocked are what an attempt of an address, suspect or not, is charged to.
func (l *limits) chargesLocked(who, address string, suspect bool) []charge {
	name := &l.clean
	if suspect {
		name = &l.suspect
	}
	return []charge{{&l.pairs, address + "\x00" + who}, {&l.from, address}, {name, who}}
}

// charge charges an attempt and says how long it must wait; it is nil when that
// is longer than anybody's patience.
func (l *limits) charge(who, address string) (*attempt, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := &attempt{l, address, l.chargesLocked(who, address, l.isSuspectLocked(address))}
	now, wait := time.Now(), time.Duration(0)
	for _, c := range a.charges {
		wait = max(wait, c.to.wait(c.key, now))
	}
	if wait > patience {
		return nil, 0
	}
	for _, c := range a.charges {
		c.to.charge(c.key, now)
	}
	return a, wait
}

// end ends an attempt: only one that was denied stays charged, and makes its
// address a suspect one.
func (a *attempt) end(err error) {
	a.limits.mu.Lock()
	defer a.limits.mu.Unlock()
	if err == errDenied {
		a.limits.failed.put(a.address, time.Now())
		return
	}
	for _, c := range a.charges {
		c.to.giveBack(c.key)
	}
}

// mayLook reports whether an address may compare one more wrong password with
// what is remembered. Comparing costs nothing, so the limit is wide; but without
// one, remembered passwords could be guessed as fast as the network carries.
func (l *limits) mayLook(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.looks.wait(address, time.Now()) == 0
}

// looked counts a comparison that found something else.
func (l *limits) looked(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looks.charge(address, time.Now())
}

var errKnocks = fault.New(fault.Busy, "Too many are signing in from your address at once. Wait a few seconds and try again.")

// knock counts a step by which an address begins to sign in, or uses a link; errKnocks when
// it has begun too many. A hospital's people may come from one address: the limit is wide.
func (l *limits) knock(address string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.knocks.wait(address, now) > 0 {
		return errKnocks
	}
	l.knocks.charge(address, now)
	return nil
}

var errPace = fault.New(fault.Busy, "You send more messages than this registry takes from one sender in a minute. Wait a few seconds and go on.")

// message counts a message of a sender; errPace when there were too many within a minute.
func (l *limits) message(sender string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pace.burst == 0 {
		return nil
	}
	now := time.Now()
	if l.pace.wait(sender, now) > 0 {
		return errPace
	}
	l.pace.charge(sender, now)
	return nil
}
