package quality

import (
	"context"
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// The days that a sender's page is about.
const (
	periodDays = 28
	weeks      = 12
)

// Sender is a sender's quality.
type Sender struct {
	store.SenderProfile
	// Now is the last four weeks, today included, and Before the four weeks
	// before them.
	Now, Before Period
	Days        []Period // Now, day by day
	Weeks       []Period // of seven days, the newest last
	Answers     []Count
	Delays      []Count
	Person      []Count // how often a field of the person was sent
	Dose        []Count // likewise, with a dose that the sender gave
	Found       []Found
	Reviews     []Review
	Severities  []Severity // that it was given
	CountedTo   time.Time  // what came later is not in the figures yet; zero: everything is
}

// Sender is the quality of one sender as of today; fault.NotFound when there is
// none, or none within the reach to which whoever asks is held.
func (d *Desk) Sender(ctx context.Context, held *iis.Reach, id iis.SenderID) (*Sender, error) {
	today := cal.On(d.now())
	out := &Sender{}
	var days []store.SenderDay
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		if out.SenderProfile, err = profileFor(tx, held, id); err != nil {
			return err
		}
		if days, err = tx.SenderDays(id, today.AddDays(1-weeks*7), today); err != nil {
			return err
		}
		if out.Reviews, err = d.reviewsOf(tx, id); err != nil {
			return err
		}
		if out.Severities, err = severities(tx, id); err != nil {
			return err
		}
		out.CountedTo, err = tx.CountedTo()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the quality of sender %d: %w", id, err)
	}
	out.figures(days, today)
	if err := d.tellFound(ctx, out.Found); err != nil {
		return nil, fmt.Errorf("read examples of sender %d: %w", id, err)
	}
	return out, nil
}

// profile reads a sender, or tells whoever asked that there is none.
func profile(tx *store.Tx, id iis.SenderID) (store.SenderProfile, error) {
	p, err := tx.SenderProfile(id)
	if fault.KindOf(err) == fault.NotFound {
		err = fault.Wrap(fault.NotFound, err, noSender)
	}
	return p, err
}

const noSender = "There is no sender with this number."

// profileFor is profile for whoever is held to a reach.
func profileFor(tx *store.Tx, held *iis.Reach, id iis.SenderID) (store.SenderProfile, error) {
	p, err := profile(tx, id)
	if err == nil && !held.HasSender(id) {
		return store.SenderProfile{}, fault.New(fault.NotFound, noSender)
	}
	return p, err
}

// figures adds the days up.
func (s *Sender) figures(days []store.SenderDay, today cal.Date) {
	s.Now = over(days, today.AddDays(1-periodDays), today)
	s.Before = over(days, s.Now.From.AddDays(-periodDays), s.Now.From.AddDays(-1))
	for day := s.Now.From; day <= today; day++ {
		s.Days = append(s.Days, over(days, day, day))
	}
	for from := today.AddDays(1 - weeks*7); from <= today; from += 7 {
		s.Weeks = append(s.Weeks, over(days, from, from.AddDays(6)))
	}
	s.Answers, s.Delays = answers(s.Now, s.Before), delays(s.Now, s.Before)
	s.Person, s.Dose = fields(s.Now, s.Before)
	s.Found = found(s.Now, s.Before, days)
}

// tellFound adds what was said to each line, from its newest example.
func (d *Desk) tellFound(ctx context.Context, lines []Found) error {
	return d.store.Read(ctx, func(tx *store.Tx) error {
		for i := range lines {
			l := &lines[i]
			there, err := tx.Receipts(l.Examples...)
			if err != nil {
				return err
			}
			l.Examples = l.Examples[:0:0] // one that was sealed is no example
			for _, r := range there {
				l.Examples = append(l.Examples, r.Submission)
				for _, f := range r.Findings {
					if f.Rule == l.Key.Rule && f.Where.String() == l.Key.Where && f.Severity == l.Key.Severity && l.Say == "" {
						l.Say = f.Say
					}
				}
			}
		}
		return nil
	})
}

// Line is a sender in a list.
type Line struct {
	store.SenderProfile
	Now, Before Period
	Last        cal.Date     // when something came last; None: not in eight weeks
	Review      iis.ReviewID // that is open; 0 for none
}

// Senders are all senders as of today, in the order of their names; for whoever is held to
// a reach, those of it.
func (d *Desk) Senders(ctx context.Context, held *iis.Reach) ([]Line, error) {
	today := cal.On(d.now())
	from := today.AddDays(1 - periodDays)
	var out []Line
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		out = nil
		profiles, err := tx.SenderProfiles()
		if err != nil {
			return err
		}
		now, last, err := tx.SenderSums(from, today)
		if err != nil {
			return err
		}
		before, lastBefore, err := tx.SenderSums(from.AddDays(-periodDays), from.AddDays(-1))
		if err != nil {
			return err
		}
		open, err := tx.OpenReviews()
		if err != nil {
			return err
		}
		reviews := map[iis.SenderID]iis.ReviewID{}
		for _, r := range open {
			reviews[r.Sender] = r.ID
		}
		for _, p := range profiles {
			if !held.HasSender(p.ID) {
				continue
			}
			out = append(out, Line{
				SenderProfile: p, Now: Period{Sums: now[p.ID]}, Before: Period{Sums: before[p.ID]},
				Last: max(last[p.ID], lastBefore[p.ID]), Review: reviews[p.ID],
			})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list senders: %w", err)
	}
	return out, nil
}
