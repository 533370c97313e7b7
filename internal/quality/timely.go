package quality

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// BirthDays is how many days after the birth a dose counts as a birth dose: those that
// are given in the hospital. When a child was named no message tells.
const BirthDays = 3

// Timely is how a sender reported in a month: doses that it gave and first reported in
// it, by the day on which they were given and the day on which they came.
type Timely struct {
	Sender iis.SenderID
	Name   string
	Doses  int64 // reported for the first time
	InTime int64 // of them, within the days of the state; 0 when it sets none
	Births int64 // of Doses, birth doses
	// BirthsInTime are those within the days for birth doses.
	BirthsInTime int64
	Informed     int64 // how often somebody was informed of the registry in the month
}

// Share is how many of the doses were in time, in words.
func (t Timely) Share() string {
	if t.Doses == 0 {
		return ""
	}
	return InPercent(100 * float64(t.InTime) / float64(t.Doses))
}

// TimelyPage is a part of the report, by the names of senders.
type TimelyPage struct {
	From, To  cal.Date // the month
	Lines     []Timely
	Next      string    // behind which sender the next part begins; "" when this is the last
	CountedTo time.Time // what came later is not in the figures yet; zero: nothing was counted
}

// timelyAtOnce is how many senders a part of the report has: each has at most 31 rows.
const timelyAtOnce = 50

// Month is the month of a day, both ends included.
func Month(of cal.Date) (from, to cal.Date) {
	y, m, _ := of.YMD()
	from = cal.Of(y, m, 1)
	return from, from.AddMonths(1).AddDays(-1)
}

// Timeliness is how those within a scope reported in the month of a day, by a state's
// law, behind a place that a page named. Nobody's data is in it: nothing is audited.
func (d *Desk) Timeliness(ctx context.Context, scope iis.Scope, law *policy.Reporting, month cal.Date, after string) (*TimelyPage, error) {
	p := &TimelyPage{}
	p.From, p.To = Month(month)
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		p.Lines, p.Next = nil, ""
		profiles, err := tx.SenderProfiles()
		if err != nil {
			return err
		}
		senders := inScope(profiles, scope, after)
		if len(senders) > timelyAtOnce {
			senders = senders[:timelyAtOnce]
			p.Next = senders[timelyAtOnce-1].ID.Public()
		}
		ids := make([]iis.SenderID, len(senders))
		for i := range senders {
			ids[i] = senders[i].ID
		}
		days, err := tx.SenderDaysOf(p.From, p.To, ids...)
		if err != nil {
			return err
		}
		informed, err := tx.CountInformed(p.From, p.To, ids...)
		if err != nil {
			return err
		}
		for i := range senders {
			line := timelyOf(law, days[senders[i].ID])
			line.Sender, line.Name, line.Informed = senders[i].ID, senders[i].Name, informed[senders[i].ID]
			p.Lines = append(p.Lines, line)
		}
		p.CountedTo, err = tx.CountedTo()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read how doses were reported in time: %w", err)
	}
	return p, nil
}

// inScope are the senders of a scope by their names, behind one of them.
func inScope(all []store.SenderProfile, scope iis.Scope, after string) []store.SenderProfile {
	var out []store.SenderProfile
	for _, p := range all {
		if scope.Has(p.ID) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b store.SenderProfile) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	if id, ok := iis.ParseSenderID(after); ok {
		if i := slices.IndexFunc(out, func(p store.SenderProfile) bool { return p.ID == id }); i >= 0 {
			out = out[i+1:]
		}
	}
	return out
}

// timelyOf adds days up. A dose given on day D is within 72 hours if it came by the end
// of day D+3: days are known of all doses, hours of few, so up to a day is granted.
func timelyOf(law *policy.Reporting, days []store.SenderDay) (t Timely) {
	most, birth := -1, -1
	if law != nil {
		most = policy.Days(law.Hours)
		birth = policy.Days(cmp.Or(law.Newborn, law.Hours))
	}
	for i := range days {
		for delay, n := range days[i].Delays {
			t.Doses += n
			births := days[i].Births[delay]
			t.Births += births
			if delay <= birth {
				t.BirthsInTime += births
				t.InTime += births
			}
			if delay <= most {
				t.InTime += n - births
			}
		}
	}
	return t
}
