package quality

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

var officer = By{Actor: iis.Actor{Kind: "user", User: 11}, Side: Programme}

// engineer belongs to Oak Street.
func (w *world) engineer() By {
	return By{Actor: iis.Actor{Kind: "user", User: 12}, Side: Site, Site: w.oak.ID}
}

func TestAReviewClosesWhenBothSidesHaveSigned(t *testing.T) {
	each(t, func(w *world) {
		ctx, d := context.Background(), w.desk
		id, err := d.OpenReview(ctx, officer, w.oak.ID, "Birth dates are missing.")
		is.NoError(t, "open", err)
		_, err = d.OpenReview(ctx, w.engineer(), w.oak.ID, "Again.")
		is.Equal(t, "a second one", fault.KindOf(err), fault.Conflict)
		is.NoError(t, "comment", d.Comment(ctx, w.engineer(), id, " The interface was mended.\r\n"))
		is.NoError(t, "site", d.Sign(ctx, w.engineer(), id, ""))
		is.Equal(t, "the site again", fault.KindOf(d.Sign(ctx, w.engineer(), id, "")), fault.Conflict)
		r, err := d.Review(ctx, nil, id)
		is.NoError(t, "review", err)
		is.Equal(t, "waits for", r.Waits(), "The programme")
		is.NoError(t, "programme", d.Sign(ctx, officer, id, "Checked."))

		r, err = d.Review(ctx, nil, id)
		is.NoError(t, "review", err)
		is.Equal(t, "open", r.Open(), false)
		var history []string
		for _, e := range r.Entries {
			history = append(history, e.Side+" "+e.Act+": "+e.Said)
		}
		is.Equal(t, "history", history, []string{
			"programme opened: Birth dates are missing.", "site commented: The interface was mended.", "site signed: ", "programme signed: Checked.",
		})
		open, closed, err := d.Reviews(ctx, nil)
		is.NoError(t, "reviews", err)
		is.Equal(t, "open, closed", []int{len(open), len(closed)}, []int{0, 1})
		is.Equal(t, "of", closed[0].SenderName, "Oak Street Clinic")

		is.Equal(t, "again without a reason", fault.KindOf(d.Reopen(ctx, officer, id, " ")), fault.Invalid)
		is.NoError(t, "again", d.Reopen(ctx, officer, id, "It is back."))
		r, err = d.Review(ctx, nil, id)
		is.NoError(t, "review", err)
		is.Equal(t, "waits for", r.Waits(), "The site and the programme")
	})
}

func TestEveryWriteInAReviewIsAudited(t *testing.T) {
	each(t, func(w *world) {
		ctx, d := context.Background(), w.desk
		id, err := d.OpenReview(ctx, officer, w.oak.ID, "Look.")
		is.NoError(t, "open", err)
		is.NoError(t, "comment", d.Comment(ctx, w.engineer(), id, "Seen."))
		is.NoError(t, "sign", d.Sign(ctx, w.engineer(), id, ""))
		is.NoError(t, "go-live", d.SetGoLive(ctx, officer.Actor, w.oak.ID, cal.Of(2026, 1, 5)))
		is.Equal(t, "go-live", w.sender(w.oak.ID).GoLive, cal.Of(2026, 1, 5))
		is.Equal(t, "acts", w.audited(int64(id), int64(w.oak.ID)), []string{"11 review: opened", "12 review: commented", "12 review: signed", "11 set go-live"})
	})
}

func TestNobodyActsForASiteButThoseWhoBelongToIt(t *testing.T) {
	each(t, func(w *world) {
		ctx, d := context.Background(), w.desk
		id, err := d.OpenReview(ctx, officer, w.oak.ID, "Look.")
		is.NoError(t, "open", err)
		actor := iis.Actor{Kind: "user", User: 13}
		for name, by := range map[string]By{
			"of another site": {Actor: actor, Side: Site, Site: w.elm.ID}, "of no site": {Actor: actor}, "of a site that is none": {Actor: actor, Side: Site},
		} {
			_, opened := d.OpenReview(ctx, by, w.oak.ID, "Mine.")
			for act, err := range map[string]error{
				"opens": opened, "comments": d.Comment(ctx, by, id, "Mine."), "signs": d.Sign(ctx, by, id, ""), "reopens": d.Reopen(ctx, by, id, "Mine."),
			} {
				is.Equal(t, name+" "+act, fault.KindOf(err), fault.Denied)
			}
		}
		r, err := d.Review(ctx, nil, id)
		is.NoError(t, "review", err)
		is.Equal(t, "entries", len(r.Entries), 1)
		is.Equal(t, "waits for", r.Waits(), "The site and the programme")
		is.NoError(t, "their own site", d.Sign(ctx, w.engineer(), id, ""))
		_, err = d.OpenReview(ctx, By{Actor: actor, Side: Site, Site: w.elm.ID}, w.elm.ID, "Ours.")
		is.NoError(t, "their own", err)
	})
}

