package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// StandingRun is the work of renewing everyone's standing, as of a day and by a
// release of the schedule. It is done in stretches of persons, each of them
// durable with how far the run has come: whoever goes on with it, goes on there.
type StandingRun struct {
	Day      cal.Date
	Release  string
	Begun    time.Time
	UpTo     iis.PersonID // the last person that was seen
	Seen     int64        // persons
	Written  int64        // of them, whose standing was not as it should be
	Finished time.Time    // zero: not yet

	Holder int64     // the program that works on it
	HeldTo time.Time // until then, unless it goes on
}

// standingHold is how long a program that works on a run keeps others from it
// after its last stretch.
const standingHold = 20 * time.Second

// standingLock excludes two programs that take up a run at once.
const standingLock = 0x57A2_0000

// ErrStandingLost is told to a program whose run another has taken up.
var ErrStandingLost = fault.New(fault.Conflict, "Another program has gone on with this run.")

// NewestStandingRun is the run that was begun last; ok is false when there was
// none yet.
func (tx *Tx) NewestStandingRun() (run StandingRun, ok bool, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT ` + standingRunColumns + ` FROM standing_run ORDER BY begun DESC LIMIT 1`,
		Each: func(r db.Row) error { run, ok = readStandingRun(r), true; return nil },
	})
	return run, ok, err
}

// standingRunColumns are what readStandingRun reads.
const standingRunColumns = `day, release, begun, up_to, seen, written, finished, holder, held_to`

func readStandingRun(r db.Row) StandingRun {
	run := StandingRun{
		Day: cal.Date(r.Int(0)), Release: r.Text(1), Begun: time.UnixMicro(r.Int(2)).UTC(), UpTo: iis.PersonID(r.Int(3)),
		Seen: r.Int(4), Written: r.Int(5), Holder: r.Int(7), HeldTo: time.UnixMicro(r.Int(8)).UTC(),
	}
	if r.Int(6) != 0 {
		run.Finished = time.UnixMicro(r.Int(6)).UTC()
	}
	return run
}

// TakeUpStandingRun begins the run of a day and release, or goes on with it
// where it was left, for a holder. One that is finished is returned as it is,
// unless it shall be done again. While another program works on any run it is
// returned, and this holder is not in it.
func (s *Store) TakeUpStandingRun(ctx context.Context, day cal.Date, release string, holder int64, again bool, now time.Time) (run StandingRun, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		if err := tx.Lock(standingLock); err != nil {
			return err
		}
		var held, found bool
		held, found, run, err = tx.standingRuns(day, release, holder, now)
		switch {
		case err != nil || held:
			return err
		case !found || !run.Finished.IsZero() && again:
			run = StandingRun{Day: day, Release: release, Begun: now}
		case !run.Finished.IsZero():
			return nil
		}
		run.Holder, run.HeldTo = holder, now.Add(standingHold)
		return tx.putStandingRun(&run)
	})
	if err != nil {
		err = fmt.Errorf("take up the run of %s: %w", day, err)
	}
	return run, err
}

// standingRuns finds the run that another program works on, or else that of a
// day and release.
func (tx *Tx) standingRuns(day cal.Date, release string, holder int64, now time.Time) (held, found bool, run StandingRun, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT ` + standingRunColumns + ` FROM standing_run WHERE finished = 0 OR (day = $1 AND release = $2)`,
		Args: []any{day, release},
		Each: func(r db.Row) error {
			next := readStandingRun(r)
			switch {
			case held:
			case next.Finished.IsZero() && next.Holder != holder && next.HeldTo.After(now):
				held, run = true, next
			case next.Day == day && next.Release == release:
				found, run = true, next
			}
			return nil
		},
	})
	return held, found, run, err
}

func (tx *Tx) putStandingRun(run *StandingRun) error {
	finished := int64(0)
	if !run.Finished.IsZero() {
		finished = run.Finished.UnixMicro()
	}
	return tx.Exec(`
		INSERT INTO standing_run (day, release, begun, up_to, seen, written, finished, holder, held_to)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (day, release) DO UPDATE
		SET begun = excluded.begun, up_to = excluded.up_to, seen = excluded.seen, written = excluded.written,
		    finished = excluded.finished, holder = excluded.holder, held_to = excluded.held_to`,
		run.Day, run.Release, run.Begun.UnixMicro(), run.UpTo, run.Seen, run.Written, finished, run.Holder, run.HeldTo.UnixMicro())
}

// StandingStretch is what came of a stretch of persons.
type StandingStretch struct {
	UpTo    iis.PersonID // its last person
	Seen    int          // its persons
	Renewed []RenewedStanding
	Last    bool // nobody is left
}

// AddStretch stores what came of the stretch after that up to which a run has
// come, and brings the run on. ErrStandingLost when another has taken it up.
func (s *Store) AddStretch(ctx context.Context, run *StandingRun, by iis.Actor, t *StandingStretch, now time.Time) error {
	next := *run
	next.Seen, next.Written, next.HeldTo = run.Seen+int64(t.Seen), run.Written+int64(len(t.Renewed)), now.Add(standingHold)
	if t.Seen > 0 {
		next.UpTo = t.UpTo
	}
	if t.Last {
		next.Finished = now
	}
	written := t.digested()
	err := s.Write(ctx, func(tx *Tx) error {
		if err := tx.holdStandingRun(run); err != nil {
			return err
		}
		if err := tx.renewStandings(t.Renewed); err != nil {
			return err
		}
		if len(t.Renewed) > 0 || t.Last {
			err := tx.AddAudit(Audit{At: now, Actor: by, Act: "refresh standing", Subject: int64(len(t.Renewed)), Written: written})
			if err != nil {
				return err
			}
		}
		return tx.putStandingRun(&next)
	})
	if err != nil {
		return fmt.Errorf("add what came after %d to the run of %s: %w", run.UpTo, run.Day, err)
	}
	*run = next
	return nil
}

// holdStandingRun requires that nobody else has taken a run up.
func (tx *Tx) holdStandingRun(run *StandingRun) error {
	if err := tx.Lock(standingLock); err != nil {
		return err
	}
	var holder int64
	err := tx.Select(db.Query{
		SQL:  `SELECT holder FROM standing_run WHERE day = $1 AND release = $2`,
		Args: []any{run.Day, run.Release},
		Each: func(r db.Row) error { holder = r.Int(0); return nil },
	})
	if err == nil && holder != run.Holder {
		err = ErrStandingLost
	}
	return err
}

// LeaveStandingRun lets others go on with a run at once.
func (s *Store) LeaveStandingRun(ctx context.Context, run *StandingRun) error {
	next := *run
	next.HeldTo = next.Begun
	return s.Write(ctx, func(tx *Tx) error {
		if err := tx.holdStandingRun(run); err != nil {
			return err
		}
		return tx.putStandingRun(&next)
	})
}

// digested is what the line of the audit keeps a digest of: whose standing was
// renewed, and what it is.
func (t *StandingStretch) digested() []byte {
	var b []byte
	for i := range t.Renewed {
		r := &t.Renewed[i]
		b = binary.BigEndian.AppendUint64(b, uint64(r.Person))
		b = append(b, r.Body...)
	}
	return b
}
