package store

import (
	"encoding/json"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// doseKey names one event of one sender.
type doseKey struct {
	sender iis.SenderID
	key    string
}

// addDose adds a version of a report, in place of the version before it.
func (f *Folder) addDose(r db.Row, newest map[doseKey]int) error {
	d := iis.SourceDose{
		ID: iis.SourceDoseID(r.Int(0)), Person: f.ID, Source: iis.SourceID(r.Int(1)), Sender: iis.SenderID(r.Int(2)),
		Submission: iis.SubmissionID(r.Int(3)), Received: r.Int(4), Key: r.Text(5),
	}
	if err := decode(r.Bytes(6), &d.Dose); err != nil {
		return err
	}
	k := doseKey{d.Sender, d.Key}
	d.Origin = d.ID
	if i, seen := newest[k]; seen {
		d.Origin = f.Doses[i].Origin
		f.Doses[i] = d
		return nil
	}
	newest[k] = len(f.Doses)
	f.Doses = append(f.Doses, d)
	return nil
}

func (f *Folder) addConsolidated(r db.Row) error {
	c := iis.Consolidated{
		ID: iis.DoseID(r.Int(0)), Primary: iis.SourceDoseID(r.Int(1)), Rule: r.Text(3), Review: r.Int(4) != 0,
	}
	if err := json.Unmarshal([]byte(r.Text(2)), &c.Members); err != nil {
		return err
	}
	f.Consolidated = append(f.Consolidated, c)
	return nil
}

// AddSourceDose adds a version of a report; body is its dose, encoded.
func (tx *Tx) AddSourceDose(d *iis.SourceDose, body []byte) error {
	return tx.Exec(`
		INSERT INTO source_dose (person_id, id, source_id, sender_id, submission_id, received, dose_key, kind, action, given_on, cvx, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		d.Person, d.ID, d.Source, d.Sender, d.Submission, d.Received, d.Key,
		string(d.Dose.Kind), string(d.Dose.Action), d.Dose.Date, d.Dose.CVX, body)
}

// PutConsolidated adds or replaces a consolidated dose; shown is the report
// that its record shows.
func (tx *Tx) PutConsolidated(person iis.PersonID, c iis.Consolidated, shown *iis.Dose) error {
	members, err := json.Marshal(c.Members)
	if err != nil {
		return err
	}
	return tx.Exec(`
		INSERT INTO dose (person_id, id, given_on, cvx, primary_id, members, rule, review)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (person_id, id) DO UPDATE
		SET given_on = excluded.given_on, cvx = excluded.cvx, primary_id = excluded.primary_id,
		    members = excluded.members, rule = excluded.rule, review = excluded.review`,
		person, c.ID, shown.Date, shown.CVX, c.Primary, string(members), c.Rule, c.Review)
}

// RemoveConsolidated removes a consolidated dose that no report makes any more.
// The reports themselves stay.
func (tx *Tx) RemoveConsolidated(person iis.PersonID, id iis.DoseID) error {
	return tx.Exec(`DELETE FROM dose WHERE person_id = $1 AND id = $2`, person, id)
}
