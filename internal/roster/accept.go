package roster

import (
	"context"
	"fmt"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Acceptance is how a file is taken over.
type Acceptance struct {
	Ends  bool   // who is not in the file has left
	Until string // their last day; "": today
}

// acceptPart is how many rows are taken over in one transaction, and holdFor for how long a
// file is held from one to the next.
const (
	acceptPart = 200
	holdFor    = 2 * time.Minute
)

// mappingTaken is what stands in the file's row for the columns of a roster.
const mappingTaken = "roster"

// Accept takes over what Stage has shown, row by row: each person is looked at again. It goes
// on to its end when the caller goes; taken over again, it does no harm. fault.Conflict: it
// was not looked at, or is taken over at this moment.
func (d *Desk) Accept(ctx context.Context, by iis.Actor, f *File, a Acceptance) error {
	ctx = context.WithoutCancel(ctx)
	d.mu.Lock()
	s := d.staged[f.ID]
	d.mu.Unlock()
	if s == nil {
		return fault.New(fault.Conflict, "This file was looked at some time ago, or by another server. Look at it once more, and take it over then. Nothing was changed.")
	}
	if _, done := s.Progress(); !done || s.Err != nil {
		return fault.New(fault.Conflict, "The file is still being looked at. Nothing was changed.")
	}
	day, err := d.dayOf(a.Until, "The last day")
	if err != nil {
		return err
	}
	if err := d.claim(ctx, by, f, len(s.Rows)); err != nil {
		return fmt.Errorf("take over roster file %d: %w", f.ID, err)
	}
	for part := range slices.Chunk(s.Rows, acceptPart) {
		if err = d.acceptRows(ctx, by, f, part); err != nil {
			break
		}
	}
	if err == nil && a.Ends {
		err = d.endAbsent(ctx, by, f, s.Absent, day)
	}
	released := d.store.Write(ctx, func(tx *store.Tx) error { return tx.ReleaseFile(f.ID, d.now(), err == nil) })
	if err == nil {
		err = released
	}
	if err != nil {
		return fmt.Errorf("take over roster file %d: %w", f.ID, err)
	}
	d.forget(f.ID)
	return nil
}

// claim makes the file this program's to take over.
func (d *Desk) claim(ctx context.Context, by iis.Actor, f *File, rows int) error {
	now := d.now()
	return d.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.site(tx, by, f.Roster); err != nil {
			return err
		}
		if err := tx.ClaimFile(f.ID, mappingTaken, rows, now, now.Add(holdFor)); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by, Act: actStore, Subject: int64(f.ID)})
	})
}

// acceptRows takes over some rows, and stores what became of them.
func (d *Desk) acceptRows(ctx context.Context, by iis.Actor, f *File, rows []Staged) error {
	return d.store.Write(ctx, func(tx *store.Tx) error {
		answers := make([]iis.FileRow, len(rows))
		for i := range rows {
			r := &rows[i]
			result, err := d.acceptRow(tx, by, f, r)
			if err != nil {
				return err
			}
			answers[i] = iis.FileRow{Line: r.Line, Result: result, Problems: r.problems}
			if r.Say != "" && len(r.problems) == 0 {
				answers[i].Problems = []iis.RowProblem{{Severity: iis.Information, Rule: "roster", Say: r.Say}}
			}
		}
		return tx.AddFileRows(f.ID, answers, d.now().Add(holdFor))
	})
}

// acceptRow takes over one: who may not be on the roster any more is not put there.
func (d *Desk) acceptRow(tx *store.Tx, by iis.Actor, f *File, r *Staged) (iis.RowResult, error) {
	if r.person == 0 {
		return r.Result, nil
	}
	now, err := tx.Follow(r.person)
	if err != nil {
		return "", err
	}
	if may, err := d.may(tx, f.reader(by), f.Site, now[0]); err != nil || !may {
		return iis.RowRace, err
	}
	have, err := entryOf(tx, f.Roster, now[0])
	if err != nil {
		return "", err
	}
	if have == nil {
		added, err := d.put(tx, by, r.exact(), &iis.RosterEntry{Person: now[0], Site: f.Roster, Own: r.Own, Place: r.Place, Since: cal.On(d.now())})
		if err == nil && !added {
			return iis.RowRace, nil
		}
		return iis.RowNew, err
	}
	if (r.Place == "" || r.Place == have.Place) && (r.Own == "" || r.Own == have.Own) {
		return iis.RowThere, nil
	}
	if r.Place != "" {
		have.Place = r.Place
	}
	if r.Own != "" {
		number(have, r.Own)
	}
	return iis.RowMoved, d.save(tx, by, actChange, have)
}

// endAbsent ends the entries of those who are not in the file, as far as they hold still, and
// the site may know of them still.
func (d *Desk) endAbsent(ctx context.Context, by iis.Actor, f *File, absent []Line, day cal.Date) error {
	for part := range slices.Chunk(absent, acceptPart) {
		err := d.store.Write(ctx, func(tx *store.Tx) error {
			for i := range part {
				if err := d.endOne(tx, by, f, &part[i], day); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) endOne(tx *store.Tx, by iis.Actor, f *File, l *Line, day cal.Date) error {
	if may, err := d.may(tx, f.reader(by), f.Site, l.Person); err != nil || !may {
		return err
	}
	open, err := entriesOf(tx, f.Roster, l.Person)
	if err != nil {
		return err
	}
	for i := range open {
		e := &open[i]
		if e.ID != l.ID {
			continue // it was ended, or the records were joined: the next file tells
		}
		e.Until, e.Why = max(day, e.Since), "Not in the roster that was uploaded"
		return d.save(tx, by, actEnd, e)
	}
	return nil
}
