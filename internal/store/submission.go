package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/klauspost/compress/s2"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Keep stores a submission as it came, compressed, in a transaction of its own,
// and returns at once: Wait on the result before anyone is told that it was
// received. It gives the submission its id. The row itself says who sent it,
// how and when: it is its own line of the audit.
func (s *Store) Keep(sub *iis.Submission) *db.Pending {
	sub.ID = iis.SubmissionID(s.NewID())
	packed := s2.EncodeBetter(nil, sub.Raw) // milliseconds saved count more than bytes here
	kept := *sub
	return s.appendBefore(func(tx *Tx) error { return tx.keep(&kept, packed) })
}

func (tx *Tx) keep(sub *iis.Submission, packed []byte) error {
	return tx.Exec(`
		INSERT INTO submission (id, sender_id, door, received, size, raw)
		VALUES ($1, $2, $3, $4, $5, $6)`,
		sub.ID, sub.Sender.ID, string(sub.Door), sub.Received.UnixMicro(), len(sub.Raw), packed)
}

// StoredReceipt is what became of a submission, as stored.
type StoredReceipt struct {
	Submission iis.SubmissionID
	Sender     iis.SenderID
	Answered   time.Time
	Kind       string // VXU, QBP, FORM, ?, or as tests are named (iis.TestReceipt)
	ControlID  string
	Ack        string // AA, AE, AR
	Person     iis.PersonID
	Findings   iis.Findings
	Outcome    json.RawMessage
}

// Class is kind and answer of a submission that was answered so. Of a test nobody's record
// says whether it would have been stored: its name does.
func (r *StoredReceipt) Class() (iis.Kind, iis.Answer) {
	k := iis.KindOf(r.Kind)
	return k, iis.AnswerOf(r.Ack, k, r.Person != 0 || r.Kind == iis.TestReceipt, r.Findings.Worst())
}

// AddReceipt stores what became of a submission.
func (tx *Tx) AddReceipt(r StoredReceipt) error {
	findings, err := json.Marshal(r.Findings)
	if err != nil {
		return err
	}
	if r.Outcome == nil {
		r.Outcome = json.RawMessage("{}")
	}
	var person any
	if r.Person != 0 {
		person = r.Person
	}
	return tx.Exec(`
		INSERT INTO receipt (submission_id, sender_id, answered, kind, control_id, ack, person_id, findings, outcome)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.Submission, r.Sender, r.Answered.UnixMicro(), r.Kind, r.ControlID, r.Ack, person, string(findings), string(r.Outcome))
}

// Receipt reads what became of a submission; fault.NotFound when it was never
// answered.
func (tx *Tx) Receipt(id iis.SubmissionID) (StoredReceipt, error) {
	found, err := tx.Receipts(id)
	if err != nil {
		return StoredReceipt{}, err
	}
	if len(found) == 0 {
		return StoredReceipt{}, fault.New(fault.NotFound, "there is no such receipt")
	}
	return found[0], nil
}

// Receipts reads what became of some submissions in one round trip, in the
// order asked; one that was never answered is left out.
func (tx *Tx) Receipts(ids ...iis.SubmissionID) ([]StoredReceipt, error) {
	return tx.receiptsIn("receipt", ids...)
}

// receiptsIn is Receipts of those in one of two tables: the sealed one calls whom it
// is about otherwise, so that no search for a person finds it.
func (tx *Tx) receiptsIn(table string, ids ...iis.SubmissionID) ([]StoredReceipt, error) {
	person := "person_id"
	if table != "receipt" {
		person = "about_id"
	}
	var out []StoredReceipt
	queries := make([]db.Query, len(ids))
	for i, id := range ids {
		queries[i] = db.Query{
			SQL: `
				SELECT sender_id, answered, kind, control_id, ack, ` + person + `, findings, outcome
				FROM ` + table + ` WHERE submission_id = $1`,
			Args: []any{id},
			Each: func(row db.Row) error {
				r := StoredReceipt{
					Submission: id, Sender: iis.SenderID(row.Int(0)), Answered: time.UnixMicro(row.Int(1)).UTC(),
					Kind: row.Text(2), ControlID: row.Text(3), Ack: row.Text(4), Person: iis.PersonID(row.Int(5)),
					Outcome: json.RawMessage(row.Text(7)),
				}
				err := json.Unmarshal([]byte(row.Text(6)), &r.Findings)
				out = append(out, r)
				return err
			},
		}
	}
	if len(queries) == 0 {
		return nil, nil
	}
	return out, tx.Select(queries...)
}

// Submission reads a submission back, byte for byte as it came.
func (s *Store) Submission(ctx context.Context, id iis.SubmissionID) (iis.Submission, error) {
	sub := iis.Submission{ID: id}
	found := false
	err := s.Read(ctx, func(tx *Tx) error {
		return tx.Select(db.Query{
			SQL:  `SELECT sender_id, door, received, raw FROM submission WHERE id = $1`,
			Args: []any{id},
			Each: func(row db.Row) (err error) {
				found = true
				sub, err = readSubmission(id, row)
				return err
			},
		})
	})
	if err != nil {
		return sub, fmt.Errorf("read submission %d: %w", id, err)
	}
	if !found {
		return sub, fault.New(fault.NotFound, "there is no such submission")
	}
	return sub, nil
}

// readSubmission reads sender, door, time and content of a submission.
func readSubmission(id iis.SubmissionID, row db.Row) (sub iis.Submission, err error) {
	sub.ID, sub.Sender.ID, sub.Door = id, iis.SenderID(row.Int(0)), iis.Door(row.Text(1))
	sub.Received = time.UnixMicro(row.Int(2)).UTC()
	sub.Raw, err = s2.Decode(nil, row.Bytes(3))
	return sub, err
}
