package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// ActCleanUp is what the audit calls that people were looked at again.
const ActCleanUp = "look for duplicates"

// whyJoined is the reason of a merge by the clean-up.
const whyJoined = "All that is known of the two says now that they are one person, as it would have been decided when the later one came."

// cleanEvery is how long it is from the beginning of a pass to that of the next.
const cleanEvery = 24 * time.Hour

// changing is how long a transaction may take that says when somebody changed.
const changing = time.Minute

// Cleaned counts what a clean-up did.
type Cleaned struct {
	People  int // looked at
	Pairs   int // compared
	Queued  int // pairs that came into the queue
	Left    int // pairs that left it: they are possible no longer
	Joined  int // records that became part of another
	Parted  int // records that were part of another, and are not
	Crowded int // match keys that too many share, and that were passed over
}

// Cleaner looks again at whoever has changed: what came after a person was placed
// may say more of who that is. Pairs that became possible are queued, two
// records are joined that a message would have been placed in, had it come now, and one
// is parted of whom some would not have been, had those come first who came since
// (ADR 14). A pass goes by persons in their order, and how far it has come is durable
// with each stretch; of several programs one at a time gets further. It belongs to
// one goroutine.
type Cleaner struct {
	k      *Keeper
	by     iis.Actor
	judges *judges // of the stretch that it looks at
	Done   Cleaned

	census *census // everyone in memory, for a pass over many; nil when each is looked up
	least  int64   // how many are many
	among  int     // people in a stretch of All
	passes pass    // that it counted last
}

// NewCleaner makes a cleaner; by stands in the audit and with each merge.
func (k *Keeper) NewCleaner(by iis.Actor) *Cleaner {
	return &Cleaner{k: k, by: by, least: leastTogether, among: stretchAlone}
}

// Step looks at a stretch of those who have changed, once a day; more is false when
// that was all, or it is not time.
func (c *Cleaner) Step(ctx context.Context, now time.Time) (more bool, err error) {
	at, err := c.at(ctx)
	if err != nil {
		return false, err
	}
	next := at
	switch {
	case at.Begun == 0:
		next = store.CleanUp{Begun: now.UnixMicro()}
	case !at.Finished:
	case now.UnixMicro()-at.Begun < cleanEvery.Microseconds():
		return false, nil
	default:
		next = following(at, now)
	}
	return c.step(ctx, at, next, stretchBeside)
}

// following is the pass after one that is finished: over whoever has changed since that
// began.
func following(at store.CleanUp, now time.Time) store.CleanUp {
	return store.CleanUp{Begun: now.UnixMicro(), Since: at.Begun - changing.Microseconds()}
}

func (c *Cleaner) at(ctx context.Context) (at store.CleanUp, err error) {
	err = c.k.store.Read(ctx, func(tx *store.Tx) error {
		at, err = tx.CleanedUp()
		return err
	})
	return at, err
}

// findings are what a stretch found.
type findings struct {
	from, to store.CleanUp
	looked   int            // people
	pairs    int            // compared
	queue    []store.Queued // pairs that may be one
	people   []iis.PersonID // of whom something may have been found
	settled  *outcome       // who is one
	possible map[store.Pair]bool
	leave    []store.Queued // pairs that wait, and are possible no longer
	crowded  int
}

// step looks at a stretch of a pass that stands at a place; more says that it is not
// finished.
func (c *Cleaner) step(ctx context.Context, at, next store.CleanUp, among int) (more bool, err error) {
	f := &findings{from: at, to: next}
	if c.judges, err = c.k.judges(ctx); err != nil {
		return false, err
	}
	err = c.k.store.Read(ctx, func(tx *store.Tx) error {
		err := tx.Filled()
		switch {
		case err != nil:
			return err
		case c.census != nil:
			return c.lookTogether(tx, f)
		}
		return c.look(tx, f, among)
	})
	if err != nil {
		return false, fmt.Errorf("look for duplicates after person %d: %w", next.UpTo, err)
	}
	c.Done.Pairs += f.pairs
	// Joined first: who is killed between looks at them again.
	if err := c.untilSettled(ctx, f); err != nil {
		return false, err
	}
	if err := c.keep(ctx, f); err != nil {
		return false, fmt.Errorf("keep what was found after person %d: %w", next.UpTo, err)
	}
	return !f.to.Finished, nil
}

// mostRounds is how often the people of a stretch are looked at: who was joined may be one
// with somebody else.
const mostRounds = 12

