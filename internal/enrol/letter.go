package enrol

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Letters that are made from a site's figures, by the codes of their files.
const (
	letterIntent     = "registration-of-intent"
	letterEngagement = "active-engagement"
)

// letterDays is over how many days a letter counts: a reporting period of the programme
// has at least so many.
const letterDays = 90

// Letter is a letter that a site can have.
type Letter struct {
	Code, Title, Purpose string
	Not                  string // why it cannot be had; "" when it can
}

// Letters are those that there are for a site.
func (d *Desk) Letters(ctx context.Context, id iis.OrganizationID) ([]Letter, error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	set, err := law.Letters()
	if err != nil {
		return nil, err
	}
	c, err := d.Checklist(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []Letter
	for _, f := range set.Forms {
		l := Letter{Code: f.Code, Title: f.Title(""), Purpose: f.Purpose("")}
		if _, err := d.figures(ctx, c, f.Code); err != nil {
			l.Not = fault.Public(err)
			if fault.KindOf(err) != fault.Conflict {
				return nil, err
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// Letter is a letter for a site, filled in from its figures; fault.Conflict says why the
// site cannot have it. It is audited.
func (d *Desk) Letter(ctx context.Context, by iis.Actor, id iis.OrganizationID, code string) (*form.Document, error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	set, err := law.Letters()
	if err != nil {
		return nil, err
	}
	f := set.Form(code)
	if f == nil {
		return nil, fault.New(fault.NotFound, "There is no such letter.")
	}
	c, err := d.Checklist(ctx, id)
	if err != nil {
		return nil, err
	}
	answers, err := d.figures(ctx, c, code)
	if err != nil {
		return nil, err
	}
	var values form.Values
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		t, err := readTree(tx, law)
		if err == nil {
			values = t.values(t.at[id])
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make a letter: %w", err)
	}
	now := d.now()
	p := Paper{Form: f, Values: valuesOf(values, nil, cal.On(now))}
	doc := p.Blank(answers)
	return doc, d.store.AuditRead(store.Audit{At: now, Actor: by, Act: "make a letter", Subject: int64(id), Written: []byte(code + "\n" + doc.Digest())})
}

// registered is the day on which a site has told that it will report, and how; None when
// it never did.
func (c *Checklist) registered() (day cal.Date, how string) {
	for _, a := range c.Applied {
		if !a.Submitted.IsZero() && (day == cal.None || cal.On(a.Submitted) < day) {
			day = cal.On(a.Submitted)
		}
	}
	how = c.ReportsWords()
	if day == cal.None && c.GoLive != cal.None {
		return c.GoLive, cmp.Or(how, "As it has since it went live")
	}
	return day, how
}

// figures are the answers of a letter.
func (d *Desk) figures(ctx context.Context, c *Checklist, code string) (form.Answers, error) {
	switch c.ReportsBy() {
	case iis.ReportsHand:
		return nil, fault.New(fault.Conflict, "The site enters vaccinations on these pages: the letter is of data that a record system submits.")
	case iis.ReportsNothing:
		return nil, fault.New(fault.Conflict, "The site reports nothing.")
	}
	day, how := c.registered()
	if day == cal.None {
		return nil, fault.New(fault.Conflict, "The site has not registered its intent here: it has neither applied nor gone live.")
	}
	a := form.Answers{"number": {c.ID.Public()}, "registered": {dayWords(day)}}
	switch code {
	case letterIntent:
		a["how"], a["status"] = []string{how}, []string{c.Status.Words()}
		return a, nil
	case letterEngagement:
		return d.engagement(ctx, c, a)
	}
	return nil, fault.New(fault.NotFound, "There is no such letter.")
}

// engagement adds the level of active engagement, with the figures on which it rests.
func (d *Desk) engagement(ctx context.Context, c *Checklist, a form.Answers) (form.Answers, error) {
	today := cal.On(d.now())
	from := today.AddDays(1 - letterDays)
	var sum store.Sums
	last, produced := cal.None, int64(0) // of which something was stored since it went live
	err := d.store.Read(ctx, func(tx *store.Tx) error {
		sum, last, produced = store.Sums{}, cal.None, 0
		for _, s := range c.Senders {
			days, err := tx.SenderDays(s.ID, from, today)
			if err != nil {
				return err
			}
			for _, day := range days {
				sum.Add(day.Sums)
				if c.GoLive != cal.None && day.Day >= c.GoLive {
					produced += day.Accepted + day.Doubted - day.Tests.Have
				}
				if day.Messages() > 0 {
					last = max(last, day.Day)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count what a site has sent: %w", err)
	}
	if sum.Messages() == 0 {
		return nil, fault.New(fault.Conflict, "Nothing came from the site in the last %d days: there is nothing to attest.", letterDays)
	}
	option, live := "Option 1: pre-production and validation", "not yet"
	if c.GoLive != cal.None && c.GoLive <= today && c.Status == iis.StatusLive {
		live = dayWords(c.GoLive)
		if produced > 0 {
			option = "Option 2: validated data production"
		}
	}
	a["option"], a["live"] = []string{option}, []string{live}
	a["period"] = []string{dayWords(from) + " to " + dayWords(today)}
	a["messages"], a["stored"] = []string{strconv.FormatInt(sum.Messages(), 10)}, []string{strconv.FormatInt(sum.Accepted+sum.Doubted, 10)}
	a["last"] = []string{dayWords(last)}
	return a, nil
}

func dayWords(d cal.Date) string { return form.DayWords("eng", d) }
