package access

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store/storetest"
)

// guarded runs a test with the gate of a registry in which oak may send, and
// with a clock of its own: waiting takes no time.
func guarded(t *testing.T, test func(t *testing.T, g *Gate)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		g, err := NewGate(storetest.Open(t, storetest.SQLite(t)))
		is.NoError(t, "gate", err)
		_, err = g.AddSender(context.Background(), iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "right")
		is.NoError(t, "add", err)
		test(t, g)
	})
}

// try shows a credential; it says what came of it and how long that took.
func try(g *Gate, from Caller, username, password string) (string, time.Duration) {
	begun := time.Now()
	_, err := g.Sender(context.Background(), from, username, password)
	if err == nil {
		return "let in", time.Since(begun)
	}
	return fault.KindOf(err).String(), time.Since(begun)
}

// fails shows n wrong passwords at the same moment, each from where from says,
// and counts what came of them.
func fails(g *Gate, n int, username string, from func(i int) Caller) map[string]int {
	var mu sync.Mutex
	var group sync.WaitGroup
	got := map[string]int{}
	for i := range n {
		group.Go(func() {
			what, _ := try(g, from(i), username, fmt.Sprint("guess ", i))
			mu.Lock()
			defer mu.Unlock()
			got[what]++
		})
	}
	group.Wait()
	return got
}

// strangersCompute has other strangers compute until end.
func (g *Gate) strangersCompute() (end func()) {
	computing := g.lanes[cleanLane].computing
	for range cap(computing) {
		computing <- struct{}{}
	}
	return func() {
		for range cap(computing) {
			<-computing
		}
	}
}

func always(c Caller) func(int) Caller { return func(int) Caller { return c } }

func numbered(i int) Caller { return Caller(fmt.Sprint("bot ", i)) }

func TestARightPasswordAfterManyWrongOnesWaitsForItsTurn(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		for range 5 {
			what, took := try(g, "a", "oak", "wrong")
			is.Equal(t, "wrong", what, "denied")
			is.Equal(t, "time", took, 0)
		}
		what, took := try(g, "a", "oak", "right")
		is.Equal(t, "right", what, "let in")
		is.Equal(t, "time", took, 10*time.Second)
	})
}

func TestACredentialThatIsRememberedWorksAtOnceFromALimitedAddress(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		try(g, "clinic", "oak", "right")
		for _, from := range []Caller{"clinic", "attacker"} {
			fails(g, 100, "oak", always(from))
			what, took := try(g, from, "oak", "right")
			is.Equal(t, string(from), what, "let in")
			is.Equal(t, "time", took, 0)
		}
	})
}

func TestASenderThatWasIdleDoesNotQueueWithThoseWhoGuess(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		try(g, "clinic", "oak", "right")
		time.Sleep(time.Hour)
		fails(g, 100, "oak", always("clinic"))
		what, took := try(g, "clinic", "oak", "right")
		is.Equal(t, "after an hour", what, "let in")
		is.Equal(t, "time", took, 0)
	})
}

func TestGuessesAtOnceAreNoMoreThanOneAfterTheOther(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		// Five at once, and one that waits its ten seconds.
		is.Equal(t, "of one address", fails(g, 60, "oak", always("a")), map[string]int{"denied": 6, "busy": 54})
	})
}

func TestGuessesFromManyAddressesAreBoundedByName(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		// Twenty at once, and five that wait, one each two seconds.
		is.Equal(t, "of fresh addresses", fails(g, 40, "oak", numbered), map[string]int{"denied": 25, "busy": 15})
		what, took := try(g, "clinic", "oak", "right")
		is.Equal(t, "the clinic meanwhile", what, "let in")
		if took > patience {
			t.Errorf("it waited %v", took)
		}
	})
}

func TestWhoeverHasFailedDoesNotUseUpTheTurnsOfOthers(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		for i := range 40 {
			g.limits.failed.put(string(numbered(i)), time.Now())
		}
		is.Equal(t, "of suspects", fails(g, 40, "oak", numbered), map[string]int{"denied": 21, "busy": 19})
		what, took := try(g, "clinic", "oak", "right")
		is.Equal(t, "the clinic", what, "let in")
		is.Equal(t, "time", took, 0)
	})
}

func TestGuessesOfOneAddressAreBoundedOverAllNames(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		got := map[string]int{}
		var mu sync.Mutex
		var group sync.WaitGroup
		for i := range 100 {
			group.Go(func() {
				what, _ := try(g, "a", fmt.Sprint("name ", i), "password")
				mu.Lock()
				defer mu.Unlock()
				got[what]++
			})
		}
		group.Wait()
		is.Equal(t, "of many names", got, map[string]int{"denied": 32, "busy": 68})
	})
}

func TestWhatIsRememberedCannotBeGuessedAsFastAsTheNetworkCarries(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		try(g, "clinic", "oak", "right")
		look := func(from Caller, password string) standing {
			_, found := g.known.recall(g.claim("sender", "oak", password, from))
			return found
		}
		for i := range 1000 {
			is.Equal(t, "a guess", look("attacker", fmt.Sprint("guess ", i)), stranger)
		}
		is.Equal(t, "the right one after a thousand", look("attacker", "right"), stranger)
		is.Equal(t, "the clinic's own", look("clinic", "right"), verified)
		is.Equal(t, "from elsewhere", look("another clinic", "right"), verified)
		time.Sleep(time.Second)
		is.Equal(t, "a second later", look("attacker", "right"), verified)
	})
}

