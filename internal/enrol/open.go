package enrol

import (
	"context"
	"fmt"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// Card is an organization with everything that is known of it.
type Card struct {
	Line
	Above   []iis.Organization // over it, the nearest first, whoever asks may open them or not (Opens)
	Under   []Line             // directly under it, by name, those that are not inactive first
	Merged  []iis.Organization // that were merged into it
	Into    *iis.Organization  // into which it was merged; nil: it was not
	Users   map[iis.SenderID]int
	History []Change // the newest first
	Moves   []iis.OrganizationStatus
	Policy  *policy.Policy
	MaySend bool // senders may belong to it
	MayAdd  bool // and new ones are added to it
	held    *iis.Reach
}

// Opens reports an organization that whoever asks may open.
func (c *Card) Opens(id iis.OrganizationID) bool { return c.held.HasOrganization(id) }

// Change is one thing that was done to an organization.
type Change struct {
	iis.OrganizationChange
	With *iis.Organization // with which it was done; nil: none
}

// Open is an organization by its number: its own, whatever it was merged into.
// fault.NotFound when there is none, or none within the reach to which whoever asks is held.
func (d *Desk) Open(ctx context.Context, held *iis.Reach, id iis.OrganizationID) (c *Card, err error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		t, err := readTree(tx, law)
		if err != nil {
			return err
		}
		t.held = held
		if c, err = t.card(id); err != nil {
			return err
		}
		if c.Users, err = tx.UsersOf(); err != nil {
			return err
		}
		history, err := tx.OrganizationChanges(id)
		for i := range history {
			c.History = append(c.History, Change{history[i], t.seen(history[i].Other)})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open an organization: %w", err)
	}
	return c, nil
}

// seen is an organization that whoever looks may see; nil when there is none.
func (t *tree) seen(id iis.OrganizationID) *iis.Organization {
	if !t.held.HasOrganization(id) {
		return nil
	}
	return t.at[id]
}

// card is all of an organization but its history.
func (t *tree) card(id iis.OrganizationID) (*Card, error) {
	o := t.seen(id)
	if o == nil {
		return nil, errNone
	}
	c := &Card{Line: t.line(o), Into: t.seen(o.MergedInto), held: t.held, Moves: Moves(o.Status), Policy: t.law, MaySend: o.Kind.Sends() && o.Open(), MayAdd: hasSenders(o.Kind) && o.Open()}
	for _, above := range t.above(o) {
		if p := t.at[above]; p != nil {
			c.Above = append(c.Above, *p)
		}
	}
	var under []*iis.Organization
	for _, child := range t.children[id] {
		if u := t.seen(child); u != nil {
			under = append(under, u)
		}
	}
	t.byName(under)
	slices.SortStableFunc(under, func(a, b *iis.Organization) int { return rank(a) - rank(b) })
	for _, u := range under {
		c.Under = append(c.Under, t.line(u))
	}
	for i := range t.all {
		if t.all[i].MergedInto == id && t.seen(t.all[i].ID) != nil {
			c.Merged = append(c.Merged, t.all[i])
		}
	}
	return c, nil
}

// rank puts what is inactive last.
func rank(o *iis.Organization) int {
	if o.Open() {
		return 0
	}
	return 1
}

// Parents are the organizations under which one of a kind may be, by name: those that
// are not inactive. Of departments these are all sites.
func (d *Desk) Parents(ctx context.Context, kind iis.OrganizationKind) (out []iis.Organization, err error) {
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.Organizations()
		if err != nil {
			return err
		}
		t := &tree{all: all}
		var found []*iis.Organization
		for i := range all {
			if o := &all[i]; o.Open() && MayBeUnder(kind, o.Kind) {
				found = append(found, o)
			}
		}
		t.byName(found)
		out = nil
		for _, o := range found {
			out = append(out, *o)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list parents: %w", err)
	}
	return out, nil
}
