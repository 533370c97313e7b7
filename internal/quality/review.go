package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Side is for whom someone acts in a review.
type Side string

// The sides of a review.
const (
	Site      Side = "site"
	Programme Side = "programme"
)

// By is someone who acts in a review. Who acts for which side is said by the
// caller. Nobody acts for a site but those who belong to it, to whichever of its senders.
type By struct {
	iis.Actor
	Side Side         // "": they act for no side
	Site iis.SenderID // whom they belong to, when Side is Site
}

// For reports that they act in reviews of a sender.
func (b By) For(sender iis.SenderID) bool {
	return b.Side == Programme && b.Reach.HasSender(sender) || b.Side == Site && b.Site != 0 && (b.Site == sender || b.Home.Has(sender))
}

// mayAct says why somebody does not act in reviews of a sender.
func (b By) mayAct(sender iis.SenderID) error {
	switch {
	case b.For(sender):
		return nil
	case b.Side == Programme:
		return errNoReview
	case b.Side == Site:
		return fault.New(fault.Denied, "This review belongs to another sender. You act for the sender that your account belongs to. Nothing was changed.")
	}
	return fault.New(fault.Denied, "Your account belongs to no sender, so that you act for none. Nothing was changed. Ask the administrator of this registry to set the facility of your account.")
}

// errNoReview is for whoever is held to a region, and asks for a review of another.
var errNoReview = fault.New(fault.NotFound, "There is no review with this number.")

// Why a review was opened.
const (
	causeHand    = "hand"
	causeQuality = "quality"
	causeGoLive  = "go-live"
)

// What is done in a review.
const (
	actOpened    = "opened"
	actCommented = "commented"
	actSigned    = "signed"
	actReopened  = "reopened"
)

// Review is a review as it stands.
type Review struct {
	store.Review
	SenderName string
	Entries    []store.ReviewEntry // the oldest first; none in a list
}

// Open reports a review that is not closed.
func (r Review) Open() bool { return r.Closed.IsZero() }

// Signed reports that a side has signed.
func (r Review) Signed(s Side) bool {
	if s == Site {
		return r.SiteBy != 0
	}
	return r.ProgrammeBy != 0
}

// Waits says in words whose signature is missing.
func (r Review) Waits() string {
	switch {
	case !r.Open():
		return "Nobody: both have signed"
	case r.SiteBy == 0 && r.ProgrammeBy == 0:
		return "The site and the programme"
	case r.SiteBy == 0:
		return "The site"
	}
	return "The programme"
}

// Why is the cause in words.
func (r Review) Why() string {
	switch r.Cause {
	case causeQuality:
		return "Quality dropped"
	case causeGoLive:
		return "After go-live"
	}
	return "Opened by hand"
}

// maxSaid is how many characters one entry may have.
const maxSaid = 2000

// said is what someone wrote, fit to be kept.
func said(text string, required string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case text == "" && required != "":
		return "", fault.New(fault.Invalid, "%s", required)
	case utf8.RuneCountInString(text) > maxSaid:
		return "", fault.New(fault.Invalid, "Write at most %d characters.", maxSaid)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", fault.New(fault.Invalid, "Write plain text.")
	}
	return text, nil
}

// OpenReview opens a review of a sender by hand. A sender has one open review
// at most: another is fault.Conflict.
func (d *Desk) OpenReview(ctx context.Context, by By, sender iis.SenderID, why string) (iis.ReviewID, error) {
	why, err := said(why, "Say why the review is opened.")
	if err != nil {
		return 0, err
	}
	var id iis.ReviewID
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockReviews(); err != nil {
			return err
		}
		if _, err := profileFor(tx, by.Reach, sender); err != nil {
			return err
		}
		if err := by.mayAct(sender); err != nil {
			return err
		}
		open, err := openReviewOf(tx, sender)
		if err != nil {
			return err
		}
		if open != 0 {
			return fault.New(fault.Conflict, "A review of this sender is open already. Add your comment there.")
		}
		id, err = d.open(tx, by, sender, causeHand, why)
		return err
	})
	return id, wrap("open a review", err)
}

// open adds a review with its first entry, in a transaction that holds the lock
// of reviews.
func (d *Desk) open(tx *store.Tx, by By, sender iis.SenderID, cause, why string) (iis.ReviewID, error) {
	now := d.now()
	r := store.Review{ID: d.store.NewReviewID(), Sender: sender, Cause: cause, Opened: now}
	return r.ID, d.enter(tx, by, r, actOpened, why)
}

// enter stores a review's state, adds to its history and audits both.
func (d *Desk) enter(tx *store.Tx, by By, r store.Review, act, said string) error {
	r.Changed = d.now()
	if err := tx.PutReview(r); err != nil {
		return err
	}
	e := store.ReviewEntry{At: r.Changed, By: by.User, Side: string(by.Side), Act: act, Said: said}
	if err := tx.AddReviewEntry(r.ID, e); err != nil {
		return err
	}
	return tx.AddAudit(store.Audit{
		At: r.Changed, Actor: by.Actor, Act: "review: " + act, Subject: int64(r.ID), Written: []byte(said),
	})
}

