package access

import (
	"context"
	"time"

	"openiis/internal/fault"
)

// Who has no account and does something all the same: begins an application, returns to
// one by its code, or signs by a link. Their attempts are bounded as sign-ins are.

var errBegunTooMany = fault.New(fault.Busy, "Several applications were begun from here lately. Wait ten minutes, or go on with one that was begun, by its code.")

// MayBegin charges a caller for one more application; fault.Busy when there were several
// from there lately.
func (g *Gate) MayBegin(from Caller) error {
	g.limits.mu.Lock()
	defer g.limits.mu.Unlock()
	now := time.Now()
	if g.limits.begun.wait(string(from), now) > 0 {
		return errBegunTooMany
	}
	g.limits.begun.charge(string(from), now)
	return nil
}

// ByCode does something that takes a secret code or link, and counts one that is not
// known as a wrong password from there: after several, each further one waits, and
// fault.Busy says that it would be for long. do is fault.NotFound for what is not known.
func (g *Gate) ByCode(ctx context.Context, from Caller, do func() error) error {
	a, err := g.limits.begin(ctx, "code", string(from))
	if err != nil {
		return err
	}
	err = do()
	if err != nil && fault.KindOf(err) == fault.NotFound {
		a.end(errDenied)
		return err
	}
	a.end(nil)
	return err
}

// ErrHurried is for an address from which more papers were asked for, or forms sent, than anybody
// reads or writes.
var ErrHurried = fault.New(fault.Busy, "Many papers were asked for, or forms sent, from your address within a short time. Wait a minute, then try again.")

// MayAsk charges a caller who has no account for a paper that is made, or a form that is read;
// ErrHurried when there were too many from there. A clinic's people may come from one address: the
// limit is two minutes' worth of one a second.
func (g *Gate) MayAsk(from Caller) error {
	g.limits.mu.Lock()
	defer g.limits.mu.Unlock()
	now := time.Now()
	if g.limits.papers.wait(string(from), now) > 0 {
		return ErrHurried
	}
	g.limits.papers.charge(string(from), now)
	return nil
}
