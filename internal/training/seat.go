package training

import (
	"context"
	"slices"
	"time"

	"openiis/internal/course"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// TakeSeat gives a user a seat in a session, or a place among those who wait for one.
// fault.Conflict when it is over or not planned, fault.NotFound for whom it is not.
func (d *Desk) TakeSeat(ctx context.Context, u User, id iis.EventID) (got iis.SeatStatus, err error) {
	err = d.changing(ctx, "take a seat", id, func(tx *store.Tx, e *iis.Event) error {
		v := &viewer{tx: tx, u: u, now: d.now(), names: map[iis.OrganizationID]string{}}
		if err := v.begin(); err != nil {
			return err
		}
		switch {
		case e.Status == iis.EventAsked || e.Status == iis.EventDeclined || !v.isFor(e):
			return errNoEvent
		case e.Status != iis.EventPlanned || !v.now.Before(e.Begins.Add(time.Duration(e.Minutes)*time.Minute)):
			return fault.New(fault.Conflict, "This session is over, or was called off.")
		case v.mine[id] == iis.SeatTaken || v.mine[id] == iis.SeatWaiting:
			got = v.mine[id]
			return nil
		}
		taken, _, err := tx.SeatsTaken(id)
		if err != nil {
			return err
		}
		got = iis.SeatTaken
		if e.Seats > 0 && taken >= e.Seats {
			got = iis.SeatWaiting
		}
		if err := d.putSeat(tx, u, iis.Seat{Event: id, User: u.Actor.User, Status: got}); err != nil || got != iis.SeatTaken {
			return err
		}
		_, err = d.mailSeat(tx, iis.MailSeat, e, u.Actor.User, "")
		return err
	})
	return got, err
}

// GiveUp gives a user's seat, or place among those who wait, back. Who waits longest has
// the seat.
func (d *Desk) GiveUp(ctx context.Context, u User, id iis.EventID) error {
	return d.changing(ctx, "give a seat up", id, func(tx *store.Tx, e *iis.Event) error {
		mine, err := tx.SeatsOf(u.Actor.User)
		if err != nil {
			return err
		}
		switch {
		case mine[id] != iis.SeatTaken && mine[id] != iis.SeatWaiting:
			return fault.New(fault.Conflict, "You have no seat in this session.")
		case e.Status != iis.EventPlanned:
			return fault.New(fault.Conflict, "This session is over, or was called off.")
		}
		if err := d.putSeat(tx, u, iis.Seat{Event: id, User: u.Actor.User, Status: iis.SeatGivenUp}); err != nil {
			return err
		}
		return d.seat(tx, u, e)
	})
}

// seat gives free seats to those who wait, who came first first.
func (d *Desk) seat(tx *store.Tx, u User, e *iis.Event) error {
	seats, err := tx.Seats(e.ID)
	if err != nil {
		return err
	}
	taken, _, err := tx.SeatsTaken(e.ID)
	if err != nil {
		return err
	}
	for _, s := range seats {
		if s.Status != iis.SeatWaiting || e.Seats > 0 && taken >= e.Seats {
			continue
		}
		s.Status = iis.SeatTaken
		if err := d.putSeat(tx, u, s); err != nil {
			return err
		}
		if _, err := d.mailSeat(tx, iis.MailSeat, e, s.User, ""); err != nil {
			return err
		}
		taken++
	}
	return nil
}

// putSeat stores a seat, and notes it in the audit.
func (d *Desk) putSeat(tx *store.Tx, u User, s iis.Seat) error {
	s.Changed, s.ChangedBy = d.now(), u.Actor.User
	if err := tx.PutSeat(&s); err != nil {
		return err
	}
	return tx.AddAudit(store.Audit{At: s.Changed, Actor: u.Actor, Act: "seat in a session: " + string(s.Status), Subject: int64(s.User), Written: []byte(s.Event.Public())})
}

// MarkAttendance says who was there, of those who had a seat or waited for one; the
// others were not. It can be said again, to add somebody. Where the session counts as a
// course, who was there has completed it. fault.Conflict before it has begun.
func (d *Desk) MarkAttendance(ctx context.Context, u User, id iis.EventID, there []iis.UserID) error {
	l, err := d.Library(ctx)
	if err != nil {
		return err
	}
	return d.changing(ctx, "mark attendance", id, func(tx *store.Tx, e *iis.Event) error {
		now := d.now()
		switch {
		case e.Status != iis.EventPlanned && e.Status != iis.EventHeld:
			return fault.New(fault.Conflict, "Nobody attends this session: it was not held.")
		case now.Before(e.Begins):
			return fault.New(fault.Conflict, "The session has not begun yet: mark who is there when it has.")
		}
		seats, err := tx.Seats(id)
		if err != nil {
			return err
		}
		for _, s := range seats {
			if err := d.attend(tx, u, l.Named(e.Course), s, slices.Contains(there, s.User)); err != nil {
				return err
			}
		}
		if e.Status == iis.EventHeld {
			return nil
		}
		e.Status, e.Changed, e.ChangedBy = iis.EventHeld, now, u.Actor.User
		if err := tx.PutEvent(e); err != nil {
			return err
		}
		return d.said(tx, u, e, "held")
	})
}

// attend notes of one seat whether its holder was there. Who was, stays so: the course
// is completed.
func (d *Desk) attend(tx *store.Tx, u User, c *course.Course, s iis.Seat, there bool) error {
	switch {
	case s.Status == iis.SeatAttended || s.Status == iis.SeatGivenUp && !there:
		return nil
	case !there && s.Status == iis.SeatWaiting:
		return nil
	case !there && s.Status == iis.SeatAbsent:
		return nil
	case !there:
		s.Status = iis.SeatAbsent
		return d.putSeat(tx, u, s)
	}
	s.Status = iis.SeatAttended
	if err := d.putSeat(tx, u, s); err != nil || c == nil {
		return err
	}
	return tx.AddCourseResult(iis.CourseResult{
		User: s.User, Course: c.Code, Version: c.Version, Title: c.Title, Role: s.Role, Event: s.Event, Passed: true, At: d.now(), NotedBy: u.Actor.User,
	}, u.Actor)
}
