package quality

import (
	"context"
	"fmt"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// quietDays is how long after a review was opened the registry opens none of
// the same sender for the same cause: what led to the first is still in the
// figures.
const quietDays = 28

// Watch opens a review of every sender whose figures cross a limit, and of
// every sender that went live some time ago and was not reviewed since
// (limits.tsv). It says how many it opened. Doing it twice does it once.
func (d *Desk) Watch(ctx context.Context, now time.Time) (int, error) {
	w := watch{d: d, today: cal.On(now.Local()), now: map[int]sums{}, before: map[int]sums{}}
	if err := d.store.Read(ctx, w.read); err != nil {
		return 0, fmt.Errorf("watch the quality of senders: %w", err)
	}
	opened := 0
	for _, p := range w.senders {
		for _, reason := range []struct{ cause, why string }{{causeQuality, w.dropped(p.ID)}, {causeGoLive, w.wentLive(p)}} {
			if reason.why == "" {
				continue
			}
			did, err := d.openUnlessQuiet(ctx, p, reason.cause, reason.why, now)
			if err != nil {
				return opened, fmt.Errorf("open a review of sender %d: %w", p.ID, err)
			}
			if did {
				opened++
			}
		}
	}
	return opened, nil
}

type sums map[iis.SenderID]store.Sums

// watch is what is read of all senders to watch them: figures of the last whole
// days, and of the four weeks before them, by how many days those are.
type watch struct {
	d           *Desk
	today       cal.Date
	senders     []store.SenderProfile
	now, before map[int]sums
}

func (w *watch) read(tx *store.Tx) (err error) {
	if w.senders, err = tx.SenderProfiles(); err != nil {
		return err
	}
	for _, l := range w.d.limits {
		if l.figure == figureGoLive || w.now[l.days] != nil {
			continue
		}
		from := w.today.AddDays(-l.days)
		if w.now[l.days], _, err = tx.SenderSums(from, w.today.AddDays(-1)); err != nil {
			return err
		}
		if w.before[l.days], _, err = tx.SenderSums(from.AddDays(-compareDays), from.AddDays(-1)); err != nil {
			return err
		}
	}
	return nil
}

// dropped says in words which limits a sender's figures cross.
func (w *watch) dropped(id iis.SenderID) string {
	var out []string
	for _, figure := range []string{figureRefused, figureInPart, figureLate, figureFewer} {
		l := w.d.limits[figure]
		if s := l.crossed(w.now[l.days][id], w.before[l.days][id]); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

// wentLive says since when a sender sends for real, when that is long enough
// ago to be reviewed.
func (w *watch) wentLive(p store.SenderProfile) string {
	after := w.d.limits[figureGoLive].days
	if p.GoLive == cal.None || w.today < p.GoLive.AddDays(after) {
		return ""
	}
	return fmt.Sprintf("This sender went live on %s, %d days ago or more.", p.GoLive.Time().Format("January 2, 2006"), after)
}

// openUnlessQuiet opens a review for the registry itself, unless one is open or
// one was opened for the same cause lately; after go-live, ever since.
func (d *Desk) openUnlessQuiet(ctx context.Context, p store.SenderProfile, cause, why string, now time.Time) (opened bool, err error) {
	since := now.AddDate(0, 0, -quietDays)
	if cause == causeGoLive {
		since = p.GoLive.Time()
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		opened = false
		if err := tx.LockReviews(); err != nil {
			return err
		}
		list, err := tx.ReviewsOf(p.ID)
		if err != nil {
			return err
		}
		for _, r := range list {
			if r.Closed.IsZero() || (r.Cause == cause && !r.Opened.Before(since)) {
				return nil
			}
		}
		opened = true
		_, err = d.open(tx, By{Actor: iis.Actor{Kind: "job"}}, p.ID, cause, why)
		return err
	})
	return opened, err
}
