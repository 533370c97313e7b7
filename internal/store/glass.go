package store

import (
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Glass is that a user broke the glass of a record: they see what is hidden of it for a
// while.
type Glass struct {
	Person        iis.PersonID // by the number of then
	ID            int64
	User          iis.UserID
	Reason, Say   string // of the state's list, and in their own words
	Opened, Until time.Time
}

// AddGlass stores that somebody broke the glass.
func (tx *Tx) AddGlass(g Glass) error {
	return tx.Exec(`
		INSERT INTO broken_glass (person_id, id, account, reason, say, opened, until) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		g.Person, g.ID, g.User, g.Reason, g.Say, g.Opened.UnixMicro(), g.Until.UnixMicro())
}

// Glass is what a user sees now for having broken the glass: few records.
func (tx *Tx) Glass(user iis.UserID, now time.Time) ([]Glass, error) {
	return tx.glass(db.Query{
		SQL:  `SELECT person_id, id, account, reason, say, opened, until FROM broken_glass WHERE account = $1 AND until > $2 ORDER BY id LIMIT 1000`,
		Args: []any{user, now.UnixMicro()},
	})
}

// GlassOf are those who broke the glass of some numbers of a person, the newest last.
func (tx *Tx) GlassOf(numbers ...iis.PersonID) (out []Glass, err error) {
	for _, id := range numbers {
		some, err := tx.glass(db.Query{
			SQL: `SELECT person_id, id, account, reason, say, opened, until FROM broken_glass WHERE person_id = $1 ORDER BY id`, Args: []any{id},
		})
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func (tx *Tx) glass(q db.Query) (out []Glass, err error) {
	q.Each = func(r db.Row) error {
		out = append(out, Glass{
			Person: iis.PersonID(r.Int(0)), ID: r.Int(1), User: iis.UserID(r.Int(2)), Reason: r.Text(3), Say: r.Text(4),
			Opened: time.UnixMicro(r.Int(5)).UTC(), Until: time.UnixMicro(r.Int(6)).UTC(),
		})
		return nil
	}
	if err := tx.Select(q); err != nil {
		return nil, fmt.Errorf("read who broke the glass: %w", err)
	}
	return out, nil
}

// never is a day that does not come.
const never = cal.Date(1 << 30)

// beforeLive are organizations that are not live yet, or were closed before they were
// (iis.Organization.BeforeLive).
const beforeLive = `(organization.status IN ('enrolling', 'training', 'testing') OR (organization.status = 'inactive' AND organization.closed_from IN ('enrolling', 'training', 'testing')))`

// Live is from when a sender sends for real: a day, and a moment of it when it went live in its
// course.
type Live struct {
	Day   cal.Date
	Since time.Time // zero: from the beginning of the day
}

// After reports that what came at a moment came before.
func (l Live) After(at time.Time) bool { return cal.On(at) < l.Day || at.Before(l.Since) }

// LiveFrom is, of each sender of which it is known, from when it sends for real:
// what came before is history. Of one without a day whose site still enrols, trains or tests, or
// was closed before it went live, all is. Those of which it is not known are left out.
func (tx *Tx) LiveFrom() (map[iis.SenderID]Live, error) {
	out := map[iis.SenderID]Live{}
	err := tx.Select(db.Query{
		SQL: `
			SELECT sender.id, sender.go_live, sender.live_since FROM sender JOIN organization ON organization.id = sender.organization_id
			WHERE sender.go_live > 0 OR ` + beforeLive,
		Each: func(r db.Row) error {
			out[iis.SenderID(r.Int(0))] = Live{orNever(r.Int(1)), momentAt(r.Int(2))}
			return nil
		},
	})
	return out, err
}

// orNever is a day of going live; that of a sender without one never comes.
func orNever(day int64) cal.Date {
	if day == 0 {
		return never
	}
	return cal.Date(day)
}

// NotLive are the senders that are not live on a day, each with the day from which it is:
// those whose day is to come, and those without one whose site still enrols, trains or tests.
func (tx *Tx) NotLive(on cal.Date) (map[iis.SenderID]cal.Date, error) {
	return tx.liveDays(notLive, on)
}

// notLive finds senders that are not live on a day ($1).
const notLive = `
	SELECT sender.id, sender.go_live FROM sender JOIN organization ON organization.id = sender.organization_id
	WHERE (sender.go_live > $1 OR (sender.go_live = 0 AND ` + beforeLive + `))`

// IsLive reports that a sender is live on a day: that it is none of NotLive.
func (tx *Tx) IsLive(sender iis.SenderID, on cal.Date) (bool, error) {
	found, err := tx.liveDays(notLive+` AND sender.id = $2`, on, sender)
	return len(found) == 0, err
}

// liveDays reads senders with their days; of one without a day it never comes.
func (tx *Tx) liveDays(sql string, args ...any) (map[iis.SenderID]cal.Date, error) {
	out := map[iis.SenderID]cal.Date{}
	err := tx.Select(db.Query{
		SQL:  sql,
		Args: args,
		Each: func(r db.Row) error {
			out[iis.SenderID(r.Int(0))] = orNever(r.Int(1))
			return nil
		},
	})
	return out, err
}
