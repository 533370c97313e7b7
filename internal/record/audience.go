package record

import (
	"openiis/internal/iis"
	"openiis/internal/store"
)

// audience is of whom a sender may know that asks by messages: of everybody whom sharing does
// not hide, or, of a school, child care programme or health plan, of whom is on its roster
// alone, as on pages (roster.go). What such a sender reported itself opens nothing.
type audience struct {
	*heldPolicy
	asker iis.SenderID
	owner iis.Actor // the asker, with whose word is its own
	held  bool
	on    map[iis.PersonID]bool // of those who may be meant, who is on its roster
}

func (k *Keeper) audience(tx *store.Tx, asker iis.SenderID) (*audience, error) {
	h, err := k.heldIn(tx)
	if err != nil {
		return nil, err
	}
	_, held := h.rosters[asker]
	return &audience{heldPolicy: h, asker: asker, owner: h.owner(asker), held: held}, nil
}

// among finds who of some persons is on the roster, if there is one that opens records: of whom
// is there, and of nobody, by one statement.
func (a *audience) among(tx *store.Tx, said []store.Described) (err error) {
	site := a.rosters[a.asker]
	if law := a.Roster(site.Kind); !a.held || !site.Open || law == nil || !law.Records {
		return nil
	}
	ids := make([]iis.PersonID, len(said))
	for i := range said {
		ids[i] = said[i].ID
	}
	a.on, err = tx.OnRosterOf(site.Site, ids...)
	return err
}

// knows reports that the sender may know that there is a person, by what it is held to.
func (a *audience) knows(id iis.PersonID) bool { return !a.held || a.on[id] }
