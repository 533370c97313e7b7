package record

import (
	"context"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/store"
)

// TestWhatASenderIsDecidesWhichReportIsShown has two senders that both say that they gave
// a shot. Which report is shown, and with it what the registry answers, goes by what the
// senders are; and when one becomes something else every record is made anew, in the
// meantime by its next message.
func TestWhatASenderIsDecidesWhichReportIsShown(t *testing.T) {
	ctx := context.Background()
	each(t, func(r *registry) {
		day := cal.Of(2024, 5, 6)
		senders := r.sites("OAK", "PLAN")
		is.Equal(t, "an order of their ids", senders[0] < senders[1], true)
		full := report(1, day, "03", "L1")
		full.MVX = "MSD"
		person := r.takes(senders[1], report(1, day, "03", "L1")).Person
		r.takes(senders[0], full)
		shows := func(what string, sender iis.SenderID) {
			t.Helper()
			r.k = New(r.s, codeset.Default()) // as another server, which reads anew what senders are
			doses, _ := History(r.folder(person))
			is.Equal(t, what, []any{len(doses), doses[0].Reports[0].Sender, len(doses[0].Reports)}, []any{1, sender, 2})
		}
		shows("who says more", senders[0])

		r.becomes("OAK", iis.KindHealthPlan)
		shows("as it was until it is made anew", senders[0])
		is.Equal(t, "no fault, but older", r.allVerified().Older, 1)
		job := r.k.NewRenewer(iis.Actor{Kind: "job"}, false)
		now := r.s.Now()
		more, err := job.Step(ctx, now)
		is.NoError(t, "renew", err)
		is.Equal(t, "others may go by what was before: it waits", []any{more, job.Seen}, []any{false, 0})
		wait, err := r.k.NewRenewer(iis.Actor{Kind: "command"}, true).Settling(ctx, now)
		is.NoError(t, "settling", err)
		is.Equal(t, "who renews all waits no longer than others", wait > 0 && wait <= kindsSettle+time.Millisecond, true)
		now = now.Add(2 * kindsSettle)
		wait, err = r.k.NewRenewer(iis.Actor{Kind: "command"}, true).Settling(ctx, now)
		is.NoError(t, "settling", err)
		is.Equal(t, "and then begins", wait, 0)
		_, err = job.Step(ctx, now)
		is.NoError(t, "renew", err)
		is.Equal(t, "seen, made anew", []any{job.Seen, job.Renewed}, []any{1, 1})
		shows("who gave it, though who paid says more", senders[1])
		is.Equal(t, "older", r.allVerified().Older, 0)
		_, err = job.Step(ctx, now)
		is.NoError(t, "again", err)
		is.Equal(t, "seen", job.Seen, 1)

		r.becomes("OAK", iis.KindHospital)
		r.k = New(r.s, codeset.Default())
		r.takes(senders[0], full) // and says nothing new
		shows("what says nothing new leaves it", senders[1])
		r.takes(senders[1], report(2, day.AddDays(70), "03", "L2"))
		doses, _ := History(r.folder(person))
		is.Equal(t, "its next message makes it anew", doses[0].Reports[0].Sender, senders[0])
		is.Equal(t, "older", r.allVerified().Older, 0)
	})
}

// sites adds senders, each of a clinic of its own.
func (r *registry) sites(names ...string) (out []iis.SenderID) {
	r.t.Helper()
	r.write(func(tx *store.Tx) error {
		out = nil
		for _, name := range names {
			s, err := tx.EnsureSender(name, name, r.s.Now())
			if err != nil {
				return err
			}
			out = append(out, s.ID)
		}
		return nil
	})
	return out
}

// becomes has the site of a sender become one of another kind.
func (r *registry) becomes(facility string, kind iis.OrganizationKind) {
	r.t.Helper()
	r.write(func(tx *store.Tx) error {
		s, err := tx.SenderByFacility(facility)
		if err != nil {
			return err
		}
		o, err := tx.OrganizationOf(s.ID)
		if err != nil {
			return err
		}
		o.Kind, o.Changed = kind, time.Now()
		return tx.PutOrganization(o)
	})
}