func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	each(t, func(w *world) {
		ctx, d := context.Background(), w.desk
		for _, text := range []string{"", " \r\n", strings.Repeat("é", maxSaid+1), "a\x00b", "\xff"} {
			_, err := d.OpenReview(ctx, officer, w.oak.ID, text)
			is.Equal(t, "open", fault.KindOf(err), fault.Invalid)
		}
		_, err := d.OpenReview(ctx, officer, 1, "Nobody.")
		is.Equal(t, "no such sender", fault.KindOf(err), fault.NotFound)
		is.Equal(t, "no such review", fault.KindOf(d.Comment(ctx, officer, 1, "Hello.")), fault.NotFound)
		is.Equal(t, "no such sender", fault.KindOf(d.SetGoLive(ctx, officer.Actor, 1, cal.None)), fault.NotFound)
	})
}

// days puts figures of whole days into the registry: the newest is yesterday's.
func (w *world) days(of iis.Sender, days ...store.Sums) {
	w.t.Helper()
	var t store.Tally
	var err error
	t.After, _, err = w.store.Untallied(context.Background(), time.Now(), 1)
	is.NoError(w.t, "cursor", err)
	t.UpTo = t.After + 1
	yesterday := cal.On(time.Now()).AddDays(-1)
	for i, s := range days {
		t.Days = append(t.Days, store.SenderDay{Sender: of.ID, Day: yesterday.AddDays(i + 1 - len(days)), Sums: s})
	}
	_, err = w.store.AddTally(context.Background(), t)
	is.NoError(w.t, "figures", err)
}

// month is a day's figures for the four weeks before the last, and then another
// day's for the seven last days.
func month(usual, now store.Sums) []store.Sums {
	var out []store.Sums
	for range compareDays {
		out = append(out, usual)
	}
	for range 7 {
		out = append(out, now)
	}
	return out
}

func TestAReviewOpensByItselfWhenQualityDrops(t *testing.T) {
	usual := store.Sums{Accepted: 100, Doses: 100, Within7: 95}
	cases := []struct {
		name string
		now  store.Sums
		says string // "" for no review
	}{
		{"nothing changed", usual, ""},
		{"over the limit", store.Sums{Accepted: 85, Unstored: 10, Rejected: 5}, "nothing was stored: 15% of 700 in 7 days. The limit is 10%."},
		{"doubled", store.Sums{Accepted: 97, Unstored: 3}, "nothing was stored: 3.0% of 700 in 7 days, after 0% in the four weeks before."},
		{"more, and still very few", store.Sums{Accepted: 99, Unstored: 1}, ""},
		{"doses are lost", store.Sums{Accepted: 80, InPart: 20}, "something was not stored: 20% of 700"},
		{"doses come late", store.Sums{Accepted: 100, Doses: 100, Within7: 40}, "more than a week after they were given: 60% of 700"},
		{"nearly nothing comes", store.Sums{Accepted: 10}, "compared with the four weeks before: 70 in 7 days, where 700 were usual."},
		{"nothing comes", store.Sums{}, "0 in 7 days, where 700 were usual."},
		{"warnings only", store.Sums{Doubted: 100}, ""},
		{"queries that are refused", store.Sums{Accepted: 100, Queries: 100, QueriesRefused: 100}, ""},
	}
	each(t, func(w *world) {
		ctx := context.Background()
		for _, c := range cases {
			w.days(w.addSender(c.name), month(usual, c.now)...)
		}
		w.days(w.addSender("too few to tell"), month(store.Sums{Accepted: 1}, store.Sums{Unstored: 2})...)
		_, err := w.desk.Watch(ctx, time.Now())
		is.NoError(t, "watch", err)
		open, _, err := w.desk.Reviews(ctx, nil)
		is.NoError(t, "reviews", err)
		said := map[string]string{}
		for _, o := range open {
			is.Equal(t, "cause", o.Why(), "Quality dropped")
			r, err := w.desk.Review(ctx, nil, o.ID)
			is.NoError(t, "review", err)
			said[o.SenderName] = r.Entries[0].Said
		}
		for _, c := range cases {
			if got := said[c.name]; !strings.Contains(got, c.says) || (c.says == "") != (got == "") {
				t.Errorf("%s: the review says %q, want %q", c.name, got, c.says)
			}
		}
		is.Equal(t, "too few to tell", said["too few to tell"], "")
	})
}

func (w *world) addSender(name string) (s iis.Sender) {
	w.t.Helper()
	is.NoError(w.t, "sender", w.store.Write(context.Background(), func(tx *store.Tx) (err error) {
		s, err = tx.PutSender(iis.Sender{Facility: name, Name: name}, name, "-", time.Now())
		return err
	}))
	return s
}

