package store

import (
	"encoding/json"
	"fmt"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// UnmatchedDeath is a certificate of a death of whom there is no record.
type UnmatchedDeath struct {
	ID          iis.UnmatchedID
	Sender      iis.SenderID // the office
	Certificate string       // its number
	// Submission brought it last; a list does not tell it, for it may be sealed.
	Submission iis.SubmissionID `json:"-"`
	Since      time.Time
	// Decision is that by which it is not the death of whom it might have been; 0 when
	// nobody was found.
	Decision iis.DecisionID
	// Said is what the certificate says; nil of one that came before that was kept here.
	Said *iis.Person `json:"-"`
	// Settled is when somebody decided that it is nobody's here, and By and Why who and
	// why; zero while it waits.
	Settled time.Time  `json:",omitzero"`
	By      iis.UserID `json:",omitzero"`
	Why     string     `json:",omitzero"`
}

// unmatchedColumns are what readUnmatched reads of a list; unmatchedWhole of one that
// somebody decides about.
const (
	unmatchedColumns = `id, sender_id, certificate, 0, since, decision_id, said, settled, settled_by, why`
	unmatchedWhole   = `id, sender_id, certificate, submission_id, since, decision_id, said, settled, settled_by, why`
)

func readUnmatched(r db.Row) (UnmatchedDeath, error) {
	u := UnmatchedDeath{
		ID: iis.UnmatchedID(r.Int(0)), Sender: iis.SenderID(r.Int(1)), Certificate: r.Text(2), Submission: iis.SubmissionID(r.Int(3)),
		Since: time.UnixMicro(r.Int(4)).UTC(), Decision: iis.DecisionID(r.Int(5)), By: iis.UserID(r.Int(8)), Why: r.Text(9),
	}
	if at := r.Int(7); at != 0 {
		u.Settled = time.UnixMicro(at).UTC()
	}
	if r.Text(6) == "" {
		return u, nil
	}
	u.Said = &iis.Person{}
	if err := json.Unmarshal([]byte(r.Text(6)), u.Said); err != nil {
		return u, fmt.Errorf("read unmatched death %d: what it says is no JSON", u.ID)
	}
	return u, nil
}

// PutUnmatched keeps a certificate of a death of whom there is no record. Its number,
// since when, and by which decision, is as it was when it is kept already without a new
// decision; and so is that it is nobody's here, as long as it says the same.
func (tx *Tx) PutUnmatched(u UnmatchedDeath) error {
	said := []byte{}
	if u.Said != nil {
		var err error
		if said, err = json.Marshal(u.Said); err != nil {
			return fmt.Errorf("write unmatched death: %w", err)
		}
	}
	if u.ID == 0 {
		u.ID = iis.UnmatchedID(tx.s.NewID())
	}
	return tx.Exec(`
		INSERT INTO unmatched_death (id, sender_id, certificate, submission_id, since, decision_id, said) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (sender_id, certificate) DO UPDATE
		SET submission_id = excluded.submission_id, said = excluded.said,
		    settled = CASE WHEN excluded.said = unmatched_death.said AND excluded.decision_id = 0 THEN unmatched_death.settled ELSE 0 END,
		    decision_id = CASE WHEN excluded.decision_id = 0 THEN unmatched_death.decision_id ELSE excluded.decision_id END`,
		u.ID, u.Sender, u.Certificate, u.Submission, u.Since.UnixMicro(), u.Decision, string(said))
}

// DropUnmatched takes a certificate off that list: because there is a record now, or
// because a decision was undone, and then only what that one put there.
func (tx *Tx) DropUnmatched(office iis.SenderID, certificate string, undone iis.DecisionID) error {
	if undone == 0 {
		return tx.Exec(`DELETE FROM unmatched_death WHERE sender_id = $1 AND certificate = $2`, office, certificate)
	}
	return tx.Exec(`DELETE FROM unmatched_death WHERE sender_id = $1 AND certificate = $2 AND decision_id = $3`, office, certificate, undone)
}

// UnmatchedDeaths are all of them that wait, by office and number, without their
// submissions.
func (tx *Tx) UnmatchedDeaths() ([]UnmatchedDeath, error) {
	return tx.unmatched(db.Query{SQL: `SELECT ` + unmatchedColumns + ` FROM unmatched_death WHERE settled = 0 ORDER BY sender_id, certificate`})
}

// UnmatchedPlace is a place in the list of deaths that wait.
type UnmatchedPlace struct {
	Since time.Time
	ID    iis.UnmatchedID
}

// Place is where it stands.
func (u *UnmatchedDeath) Place() UnmatchedPlace { return UnmatchedPlace{u.Since, u.ID} }

// WaitingDeaths are so many of those that wait at most, the oldest first, from behind a
// place; the zero place: from the beginning.
func (tx *Tx) WaitingDeaths(after UnmatchedPlace, limit int) ([]UnmatchedDeath, error) {
	since := int64(0)
	if !after.Since.IsZero() {
		since = after.Since.UnixMicro()
	}
	return tx.unmatched(db.Query{
		SQL: `
			SELECT ` + unmatchedColumns + `
			FROM unmatched_death WHERE settled = 0 AND (since, id) > ($1, $2) ORDER BY since, id LIMIT $3`,
		Args: []any{since, after.ID, limit},
	})
}

// SettledDeaths are so many at most of those that are nobody's here, the newest decision
// first.
func (tx *Tx) SettledDeaths(limit int) ([]UnmatchedDeath, error) {
	return tx.unmatched(db.Query{
		SQL:  `SELECT ` + unmatchedColumns + ` FROM unmatched_death WHERE settled > 0 ORDER BY settled DESC, id DESC LIMIT $1`,
		Args: []any{limit},
	})
}

// Unmatched reads one; fault.NotFound when it is not on the list (any more).
func (tx *Tx) Unmatched(id iis.UnmatchedID) (UnmatchedDeath, error) {
	found, err := tx.unmatched(db.Query{SQL: `SELECT ` + unmatchedWhole + ` FROM unmatched_death WHERE id = $1`, Args: []any{id}})
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "This certificate is not on the list of deaths without a record (any more): somebody may have decided, or it may have come again and matched.")
	}
	if err != nil {
		return UnmatchedDeath{}, err
	}
	return found[0], nil
}

