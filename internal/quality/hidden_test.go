package quality

import (
	"context"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// What a site reads of its figures is of what it sent itself: of somebody whose record is hidden
// from it, as of somebody whom nobody else knows.
func TestFiguresOfASiteTellNothingOfWhoIsHiddenFromIt(t *testing.T) {
	each(t, func(w *world) {
		var fir iis.Sender
		is.NoError(t, "sender", w.store.Write(context.Background(), func(tx *store.Tx) (err error) {
			fir, err = tx.PutSender(iis.Sender{Facility: "FIR", Name: "Fir Lane"}, "fir", "-", time.Now())
			return err
		}))
		stranger := "PID|1||A1^^^OAK^MR||Sedgewick^Thistle^^^^^L|Reed^Ivy^^^^^M|20230405|F||2106-3^White^CDCREC|9 Mill Lane^^Salem^MA^01970^USA^H||^PRN^PH^^^978^5550199"
		w.sends(w.elm, juniper, "PD1||||||||||||Y|20260101", dose("9", 3, "00"))
		w.sends(w.oak, juniper, dose("1", 3, "00")) // the same shot of a record that is hidden from Oak
		w.sends(fir, stranger, dose("1", 3, "00"))  // of somebody whom nobody else knows
		w.counts()
		today := cal.On(time.Now())
		law := &policy.Reporting{Hours: 168}
		figures := func(s iis.Sender) (Timely, store.Sums) {
			p, err := w.desk.Timeliness(context.Background(), iis.Scope{Sender: s.ID}, law, today, "")
			is.NoError(t, "report", err)
			is.Equal(t, "its own line alone", len(p.Lines), 1)
			line := p.Lines[0]
			line.Sender, line.Name = 0, ""
			return line, w.sender(s.ID).Now.Sums
		}
		oak, oakSums := figures(w.oak)
		other, otherSums := figures(fir)
		is.Equal(t, "in time", oak, other)
		is.Equal(t, "quality", oakSums, otherSums)
		is.Equal(t, "it counts what the site sent", oak.Doses, int64(1))
		everyone, err := w.desk.Timeliness(context.Background(), iis.Scope{Everyone: true}, law, today, "")
		is.NoError(t, "report", err)
		total := int64(0)
		for _, l := range everyone.Lines {
			total += l.Doses
		}
		is.Equal(t, "the programme counts everyone, also who is hidden", total, int64(3))
	})
}
