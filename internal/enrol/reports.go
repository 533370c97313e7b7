package enrol

import (
	"context"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
)

// SetReports says how a site reports: what its checklist, its plan to inform patients and its
// letters go by from now on.
func (d *Desk) SetReports(ctx context.Context, by iis.Actor, id iis.OrganizationID, how string) error {
	return d.changing(ctx, "say how a site reports", by, "how the site reports was said", func(c *change) error {
		was, err := c.find(id, time.Time{})
		switch {
		case err != nil:
			return err
		case reportingWords(how) == "":
			return fault.New(fault.Invalid, "How the site reports: choose one. Nothing was changed.")
		case !was.Kind.IsSite() || was.Kind == iis.KindVitalRecords:
			return fault.New(fault.Conflict, "Only of a site it is said how it reports. Nothing was changed.")
		case was.Reports == how:
			return fault.New(fault.Conflict, "That is how it reports already. Nothing was changed.")
		}
		o := *was
		o.Reports = how
		return c.put(*was, &o, iis.OrganizationChanged, 0)
	})
}

// ReportsBy is how the site reports: as somebody has said of it last, or its application; "" when
// nobody has.
func (c *Checklist) ReportsBy() string {
	if c.Reports != "" {
		return c.Reports
	}
	if n := len(c.Applied); n > 0 {
		return c.Applied[n-1].Says.Reports
	}
	return ""
}

// ReportsWords is ReportsBy in words; "" when nobody has said it.
func (c *Checklist) ReportsWords() string { return reportingWords(c.ReportsBy()) }

// BeginTests has a site that is trained send its test messages: its status. It stops and
// begins nothing else.
func (d *Desk) BeginTests(ctx context.Context, by Reviewer, id iis.OrganizationID) error {
	return d.changing(ctx, "begin tests", by.Actor, "it sends its test messages", func(c *change) error {
		was := c.at[id]
		if was == nil || !by.sees(c.place(was).Code) {
			return errNone
		}
		if was.Status != iis.StatusTraining && was.Status != iis.StatusEnrolling {
			return fault.New(fault.Conflict, "What is %s does not begin to test: it enrolls or trains before. Nothing was changed.", was.Status)
		}
		o := *was
		o.Status = iis.StatusTesting
		return c.put(*was, &o, iis.OrganizationMoved, 0)
	})
}

// Redate corrects the day from which a live site sends for real, of its senders that have the day
// that is corrected. What came before the other day is history, and what came since
// is not: of what is on record already, too.
func (d *Desk) Redate(ctx context.Context, by Reviewer, id iis.OrganizationID, day cal.Date, why string) error {
	return d.changing(ctx, "correct the day of go-live", by.Actor, why, func(c *change) error {
		was := c.at[id]
		if was == nil || !by.sees(c.place(was).Code) {
			return errNone
		}
		if was.Status != iis.StatusLive {
			return fault.New(fault.Conflict, "It is not live: there is no day to correct. Nothing was changed.")
		}
		list, err := d.checklist(c.tx, c.law, id)
		if err != nil {
			return err
		}
		if day == cal.None || !dayOfGoLive(day, cal.On(c.now)) {
			return errDayOfGoLive
		}
		if day == list.GoLive {
			return fault.New(fault.Conflict, "It is that day already. Nothing was changed.")
		}
		for _, s := range list.Senders {
			p, err := c.tx.SenderProfile(s.ID)
			if err != nil {
				return err
			}
			if p.GoLive != list.GoLive {
				continue
			}
			if err := c.liveFrom(s, day); err != nil {
				return err
			}
		}
		g := iis.GoLive{Organization: id, At: c.now, By: c.by, Day: day, Why: c.why}
		if len(list.GoLives) > 0 {
			g.Items, g.Override = list.GoLives[0].Items, list.GoLives[0].Override
		}
		return c.tx.AddGoLive(&g)
	})
}

var errDayOfGoLive = fault.New(fault.Invalid, "The day of go-live is today, within the last year or the next 90 days. Nothing was changed.")

// dayOfGoLive reports a day on which a site may go live.
func dayOfGoLive(day, today cal.Date) bool {
	return day <= today.AddDays(90) && day >= today.AddDays(-365)
}
