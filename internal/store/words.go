package store

import (
	"openiis/internal/iis"
)

// SourceOf is the only source that a sender has of a person, or, when it has none, the only one of
// its site; 0 when there are several or none, and of no sender.
func (tx *Tx) SourceOf(person iis.PersonID, sender iis.SenderID, home *iis.Home) (iis.SourceID, error) {
	if sender == 0 {
		return 0, nil
	}
	linked, err := tx.Linked(person)
	if err != nil {
		return 0, err
	}
	var own, beside []iis.SourceID
	for _, l := range linked {
		switch {
		case l.Sender == sender:
			own = append(own, l.Source)
		case home.Has(l.Sender):
			beside = append(beside, l.Source)
		}
	}
	if len(own) == 0 {
		own = beside
	}
	if len(own) != 1 {
		return 0, nil
	}
	return own[0], nil
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
