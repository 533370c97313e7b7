package store

import (
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// SenderProfile is a sender with what a review of it needs.
type SenderProfile struct {
	iis.Sender
	GoLive cal.Date // from when it sends for real; None when nobody said
}

// SenderProfile reads one sender; fault.NotFound when there is none.
func (tx *Tx) SenderProfile(id iis.SenderID) (SenderProfile, error) {
	list, err := tx.profiles(`SELECT `+senderColumns+`, go_live FROM sender WHERE id = $1`, id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "there is no such sender")
	}
	if err != nil {
		return SenderProfile{}, err
	}
	return list[0], nil
}

// SenderProfiles are all senders in the order of their names.
func (tx *Tx) SenderProfiles() ([]SenderProfile, error) {
	return tx.profiles(`SELECT ` + senderColumns + `, go_live FROM sender ORDER BY name, id`)
}

func (tx *Tx) profiles(sql string, args ...any) ([]SenderProfile, error) {
	var out []SenderProfile
	err := tx.Select(db.Query{SQL: sql, Args: args, Each: func(r db.Row) error {
		out = append(out, SenderProfile{readSender(r, 0), cal.Date(r.Int(6))})
		return nil
	}})
	return out, err
}

// SetGoLive sets the day from which a sender sends for real, from its beginning; None: that is not
// known. If it is not live and the day is today, it goes live now (GoesLive). The day that it has
// already stays what it was, with its moment.
func (tx *Tx) SetGoLive(id iis.SenderID, day cal.Date, now time.Time) error {
	if day == cal.On(now) {
		if live, err := tx.IsLive(id, day); err != nil {
			return err
		} else if !live {
			return tx.GoesLive(id, now)
		}
	}
	return tx.Exec(`UPDATE sender SET go_live = $1, live_since = CASE WHEN go_live = $1 THEN live_since ELSE 0 END WHERE id = $2`, day, id)
}

// GoesLive has a sender send for real from now on: what came today before that is history too.
func (tx *Tx) GoesLive(id iis.SenderID, now time.Time) error {
	return tx.Exec(`UPDATE sender SET go_live = $1, live_since = $2 WHERE id = $3`, cal.On(now), now.UnixMicro(), id)
}

// Review is a task of a site and the programme about one sender.
type Review struct {
	ID     iis.ReviewID
	Sender iis.SenderID
	Cause  string // hand, quality, go-live
	Opened time.Time
	// SiteBy and ProgrammeBy are who signed, 0 while nobody did.
	SiteBy, ProgrammeBy iis.UserID
	Closed              time.Time // zero while it is open
	Changed             time.Time
}

// ReviewEntry is one thing that was done in a review.
type ReviewEntry struct {
	ID   int64
	At   time.Time
	By   iis.UserID // 0: the registry itself
	Name string     // of By, as it is now
	Side string     // site, programme, or "" for the registry
	Act  string     // opened, commented, signed, reopened
	Said string
}

// reviewLock excludes two who open or change reviews at once. Reviews are few.
const reviewLock = 0x5E71_3300

// LockReviews makes others who open or change reviews wait for this
// transaction.
func (tx *Tx) LockReviews() error { return tx.Lock(reviewLock) }

// NewReviewID makes the id of a review.
func (s *Store) NewReviewID() iis.ReviewID { return iis.ReviewID(s.NewID()) }

// PutReview adds a review, or replaces its state.
func (tx *Tx) PutReview(r Review) error {
	return tx.Exec(`
		INSERT INTO review (id, sender_id, cause, opened, site_by, programme_by, closed, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE
		SET site_by = excluded.site_by, programme_by = excluded.programme_by, closed = excluded.closed,
		    changed = excluded.changed`,
		r.ID, r.Sender, r.Cause, r.Opened.UnixMicro(), r.SiteBy, r.ProgrammeBy, instant(r.Closed), r.Changed.UnixMicro())
}

// AddReviewEntry adds to a review's history.
func (tx *Tx) AddReviewEntry(id iis.ReviewID, e ReviewEntry) error {
	return tx.Exec(`
		INSERT INTO review_entry (review_id, id, at, account, side, act, said) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, tx.s.NewID(), e.At.UnixMicro(), e.By, e.Side, e.Act, e.Said)
}

// Review reads one review; fault.NotFound when there is none.
func (tx *Tx) Review(id iis.ReviewID) (Review, error) {
	list, err := tx.reviews(`WHERE id = $1`, id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "There is no review with this number.")
	}
	if err != nil {
		return Review{}, err
	}
	return list[0], nil
}

// OpenReviews are those that are open, the oldest first.
func (tx *Tx) OpenReviews() ([]Review, error) { return tx.reviews(`WHERE closed = 0 ORDER BY id`) }

// ClosedReviews are those that were closed last.
func (tx *Tx) ClosedReviews(limit int) ([]Review, error) {
	return tx.reviews(`WHERE closed > 0 ORDER BY closed DESC LIMIT $1`, limit)
}

// ReviewsOf are the reviews of a sender, the newest first.
func (tx *Tx) ReviewsOf(sender iis.SenderID) ([]Review, error) {
	return tx.reviews(`WHERE sender_id = $1 ORDER BY id DESC`, sender)
}

func (tx *Tx) reviews(which string, args ...any) ([]Review, error) {
	var out []Review
	err := tx.Select(db.Query{
		SQL:  `SELECT id, sender_id, cause, opened, site_by, programme_by, closed, changed FROM review ` + which,
		Args: args,
		Each: func(r db.Row) error {
			v := Review{
				ID: iis.ReviewID(r.Int(0)), Sender: iis.SenderID(r.Int(1)), Cause: r.Text(2), Opened: time.UnixMicro(r.Int(3)).UTC(),
				SiteBy: iis.UserID(r.Int(4)), ProgrammeBy: iis.UserID(r.Int(5)), Changed: time.UnixMicro(r.Int(7)).UTC(),
			}
			if at := r.Int(6); at != 0 {
				v.Closed = time.UnixMicro(at).UTC()
			}
			out = append(out, v)
			return nil
		},
	})
	return out, err
}

// ReviewEntries are the history of a review, the oldest first.
func (tx *Tx) ReviewEntries(id iis.ReviewID) ([]ReviewEntry, error) {
	var out []ReviewEntry
	err := tx.Select(db.Query{
		SQL: `
			SELECT e.id, e.at, e.account, a.name, e.side, e.act, e.said
			FROM review_entry e LEFT JOIN account a ON a.id = e.account
			WHERE e.review_id = $1 ORDER BY e.id`,
		Args: []any{id},
		Each: func(r db.Row) error {
			out = append(out, ReviewEntry{r.Int(0), time.UnixMicro(r.Int(1)).UTC(), iis.UserID(r.Int(2)), r.Text(3), r.Text(4), r.Text(5), r.Text(6)})
			return nil
		},
	})
	return out, err
}

// instant is a time as stored, 0 for the zero time.
func instant(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
