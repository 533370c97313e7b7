package store

import (
	"fmt"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// doseKey names one event of one sender.
type doseKey struct {
	sender iis.SenderID
	key    string
}

// Report is the newest version of what a sender reported of one event. Its Dose
// holds what comparing needs; Read fills in the rest.
type Report struct {
	iis.SourceDose
	Body []byte // Dose as stored
}

// Read fills in the whole dose.
func (r *Report) Read() error {
	var d iis.Dose
	if err := decode(r.Body, &d); err != nil {
		return fmt.Errorf("read report %d: %w", r.ID, err)
	}
	d.Action = r.Dose.Action
	r.Dose = d
	return nil
}

// reportsQuery reads a person's reports, all versions, the oldest first.
func (f *Folder) reportsQuery() db.Query {
	newest := map[doseKey]int{}
	return db.Query{
		SQL: `
			SELECT id, source_id, sender_id, submission_id, received, dose_key, kind, action, given_on,
			       cvx, other_code, lot, info_source, completion, detail, body
			FROM source_dose WHERE person_id = $1 ORDER BY id`,
		Args: []any{f.ID},
		Each: func(r db.Row) error {
			f.addReport(scanReport(f.ID, r), newest)
			return nil
		},
	}
}

func scanReport(person iis.PersonID, r db.Row) Report {
	return Report{
		SourceDose: iis.SourceDose{
			ID: iis.SourceDoseID(r.Int(0)), Person: person, Source: iis.SourceID(r.Int(1)), Sender: iis.SenderID(r.Int(2)),
			Submission: iis.SubmissionID(r.Int(3)), Received: r.Int(4), Key: r.Text(5), Detail: int(r.Int(14)),
			Dose: iis.Dose{
				Kind: iis.DoseKind(r.Text(6)), Action: iis.Action(r.Text(7)), Date: cal.Date(r.Int(8)),
				CVX: r.Text(9), NDC: r.Text(10), Lot: r.Text(11), InfoSource: r.Text(12), Completion: r.Text(13),
			},
		},
		Body: r.Bytes(15),
	}
}

// addReport adds a version of a report, in place of the version before it.
func (f *Folder) addReport(d Report, newest map[doseKey]int) {
	k := doseKey{d.Sender, d.Key}
	d.Origin = d.ID
	if i, seen := newest[k]; seen {
		d.Origin = f.Doses[i].Origin
		f.Doses[i] = d
		return
	}
	newest[k] = len(f.Doses)
	f.Doses = append(f.Doses, d)
}

func (f *Folder) addConsolidated(r db.Row) error {
	members, err := unpackIDs(r.Bytes(2))
	if err != nil {
		return err
	}
	c := iis.Consolidated{
		ID: iis.DoseID(r.Int(0)), Primary: iis.SourceDoseID(r.Int(1)), Rule: r.Text(3), Review: r.Int(4) != 0,
		Members: make([]iis.SourceDoseID, len(members)),
	}
	for i, id := range members {
		c.Members[i] = iis.SourceDoseID(id)
	}
	f.Consolidated = append(f.Consolidated, c)
	return nil
}

// AddReport adds a version of a report.
func (tx *Tx) AddReport(r *Report) error {
	d := &r.Dose
	other := ""
	if d.CVX == "" {
		other = d.NDC + d.CPT // one of the two
	}
	return tx.Exec(`
		INSERT INTO source_dose (person_id, id, source_id, sender_id, submission_id, received, dose_key, kind, action,
		                         given_on, cvx, other_code, lot, info_source, completion, detail, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		r.Person, r.ID, r.Source, r.Sender, r.Submission, r.Received, r.Key, string(d.Kind), string(d.Action),
		d.Date, d.CVX, other, d.Lot, d.InfoSource, d.Completion, r.Detail, r.Body)
}

// PutConsolidated adds or replaces a consolidated dose; shown is the report
// that its record shows.
func (tx *Tx) PutConsolidated(person iis.PersonID, c iis.Consolidated, shown *iis.Dose) error {
	members := make([]int64, len(c.Members))
	for i, id := range c.Members {
		members[i] = int64(id)
	}
	return tx.Exec(`
		INSERT INTO dose (person_id, id, given_on, cvx, primary_id, members, rule, review)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (person_id, id) DO UPDATE
		SET given_on = excluded.given_on, cvx = excluded.cvx, primary_id = excluded.primary_id,
		    members = excluded.members, rule = excluded.rule, review = excluded.review`,
		person, c.ID, shown.Date, shown.CVX, c.Primary, packIDs(members), c.Rule, c.Review)
}

// RemoveConsolidated removes a consolidated dose that no report makes any more.
// The reports themselves stay.
func (tx *Tx) RemoveConsolidated(person iis.PersonID, id iis.DoseID) error {
	return tx.Exec(`DELETE FROM dose WHERE person_id = $1 AND id = $2`, person, id)
}