func TestWatchingTwiceOpensOneReviewAndLeavesAClosedOneInPeace(t *testing.T) {
	each(t, func(w *world) {
		ctx, d := context.Background(), w.desk
		w.days(w.oak, month(store.Sums{Accepted: 100}, store.Sums{Unstored: 100})...)
		watch := func(want int) {
			t.Helper()
			n, err := d.Watch(ctx, time.Now())
			is.NoError(t, "watch", err)
			is.Equal(t, "opened", n, want)
		}
		watch(1)
		watch(0)
		open, _, err := d.Reviews(ctx, nil)
		is.NoError(t, "reviews", err)
		is.NoError(t, "site", d.Sign(ctx, w.engineer(), open[0].ID, ""))
		is.NoError(t, "programme", d.Sign(ctx, officer, open[0].ID, ""))
		watch(0) // what led to it is still in the figures
	})
}

func TestAReviewOpensOnceAfterGoLive(t *testing.T) {
	each(t, func(w *world) {
		ctx, d := context.Background(), w.desk
		today := cal.On(time.Now())
		for _, c := range []struct {
			live cal.Date
			want int
		}{{cal.None, 0}, {today.AddDays(-27), 0}, {today.AddDays(-28), 1}, {today.AddDays(-28), 0}} {
			is.NoError(t, "go-live", d.SetGoLive(ctx, officer.Actor, w.oak.ID, c.live))
			n, err := d.Watch(ctx, time.Now())
			is.NoError(t, "watch", err)
			is.Equal(t, "opened", n, c.want)
		}
		open, _, err := d.Reviews(ctx, nil)
		is.NoError(t, "reviews", err)
		is.Equal(t, "cause", open[0].Why(), "After go-live")
		is.NoError(t, "site", d.Sign(ctx, w.engineer(), open[0].ID, ""))
		is.NoError(t, "programme", d.Sign(ctx, officer, open[0].ID, ""))
		n, err := d.Watch(ctx, time.Now())
		is.NoError(t, "watch", err)
		is.Equal(t, "opened again", n, 0)
	})
}

// A day that is set on a sender's page is the same as one that is set with its site: of today it is
// this moment, for what was tested in the morning is no choice of anybody's.
func TestADayOfGoingLiveThatIsTodayIsThisMoment(t *testing.T) {
	each(t, func(w *world) {
		ctx, today := context.Background(), cal.On(time.Now())
		sets := func(what string, day cal.Date, want store.Live) {
			t.Helper()
			is.NoError(t, what, w.desk.SetGoLive(ctx, officer.Actor, w.oak.ID, day))
			is.NoError(t, what, w.store.Read(ctx, func(tx *store.Tx) error {
				live, err := tx.LiveFrom()
				got := live[w.oak.ID]
				if want.Since.IsZero() != got.Since.IsZero() || got.Since.After(w.store.Now()) || !got.Since.IsZero() && got.Since.Before(want.Since) {
					t.Errorf("%s: since %v", what, got.Since)
				}
				is.Equal(t, what, got.Day, want.Day)
				return err
			}))
		}
		before := w.store.Now()
		sets("to come", today.AddDays(3), store.Live{Day: today.AddDays(3)})
		sets("today", today, store.Live{Day: today, Since: before})
		first := w.store.Now()
		sets("today again", today, store.Live{Day: today, Since: before})
		is.NoError(t, "not later", w.store.Read(ctx, func(tx *store.Tx) error {
			live, err := tx.LiveFrom()
			is.Equal(t, "as it was", live[w.oak.ID].Since.After(first), false)
			return err
		}))
		sets("in the past", today.AddDays(-3), store.Live{Day: today.AddDays(-3)})
		sets("of who was live", today, store.Live{Day: today})
		// A live site of which nobody said since when: what came this morning was current, and stays so.
		sets("not known", cal.None, store.Live{})
		sets("of a live site", today, store.Live{Day: today})
	})
}

func TestTheLimitsThatWereBuiltInAreWhole(t *testing.T) {
	_, err := readLimits(limitsFile)
	is.NoError(t, "limits", err)
	for _, c := range []struct{ old, new string }{
		{"figure\tdays", "figure\tday"}, {"late\t7", "late\t0"}, {"refused\t7\t20", "refused\t7\ttwenty"},
		{"\t2\tMessages", "\t-2\tMessages"}, {"go-live\t28", "go\t28"}, {"go-live\t28\t", "go-live\t28"},
	} {
		broken := strings.Replace(limitsFile, c.old, c.new, 1)
		if broken == limitsFile {
			t.Fatalf("the test's %q is not there", c.old)
		}
		if _, err := readLimits(broken); err == nil {
			t.Errorf("with %q it was read all the same", c.new)
		}
	}
}

// audited are who did what of some subjects, in order.
func (w *world) audited(subjects ...int64) []string {
	w.t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, w.address)
	is.NoError(w.t, "open the database", err)
	defer d.Close()
	var out []string
	is.NoError(w.t, "audit", d.Read(ctx, func(tx db.Tx) error {
		return tx.Select(db.Query{
			SQL:  `SELECT actor_id, act FROM audit WHERE subject_id = $1 OR subject_id = $2 ORDER BY id`,
			Args: []any{subjects[0], subjects[1]},
			Each: func(r db.Row) error { out = append(out, fmt.Sprint(r.Int(0), " ", r.Text(1))); return nil },
		})
	}))
	return out
}