// untilSettled parts who is not one, joins who is, and looks at all of them again, until
// nobody is left.
func (c *Cleaner) untilSettled(ctx context.Context, f *findings) error {
	for range mostRounds {
		if f.settled == nil {
			return nil
		}
		changed := slices.Clone(f.people)
		for _, p := range f.settled.part {
			fresh, err := c.part(ctx, p)
			if err != nil {
				return fmt.Errorf("part person %d: %w", p.person, err)
			}
			if len(fresh) > 0 {
				changed = append(append(changed, p.person), fresh...)
			}
		}
		for _, p := range f.settled.join {
			joined, err := c.join(ctx, p)
			if err != nil {
				return fmt.Errorf("join persons %d and %d: %w", p.Person, p.Other, err)
			}
			if joined {
				changed = append(changed, p.Other)
			}
		}
		if len(changed) == len(f.people) {
			return nil
		}
		slices.Sort(changed)
		err := c.k.store.Read(ctx, func(tx *store.Tx) error {
			_, err := f.compare(c.cards(tx, nil), slices.Compact(changed))
			return err
		})
		if err != nil {
			return fmt.Errorf("look for duplicates again: %w", err)
		}
	}
	return nil
}

// look compares a stretch of people with all who share keys with them.
func (c *Cleaner) look(tx *store.Tx, f *findings, among int) (err error) {
	var people []iis.PersonID
	people, f.to.UpTo, f.to.Finished, err = tx.ChangedAfter(f.to.UpTo, f.to.Since, among)
	if err != nil || len(people) == 0 {
		return err
	}
	f.looked = len(people)
	return f.first(c.cards(tx, nil), people)
}

// cards are cards of nobody yet; of some people it was found out before whom they meet.
func (c *Cleaner) cards(tx *store.Tx, before map[iis.PersonID]met) *cards {
	cards := newCards(c.k, c.judges, tx)
	if c.census != nil {
		cards.around = func(ids []iis.PersonID) ([]met, error) { return c.census.around(ids, before, cards.sharers) }
	}
	return cards
}

// first is compare, which counts.
func (f *findings) first(cards *cards, people []iis.PersonID) error {
	crowded, err := f.compare(cards, people)
	f.crowded += crowded
	f.pairs += cards.pairs
	return err
}

// compare finds what comes of comparing people with those around them, in place of what
// was found before, and counts the keys that too many share.
func (f *findings) compare(cards *cards, people []iis.PersonID) (crowded int, err error) {
	f.people, f.queue, f.possible = people, nil, map[store.Pair]bool{}
	decisions, crowded, err := cards.decide(people)
	if err != nil {
		return 0, err
	}
	if f.settled, err = cards.settle(decisions); err != nil {
		return 0, err
	}
	if err := cards.give(decisions); err != nil {
		return 0, err
	}
	for id, d := range decisions {
		f.add(cards, id, &d)
	}
	slices.SortFunc(f.queue, func(a, b store.Queued) int {
		return byAge(store.Pair{Person: a.Person, Other: a.Other}, store.Pair{Person: b.Person, Other: b.Other})
	})
	f.leave, err = cards.noLonger(f, people)
	return crowded, err
}

// add finds whom a person may be. What was given to both adds pairs.
func (f *findings) add(c *cards, id iis.PersonID, d *match.Decision) {
	for i := range d.Candidates {
		other := d.Candidates[i].Person
		why := d.Verdict(i)
		if given := c.given(id, other); given.Outcome != match.New {
			why = given.Verdict(0)
		}
		f.put(newerFirst(id, other), why)
	}
	for _, other := range d.Near {
		if given := c.given(id, other); given.Outcome != match.New {
			f.put(newerFirst(id, other), given.Verdict(0))
		}
	}
}

func (f *findings) put(p store.Pair, why match.Verdict) {
	if !f.possible[p] {
		f.possible[p] = true
		f.queue = append(f.queue, store.Queued{Person: p.Person, Other: p.Other, Why: why.JSON()})
	}
}

// newerFirst is a pair as it is queued: whoever came later first.
func newerFirst(a, b iis.PersonID) store.Pair { return store.Pair{Person: max(a, b), Other: min(a, b)} }

// errNoLonger is a merge that is not to be: something changed, or somebody took
// such a one back.
var errNoLonger = errors.New("the two are not to be joined by themselves")

// join joins two records, unless something stands against it once nobody else
// changes them: then they are queued.
func (c *Cleaner) join(ctx context.Context, p store.Pair) (joined bool, err error) {
	by, err := c.k.judges(ctx)
	if err != nil {
		return false, err
	}
	_, err = c.k.decide(ctx, ActMerge, c.by, whyJoined, func(x *deciding) error {
		_, err := x.merge(p.Other, p.Person, func() error { return c.k.surely(x.tx, by, p) })
		return err
	})
	switch kind := fault.KindOf(err); {
	case err == nil:
		if c.Done.Joined++; c.census != nil {
			c.census.join(p)
		}
		return true, nil
	case errors.Is(err, errNoLonger), kind == fault.Conflict, kind == fault.NotFound, kind == fault.Busy:
		return false, ctx.Err()
	default:
		return false, err
	}
}

