package store

import (
	"fmt"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Report is what one submission said of one person that was new: the source's
// word on the person, on events, or both. Reports are kept for ever, and a
// folder is what they come to.
type Report struct {
	ID         int64
	Person     iis.PersonID
	Source     iis.SourceID
	Sender     iis.SenderID
	Submission iis.SubmissionID
	Received   int64        // Unix microseconds
	Said       *iis.Person  // nil when nothing new was said of the person
	Doses      []NewVersion // of events
	Choice     *iis.Choice  // nil when nothing was chosen
}

// NewVersion is what a report says of one event.
type NewVersion struct {
	ID     iis.SourceDoseID // of this version
	Key    string           // names the event within its sender
	Detail int
	Dose   iis.Dose
	// Begins says that it is the first word on its event, and Replaces, where it is
	// not the source's own, which one of the sender it takes the place of (its
	// Origin). Older programs left both out (Folder.SetDose).
	Begins   bool
	Replaces iis.SourceDoseID
}

func walkNewReport(c *coder, r *Report) {
	walkWord(c, r)
	list(c, 2, &r.Doses, walkNewVersion)
	if c.has(3, r.Choice != nil) {
		if r.Choice == nil {
			r.Choice = new(iis.Choice)
		}
		walkChosen(c, r.Choice)
		c.end()
	}
	c.end()
}

// walkChosen walks what was chosen: the fields of a choice that its report has not.
func walkChosen(c *coder, v *iis.Choice) {
	text(c, 6, &v.Kind)
	integer(c, 7, &v.From)
	ident(c, 8, &v.By)
	text(c, 9, &v.Paper)
	list(c, 10, &v.Lifts, func(c *coder, id *iis.SourceID) { ident(c, 1, id) })
	ident(c, 11, &v.Dose)
}

// walkChoice walks a choice of a folder.
func walkChoice(c *coder, v *iis.Choice) {
	ident(c, 1, &v.ID)
	ident(c, 2, &v.Source)
	ident(c, 3, &v.Sender)
	ident(c, 4, &v.Submission)
	ident(c, 5, &v.Received)
	walkChosen(c, v)
	c.end()
}

// chosen is a report's choice with where it comes from.
func (r *Report) chosen() iis.Choice {
	c := *r.Choice
	c.ID, c.Source, c.Sender, c.Submission, c.Received = r.ID, r.Source, r.Sender, r.Submission, r.Received
	return c
}

func walkWord(c *coder, r *Report) {
	if c.has(1, r.Said != nil) {
		if r.Said == nil {
			r.Said = new(iis.Person)
		}
		walkPerson(c, r.Said)
	}
}

// walkSaid reads what walkNewReport writes as far as it is about the person, and
// leaves the rest unread.
func walkSaid(c *coder, r *Report) {
	walkWord(c, r)
	c.in = ""
}

func walkNewVersion(c *coder, d *NewVersion) {
	ident(c, 1, &d.ID)
	text(c, 2, &d.Key)
	integer(c, 3, &d.Detail)
	if c.has(4, true) {
		walkDose(c, &d.Dose)
	}
	boolean(c, 5, &d.Begins)
	ident(c, 6, &d.Replaces)
	c.end()
}

// Reports are all reports of a person, in their order.
func (tx *Tx) Reports(person iis.PersonID) ([]Report, error) {
	var out []Report
	err := tx.Select(reportsQuery(person, func(r *Report) { out = append(out, *r) }))
	if err != nil {
		err = fmt.Errorf("read the reports of person %d: %w", person, err)
	}
	return out, err
}

func reportsQuery(person iis.PersonID, each func(*Report)) db.Query {
	return db.Query{
		SQL: `
			SELECT id, source_id, sender_id, submission_id, received, body
			FROM report WHERE person_id = $1 ORDER BY id`,
		Args: []any{person},
		Each: func(row db.Row) error {
			r := Report{
				ID: row.Int(0), Person: person, Source: iis.SourceID(row.Int(1)), Sender: iis.SenderID(row.Int(2)),
				Submission: iis.SubmissionID(row.Int(3)), Received: row.Int(4),
			}
			err := decode(row.Text(5), &r, walkNewReport)
			if err == nil {
				each(&r)
			}
			return err
		},
	}
}

// AddReport stores a report, and returns its body as stored: in a batch that is
// judged ahead (Batch.Close), none.
func (tx *Tx) AddReport(r *Report) ([]byte, error) {
	if tx.batch != nil {
		tx.batch.reports = append(tx.batch.reports, reportRow{Report: r})
		return nil, nil
	}
	body := encode(r, walkNewReport)
	return body, tx.Exec(`
		INSERT INTO report (person_id, id, source_id, sender_id, submission_id, received, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.Person, r.ID, r.Source, r.Sender, r.Submission, r.Received, body)
}

// Derived is a consolidated dose as its record shows it.
type Derived struct {
	ID     iis.DoseID
	Review bool
	Sender iis.SenderID // whose report leads
	Shown  *iis.Dose
}

// row is a dose as it is stored.
func (d *Derived) row(person iis.PersonID) []any {
	s := d.Shown
	return []any{person, d.ID, s.Date, s.CVX, s.MVX, s.Lot, d.Sender, s.InfoSource, s.Completion, d.Review}
}

// PutDoses adds or replaces consolidated doses of a person.
func (tx *Tx) PutDoses(person iis.PersonID, doses []Derived) error {
	if tx.batch != nil && tx.batch.putDoses(person, doses) {
		return nil
	}
	rows := make([][]any, len(doses))
	for i := range doses {
		rows[i] = doses[i].row(person)
	}
	return tx.insert(`
		INSERT INTO dose (person_id, id, given_on, cvx, mvx, lot, sender_id, info_source, completion, review)`, `
		ON CONFLICT (person_id, id) DO UPDATE
		SET given_on = excluded.given_on, cvx = excluded.cvx, mvx = excluded.mvx, lot = excluded.lot,
		    sender_id = excluded.sender_id, info_source = excluded.info_source, completion = excluded.completion,
		    review = excluded.review`, rows)
}

// RemoveDose removes a consolidated dose that no report makes any more. The
// reports themselves stay.
func (tx *Tx) RemoveDose(person iis.PersonID, id iis.DoseID) error {
	if tx.batch != nil && tx.batch.removeDose(person, id) {
		return nil
	}
	return tx.Exec(`DELETE FROM dose WHERE person_id = $1 AND id = $2`, person, id)
}
