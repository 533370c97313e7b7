package enrol

import (
	"openiis/internal/iis"
	"openiis/internal/policy"
	"openiis/internal/store"
)

// tree is the whole map of who is who, as it is at one moment. A state has some
// thousands of organizations, which are read in the time of a blink.
type tree struct {
	law      *policy.Policy
	held     *iis.Reach // of whoever looks at it; nil: they see all
	all      []iis.Organization
	at       map[iis.OrganizationID]*iis.Organization
	children map[iis.OrganizationID][]iis.OrganizationID
	senders  map[iis.OrganizationID][]iis.Sender
}

// readTree reads it.
func readTree(tx *store.Tx, law *policy.Policy) (*tree, error) {
	t := &tree{
		law: law, at: map[iis.OrganizationID]*iis.Organization{},
		children: map[iis.OrganizationID][]iis.OrganizationID{}, senders: map[iis.OrganizationID][]iis.Sender{},
	}
	var err error
	if t.all, err = tx.Organizations(); err != nil {
		return nil, err
	}
	for i := range t.all {
		o := &t.all[i]
		t.at[o.ID] = o
		if o.Parent != 0 {
			t.children[o.Parent] = append(t.children[o.Parent], o.ID)
		}
	}
	places, err := tx.SenderPlaces()
	for _, p := range places {
		t.senders[p.Organization] = append(t.senders[p.Organization], p.Sender)
	}
	return t, err
}

// above are the organizations over one, the nearest first.
func (t *tree) above(o *iis.Organization) (out []iis.OrganizationID) {
	for o.Parent != 0 && len(out) < len(t.all) {
		out = append(out, o.Parent)
		if o = t.at[o.Parent]; o == nil {
			break
		}
	}
	return out
}

// below are an organization and all that are under it.
func (t *tree) below(id iis.OrganizationID) []iis.OrganizationID {
	out := []iis.OrganizationID{id}
	for i := 0; i < len(out) && len(out) <= len(t.all); i++ {
		out = append(out, t.children[out[i]]...)
	}
	return out
}

// Place is in which region an organization is, and how one knows.
type Place struct {
	Code string // "": in none that is known
	Name string // the code itself of a region that the state's file has no more
	How  string
}

// place finds the region of an organization: what was set by hand, or that of its
// county, or that of the site or the region that it is under.
func (t *tree) place(o *iis.Organization) Place {
	if o.Region != "" {
		p := Place{Code: o.Region, Name: o.Region, How: "not in the state's file any more"}
		if r := t.law.Region(o.Region); r != nil {
			p.Name, p.How = r.Name, "set by hand"
			if o.Kind == iis.KindRegion {
				p.How = "whose organization it is"
			}
		}
		return p
	}
	if o.Kind == iis.KindState {
		return Place{}
	}
	if r := t.law.RegionOf(o.County); r != nil {
		return Place{r.Code, r.Name, "by its county"}
	}
	// A health system may be in several regions: what is under it is not for that in
	// the one where its office is.
	above := t.at[o.Parent]
	if above == nil || levelOf(above.Kind) == ofBody || levelOf(above.Kind) >= levelOf(o.Kind) {
		return Place{}
	}
	p := t.place(above)
	if p.Code != "" {
		p.How = "that of " + above.Name
	}
	return p
}
