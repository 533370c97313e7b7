package store

import (
	"openiis/internal/iis"
)

// SourceOf is the only source that a site has of a person; 0 when it has several or none, and
// of no site.
func (tx *Tx) SourceOf(person iis.PersonID, site iis.SenderID) (iis.SourceID, error) {
	if site == 0 {
		return 0, nil
	}
	linked, err := tx.Linked(person)
	if err != nil {
		return 0, err
	}
	only := iis.SourceID(0)
	for _, l := range linked {
		switch {
		case l.Sender != site:
		case only != 0:
			return 0, nil
		default:
			only = l.Source
		}
	}
	return only, nil
}

// PartConcern says that sources left a person's record by a decision, and that it cannot be
// told whether a concern is about those; PartInformed says it of a word of informing.
func (tx *Tx) PartConcern(person iis.PersonID, id iis.ConcernID, by iis.DecisionID) error {
	return tx.Exec(`UPDATE concern SET parted = $1 WHERE person_id = $2 AND id = $3`, by, person, id)
}

// PartInformed is as PartConcern.
func (tx *Tx) PartInformed(person iis.PersonID, id iis.InformedID, by iis.DecisionID) error {
	return tx.Exec(`UPDATE informed SET parted = $1 WHERE person_id = $2 AND id = $3`, by, person, id)
}

// PartedNoMore takes back what was said so by a decision that is undone.
func (tx *Tx) PartedNoMore(person iis.PersonID, by iis.DecisionID) error {
	if err := tx.Exec(`UPDATE concern SET parted = 0 WHERE person_id = $1 AND parted = $2`, person, by); err != nil {
		return err
	}
	if err := tx.Exec(`UPDATE informed SET parted = 0 WHERE person_id = $1 AND parted = $2`, person, by); err != nil {
		return err
	}
	return tx.Exec(`UPDATE roster_entry SET parted = 0 WHERE person_id = $1 AND parted = $2`, person, by)
}