// change changes a review of a sender for whom they act, under the lock of
// reviews.
func (d *Desk) change(ctx context.Context, by By, id iis.ReviewID, do func(*store.Tx, store.Review) error) error {
	return d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockReviews(); err != nil {
			return err
		}
		r, err := tx.Review(id)
		if err != nil {
			return err
		}
		if err := by.mayAct(r.Sender); err != nil {
			return err
		}
		return do(tx, r)
	})
}

// Comment adds a comment. A closed review may be commented on too.
func (d *Desk) Comment(ctx context.Context, by By, id iis.ReviewID, text string) error {
	text, err := said(text, "Write a comment first.")
	if err != nil {
		return err
	}
	return wrap("comment on a review", d.change(ctx, by, id, func(tx *store.Tx, r store.Review) error {
		return d.enter(tx, by, r, actCommented, text)
	}))
}

// Sign signs for a side, with a remark or none. The review closes when both
// sides have signed.
func (d *Desk) Sign(ctx context.Context, by By, id iis.ReviewID, remark string) error {
	remark, err := said(remark, "")
	if err != nil {
		return err
	}
	return wrap("sign a review", d.change(ctx, by, id, func(tx *store.Tx, r store.Review) error {
		if !r.Closed.IsZero() || (Review{Review: r}).Signed(by.Side) {
			return fault.New(fault.Conflict, "The %s has signed this review already.", by.Side)
		}
		if by.Side == Site {
			r.SiteBy = by.User
		} else {
			r.ProgrammeBy = by.User
		}
		if r.SiteBy != 0 && r.ProgrammeBy != 0 {
			r.Closed = d.now()
		}
		return d.enter(tx, by, r, actSigned, remark)
	}))
}

// Reopen opens a closed review again: neither signature holds any more.
func (d *Desk) Reopen(ctx context.Context, by By, id iis.ReviewID, why string) error {
	why, err := said(why, "Say why the review is opened again.")
	if err != nil {
		return err
	}
	return wrap("open a review again", d.change(ctx, by, id, func(tx *store.Tx, r store.Review) error {
		other, err := openReviewOf(tx, r.Sender)
		if err != nil {
			return err
		}
		if other != 0 {
			return fault.New(fault.Conflict, "A review of this sender is open.")
		}
		r.Closed, r.SiteBy, r.ProgrammeBy = time.Time{}, 0, 0
		return d.enter(tx, by, r, actReopened, why)
	}))
}

func openReviewOf(tx *store.Tx, sender iis.SenderID) (iis.ReviewID, error) {
	list, err := tx.ReviewsOf(sender)
	for _, r := range list {
		if r.Closed.IsZero() {
			return r.ID, err
		}
	}
	return 0, err
}

// wrap says what failed of a fault that is not the caller's.
func wrap(what string, err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// SetGoLive sets the day from which a sender sends for real, or None: of today it is this moment.
func (d *Desk) SetGoLive(ctx context.Context, by iis.Actor, sender iis.SenderID, day cal.Date) error {
	return wrap("set go-live", d.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := profileFor(tx, by.Reach, sender); err != nil {
			return err
		}
		now := d.now()
		if err := tx.SetGoLive(sender, day, now); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{
			At: now, Actor: by, Act: "set go-live", Subject: int64(sender), Written: []byte(day.String()),
		})
	}))
}

// Review is one review with its history; fault.NotFound when there is none, or none within
// the reach to which whoever asks is held.
func (d *Desk) Review(ctx context.Context, held *iis.Reach, id iis.ReviewID) (Review, error) {
	var out Review
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if out.Review, err = tx.Review(id); err == nil && !held.HasSender(out.Sender) {
			err = errNoReview
		}
		if err != nil {
			return err
		}
		if out.Entries, err = tx.ReviewEntries(id); err != nil {
			return err
		}
		p, err := tx.SenderProfile(out.Sender)
		out.SenderName = p.Name
		return err
	})
	return out, wrap("read a review", err)
}

// maxClosed is how many closed reviews a list shows.
const maxClosed = 50

// Reviews are those that are open, the oldest first, and those closed last; for whoever is
// held to a reach, those of its senders.
func (d *Desk) Reviews(ctx context.Context, held *iis.Reach) (open, closed []Review, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		o, err := tx.OpenReviews()
		if err != nil {
			return err
		}
		most := maxClosed
		if held.Holds() {
			most = 40 * maxClosed // among those of all senders
		}
		c, err := tx.ClosedReviews(most)
		if err != nil {
			return err
		}
		names, err := tx.SenderNames()
		open, closed = named(within(held, o), names), named(within(held, c), names)
		closed = closed[:min(len(closed), maxClosed)]
		return err
	})
	return open, closed, wrap("list reviews", err)
}

func (d *Desk) reviewsOf(tx *store.Tx, sender iis.SenderID) ([]Review, error) {
	list, err := tx.ReviewsOf(sender)
	return named(list, nil), err
}

// within are the reviews of the senders of a reach.
func within(held *iis.Reach, list []store.Review) []store.Review {
	return slices.DeleteFunc(list, func(r store.Review) bool { return !held.HasSender(r.Sender) })
}

func named(list []store.Review, names map[iis.SenderID]string) []Review {
	out := make([]Review, len(list))
	for i, r := range list {
		out[i] = Review{Review: r, SenderName: names[r.Sender]}
	}
	return out
}
