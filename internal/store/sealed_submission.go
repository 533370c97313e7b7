package store

import (
	"fmt"
	"slices"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// SealSubmission takes a message about a sealed identity out of what is read, with
// what became of it. One that is sealed already is so for this one too.
func (tx *Tx) SealSubmission(id iis.SubmissionID, sealed iis.PersonID) error {
	for _, sql := range []string{
		`INSERT INTO sealed_submission (id, sender_id, door, received, size, raw)
		SELECT id, sender_id, door, received, size, raw FROM submission WHERE id = $1`,
		`DELETE FROM submission WHERE id = $1`,
		`INSERT INTO sealed_receipt (submission_id, sender_id, answered, kind, control_id, ack, about_id, findings, outcome)
		SELECT submission_id, sender_id, answered, kind, control_id, ack, person_id, findings, outcome FROM receipt WHERE submission_id = $1`,
		`DELETE FROM receipt WHERE submission_id = $1`,
	} {
		if err := tx.Exec(sql, id); err != nil {
			return fmt.Errorf("seal submission %d: %w", id, err)
		}
	}
	if err := tx.unclass(id); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO sealed_about (sealed_id, submission_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, sealed, id)
}

// unclass takes a submission out of the lists by class.
func (tx *Tx) unclass(id iis.SubmissionID) error {
	sender := iis.SenderID(0)
	err := tx.Select(db.Query{
		SQL: `SELECT sender_id FROM sealed_submission WHERE id = $1`, Args: []any{id},
		Each: func(r db.Row) error { sender = iis.SenderID(r.Int(0)); return nil },
	})
	if err != nil {
		return err
	}
	for _, list := range []iis.SenderID{0, sender} {
		for _, class := range (SubmissionFilter{}).classes() {
			err := tx.Exec(`DELETE FROM submission_class WHERE sender_id = $1 AND class = $2 AND submission_id = $3`, list, class, id)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// SealSubmissions seals all messages about a person who has these numbers: those
// from which it was made, those that said again what was known, the queries that were
// answered with it, and the files whose rows they were. It returns how many.
func (tx *Tx) SealSubmissions(sealed iis.PersonID, numbers []iis.PersonID) (int, error) {
	var all []iis.SubmissionID
	each := func(r db.Row) error { all = append(all, iis.SubmissionID(r.Int(0))); return nil }
	var senders []iis.SenderID
	for _, id := range numbers {
		err := tx.Select(db.Query{
			SQL: `SELECT DISTINCT submission_id FROM sealed_report WHERE person_id = $1`, Args: []any{id}, Each: each,
		}, db.Query{
			SQL: `
				SELECT DISTINCT a.subject_id FROM audit a JOIN submission s ON s.id = a.subject_id
				WHERE a.person_id = $1 AND (a.act = 'answer query' OR EXISTS (
					SELECT 1 FROM receipt r WHERE r.submission_id = a.subject_id AND r.person_id = a.person_id))`,
			Args: []any{id}, Each: each,
		}, db.Query{
			SQL: `SELECT DISTINCT sender_id FROM sealed_report WHERE person_id = $1`, Args: []any{id},
			Each: func(r db.Row) error { senders = append(senders, iis.SenderID(r.Int(0))); return nil },
		})
		if err != nil {
			return 0, fmt.Errorf("find the messages of %d: %w", id, err)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for _, id := range all {
		if err := tx.SealSubmission(id, sealed); err != nil {
			return 0, err
		}
	}
	slices.Sort(senders)
	for _, sender := range slices.Compact(senders) {
		if err := tx.sealFiles(sealed, sender); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// sealFiles seals the files of a sender of which a row is about a sealed identity.
func (tx *Tx) sealFiles(sealed iis.PersonID, sender iis.SenderID) error {
	return tx.Exec(`
		INSERT INTO sealed_file (file_id, sealed_id)
		SELECT DISTINCT f.id, CAST($1 AS BIGINT)
		FROM flat_file f JOIN flat_row w ON w.file_id = f.id
		JOIN sealed_about a ON a.sealed_id = $1 AND a.submission_id = w.submission_id
		WHERE f.sender_id = $2
		ON CONFLICT DO NOTHING`, sealed, sender)
}

// UnsealSubmissions opens again what is sealed for nobody else.
func (tx *Tx) UnsealSubmissions(sealed iis.PersonID) error {
	var all []iis.SubmissionID
	err := tx.Select(db.Query{
		SQL: `
			SELECT a.submission_id FROM sealed_about a
			WHERE a.sealed_id = $1 AND NOT EXISTS (
				SELECT 1 FROM sealed_about o WHERE o.submission_id = a.submission_id AND o.sealed_id <> a.sealed_id)
			ORDER BY a.submission_id`,
		Args: []any{sealed},
		Each: func(r db.Row) error { all = append(all, iis.SubmissionID(r.Int(0))); return nil },
	})
	if err != nil {
		return fmt.Errorf("find the sealed messages of %d: %w", sealed, err)
	}
	counted, err := tx.tallied()
	if err != nil {
		return err
	}
	for _, id := range all {
		if err := tx.unsealSubmission(id); err != nil {
			return err
		}
		if id <= counted {
			if err := tx.classAgain(id); err != nil {
				return err
			}
		}
	}
	for _, sql := range []string{`DELETE FROM sealed_about WHERE sealed_id = $1`, `DELETE FROM sealed_file WHERE sealed_id = $1`} {
		if err := tx.Exec(sql, sealed); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) unsealSubmission(id iis.SubmissionID) error {
	for _, sql := range []string{
		`INSERT INTO submission (id, sender_id, door, received, size, raw)
		SELECT id, sender_id, door, received, size, raw FROM sealed_submission WHERE id = $1`,
		`DELETE FROM sealed_submission WHERE id = $1`,
		`INSERT INTO receipt (submission_id, sender_id, answered, kind, control_id, ack, person_id, findings, outcome)
		SELECT submission_id, sender_id, answered, kind, control_id, ack, about_id, findings, outcome FROM sealed_receipt WHERE submission_id = $1`,
		`DELETE FROM sealed_receipt WHERE submission_id = $1`,
	} {
		if err := tx.Exec(sql, id); err != nil {
			return fmt.Errorf("unseal submission %d: %w", id, err)
		}
	}
	return nil
}

// classAgain lists a submission by its class again, among those that were counted.
func (tx *Tx) classAgain(id iis.SubmissionID) error {
	var lines []SubmissionLine
	if err := tx.submissionLines([]iis.SubmissionID{id}, &lines); err != nil {
		return err
	}
	var classed []Classed
	for _, l := range lines {
		classed = append(classed, Classed{l.ID, l.Sender, iis.ClassOf(l.Kind, l.Answer)})
	}
	return tx.insert(`
		INSERT INTO submission_class (sender_id, class, submission_id)`, `
		ON CONFLICT (sender_id, class, submission_id) DO NOTHING`, Tally{Classes: classed}.classRows())
}

// TakenReceipts is Receipts of submissions that may be sealed, and which of them are: it
// is for their own senders.
func (tx *Tx) TakenReceipts(ids ...iis.SubmissionID) ([]StoredReceipt, map[iis.SubmissionID]bool, error) {
	all, err := tx.Receipts(ids...)
	if err != nil || len(all) == len(ids) {
		return all, nil, err
	}
	more, err := tx.receiptsIn("sealed_receipt", ids...)
	sealed := map[iis.SubmissionID]bool{}
	for _, r := range more {
		sealed[r.Submission] = true
	}
	return append(all, more...), sealed, err
}

// SealedSubmission is a sealed message, byte for byte as it came; found is false when
// there is none.
func (tx *Tx) SealedSubmission(id iis.SubmissionID) (sub iis.Submission, found bool, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT sender_id, door, received, raw FROM sealed_submission WHERE id = $1`,
		Args: []any{id},
		Each: func(row db.Row) (err error) {
			found = true
			sub, err = readSubmission(id, row)
			return err
		},
	})
	return sub, found, err
}

// SettleSealed is Settle of a query that was answered with sealed identities, and is
// sealed for them. The query must be kept before (db.Pending.Before).
func (tx *Tx) SettleSealed(sealed []iis.PersonID, r StoredReceipt, lines ...Audit) error {
	if err := tx.AddReceipt(r); err != nil {
		return err
	}
	if err := tx.addAudits(lines); err != nil {
		return err
	}
	for _, id := range sealed {
		if err := tx.SealSubmission(r.Submission, id); err != nil {
			return err
		}
	}
	return nil
}
