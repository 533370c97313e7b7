package access

import (
	"context"
	"fmt"

	"openiis/internal/fault"
	"openiis/internal/policy"
	"openiis/internal/role"
	"openiis/internal/store"
)

// Regions are those of the state, as whose staff accounts may be.
func (g *Gate) Regions(ctx context.Context) ([]policy.Region, error) {
	law, err := g.law(ctx)
	if err != nil {
		return nil, fmt.Errorf("list regions: %w", err)
	}
	return law.Regions, nil
}

// regionOf is an error when somebody with a role, on a page, is given a region that the state
// does not have, or none where the role sees its own region: they would see nothing.
func regionOf(law *policy.Policy, id, region string) error {
	r := role.Named(id)
	switch {
	case r == nil || !r.Regional && region == "":
		return nil
	case !r.Regional:
		return fault.New(fault.Invalid, "The role %s looks after no region: choose none.", r.Name)
	case len(law.Regions) == 0:
		return fault.New(fault.Invalid, "This state has no regions: nobody can have the role %s.", r.Name)
	case law.Region(region) == nil:
		return fault.New(fault.Invalid, "The role %s is of one region: choose it.", r.Name)
	}
	return nil
}

// regionChanges is regionOf of what an account becomes. One that stays as it is in this is not asked:
// by command there may be regional staff without a region.
func regionChanges(law *policy.Policy, a store.Account, c UserChange) error {
	if c.Region == nil && (c.Role == nil || *c.Role == a.Role) {
		return nil
	}
	before := ""
	if r := role.Named(or(c.Role, a.Role)); r != nil && r.Regional {
		before = a.Region
	}
	return regionOf(law, or(c.Role, a.Role), or(c.Region, before))
}

// regionViewed is regionOf for whoever looks as a role: where the state has no regions it is seen
// as one who has none.
func regionViewed(law *policy.Policy, id, region string) error {
	if len(law.Regions) == 0 && region == "" {
		return nil
	}
	return regionOf(law, id, region)
}
