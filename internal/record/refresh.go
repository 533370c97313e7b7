package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Refresher renews everyone's standing as of a day: for the passing of time, and
// for a new release of the schedule. Whose standing is as it should be is not
// written. It is one program's, and belongs to one goroutine.
//
// A run is of a day and a release. It goes by persons in their order, and each
// stretch of them is durable with how far the run has come, so that it is gone
// on with after whatever ended it. Of several programs one works on a run, the
// others leave it alone for as long as that one goes on. A record that changes
// between being read and being written has a newer standing already: the
// message that changed it stored that.
type Refresher struct {
	k      *Keeper
	by     iis.Actor
	holder int64
	run    store.StandingRun // that this one works on; zero: none
}

// NewRefresher makes a refresher; by stands in the audit.
func (k *Keeper) NewRefresher(by iis.Actor) *Refresher {
	return &Refresher{k: k, by: by, holder: k.store.NewID()}
}

// Step does a stretch of what is to be done now; more is false when that was
// all, or nothing is: today's run is finished, or another program works on it.
// It is for a job that gives way to messages. That some could not be assessed is
// an error after which it goes on: they wait for the next run.
func (r *Refresher) Step(ctx context.Context, now time.Time) (more bool, err error) {
	day := cal.On(now)
	if r.run.Day != day { // a run that midnight overtakes is not worth finishing
		r.run = store.StandingRun{}
		if _, mine, err := r.begin(ctx, day, false, now); !mine {
			return false, err
		}
	}
	s, err := r.read(ctx, r.run.UpTo)
	if err != nil {
		r.run = store.StandingRun{}
		return false, err
	}
	s.assess(r.k, day)
	if err := r.k.store.AddStretch(ctx, &r.run, r.by, &s.StandingStretch, now); err != nil {
		r.run = store.StandingRun{}
		return false, err
	}
	if s.Last {
		r.run = store.StandingRun{}
	}
	return !s.Last, s.failed
}

// begin takes up the run of a day, by the release that is in effect then. When
// it is not to be had, mine is false, and other is the run that another program
// works on.
func (r *Refresher) begin(ctx context.Context, day cal.Date, again bool, now time.Time) (other store.StandingRun, mine bool, err error) {
	e, err := r.k.engine(day)
	if err != nil {
		return other, false, fmt.Errorf("the schedule of %s: %w", day, err)
	}
	if !again {
		if due, err := r.isDue(ctx, day, e.Release()); !due {
			return other, false, err
		}
	}
	run, err := r.k.store.TakeUpStandingRun(ctx, day, e.Release(), r.holder, again, now)
	if err != nil || run.Holder != r.holder || !run.Finished.IsZero() {
		return run, false, err
	}
	r.run = run
	return other, true, nil
}

