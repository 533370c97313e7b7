package record

import (
	"context"
	"fmt"

	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// Progress is how far a pass has come.
type Progress struct {
	Cleaned
	Of      int  // people there are to look at
	Reading bool // everyone is read, before anybody is looked at
	Read    int  // people who are read
	Keys    bool // all are, and now it is read which keys they share
}

// A pass reads everyone into memory when it looks at leastTogether people or more, and
// at one in mostOthers of all. For fewer it is quicker to look each up.
const (
	leastTogether = 5000
	mostOthers    = 8
)

// quiet is how many people are looked at, when nothing is found, before it is stored
// how far the pass has come.
const quiet = 20_000

// pass is a pass of which it was counted how many it looks at.
type pass struct {
	begun    int64
	people   int
	together bool
}

// All ends the pass that is on its way, or does one at once over whoever has changed
// since the one before; over everyone, when anew. It ends early when ctx does, and is
// gone on with by being called again without anew. It finds what Step does; of many
// people at once it is much quicker, and needs some four hundred bytes of memory for each
// of the registry.
func (c *Cleaner) All(ctx context.Context, anew bool, progress func(Progress)) error {
	defer func() { c.census = nil }()
	at, err := c.begin(ctx, anew)
	for err == nil && !at.Finished {
		if err = c.gather(ctx, at, progress); err != nil {
			return err
		}
		if _, err = c.step(ctx, at, at, c.among); err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		progress(Progress{Cleaned: c.Done, Of: c.passes.people})
		if at, err = c.at(ctx); err == nil && at.Begun == 0 { // other weights were adopted
			at, err = c.begin(ctx, false)
		}
	}
	return err
}

// begin has a pass be on its way, and says how far it has come. What it begins is
// durable at once: others who look beside it go on with that one.
func (c *Cleaner) begin(ctx context.Context, anew bool) (at store.CleanUp, err error) {
	err = c.k.store.Write(ctx, func(tx *store.Tx) (err error) {
		if err = tx.Filled(); err != nil {
			return err
		}
		if at, err = tx.HoldCleanedUp(); err != nil {
			return err
		}
		switch now := c.k.store.Now(); {
		case anew || at.Begun == 0:
			at = store.CleanUp{Begun: now.UnixMicro()}
		case at.Finished:
			at = following(at, now)
		default:
			return nil
		}
		return tx.SetCleanedUp(at)
	})
	if err != nil {
		err = fmt.Errorf("begin to look for duplicates: %w", err)
	}
	return at, err
}

// gather reads everyone, for a pass over many, unless they are read already.
func (c *Cleaner) gather(ctx context.Context, at store.CleanUp, progress func(Progress)) (err error) {
	by, err := c.k.judges(ctx)
	if err != nil {
		return err
	}
	if c.passes.begun != at.Begun {
		c.census = nil
		if c.passes, err = c.count(ctx, at); err != nil {
			return fmt.Errorf("count whom to look at: %w", err)
		}
		c.passes.people += c.Done.People
	}
	if c.census != nil && c.census.by.changed != by.changed {
		c.census = nil
	}
	if c.census == nil && c.passes.together {
		c.census, err = c.k.takeCensus(ctx, by, at, Progress{Cleaned: c.Done, Of: c.passes.people, Reading: true}, progress)
	}
	return err
}

// count counts whom the rest of a pass looks at. As long as not everyone has the keys of
// this program, it may be that nobody but one is stored under a key that two have.
func (c *Cleaner) count(ctx context.Context, at store.CleanUp) (p pass, err error) {
	p.begun = at.Begun
	err = c.k.store.Read(ctx, func(tx *store.Tx) error {
		n, err := tx.ChangedCount(at.UpTo, at.Since)
		if err != nil {
			return err
		}
		all, err := tx.PersonCount()
		if err != nil {
			return err
		}
		rekeyed, err := tx.Rekeyed(match.KeyVersion)
		p.people, p.together = int(n), rekeyed && n >= c.least && mostOthers*n >= all
		return err
	})
	return p, err
}

// lookTogether compares people in memory with all who share keys with them, stretch by
// stretch, until something is found. Those whom somebody comes near, and who wait, are
// read from the registry as it is now, and decided as those of every pass are.
func (c *Cleaner) lookTogether(tx *store.Tx, f *findings) error {
	for !f.to.Finished && f.looked < quiet && !f.any() {
		var some []uint32
		some, f.to.UpTo, f.to.Finished = c.census.behind(f.to.UpTo, c.among)
		f.looked += len(some)
		people, around := []iis.PersonID(nil), map[iis.PersonID]met{}
		for i, m := range c.census.meetAll(some) {
			if id := c.census.ids[some[i]]; len(m.near) > 0 || m.loose || c.census.waits[some[i]] {
				people, around[id] = append(people, id), m
				continue
			}
			f.pairs, f.crowded = f.pairs+m.pairs, f.crowded+m.crowded
		}
		if len(people) == 0 {
			continue
		}
		if err := f.first(c.cards(tx, around), people); err != nil {
			return err
		}
	}
	return nil
}

// any reports that something was found.
func (f *findings) any() bool {
	return len(f.queue)+len(f.leave) > 0 || f.settled != nil && len(f.settled.join)+len(f.settled.part) > 0
}
