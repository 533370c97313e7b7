package chart

import (
	"context"
	"slices"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/record"
)

// errNotTheirs is for a dose that another site reported.
var errNotTheirs = fault.New(fault.Denied, "Only the site that reported a dose, or the registry’s staff, say whether it is confidential. Nothing was changed.")

// Confide marks a dose as confidential, or no longer so: it is not on what families print.
// The site that reported it may, and the programme. What is so already stays so.
func (d *Desk) Confide(ctx context.Context, by Teller, id iis.PersonID, dose iis.DoseID, confidential bool) error {
	if err := by.Speaks(); err != nil {
		return err
	}
	r, err := d.read(ctx, by.Actor, id, actForm)
	if err != nil {
		return err
	}
	doses, _ := record.History(r.folder)
	at := slices.IndexFunc(doses, func(s record.Shown) bool { return s.ID == dose })
	if at < 0 {
		return fault.New(fault.NotFound, "This dose is not in the record by itself (any more). Open the record again.")
	}
	report := mine(by, &doses[at])
	if report == nil {
		return errNotTheirs
	}
	if record.MarkedConfidential(r.folder, &doses[at]) == confidential {
		return nil
	}
	c := iis.Choice{Kind: iis.Discloses, From: cal.On(d.now()), By: by.Actor.User, Dose: report.Origin}
	var form iis.Form
	form.Add("Form", "Confidential dose")
	form.Add("Record", id.Public())
	form.Add("What", r.inShort(&report.Dose))
	form.Add("First day", report.Dose.Date.String())
	if form.Add("Confidential", "No"); confidential {
		c.Kind = iis.Confides
		form.Fields[len(form.Fields)-1].Value = "Yes"
	}
	return d.choose(ctx, by, id, form, record.Arrival{Choice: &c})
}

// mine is a report of a dose about which a teller speaks; nil when there is none.
func mine(by Teller, s *record.Shown) *iis.SourceDose {
	for _, report := range s.Reports {
		if by.May(report.Sender) {
			return report
		}
	}
	return nil
}

// markConfidential marks what is forecast of the vaccine groups of what is confidential.
func (r *Record) markConfidential(told []string) {
	r.Outlook.Confidential = len(told) > 0
	for _, list := range [][]Next{r.Outlook.Next, r.Outlook.Rest} {
		for i := range list {
			list[i].Confidential = slices.Contains(told, list[i].Group)
		}
	}
}

// forFamily is the record without what is confidential: the doses, as if nobody had reported them, and
// what is forecast of their vaccine groups, which would tell of them.
func (r *reading) forFamily() *Record {
	of := *r
	var hidden []record.Shown
	if of.folder, hidden = r.d.keeper.WithoutConfidential(r.law, r.folder); len(hidden) == 0 {
		return r.record()
	}
	out := of.record()
	var groups []string
	for _, s := range hidden {
		groups = append(groups, r.dose(s).Groups...)
	}
	tells := func(n Next) bool { return slices.Contains(groups, n.Group) }
	out.Outlook.Next, out.Outlook.Rest = slices.DeleteFunc(out.Outlook.Next, tells), slices.DeleteFunc(out.Outlook.Rest, tells)
	out.Outlook.Problems = nil // that there are none of a group may tell of it
	return out
}
