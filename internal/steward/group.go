package steward

import (
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/store"
)

// Group is an organization with several senders, its own and those of the organizations
// under it: what they reported may be asked for together.
type Group struct {
	iis.Organization
	Senders []iis.SenderID
}

// groups are the organizations with several senders, in the order of their names; the
// state's programme, under which all are, is none.
func groups(tx *store.Tx) ([]Group, error) {
	all, err := tx.Organizations()
	if err != nil {
		return nil, err
	}
	senders, err := tx.SenderPlaces()
	if err != nil {
		return nil, err
	}
	above, under := map[iis.OrganizationID]iis.OrganizationID{}, map[iis.OrganizationID][]iis.SenderID{}
	for i := range all {
		above[all[i].ID] = all[i].Parent
	}
	for i := range senders {
		at := senders[i].Organization
		for range all { // a ring of parents, which is refused, would not end
			if at == 0 {
				break
			}
			under[at] = append(under[at], senders[i].ID)
			at = above[at]
		}
	}
	var out []Group
	for i := range all {
		if of := under[all[i].ID]; len(of) > 1 && all[i].Kind != iis.KindState {
			out = append(out, Group{all[i], of})
		}
	}
	slices.SortStableFunc(out, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// whose are the senders whose part of a queue is asked for; none: everybody's. Those who
// decide for a sender see the part of its site, whatever they ask for. An organization that has not
// several senders is none that can be asked for: nothing is filtered by it.
func (b By) whose(f Filter, p *Page) []iis.SenderID {
	if !b.Everyone {
		return b.Actor.Home.Of(b.Sender)
	}
	for i := range p.Groups {
		if g := &p.Groups[i]; f.Organization != 0 && g.ID == f.Organization {
			return g.Senders
		}
	}
	if f.Sender != 0 {
		return []iis.SenderID{f.Sender}
	}
	return nil
}
