package store

import (
	"fmt"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// homeRows are the senders of sites and of their departments, each with the site, its name, and
// whether it takes part: neither its department nor the site is inactive. What the programme itself
// enters and imports is nobody's own, wherever it stands, and so is what an office of vital
// records sends.
const homeRows = `
			SELECT sender.id, coalesce(site_of.id, site.id), coalesce(site_of.name, site.name), CASE WHEN 'inactive' IN (site.status, site_of.status) THEN 0 ELSE 1 END
			FROM sender JOIN organization site ON site.id = sender.organization_id
			LEFT JOIN organization site_of ON site_of.id = site.parent_id AND site.kind = 'department'
			WHERE sender.kind = 'provider' AND sender.facility NOT IN ('` + iis.StaffFacility + `', '` + iis.FileFacility + `')
				AND coalesce(site_of.kind, site.kind) NOT IN ('state', 'region', 'organization', 'department', 'vital-records')`

// homes puts senders together by their sites.
type homes struct {
	of map[iis.OrganizationID]*iis.Home
	at map[iis.SenderID]iis.OrganizationID // of those that take part
}

// into is a query of homeRows into homes.
func (h *homes) into(more string, args ...any) db.Query {
	h.of, h.at = map[iis.OrganizationID]*iis.Home{}, map[iis.SenderID]iis.OrganizationID{}
	return db.Query{SQL: homeRows + more + ` ORDER BY sender.id`, Args: args, Each: func(r db.Row) error {
		id, site := iis.SenderID(r.Int(0)), iis.OrganizationID(r.Int(1))
		if h.of[site] == nil {
			h.of[site] = &iis.Home{Name: r.Text(2)}
		}
		h.of[site].Senders = append(h.of[site].Senders, id)
		if r.Int(3) == 1 {
			h.at[id] = site
		}
		return nil
	}}
}

// home is that of a sender; nil when it has none beside itself.
func (h *homes) home(sender iis.SenderID) *iis.Home {
	at, has := h.at[sender]
	if home := h.of[at]; has && len(home.Senders) > 1 {
		return home
	}
	return nil
}

// homeOf are homeRows of the site of one sender, which SQL finds.
func (h *homes) homeOf(sender string, args ...any) db.Query {
	site := siteOf(sender)
	return h.into(` AND sender.organization_id IN (SELECT id FROM organization WHERE id = `+site+` UNION ALL SELECT id FROM organization WHERE parent_id = `+site+` AND kind = 'department')`, args...)
}

// HomeOf is the site of a sender; nil when the sender has no other beside it.
func (tx *Tx) HomeOf(sender iis.SenderID) (*iis.Home, error) {
	if sender == 0 {
		return nil, nil
	}
	var h homes
	if err := tx.Select(h.homeOf(`$1`, sender)); err != nil {
		return nil, fmt.Errorf("find the senders of the site of sender %d: %w", sender, err)
	}
	return h.home(sender), nil
}

// Homes are those of all senders that have others beside them.
func (tx *Tx) Homes() (map[iis.SenderID]*iis.Home, error) {
	var h homes
	if err := tx.Select(h.into(``)); err != nil {
		return nil, fmt.Errorf("find which senders are of one site: %w", err)
	}
	out := map[iis.SenderID]*iis.Home{}
	for id := range h.at {
		if home := h.home(id); home != nil {
			out[id] = home
		}
	}
	return out, nil
}
