package store

import (
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// UnmatchedDeath is a certificate of a death of whom there is no record.
type UnmatchedDeath struct {
	Sender      iis.SenderID     // the office
	Certificate string           // its number
	Submission  iis.SubmissionID // that brought it last; the list does not tell it, for it may be sealed
	Since       time.Time
	// Decision is that by which it is not the death of whom it might have been; 0 when
	// nobody was found.
	Decision iis.DecisionID
}

// PutUnmatched keeps a certificate of a death of whom there is no record. Since when,
// and by which decision, is as it was when it is kept already without a new decision.
func (tx *Tx) PutUnmatched(u UnmatchedDeath) error {
	return tx.Exec(`
		INSERT INTO unmatched_death (sender_id, certificate, submission_id, since, decision_id) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (sender_id, certificate) DO UPDATE
		SET submission_id = excluded.submission_id,
		    decision_id = CASE WHEN excluded.decision_id = 0 THEN unmatched_death.decision_id ELSE excluded.decision_id END`,
		u.Sender, u.Certificate, u.Submission, u.Since.UnixMicro(), u.Decision)
}

// DropUnmatched takes a certificate off that list: because there is a record now, or
// because a decision was undone, and then only what that one put there.
func (tx *Tx) DropUnmatched(office iis.SenderID, certificate string, undone iis.DecisionID) error {
	if undone == 0 {
		return tx.Exec(`DELETE FROM unmatched_death WHERE sender_id = $1 AND certificate = $2`, office, certificate)
	}
	return tx.Exec(`DELETE FROM unmatched_death WHERE sender_id = $1 AND certificate = $2 AND decision_id = $3`, office, certificate, undone)
}

// UnmatchedDeaths are all of them, by office and number, without their submissions.
func (tx *Tx) UnmatchedDeaths() ([]UnmatchedDeath, error) {
	var out []UnmatchedDeath
	return out, tx.Select(db.Query{
		SQL: `
			SELECT sender_id, certificate, since, decision_id
			FROM unmatched_death ORDER BY sender_id, certificate`,
		Each: func(r db.Row) error {
			out = append(out, UnmatchedDeath{
				Sender: iis.SenderID(r.Int(0)), Certificate: r.Text(1),
				Since: time.UnixMicro(r.Int(2)).UTC(), Decision: iis.DecisionID(r.Int(3)),
			})
			return nil
		},
	})
}
