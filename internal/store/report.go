package store

import "openiis/internal/iis"

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
}

// NewVersion is what a report says of one event.
type NewVersion struct {
	ID     iis.SourceDoseID // of this version
	Key    string           // names the event within its sender
	Detail int
	Dose   iis.Dose
}

func walkNewReport(c *coder, r *Report) {
	walkWord(c, r)
	list(c, 2, &r.Doses, walkNewVersion)
	c.end()
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
	c.end()
}

// AddReport stores a report, and returns its body as stored.
func (tx *Tx) AddReport(r *Report) ([]byte, error) {
	body := encode(r, walkNewReport)
	return body, tx.Exec(`
		INSERT INTO report (person_id, id, source_id, sender_id, submission_id, received, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.Person, r.ID, r.Source, r.Sender, r.Submission, r.Received, body)
}

// Derived is a consolidated dose with the report that its record shows.
type Derived struct {
	ID     iis.DoseID
	Review bool
	Shown  *iis.SourceDose
}

// PutDoses adds or replaces consolidated doses of a person.
func (tx *Tx) PutDoses(person iis.PersonID, doses []Derived) error {
	rows := make([][]any, len(doses))
	for i, d := range doses {
		s := &d.Shown.Dose
		rows[i] = []any{person, d.ID, s.Date, s.CVX, s.MVX, s.Lot, d.Shown.Sender, s.InfoSource, s.Completion, d.Review}
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
	return tx.Exec(`DELETE FROM dose WHERE person_id = $1 AND id = $2`, person, id)
}
