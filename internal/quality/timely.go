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

// Timely is how a site reported in a month: doses that it gave and first reported in it, by
// the day on which they were given and the day on which they came.
type Timely struct {
	Sender iis.SenderID // of a site with several, the first of them
	Name   string       // of the sender; of a site with several, its own
	Doses  int64        // reported for the first time
	InTime int64        // of them, within the days of the state; 0 when it sets none
	Births int64        // of Doses, birth doses
	// BirthsInTime are those within the days for birth doses.
	BirthsInTime int64
	Informed     int64 // how often somebody was informed of the registry in the month
	// Senders are those of a site with several, each with its own share of the figures.
	Senders []Timely
}

// add adds what a sender of the site did.
func (t *Timely) add(of Timely) {
	t.Doses += of.Doses
	t.InTime += of.InTime
	t.Births += of.Births
	t.BirthsInTime += of.BirthsInTime
	t.Informed += of.Informed
	t.Senders = append(t.Senders, of)
}

// Share is how many of the doses were in time, in words.
func (t Timely) Share() string {
	if t.Doses == 0 {
		return ""
	}
	return InPercent(100 * float64(t.InTime) / float64(t.Doses))
}

// TimelyPage is a part of the report, by the names of sites: the law is about a provider, not
// about its systems (docs/adr/0040-a-site-is-all-its-senders.md).
type TimelyPage struct {
	From, To  cal.Date // the month
	Lines     []Timely
	Next      string    // behind which line's sender the next part begins; "" when this is the last
	CountedTo time.Time // what came later is not in the figures yet; zero: nothing was counted
}

// timelyAtOnce is how many sites a part of the report has: each sender has at most 31 rows.
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
		homes, err := tx.Homes()
		if err != nil {
			return err
		}
		sites := sitesIn(profiles, homes, scope, after)
		if len(sites) > timelyAtOnce {
			sites = sites[:timelyAtOnce]
			p.Next = sites[timelyAtOnce-1].senders[0].ID.Public()
		}
		var ids []iis.SenderID
		for _, s := range sites {
			for i := range s.senders {
				ids = append(ids, s.senders[i].ID)
			}
		}
		days, err := tx.SenderDaysOf(p.From, p.To, ids...)
		if err != nil {
			return err
		}
		informed, err := tx.CountInformed(p.From, p.To, ids...)
		if err != nil {
			return err
		}
		of := func(s *store.SenderProfile) Timely {
			t := timelyOf(law, days[s.ID])
			t.Sender, t.Name, t.Informed = s.ID, s.Name, informed[s.ID]
			return t
		}
		for _, s := range sites {
			line := of(&s.senders[0])
			if len(s.senders) > 1 {
				line = Timely{Sender: line.Sender, Name: s.name}
				for i := range s.senders {
					line.add(of(&s.senders[i]))
				}
			}
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

// reporting is a site as the report tells of it: its senders, by their names.
type reporting struct {
	name    string
	senders []store.SenderProfile
}

// sitesIn are the sites of a scope by their names, behind the one of which a sender is.
func sitesIn(all []store.SenderProfile, homes map[iis.SenderID]*iis.Home, scope iis.Scope, after string) []reporting {
	homeOf := map[iis.SenderID]*iis.Home{} // also of those that do not take part any more
	for _, h := range homes {
		for _, id := range h.Senders {
			homeOf[id] = h
		}
	}
	var out []reporting
	at := map[*iis.Home]int{}
	for _, p := range all {
		if !scope.Has(p.ID) {
			continue
		}
		h := homeOf[p.ID]
		i, met := at[h]
		if h == nil || !met {
			i = len(out)
			out = append(out, reporting{name: p.Name})
			if h != nil {
				at[h], out[i].name = i, h.Name
			}
		}
		out[i].senders = append(out[i].senders, p)
	}
	for i := range out {
		slices.SortFunc(out[i].senders, func(a, b store.SenderProfile) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
	}
	slices.SortFunc(out, func(a, b reporting) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.senders[0].ID, b.senders[0].ID))
	})
	if id, ok := iis.ParseSenderID(after); ok {
		is := func(p store.SenderProfile) bool { return p.ID == id }
		if i := slices.IndexFunc(out, func(r reporting) bool { return slices.ContainsFunc(r.senders, is) }); i >= 0 {
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
