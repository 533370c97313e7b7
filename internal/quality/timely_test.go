package quality

import (
	"context"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/store"
)

func TestDosesAreInTimeByTheDaysOfTheLaw(t *testing.T) {
	day := func(delays, births map[int]int64) store.SenderDay {
		return store.SenderDay{DayDetail: store.DayDetail{Delays: delays, Births: births}}
	}
	days := []store.SenderDay{
		day(map[int]int64{0: 5, 3: 4, 4: 3}, map[int]int64{0: 2, 3: 1}),
		day(map[int]int64{1: 10, 366: 1}, nil),
	}
	ma := &policy.Reporting{Hours: 72, Newborn: 24}
	// 5+4+10 within three days, without the birth dose of three days later
	is.Equal(t, "Massachusetts", timelyOf(ma, days), Timely{Doses: 23, InTime: 18, Births: 3, BirthsInTime: 2})
	is.Equal(t, "a week", timelyOf(&policy.Reporting{Hours: 168}, days), Timely{Doses: 23, InTime: 22, Births: 3, BirthsInTime: 3})
	is.Equal(t, "no law", timelyOf(nil, days), Timely{Doses: 23, Births: 3})
	is.Equal(t, "share", Timely{Doses: 4, InTime: 3}.Share(), "75%")
	from, to := Month(cal.Of(2024, 2, 17))
	is.Equal(t, "month", []cal.Date{from, to}, []cal.Date{cal.Of(2024, 2, 1), cal.Of(2024, 2, 29)})
}

func TestTheReportCountsFirstReportsAndInformingBySenderAndScope(t *testing.T) {
	each(t, func(w *world) {
		today := cal.On(time.Now())
		newborn := "PID|1||A4^^^OAK^MR||Fern^Rowan^^^^^L|||F"
		newborn = strings.Replace(newborn, "|||F", "||"+today.AddDays(-1).Compact()+"|F", 1)
		w.sends(w.oak, juniper, dose("1", 0, "00"), dose("2", 40, "00"), dose("3", 400, "01"))
		w.sends(w.oak, newborn, dose("4", 1, "00"))
		w.sends(w.elm, rowan)
		w.counts()
		one := iis.Informed{Person: 1, ID: 1, Sender: w.oak.ID, By: 1, Day: today, How: []string{"discussed"}, Language: "eng", At: time.Now()}
		is.NoError(t, "inform", w.store.Write(context.Background(), func(tx *store.Tx) error {
			for _, change := range []func(){func() {}, func() { one.ID = 2 }, func() { one.ID, one.Day = 3, today.AddDays(-70) }} {
				change()
				if err := tx.AddInformed(&one); err != nil {
					return err
				}
			}
			return tx.WithdrawInformed(1, 2, 1, "wrong", time.Now())
		}))
		law := &policy.Reporting{Hours: 72, Newborn: 24}
		p, err := w.desk.Timeliness(context.Background(), iis.Scope{Everyone: true}, law, today, "")
		is.NoError(t, "report", err)
		is.Equal(t, "lines", p.Lines, []Timely{
			{Sender: w.elm.ID, Name: "Elm Square"},
			{Sender: w.oak.ID, Name: "Oak Street Clinic", Doses: 3, InTime: 2, Births: 1, BirthsInTime: 1, Informed: 1},
		})
		is.Equal(t, "all of it", p.Next, "")
		own, err := w.desk.Timeliness(context.Background(), iis.Scope{Sender: w.elm.ID}, law, today, "")
		is.NoError(t, "report", err)
		is.Equal(t, "one's own only", own.Lines, p.Lines[:1])
		behind, err := w.desk.Timeliness(context.Background(), iis.Scope{Everyone: true}, law, today, w.elm.ID.Public())
		is.NoError(t, "report", err)
		is.Equal(t, "behind a sender", behind.Lines, p.Lines[1:])
		before, err := w.desk.Timeliness(context.Background(), iis.Scope{Sender: w.oak.ID}, law, today.AddMonths(-6), "")
		is.NoError(t, "report", err)
		is.Equal(t, "another month", before.Lines[0].Doses, int64(0))
		nobody, err := w.desk.Timeliness(context.Background(), iis.Scope{}, law, today, "")
		is.NoError(t, "report", err)
		is.Equal(t, "of nobody", len(nobody.Lines), 0)
	})
}

// The law is about a provider: a clinic with two record systems has one line, and each system's
// share stands below it.
func TestTheReportIsOfASiteWithAllItsSenders(t *testing.T) {
	each(t, func(w *world) {
		var ward iis.Sender
		is.NoError(t, "a ward", w.store.Write(context.Background(), func(tx *store.Tx) error {
			site, err := tx.OrganizationOf(w.oak.ID)
			if err != nil {
				return err
			}
			of := iis.Organization{Kind: iis.KindDepartment, Name: "Pediatrics", Parent: site.ID, Status: iis.StatusLive, Created: w.store.Now(), Changed: w.store.Now()}
			if err := tx.AddOrganization(&of); err != nil {
				return err
			}
			if ward, err = tx.EnsureSender("OAKPED", "A ward of Oak Street", w.store.Now()); err != nil {
				return err
			}
			return tx.PutSenderPlace(ward.ID, of.ID)
		}))
		w.sends(w.oak, juniper, dose("1", 0, "00"), dose("2", 10, "00"))
		w.sends(ward, strings.ReplaceAll(rowan, "OAK", "OAKPED"), dose("3", 1, "00"))
		w.counts()
		law, today := &policy.Reporting{Hours: 72}, cal.On(time.Now())
		p, err := w.desk.Timeliness(context.Background(), iis.Scope{Everyone: true}, law, today, "")
		is.NoError(t, "report", err)
		is.Equal(t, "lines", p.Lines, []Timely{
			{Sender: w.elm.ID, Name: "Elm Square"},
			{Sender: ward.ID, Name: "Oak Street Clinic", Doses: 3, InTime: 2, Senders: []Timely{
				{Sender: ward.ID, Name: "A ward of Oak Street", Doses: 1, InTime: 1},
				{Sender: w.oak.ID, Name: "Oak Street Clinic", Doses: 2, InTime: 1},
			}},
		})
		for _, after := range []iis.SenderID{w.oak.ID, ward.ID} {
			behind, err := w.desk.Timeliness(context.Background(), iis.Scope{Everyone: true}, law, today, after.Public())
			is.NoError(t, "report", err)
			is.Equal(t, "nothing is behind the last site, whichever of its senders is named", len(behind.Lines), 0)
		}
		alone, err := w.desk.Timeliness(context.Background(), iis.Scope{Sender: ward.ID}, law, today, "")
		is.NoError(t, "report", err)
		is.Equal(t, "one sender alone, where no more may be seen", alone.Lines, p.Lines[1].Senders[:1])
	})
}
