package enrol

import (
	"context"
	"fmt"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// reaches puts an organization into a reach, with its senders.
func (t *tree) reaches(r *iis.Reach, id iis.OrganizationID) {
	r.Organizations[id] = true
	for _, s := range t.senders[id] {
		r.Senders[s.ID] = true
	}
}

// OfRegion is to whom somebody is held who looks after a region: InRegion, or nobody of
// no region (""), or of one that the state's file has no more.
func (d *Desk) OfRegion(ctx context.Context, code string) (*iis.Reach, error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil || law.Region(code) == nil {
		return &iis.Reach{}, err
	}
	return d.InRegion(ctx, code)
}

// InRegion is who is in a region of the state's file: whose region that is, by hand, by
// the county, or by what they are under. Who is under a health system of another region
// and has a county here is here. fault.NotFound when the state has no such region.
func (d *Desk) InRegion(ctx context.Context, code string) (*iis.Reach, error) {
	return d.reach(ctx, func(t *tree, r *iis.Reach) error {
		region := t.law.Region(code)
		if region == nil {
			return fault.New(fault.NotFound, "The state's file has no region %q.", code)
		}
		r.Region, r.Name = region.Code, region.Name
		for i := range t.all {
			if t.place(&t.all[i]).Code == code {
				t.reaches(r, t.all[i].ID)
			}
		}
		return nil
	})
}

// Under is an organization with all that are under it. One of the kind region has with
// it everyone in its region, whatever they are under; a former number leads to the
// organization into which it was merged. fault.NotFound when there is none.
func (d *Desk) Under(ctx context.Context, id iis.OrganizationID) (*iis.Reach, error) {
	id, err := d.Now(ctx, nil, id)
	if err != nil {
		return nil, err
	}
	return d.reach(ctx, func(t *tree, r *iis.Reach) error {
		o := t.at[id]
		if o == nil {
			return errNone
		}
		for _, below := range t.below(id) {
			t.reaches(r, below)
		}
		for i := range t.all {
			if o.Kind == iis.KindRegion && t.place(&t.all[i]).Code == o.Region {
				t.reaches(r, t.all[i].ID)
			}
		}
		return nil
	})
}

var errNone = fault.New(fault.NotFound, "There is no organization with this number.")

func (d *Desk) reach(ctx context.Context, find func(*tree, *iis.Reach) error) (*iis.Reach, error) {
	law, err := d.keeper.Policy(ctx)
	if err != nil {
		return nil, err
	}
	var out *iis.Reach
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		out = &iis.Reach{Organizations: map[iis.OrganizationID]bool{}, Senders: map[iis.SenderID]bool{}}
		t, err := readTree(tx, law)
		if err != nil {
			return err
		}
		return find(t, out)
	})
	if err != nil {
		return nil, fmt.Errorf("find who is looked after: %w", err)
	}
	return out, nil
}
