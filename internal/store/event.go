package store

import (
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// eventLock is the advisory lock of those who change sessions of training and seats in
// them: who gets the last seat is decided one after the other.
const eventLock = 0x5345_4154 // "SEAT"

// LockEvents makes others who would change sessions or seats wait until this
// transaction is done.
func (tx *Tx) LockEvents() error { return tx.Lock(eventLock) }

// eventColumns are what readEvent reads, of a table called e.
const eventColumns = `e.id, e.kind, e.title, e.say, e.course, e.begins, e.minutes, e.place, e.link, e.seats, e.organization_id, e.status, e.wish, e.why,
	e.asked_by, e.asked, e.changed, e.changed_by, e.region`

func readEvent(r db.Row) iis.Event {
	return iis.Event{
		ID: iis.EventID(r.Int(0)), Kind: iis.EventKind(r.Text(1)), Title: r.Text(2), Say: r.Text(3), Course: r.Text(4), Begins: momentAt(r.Int(5)),
		Minutes: int(r.Int(6)), Place: r.Text(7), Link: r.Text(8), Seats: int(r.Int(9)), Organization: iis.OrganizationID(r.Int(10)),
		Status: iis.EventStatus(r.Text(11)), Wish: r.Text(12), Why: r.Text(13), AskedBy: iis.UserID(r.Int(14)), Asked: momentAt(r.Int(15)),
		Changed: momentAt(r.Int(16)), ChangedBy: iis.UserID(r.Int(17)), Region: r.Text(18),
	}
}

// AddEvent stores a new session, which is given its number.
func (tx *Tx) AddEvent(e *iis.Event) error {
	e.ID = iis.EventID(tx.s.NewID())
	return tx.Exec(`
		INSERT INTO training_event (id, kind, title, say, course, begins, minutes, place, link, seats, organization_id, status, wish, why,
			asked_by, asked, changed, changed_by, region)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		e.ID, string(e.Kind), e.Title, e.Say, e.Course, instant(e.Begins), e.Minutes, e.Place, e.Link, e.Seats, e.Organization, string(e.Status),
		e.Wish, e.Why, e.AskedBy, instant(e.Asked), instant(e.Changed), e.ChangedBy, e.Region)
}

// PutEvent stores what may change of a session: all but its number and who asked for it.
func (tx *Tx) PutEvent(e *iis.Event) error {
	return tx.Exec(`
		UPDATE training_event SET kind = $1, title = $2, say = $3, course = $4, begins = $5, minutes = $6, place = $7, link = $8, seats = $9,
			organization_id = $10, status = $11, why = $12, changed = $13, changed_by = $14, region = $15
		WHERE id = $16`,
		string(e.Kind), e.Title, e.Say, e.Course, instant(e.Begins), e.Minutes, e.Place, e.Link, e.Seats, e.Organization, string(e.Status), e.Why,
		instant(e.Changed), e.ChangedBy, e.Region, e.ID)
}

// Event reads a session; fault.NotFound when there is none.
func (tx *Tx) Event(id iis.EventID) (iis.Event, error) {
	found, err := tx.events(db.Query{SQL: `SELECT ` + eventColumns + ` FROM training_event e WHERE e.id = $1`, Args: []any{id}})
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no such session.")
	}
	if err != nil {
		return iis.Event{}, err
	}
	return found[0], nil
}

// EventsIn are the sessions of a status that begin after a moment, the first first, so
// many at most. Those that were asked for and are not planned begin at no time, and are
// after the zero time.
func (tx *Tx) EventsIn(status iis.EventStatus, after time.Time, limit int) ([]iis.Event, error) {
	return tx.events(db.Query{
		SQL:  `SELECT ` + eventColumns + ` FROM training_event e WHERE e.status = $1 AND e.begins >= $2 ORDER BY e.begins, e.id LIMIT $3`,
		Args: []any{string(status), instant(after), limit},
	})
}

// EventsBefore are the sessions with smaller numbers, whatever their status, the newest
// first.
func (tx *Tx) EventsBefore(id iis.EventID, limit int) ([]iis.Event, error) {
	return tx.events(db.Query{
		SQL:  `SELECT ` + eventColumns + ` FROM training_event e WHERE e.id < $1 ORDER BY e.id DESC LIMIT $2`,
		Args: []any{id, limit},
	})
}

func (tx *Tx) events(q db.Query) ([]iis.Event, error) {
	var out []iis.Event
	q.Each = func(r db.Row) error { out = append(out, readEvent(r)); return nil }
	err := tx.Select(q)
	return out, err
}

// PutSeat stores what somebody has of a session. Who comes again is last.
func (tx *Tx) PutSeat(s *iis.Seat) error {
	if s.ID == 0 {
		s.ID = tx.s.NewID()
	}
	return tx.Exec(`
		INSERT INTO training_seat (event_id, account_id, id, status, changed, changed_by) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (event_id, account_id) DO UPDATE SET id = excluded.id, status = excluded.status, changed = excluded.changed, changed_by = excluded.changed_by`,
		s.Event, s.User, s.ID, string(s.Status), s.Changed.UnixMicro(), s.ChangedBy)
}

// Seats are those of a session, in the order in which they came.
func (tx *Tx) Seats(event iis.EventID) ([]iis.Seat, error) {
	var out []iis.Seat
	err := tx.Select(db.Query{
		SQL: `
			SELECT s.account_id, s.id, s.status, s.changed, s.changed_by, a.name, a.role, n.name, a.sender_id
			FROM training_seat s JOIN account a ON a.id = s.account_id LEFT JOIN sender n ON n.id = a.sender_id
			WHERE s.event_id = $1 ORDER BY s.id`,
		Args: []any{event},
		Each: func(r db.Row) error {
			out = append(out, iis.Seat{
				Event: event, User: iis.UserID(r.Int(0)), ID: r.Int(1), Status: iis.SeatStatus(r.Text(2)), Changed: momentAt(r.Int(3)),
				ChangedBy: iis.UserID(r.Int(4)), Name: r.Text(5), Role: r.Text(6), Site: r.Text(7),
				Sender: iis.SenderID(r.Int(8)),
			})
			return nil
		},
	})
	return out, err
}

// SeatsOf are what a user has of sessions, by the session, the newest 500 of them.
func (tx *Tx) SeatsOf(user iis.UserID) (map[iis.EventID]iis.SeatStatus, error) {
	out := map[iis.EventID]iis.SeatStatus{}
	err := tx.Select(db.Query{
		SQL:  `SELECT event_id, status FROM training_seat WHERE account_id = $1 ORDER BY event_id DESC LIMIT 500`,
		Args: []any{user},
		Each: func(r db.Row) error { out[iis.EventID(r.Int(0))] = iis.SeatStatus(r.Text(1)); return nil },
	})
	return out, err
}

// SeatsTaken is how many seats of a session are taken, and how many wait for one.
func (tx *Tx) SeatsTaken(event iis.EventID) (taken, waiting int, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT status, COUNT(*) FROM training_seat WHERE event_id = $1 AND status IN ('taken', 'waiting', 'attended', 'absent') GROUP BY status`,
		Args: []any{event},
		Each: func(r db.Row) error {
			if r.Text(0) == string(iis.SeatWaiting) {
				waiting += int(r.Int(1))
			} else {
				taken += int(r.Int(1))
			}
			return nil
		},
	})
	return taken, waiting, err
}
