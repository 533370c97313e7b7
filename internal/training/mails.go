package training

import (
	"context"
	"fmt"
	"time"

	"openiis/internal/iis"
	"openiis/internal/mail"
	"openiis/internal/store"
)

// MailBy gives the desk the outbox. Before, and while that has no relay, nobody is written to.
func (d *Desk) MailBy(b *mail.Box) { d.mails = b }

// mailSeat writes to whoever has a seat, or waits for one. Where it is, and the link, are on the
// page alone.
func (d *Desk) mailSeat(tx *store.Tx, kind iis.MailKind, e *iis.Event, user iis.UserID, once string) (written bool, err error) {
	if !d.mails.On() {
		return false, nil
	}
	a, err := tx.AccountOf(user)
	if err != nil || !a.Ended.IsZero() {
		return false, err
	}
	return d.mails.Put(tx, mail.Letter{
		Kind: kind, To: iis.Contact{Name: a.Name, Email: a.Email}, Path: "/training/sessions/" + e.ID.Public(), Once: once,
		Says: map[string]string{"title": e.Title, "when": mail.Moment(e.Begins)},
	})
}

// mailSeats writes to all who have a seat or wait for one.
func (d *Desk) mailSeats(tx *store.Tx, kind iis.MailKind, e *iis.Event) error {
	if !d.mails.On() {
		return nil
	}
	seats, err := tx.Seats(e.ID)
	if err != nil {
		return err
	}
	for _, s := range seats {
		if s.Status != iis.SeatTaken && s.Status != iis.SeatWaiting {
			continue
		}
		if _, err := d.mailSeat(tx, kind, e, s.User, ""); err != nil {
			return err
		}
	}
	return nil
}

// hasMoved reports a session that those who have a seat have to know of again.
func hasMoved(was, is *iis.Event) bool {
	return was.Status == iis.EventPlanned && (!was.Begins.Equal(is.Begins) || was.Place != is.Place || was.Link != is.Link)
}

// remindWithin is how long before a session begins those who have a seat are reminded: it is looked
// once a day, and so they are half a day before at the latest.
const remindWithin = 36 * time.Hour

// Remind writes to those who have a seat in a session that begins soon, once; it returns to how
// many.
func (d *Desk) Remind(ctx context.Context) (written int, err error) {
	if !d.mails.On() {
		return 0, nil
	}
	now := d.now()
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		written = 0
		events, err := tx.EventsIn(iis.EventPlanned, now, mostEvents)
		if err != nil {
			return err
		}
		for i := range events {
			e := &events[i]
			if e.Begins.Sub(now) > remindWithin {
				break // the first is the first
			}
			seats, err := tx.Seats(e.ID)
			if err != nil {
				return err
			}
			for _, s := range seats {
				if s.Status != iis.SeatTaken {
					continue
				}
				put, err := d.mailSeat(tx, iis.MailSessionSoon, e, s.User, fmt.Sprintf("session %d %d %d", e.ID, s.User, e.Begins.UnixMicro()))
				if err != nil {
					return err
				}
				if put {
					written++
				}
			}
		}
		if written == 0 {
			return nil
		}
		return tx.AddAudit(store.Audit{At: now, Actor: iis.Actor{Kind: "job"}, Act: "remind of training sessions", Subject: int64(written)})
	})
	if err != nil {
		return 0, fmt.Errorf("remind of sessions of training: %w", err)
	}
	return written, nil
}