// keep stores what a stretch found, with how far that has come, unless another
// program was there first.
func (c *Cleaner) keep(ctx context.Context, f *findings) error {
	var done Cleaned
	var fresh []store.Queued
	err := c.k.store.Write(ctx, func(tx *store.Tx) (err error) {
		done, fresh = Cleaned{}, nil
		if at, err := tx.HoldCleanedUp(); err != nil || at != f.from {
			return err // another program has brought it on
		}
		if now, err := c.judges.inForce(tx); err != nil || !now {
			return err // what other weights found is not kept
		}
		if fresh, err = c.judges.mayQueue(tx, f.queue); err != nil {
			return err
		}
		now := c.k.store.Now()
		var written []byte
		for _, q := range fresh {
			q.Created = now.UnixMicro()
			written = store.PairDigest(written, q)
			if err := tx.Queue(q); err != nil {
				return err
			}
		}
		for _, q := range f.leave {
			written = store.PairDigest(written, q)
			if err := tx.Unqueue(q); err != nil {
				return err
			}
		}
		done = Cleaned{People: f.looked, Crowded: f.crowded, Queued: len(fresh), Left: len(f.leave)}
		if len(written) > 0 {
			audit := store.Audit{At: now, Actor: c.by, Act: ActCleanUp, Subject: int64(f.looked), Written: written}
			if err := tx.AddAudit(audit); err != nil {
				return err
			}
		}
		return tx.SetCleanedUp(f.to)
	})
	c.Done.People += done.People
	c.Done.Crowded += done.Crowded
	c.Done.Queued += done.Queued
	c.Done.Left += done.Left
	if c.census != nil {
		for _, q := range fresh {
			c.census.wait(q.Person, q.Other)
		}
	}
	return err
}

// mayQueue are those pairs that do not wait yet, of two who are both there, whom
// nobody holds apart, and by whom no sealed identity would be told. Nobody else changes these until the transaction is done.
func (j *judges) mayQueue(tx *store.Tx, pairs []store.Queued) (fresh []store.Queued, err error) {
	var ids []iis.PersonID
	for _, q := range pairs {
		ids = append(ids, q.Person, q.Other)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	there := map[iis.PersonID]bool{}
	for _, id := range ids { // in the order of ids, as everyone
		if there[id], err = tx.HoldPersons(id); err != nil {
			return nil, err
		}
	}
	queued, err := tx.Queued(ids...)
	if err != nil {
		return nil, err
	}
	waits := map[store.Pair]bool{}
	for _, q := range queued {
		waits[newerFirst(q.Person, q.Other)] = true
	}
	for _, q := range pairs {
		if !there[q.Person] || !there[q.Other] || waits[newerFirst(q.Person, q.Other)] {
			continue
		}
		apart, err := tx.ApartBy(q.Person, q.Other)
		if err != nil {
			return nil, err
		}
		barred, err := j.barred(tx, q.Person, q.Other)
		if err != nil {
			return nil, err
		}
		if apart == 0 && !barred {
			fresh = append(fresh, q)
		}
	}
	return fresh, nil
}

// noLonger are pairs of some people that wait and that nothing says any more may be
// one.
func (c *cards) noLonger(f *findings, people []iis.PersonID) (out []store.Queued, err error) {
	queued, err := c.tx.Queued(people...)
	if err != nil {
		return nil, err
	}
	for _, q := range queued {
		if f.possible[newerFirst(q.Person, q.Other)] || !byComparing(q.Why) {
			continue
		}
		if err := c.read([]iis.PersonID{q.Person, q.Other}); err != nil {
			return nil, err
		}
		a, b := c.known[q.Person], c.known[q.Other]
		if a != nil && b != nil && c.by.updates.Persons(a, []match.Known{*b}).Outcome == match.New {
			out = append(out, q)
		}
	}
	return out, nil
}

// byComparing reports that a pair waits for what comparing said alone. What a user
// flagged waits for a person, and so does what a sender's number led to, where
// comparing is against it: that says nothing of the number.
func byComparing(why json.RawMessage) bool {
	v, compared := compared(why)
	return compared && v.Bits >= 0 && len(v.Guards) == 0 && !match.ByNumber(v.Rule)
}
