package enrol

import (
	"context"
	"fmt"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// Plan is what a merge will do.
type Plan struct {
	From, Into iis.Organization
	Senders    []iis.Sender       // that will belong to Into
	Children   []iis.Organization // that will be under Into
	Users      int                // who belong to those senders, and go with them
	// Dated are those of Senders that go from a site that is not live to one that is, and have no
	// day of going live: they are given today, and what they sent stays before it.
	Dated []iis.Sender
	// Sign is until when users who go over have to sign their own forms for Into; None: they need
	// not.
	Sign cal.Date
	// Plan says that Into has no plan to inform patients, and takes over that of From.
	Plan bool

	coming comers
}

// PlanMerge tells what merging one organization into another would do, or why it cannot
// be done: fault.NotFound, fault.Invalid or fault.Conflict.
func (d *Desk) PlanMerge(ctx context.Context, from, into iis.OrganizationID) (p *Plan, err error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		t, err := readTree(tx, law)
		if err != nil {
			return err
		}
		if p, err = d.plan(&change{tree: t, tx: tx, now: d.now()}, from, into); err != nil {
			return err
		}
		users, err := tx.UsersOf()
		for _, s := range p.Senders {
			p.Users += users[s.ID]
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("plan a merge: %w", err)
	}
	return p, nil
}

// plan is a merge that may be.
func (t *tree) plan(from, into iis.OrganizationID) (*Plan, error) {
	a, b := t.at[from], t.at[into]
	if a == nil || b == nil {
		return nil, errNone
	}
	if err := t.mayMerge(a, b); err != nil {
		return nil, err
	}
	p := &Plan{From: *a, Into: *b, Senders: t.senders[from]}
	for _, id := range t.children[from] {
		p.Children = append(p.Children, *t.at[id])
	}
	return p, nil
}

// plan is a merge that may be, with what it does to whoever comes over.
func (d *Desk) plan(c *change, from, into iis.OrganizationID) (*Plan, error) {
	p, err := c.plan(from, into)
	if err != nil {
		return nil, err
	}
	if p.Dated, err = c.crossing(p.Senders, p.From.BeforeLive(), p.Into.BeforeLive()); err != nil {
		return nil, err
	}
	if !p.Into.Kind.IsSite() && p.Into.Kind != iis.KindDepartment {
		return p, nil
	}
	if p.coming, err = d.comers(c.tx, c.tree, c.ofSite(from), from, into); err != nil {
		return nil, err
	}
	if p.coming.to != nil {
		s, err := d.standing(c.tx, c.law, p.coming.to.ID)
		if err != nil {
			return nil, err
		}
		if s.Held {
			p.Sign = cal.On(c.now).AddDays(graceDays)
		}
	}
	theirs, err := c.tx.InformingPlans(from)
	if err != nil || len(theirs) == 0 {
		return p, err
	}
	own, err := c.tx.InformingPlans(into)
	p.Plan = len(own) == 0
	return p, err
}

// mayMerge tells why one cannot be merged into another.
func (t *tree) mayMerge(a, b *iis.Organization) error {
	for _, o := range []*iis.Organization{a, b} {
		if !o.Open() {
			return fault.New(fault.Conflict, "%s is inactive, and what is inactive is not merged. Nothing was changed.", o.Name)
		}
	}
	switch {
	case a.ID == b.ID:
		return fault.New(fault.Invalid, "An organization cannot be merged into itself. Nothing was changed.")
	case a.Kind == iis.KindState:
		return fault.New(fault.Conflict, "The state is not merged. Nothing was changed.")
	case levelOf(a.Kind) != levelOf(b.Kind):
		return fault.New(fault.Conflict, "%s cannot be merged into %s: sites go into sites, departments into departments, organizations into organizations. Nothing was changed.", upper(aKind(a.Kind)), aKind(b.Kind))
	case (a.Kind == iis.KindVitalRecords) != (b.Kind == iis.KindVitalRecords):
		return fault.New(fault.Conflict, "An office of vital records is merged with none but another. Nothing was changed.")
	case slices.Contains(t.above(b), a.ID):
		return fault.New(fault.Conflict, "%s is under %s: put it elsewhere first. Nothing was changed.", b.Name, a.Name)
	}
	return nil
}

// Merge merges one organization into another: its senders, with the users who belong to
// them, what is under it, and its roster go over, it becomes inactive, and its number leads to
// the other from now on. What its senders sent stays what it was, before go-live or not; its
// users have some time to sign their own forms for the other. seen is when each was last changed, as in Change.
func (d *Desk) Merge(ctx context.Context, by iis.Actor, from, into iis.OrganizationID, seenFrom, seenInto time.Time, why string) (p *Plan, err error) {
	err = d.changing(ctx, "merge organizations", by, why, func(c *change) error {
		if _, err := c.find(from, seenFrom); err != nil {
			return err
		}
		if _, err := c.find(into, seenInto); err != nil {
			return err
		}
		if p, err = d.plan(c, from, into); err != nil {
			return err
		}
		return d.merge(c, p)
	})
	return p, err
}

func (d *Desk) merge(c *change, p *Plan) error {
	if err := c.cross(p.Senders, p.From.BeforeLive(), p.Into.BeforeLive()); err != nil {
		return err
	}
	for _, s := range p.Senders {
		if err := c.give(s, p.From.ID, p.Into.ID); err != nil {
			return err
		}
	}
	for i := range p.Children {
		child := p.Children[i]
		was := child
		child.Parent = p.Into.ID
		if err := c.put(was, &child, iis.OrganizationGotUnder, p.Into.ID); err != nil {
			return err
		}
	}
	if err := c.tx.GiveRoster(p.From.ID, p.Into.ID); err != nil {
		return err
	}
	if err := c.bringPlan(p); err != nil {
		return err
	}
	was := p.From
	p.From.Status, p.From.Closed, p.From.MergedInto = iis.StatusInactive, cal.On(c.now), p.Into.ID
	if err := c.put(was, &p.From, iis.OrganizationMerged, p.Into.ID); err != nil {
		return err
	}
	if err := c.put(p.Into, &p.Into, iis.OrganizationTookOver, p.From.ID); err != nil {
		return err
	}
	return d.welcome(c, p.coming)
}

// bringPlan has the plan to inform patients of a site hold of the one into which it is merged,
// which has none.
func (c *change) bringPlan(p *Plan) error {
	if !p.Plan {
		return nil
	}
	theirs, err := c.tx.InformingPlans(p.From.ID)
	if err != nil {
		return err
	}
	plan := theirs[0]
	plan.Organization, plan.At, plan.By = p.Into.ID, c.now, c.by
	return c.tx.AddInformingPlan(&plan)
}
