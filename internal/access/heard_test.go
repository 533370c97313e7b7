package access

import (
	"context"
	"fmt"
	"testing"
	"time"

	"openiis/internal/fault"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// waitsAt is how long a gate would have the next attempt wait, and whether it would refuse it.
func waitsAt(t *testing.T, g *Gate, from Caller, username string) (wait time.Duration, refused bool) {
	t.Helper()
	c := g.claim(userClaim, username, "a guess", from)
	if err := g.hear(context.Background(), c); err != nil {
		is.Equal(t, "what is said", err, errTooMany)
		return 0, true
	}
	a, wait := g.limits.charge(c.who, c.address)
	if a == nil {
		return 0, true
	}
	a.end(nil)
	return wait.Round(time.Second), false
}

// Whoever guesses gains nothing by a restart or another server: it knows what the one before met, of a user
// name that nobody has as of any, and nothing twice.
func TestAnotherServerKnowsWhoGuesses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		first, err := NewGate(s)
		is.NoError(t, "gate", err)
		is.NoError(t, "user", first.AddUser(ctx, NewUser{Username: "ada", Name: "Ada Ashgrove", Role: Administrator}, "correct horse battery"))
		names := []string{"ada", "nobody"}
		for _, name := range names {
			for i := range 3 {
				_, err := first.SignIn(ctx, Caller("guesser"), name, fmt.Sprint("guess ", i))
				is.Equal(t, name, fault.KindOf(err), fault.Denied)
			}
		}
		for _, name := range names {
			now, refused := waitsAt(t, first, "guesser", name)
			is.Equal(t, name+": two are left at once", []any{now, refused}, []any{time.Duration(0), false})
		}
		second, err := NewGate(s)
		is.NoError(t, "gate", err)
		for _, name := range names {
			for i := range 2 {
				_, err := second.SignIn(ctx, Caller("guesser"), name, fmt.Sprint("guess ", 3+i))
				is.Equal(t, name, fault.KindOf(err), fault.Denied)
			}
		}
		for _, g := range []*Gate{first, second, anew(t, s)} {
			for _, name := range names {
				for range 2 { // what was heard once is not heard again
					wait, refused := waitsAt(t, g, "guesser", name)
					if refused || wait < 7*time.Second || wait > patience {
						t.Errorf("%s: the sixth guess waits %v, refused: %v", name, wait, refused)
					}
				}
				wait, refused := waitsAt(t, g, "clinic", name)
				is.Equal(t, name+" from elsewhere", []any{wait, refused}, []any{time.Duration(0), false})
			}
		}
	})
}

func anew(t *testing.T, s *store.Store) *Gate {
	t.Helper()
	g, err := NewGate(s)
	is.NoError(t, "gate", err)
	return g
}

// However much others have guessed, whoever waits is let in after a moment: nobody is locked out.
func TestWhatOtherServersMetLocksNobodyOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		g := anew(t, s)
		is.NoError(t, "user", g.AddUser(ctx, NewUser{Username: "ada", Name: "Ada Ashgrove", Role: Administrator}, "correct horse battery"))
		who := g.claim(userClaim, "ada", "", "x").who
		now := time.Now()
		met := func(n int, at time.Time) {
			is.NoError(t, "met", s.Write(ctx, func(tx *store.Tx) error {
				for i := range n {
					if err := tx.AddFailedSignIn(who, store.FailedSignIn{At: at, Address: fmt.Sprint("bot ", i), Process: 7}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		met(mostHeard, now.Add(-2*suspectFor)) // forgotten
		wait, refused := waitsAt(t, anew(t, s), "clinic", "ada")
		is.Equal(t, "of long ago", []any{wait, refused}, []any{time.Duration(0), false})
		met(3*mostHeard, now)
		_, err := anew(t, s).SignIn(ctx, Caller("bot 599"), "ada", "correct horse battery")
		late := fault.KindOf(err) == fault.Busy
		h := anew(t, s)
		waitsAt(t, h, "clinic", "ada")
		for _, m := range []*meter{&h.limits.clean, &h.limits.suspect} {
			if w := m.wait(who, now); w > patience+m.every {
				t.Errorf("the next attempt waits %v", w)
			}
		}
		if !late {
			is.NoError(t, "after its turn", err)
		}
		is.NoError(t, "forget", g.Forget(ctx))
		is.NoError(t, "what is left", s.Read(ctx, func(tx *store.Tx) error {
			left, err := tx.FailedSignIns(who, 0, now.Add(-3*suspectFor), 1, 10_000)
			is.Equal(t, "of the last hour", len(left), 3*mostHeard)
			return err
		}))
	})
}