// isDue reports that nobody has finished a day's run, as far as the newest run
// tells. A run by a release that this program does not have is that of a newer
// program, which is left to go on: else the two would undo each other's work. One
// that has left out a whole day is gone, and then this program goes on: days pass
// for everyone.
func (r *Refresher) isDue(ctx context.Context, day cal.Date, release string) (bool, error) {
	var newest store.StandingRun
	var any bool
	err := r.k.store.Read(ctx, func(tx *store.Tx) (err error) {
		newest, any, err = tx.NewestStandingRun()
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read the newest run: %w", err)
	}
	if any && newest.Release != release && newest.Day >= day.AddDays(-1) {
		if _, err := r.k.named(newest.Release); err != nil {
			return false, nil
		}
	}
	return !any || newest.Day != day || newest.Release != release || newest.Finished.IsZero(), nil
}

// stretch is a stretch of persons on its way.
type stretch struct {
	store.StandingStretch
	records []store.StoredRecord
	failed  error         // why some could not be assessed
	done    chan struct{} // closed when it is assessed, where somebody waits
}

// read reads the persons behind one of them.
func (r *Refresher) read(ctx context.Context, after iis.PersonID) (*stretch, error) {
	s := &stretch{done: make(chan struct{})}
	err := r.k.store.Read(ctx, func(tx *store.Tx) (err error) {
		s.records, err = tx.RecordsAfter(after)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Seen, s.Last = len(s.records), len(s.records) < store.StandingsAtOnce
	if s.Seen > 0 {
		s.UpTo = s.records[s.Seen-1].ID
	}
	return s, nil
}

// assess finds those whose standing is not as it should be on a day.
func (s *stretch) assess(k *Keeper, day cal.Date) {
	for i := range s.records {
		r := &s.records[i]
		if r.Standing != nil && r.Standing.Assessed > day {
			continue // a message of tomorrow, while yesterday's run went on
		}
		next, err := k.standingAnew(r, day)
		if err != nil && s.failed == nil {
			s.failed = err
		}
		if have := r.Standing; have == nil || have.Changed != next.Changed || (have.Assessed == cal.None) != (next.Assessed == cal.None) ||
			!bytes.Equal(have.Body, next.Body) {
			s.Renewed = append(s.Renewed, store.RenewedStanding{Standing: next, Replaces: have})
		}
	}
	s.records = nil
}

// standingAnew is where a stored record stands on a day.
func (k *Keeper) standingAnew(r *store.StoredRecord, day cal.Date) (store.Standing, error) {
	f, err := r.Folder()
	if err != nil {
		return waiting(r.ID, r.Changed), err
	}
	return k.standing(f, r.Changed, day)
}

// Refresh says how All goes about it.
type Refresh struct {
	Now      func() time.Time
	Workers  int                           // that assess at once
	Progress func(store.StandingRun)       // hears of each stretch
	Failed   func(error)                   // hears why somebody could not be assessed
	Wait     func(store.StandingRun) error // hears that another program works on a run, and waits a moment
}

// All renews everyone's standing as of today, on several cores: it goes on with
// today's run where that was left, or does it again when it is finished. It
// waits for another program that works on a run. It ends early when ctx does,
// and what it did until then stays done.
func (r *Refresher) All(ctx context.Context, o Refresh) (store.StandingRun, error) {
	for begun := false; !begun; {
		now := o.Now()
		other, mine, err := r.begin(ctx, cal.On(now), true, now)
		if err == nil && !mine {
			err = o.Wait(other)
		}
		if err != nil {
			return store.StandingRun{}, err
		}
		begun = mine
	}
	err := r.walk(ctx, o)
	if err != nil && !errors.Is(err, store.ErrStandingLost) {
		err = errors.Join(err, r.k.store.LeaveStandingRun(context.WithoutCancel(ctx), &r.run))
	}
	return r.run, err
}

// walk goes through those behind whom the run has come: one reads stretches,
// several assess them side by side, and here they are stored in their order.
func (r *Refresher) walk(ctx context.Context, o Refresh) error {
	work, ctx := errgroup.WithContext(ctx)
	toAssess, inOrder := make(chan *stretch), make(chan *stretch, o.Workers) // so many are in memory
	day, after := r.run.Day, r.run.UpTo
	work.Go(func() error {
		defer close(inOrder)
		defer close(toAssess)
		for {
			s, err := r.read(ctx, after)
			if err != nil {
				return err
			}
			after = s.UpTo
			for _, to := range []chan<- *stretch{inOrder, toAssess} {
				select {
				case to <- s:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if s.Last {
				return nil
			}
		}
	})
	for range o.Workers {
		work.Go(func() error {
			for s := range toAssess {
				s.assess(r.k, day)
				close(s.done)
			}
			return nil
		})
	}
	work.Go(func() error {
		for s := range inOrder {
			if err := r.add(ctx, s, o); err != nil {
				return err
			}
		}
		return nil
	})
	return work.Wait()
}

// add stores a stretch as soon as it is assessed.
func (r *Refresher) add(ctx context.Context, s *stretch, o Refresh) error {
	select {
	case <-s.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.failed != nil {
		o.Failed(s.failed)
	}
	if err := r.k.store.AddStretch(ctx, &r.run, r.by, &s.StandingStretch, o.Now()); err != nil {
		return err
	}
	o.Progress(r.run)
	return nil
}
