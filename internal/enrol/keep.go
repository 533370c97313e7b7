package enrol

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/fold"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// change is one change of the map, in its transaction.
type change struct {
	*tree
	tx  *store.Tx
	by  iis.Actor
	why string
	now time.Time
}

// changing does one change, while nobody else changes organizations.
func (d *Desk) changing(ctx context.Context, what string, by iis.Actor, why string, do func(*change) error) error {
	why, err := reason(why)
	if err != nil {
		return err
	}
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockOrganizations(); err != nil {
			return err
		}
		t, err := readTree(tx, law)
		if err != nil {
			return err
		}
		return do(&change{t, tx, by, why, d.now()})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// find is an organization that is to be changed, as whoever changes it saw it: at seen,
// or at any time when that is zero.
func (c *change) find(id iis.OrganizationID, seen time.Time) (*iis.Organization, error) {
	o := c.at[id]
	switch {
	case o == nil:
		return nil, errNone
	case !seen.IsZero() && !o.Changed.Equal(seen):
		return nil, fault.New(fault.Conflict, "Somebody else changed %s meanwhile. Nothing of yours was stored: look at what it is now, and do it again.", o.Name)
	}
	return o, nil
}

// said keeps what was done to an organization.
func (c *change) said(to iis.OrganizationID, act iis.OrganizationAct, other iis.OrganizationID, fields ...iis.FieldChange) error {
	return c.tx.AddOrganizationChange(&iis.OrganizationChange{
		Organization: to, At: c.now, By: c.by, Act: act, Why: c.why, Other: other, Fields: fields,
	})
}

// put stores what an organization has become, with what that was before.
func (c *change) put(was iis.Organization, o *iis.Organization, act iis.OrganizationAct, other iis.OrganizationID) error {
	switch {
	case o.Open():
		o.ClosedFrom = ""
	case was.Open():
		o.ClosedFrom = was.Status
	}
	fields := c.differ(&was, o)
	o.Changed = c.now
	if err := c.tx.PutOrganization(o); err != nil {
		return err
	}
	return c.said(o.ID, act, other, fields...)
}

// Add adds an organization and returns it with its number. Without a status it enrols;
// the state and its regions are live at once. Faults: Invalid or Conflict, with what
// cannot be.
func (d *Desk) Add(ctx context.Context, by iis.Actor, o iis.Organization, why string) (iis.Organization, error) {
	err := d.changing(ctx, "add an organization", by, cmp.Or(strings.TrimSpace(why), "it is new"), func(c *change) error {
		o.ID, o.MergedInto, o.Closed, o.Created, o.Changed = 0, 0, cal.None, c.now, c.now
		if o.Status == "" {
			o.Status = iis.StatusEnrolling
			if levelOf(o.Kind) < ofBody {
				o.Status = iis.StatusLive
			}
		}
		if o.Status.Words() == "" || !o.Open() {
			return fault.New(fault.Invalid, "A new organization is %s, and not %s. Nothing was changed.", list(iis.OrganizationStatuses[:4]), o.Status)
		}
		if err := clean(&o, &iis.Organization{}, c.law); err != nil {
			return err
		}
		if err := c.fits(&o); err != nil {
			return err
		}
		if err := c.tx.AddOrganization(&o); err != nil {
			return err
		}
		if err := c.signsFirst(&o); err != nil {
			return err
		}
		return c.said(o.ID, iis.OrganizationAdded, 0, c.differ(&iis.Organization{}, &o)...)
	})
	return o, err
}

// signsFirst holds a site that somebody of the programme adds, where the state has sites enrol, to its
// forms, as one that has applied: nobody of it has access before they are signed. What an operator adds
// by command is in their hands, and is asked to sign as sites of before are. An office that sends
// certificates signs nothing.
func (c *change) signsFirst(o *iis.Organization) error {
	if c.law.Enrolment == nil || c.by.Kind != "user" || !o.Kind.IsSite() || o.Kind == iis.KindVitalRecords {
		return nil
	}
	list, err := papers(c.law, subject{}, nil, nil, cal.On(c.now))
	if err != nil {
		return err
	}
	for i := range list {
		if err := c.tx.AddExtension(&iis.Extension{Organization: o.ID, Form: list[i].Form.Code, Until: iis.SignedFirst, Why: c.why, At: c.now, By: c.by}); err != nil {
			return err
		}
	}
	return nil
}

// Change gives an organization other facts: edit changes a copy of what it is. Its
// number, its status, and what was merged are not changed by it. seen is when it was
// last changed, as whoever changes it saw it; zero asks nothing. changed is false when
// everything was so already.
func (d *Desk) Change(ctx context.Context, by iis.Actor, id iis.OrganizationID, seen time.Time, edit func(*iis.Organization), why string) (o iis.Organization, changed bool, err error) {
	err = d.changing(ctx, "change an organization", by, why, func(c *change) error {
		was, err := c.find(id, seen)
		if err != nil {
			return err
		}
		o = *was
		edit(&o)
		o.ID, o.Status, o.Closed, o.MergedInto, o.Created, o.Changed = was.ID, was.Status, was.Closed, was.MergedInto, was.Created, was.Changed
		if err := clean(&o, was, c.law); err != nil {
			return err
		}
		if changed = o != *was; !changed {
			return nil
		}
		if err := c.fits(&o); err != nil {
			return err
		}
		var coming comers
		if o.Kind == iis.KindDepartment && was.Parent != o.Parent {
			if coming, err = d.comers(c.tx, c.tree, c.senders[id], id, o.Parent); err != nil {
				return err
			}
		}
		if err := c.put(*was, &o, iis.OrganizationChanged, 0); err != nil {
			return err
		}
		if !was.Kind.IsSite() {
			if err := c.signsFirst(&o); err != nil {
				return err
			}
		}
		return d.welcome(c, coming)
	})
	return o, changed, err
}

// Move gives an organization another status, by the table of moves. on is the day since
// which it is closed, None for today; it is of use for closing alone. Who is merged and
// opened again is itself again, without what went over. Where the state's file says what
// comes before a site goes live, that must be done; GoLive can go without.
func (d *Desk) Move(ctx context.Context, by iis.Actor, id iis.OrganizationID, seen time.Time, to iis.OrganizationStatus, on cal.Date, why string) (o iis.Organization, err error) {
	err = d.changing(ctx, "move an organization", by, why, func(c *change) error {
		was, err := c.find(id, seen)
		if err != nil {
			return err
		}
		if err := mayMove(was.Status, to); err != nil {
			return err
		}
		if gated, err := c.gated(was, to); err != nil {
			return err
		} else if gated {
			o = *was
			o.Status, o.Closed, o.MergedInto = to, cal.None, 0
			return d.goLive(c, was, cal.None, false)
		}
		o = *was
		o.Status, o.Closed, o.MergedInto = to, cal.None, 0
		if to == iis.StatusInactive {
			if o.Closed, err = c.closing(was, on); err != nil {
				return err
			}
			return c.put(*was, &o, iis.OrganizationMoved, was.MergedInto)
		}
		if err := c.fits(&o); err != nil {
			return err
		}
		before, err := c.before(was)
		if err != nil {
			return err
		}
		if err := c.crossInPlace(c.senders[was.ID], before, o.BeforeLive()); err != nil {
			return err
		}
		return c.put(*was, &o, iis.OrganizationMoved, was.MergedInto)
	})
	return o, err
}

// gated reports a move that takes the checklist: a site becomes live that never was, where
// the state's file says what comes before.
func (c *change) gated(was *iis.Organization, to iis.OrganizationStatus) (bool, error) {
	if to != iis.StatusLive || c.law.Enrolment == nil || levelOf(was.Kind) != ofSite || was.Kind == iis.KindVitalRecords {
		return false, nil
	}
	if was.Status != iis.StatusInactive {
		return true, nil
	}
	been, err := c.wasLive(was)
	return !been, err
}

// wasLive reports a site that is live or was at some time.
func (c *change) wasLive(o *iis.Organization) (bool, error) {
	if o.Status == iis.StatusLive {
		return true, nil
	}
	history, err := c.tx.OrganizationChanges(o.ID)
	live := iis.StatusLive.Words()
	for _, h := range history {
		for _, f := range h.Fields {
			if f.Field == "Status" && (f.Was == live || f.Now == live) {
				return true, err
			}
		}
	}
	return false, err
}

// closing is the day on which an organization is closed, or why it cannot be.
func (c *change) closing(o *iis.Organization, on cal.Date) (cal.Date, error) {
	open := 0
	for _, id := range c.children[o.ID] {
		if c.at[id].Open() {
			open++
		}
	}
	today := cal.On(c.now)
	switch {
	case open > 0:
		return 0, fault.New(fault.Conflict, "Still open under it: %s. Close that first, or put it under another. Nothing was changed.", count(open, "organization"))
	case on > today:
		return 0, fault.New(fault.Invalid, "The day of closing is still to come: write today's or one before. Nothing was changed.")
	case on == cal.None:
		return today, nil
	}
	return on, nil
}

// count is a number of things: 1 site, 2 sites.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Give has a sender belong to an organization from now on, by its facility code. It is
// the history of both places. What it sent stays what it was, before go-live or not, and its
// users have some time to sign their own forms for the site to which they come. fault.NotFound when there is no such sender.
func (d *Desk) Give(ctx context.Context, by iis.Actor, id iis.OrganizationID, facility, why string) error {
	return d.changing(ctx, "give a sender to an organization", by, why, func(c *change) error {
		o, err := c.find(id, time.Time{})
		if err != nil {
			return err
		}
		s, err := c.tx.SenderByFacility(fold.Visible(facility))
		if err != nil {
			if fault.KindOf(err) == fault.NotFound {
				err = fault.Wrap(fault.Invalid, err, "There is no sender with this facility code. Nothing was changed.")
			}
			return err
		}
		from := c.houseOf(s.ID)
		switch {
		case from == id:
			return fault.New(fault.Conflict, "The sender %s belongs to it already. Nothing was changed.", s.Facility)
		case !o.Open():
			return fault.New(fault.Conflict, "%s is inactive: open it first. Nothing was changed.", o.Name)
		case !o.Kind.Sends():
			return fault.New(fault.Conflict, "A sender belongs to a site or a department, and %s is %s. Nothing was changed.", o.Name, aKind(o.Kind))
		}
		coming, err := d.comers(c.tx, c.tree, []iis.Sender{s}, from, id)
		if err != nil {
			return err
		}
		before, err := c.before(c.at[from])
		if err != nil {
			return err
		}
		if err := c.cross([]iis.Sender{s}, before, o.BeforeLive()); err != nil {
			return err
		}
		if err := c.give(s, from, id); err != nil {
			return err
		}
		return d.welcome(c, coming)
	})
}

// AddSender gives a site or department one more sender, under a facility code that nobody has: a
// billing system beside its EHR, or a department that sends under a code of its own. It has no
// password yet, which its access administrator makes; of a live site it is live from today, as
// one that comes there. fault.Conflict when the code is taken.
func (d *Desk) AddSender(ctx context.Context, by iis.Actor, id iis.OrganizationID, facility, name, why string) (s iis.Sender, err error) {
	err = d.changing(ctx, "add a sender to an organization", by, why, func(c *change) error {
		o, err := c.find(id, time.Time{})
		name := fold.Visible(name)
		switch {
		case err != nil:
			return err
		case !o.Open():
			return fault.New(fault.Conflict, "%s is inactive: open it first. Nothing was changed.", o.Name)
		case !hasSenders(o.Kind):
			return fault.New(fault.Conflict, "A sender is added to a site or a department that people go to, and %s is %s. Nothing was changed.", o.Name, aKind(o.Kind))
		case name == "" || utf8.RuneCountInString(name) > mostSenderName:
			return fault.New(fault.Invalid, "Name: write what this sender is called, in %d characters at most. Nothing was changed.", mostSenderName)
		}
		if s, err = c.addSender(o, facility, name); err != nil {
			return err
		}
		return c.cross([]iis.Sender{s}, true, o.BeforeLive())
	})
	return s, err
}

// hasSenders reports a kind to which senders of vaccinations are added on pages: a site but an
// office of vital records, or a department.
func hasSenders(k iis.OrganizationKind) bool {
	return k.IsSite() && k != iis.KindVitalRecords || k == iis.KindDepartment
}

// mostSenderName is how long the name of a sender may be, in characters.
const mostSenderName = 200

// houseOf is to whom a sender belongs; 0: to nobody.
func (c *change) houseOf(sender iis.SenderID) iis.OrganizationID {
	for id, senders := range c.senders {
		for _, s := range senders {
			if s.ID == sender {
				return id
			}
		}
	}
	return 0
}

// give moves a sender from one, if it belonged to any, to another.
func (c *change) give(s iis.Sender, from, to iis.OrganizationID) error {
	if err := c.tx.PutSenderPlace(s.ID, to); err != nil {
		return err
	}
	what := s.Facility + " (" + s.Name + ")"
	if from != 0 {
		if err := c.said(from, iis.SenderLeft, to, iis.FieldChange{Field: "Sender", Was: what}); err != nil {
			return err
		}
	}
	return c.said(to, iis.SenderCame, from, iis.FieldChange{Field: "Sender", Now: what})
}