// UntoldDeaths are all of whom it is not kept what the certificate says.
func (tx *Tx) UntoldDeaths() ([]UnmatchedDeath, error) {
	return tx.unmatched(db.Query{SQL: `SELECT ` + unmatchedWhole + ` FROM unmatched_death WHERE said = '' ORDER BY sender_id, certificate`})
}

// TellUnmatched keeps what a certificate says of which that was not kept.
func (tx *Tx) TellUnmatched(id iis.UnmatchedID, said *iis.Person) error {
	text, err := json.Marshal(said)
	if err != nil {
		return fmt.Errorf("write unmatched death: %w", err)
	}
	return tx.Exec(`UPDATE unmatched_death SET said = $1 WHERE id = $2 AND said = ''`, string(text), id)
}

// UnmatchedOf finds one by the number of its certificate; nil when it is not on the list.
func (tx *Tx) UnmatchedOf(office iis.SenderID, certificate string) (*UnmatchedDeath, error) {
	found, err := tx.unmatched(db.Query{
		SQL:  `SELECT ` + unmatchedWhole + ` FROM unmatched_death WHERE sender_id = $1 AND certificate = $2`,
		Args: []any{office, certificate},
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// SettleUnmatched says of one that it is nobody's here; with a zero time that it waits
// again.
func (tx *Tx) SettleUnmatched(id iis.UnmatchedID, at time.Time, by iis.UserID, why string) error {
	settled := int64(0)
	if !at.IsZero() {
		settled = at.UnixMicro()
	}
	return tx.Exec(`UPDATE unmatched_death SET settled = $1, settled_by = $2, why = $3 WHERE id = $4`, settled, by, why, id)
}

func (tx *Tx) unmatched(q db.Query) ([]UnmatchedDeath, error) {
	var out []UnmatchedDeath
	q.Each = func(r db.Row) error {
		u, err := readUnmatched(r)
		out = append(out, u)
		return err
	}
	return out, tx.Select(q)
}