func TestSuccessesAreNotCounted(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		for range 40 {
			g.known = newKnown(g.limits) // nothing is remembered
			what, took := try(g, "clinic", "oak", "right")
			is.Equal(t, "again", what, "let in")
			is.Equal(t, "time", took, 0)
		}
	})
}

func TestAUserIsNotLockedOutByWhoGuessesElsewhere(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		ctx := context.Background()
		is.NoError(t, "add", g.AddUser(ctx, NewUser{Username: "ada", Name: "Ada Ashgrove", Role: "administrator"}, "secret"))
		for range 5 {
			_, err := g.SignIn(ctx, "attacker", "ada", "wrong")
			is.Equal(t, "wrong", fault.KindOf(err), fault.Denied)
		}
		begun := time.Now()
		_, err := g.SignIn(ctx, "desk", "ada", "secret")
		is.NoError(t, "sign in", err)
		is.Equal(t, "time", time.Since(begun), 0)
		_, err = g.SignIn(ctx, "attacker", "ada", "secret")
		is.NoError(t, "and once she was right, from there too", err)
		is.Equal(t, "time", time.Since(begun), 0)
	})
}

func TestAnAttemptThatIsGivenUpIsNotCounted(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		for range 5 {
			_, _ = g.SignIn(context.Background(), "a", "ada", "wrong")
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, err := g.SignIn(ctx, "a", "ada", "wrong")
		is.Equal(t, "given up", fault.KindOf(err), fault.Busy)
		begun := time.Now()
		_, err = g.SignIn(context.Background(), "a", "ada", "wrong")
		is.Equal(t, "the next", fault.KindOf(err), fault.Denied)
		is.Equal(t, "time", time.Since(begun), 9*time.Second)
	})
}

func TestACrowdOfSlowHashesIsAskedToComeLater(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		end := g.strangersCompute()
		ctx, giveUp := context.WithCancel(context.Background())
		var group sync.WaitGroup
		for i := range maxWaiting {
			group.Go(func() { _, _ = g.SignIn(ctx, numbered(i), fmt.Sprint("name ", i), "x") })
		}
		synctest.Wait()
		what, took := try(g, "one more", "oak", "right")
		is.Equal(t, "one more stranger", what, "busy")
		is.Equal(t, "time", took, 0)
		giveUp()
		group.Wait()
		end()
		what, _ = try(g, "one more", "oak", "right")
		is.Equal(t, "afterwards", what, "let in")
	})
}

func TestManyConnectionsOfOneSenderComputeOneHash(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		end := g.strangersCompute()
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				what, _ := try(g, "clinic", "oak", "right")
				is.Equal(t, "one of fifty", what, "let in")
			})
		}
		synctest.Wait()
		is.Equal(t, "that wait to compute", len(g.lanes[cleanLane].waiting), 1)
		end()
		group.Wait()
	})
}

func TestAnUnknownNameCostsAsMuchAsAWrongPassword(t *testing.T) {
	g, err := NewGate(storetest.Open(t, storetest.SQLite(t)))
	is.NoError(t, "gate", err)
	_, err = g.AddSender(context.Background(), iis.Sender{Facility: "OAK", Name: "Oak"}, "oak", "right")
	is.NoError(t, "add", err)
	known, unknown := time.Hour, time.Hour
	for i := range 12 { // in turns, and the quickest of each: others use the machine too
		_, took := try(g, numbered(2*i), "oak", "wrong")
		known = min(known, took)
		_, took = try(g, numbered(2*i+1), "nobody", "wrong")
		unknown = min(unknown, took)
	}
	if unknown < known/2 || known < unknown/2 {
		t.Errorf("a known name takes %v, an unknown one %v", known, unknown)
	}
}

func TestWhoeverWasRightDoesNotWaitBehindACrowdOfStrangers(t *testing.T) {
	guarded(t, func(t *testing.T, g *Gate) {
		try(g, "clinic", "oak", "right")
		time.Sleep(2 * time.Minute)
		g.strangersCompute()
		what, _ := try(g, "clinic", "oak", "right")
		is.Equal(t, "the clinic", what, "let in")
	})
}

func TestMemoryOfFailuresIsBoundedAndTheOldestGoes(t *testing.T) {
	m := newMeter(1, time.Hour)
	now := time.Now()
	for i := range maxMetered {
		m.charge(fmt.Sprint(i), now)
	}
	m.charge("0", now) // is used again
	m.charge("one more", now)
	is.Equal(t, "remembered", len(m.forgotten.byKey), maxMetered)
	is.Equal(t, "in order", m.forgotten.order.Len(), maxMetered)
	for key, want := range map[string]bool{"0": true, "1": false, "2": true, "one more": true} {
		is.Equal(t, key, m.wait(key, now) > 0, want)
	}
}

func TestACallerIsAnAddressOrANetworkOfIPv6(t *testing.T) {
	for in, want := range map[string]Caller{
		"192.0.2.7:4711":           "192.0.2.7",
		"192.0.2.7":                "192.0.2.7",
		"[2001:db8:1:2:3::4]:4711": "2001:db8:1:2::/64",
		"2001:db8:1:2:9::9":        "2001:db8:1:2::/64",
		"[fe80::1%eth0]:80":        "fe80::/64",
		"[::ffff:192.0.2.7]:80":    "::ffff:192.0.2.7",
		"@":                        "@",
		"":                         "",
	} {
		is.Equal(t, in, CallerAt(in), want)
	}
}
