package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// movedTable is a table whose rows are in another while they are sealed. There a
// receipt calls whom it is about otherwise, so that no search for a person finds it.
type movedTable struct{ open, sealed, key, columns string }

var movedTables = []movedTable{
	{"submission", "sealed_submission", "id", "id, sender_id, door, received, size, raw"},
	{"receipt", "sealed_receipt", "submission_id", "submission_id, sender_id, answered, kind, control_id, ack, person_id, findings, outcome"},
}

// sealedNames are columns as the table of what is sealed has them.
func (t movedTable) sealedNames() string {
	return strings.Replace(t.columns, " person_id", " about_id", 1)
}

// moveMessage moves a message and what became of it.
func (tx *Tx) moveMessage(id iis.SubmissionID, seal bool) error {
	for _, t := range movedTables {
		from, to, have, get := t.sealed, t.open, t.sealedNames(), t.columns
		if seal {
			from, to, have, get = t.open, t.sealed, t.columns, t.sealedNames()
		}
		err := tx.both(
			[]any{id}, `INSERT INTO `+to+` (`+get+`) SELECT `+have+` FROM `+from+` WHERE `+t.key+` = $1`,
			[]any{id}, `DELETE FROM `+from+` WHERE `+t.key+` = $1`)
		if err != nil {
			return fmt.Errorf("move submission %d to %s: %w", id, to, err)
		}
	}
	return nil
}

// SealSubmission takes a message about a sealed identity out of what is read, with
// what became of it. One that is sealed already is so for this one too.
func (tx *Tx) SealSubmission(id iis.SubmissionID, sealed iis.PersonID) error {
	if err := tx.moveMessage(id, true); err != nil {
		return err
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
	about := map[iis.SubmissionID]bool{}
	senders := map[iis.SenderID]bool{}
	for _, id := range numbers {
		err := tx.Select(db.Query{
			SQL: `SELECT DISTINCT submission_id, sender_id FROM sealed_report WHERE person_id = $1`, Args: []any{id},
			Each: func(r db.Row) error {
				about[iis.SubmissionID(r.Int(0))], senders[iis.SenderID(r.Int(1))] = true, true
				return nil
			},
		})
		if err != nil {
			return 0, fmt.Errorf("find the messages of %d: %w", id, err)
		}
		if err := tx.audited(id, about); err != nil {
			return 0, err
		}
	}
	all := slices.Sorted(maps.Keys(about))
	for _, id := range all {
		if err := tx.SealSubmission(id, sealed); err != nil {
			return 0, err
		}
	}
	for _, sender := range slices.Sorted(maps.Keys(senders)) {
		if err := tx.sealFiles(sealed, sender, about); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}

// audited adds the messages of which the audit says that they were about a person, and
// the queries that were answered with it.
func (tx *Tx) audited(person iis.PersonID, into map[iis.SubmissionID]bool) error {
	others := map[iis.SubmissionID]bool{}
	err := tx.Select(db.Query{
		SQL: `SELECT subject_id, act FROM audit WHERE person_id = $1`, Args: []any{person},
		Each: func(r db.Row) error {
			list := others
			if r.Text(1) == ActAnswerQuery {
				list = into
			}
			list[iis.SubmissionID(r.Int(0))] = true
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("find what the audit has of %d: %w", person, err)
	}
	receipts, _, err := tx.TakenReceipts(slices.Sorted(maps.Keys(others))...) // one may be sealed for another
	if err != nil {
		return fmt.Errorf("find the receipts of %d: %w", person, err)
	}
	for _, r := range receipts {
		if r.Person == person {
			into[r.Submission] = true
		}
	}
	return nil
}

// sealFiles seals the files of a sender of which a row is one of some messages.
func (tx *Tx) sealFiles(sealed iis.PersonID, sender iis.SenderID, about map[iis.SubmissionID]bool) error {
	var files []iis.FileID
	err := tx.Select(db.Query{
		SQL: `SELECT id FROM flat_file WHERE sender_id = $1 ORDER BY id`, Args: []any{sender},
		Each: func(r db.Row) error { files = append(files, iis.FileID(r.Int(0))); return nil },
	})
	if err != nil {
		return fmt.Errorf("find the files of sender %d: %w", sender, err)
	}
	for _, id := range files {
		has := false
		err := tx.Select(db.Query{
			SQL: `SELECT submission_id FROM flat_row WHERE file_id = $1`, Args: []any{id},
			Each: func(r db.Row) error { has = has || about[iis.SubmissionID(r.Int(0))]; return nil },
		})
		if err == nil && has {
			err = tx.SealFile(id, sealed)
		}
		if err != nil {
			return fmt.Errorf("look for rows of file %d: %w", id, err)
		}
	}
	return nil
}

// SealFile keeps an uploaded file from being read, for a sealed identity that it names.
func (tx *Tx) SealFile(id iis.FileID, sealed iis.PersonID) error {
	return tx.Exec(`INSERT INTO sealed_file (file_id, sealed_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, sealed)
}

// UnsealSubmissions opens again what is sealed for nobody else: messages and files.
func (tx *Tx) UnsealSubmissions(sealed iis.PersonID) error {
	var messages, files []int64
	err := tx.Select(db.Query{
		SQL: `SELECT submission_id FROM sealed_about WHERE sealed_id = $1 ORDER BY submission_id`, Args: []any{sealed},
		Each: func(r db.Row) error { messages = append(messages, r.Int(0)); return nil },
	}, db.Query{
		SQL: `SELECT file_id FROM sealed_file WHERE sealed_id = $1 ORDER BY file_id`, Args: []any{sealed},
		Each: func(r db.Row) error { files = append(files, r.Int(0)); return nil },
	})
	if err != nil {
		return fmt.Errorf("find the sealed messages of %d: %w", sealed, err)
	}
	counted, err := tx.tallied()
	if err != nil {
		return err
	}
	for _, id := range messages {
		if err := tx.unsealFor(iis.SubmissionID(id), sealed, counted); err != nil {
			return err
		}
	}
	for _, id := range files { // one that is sealed for another too stays so
		if err := tx.Exec(`DELETE FROM sealed_file WHERE file_id = $1 AND sealed_id = $2`, id, sealed); err != nil {
			return err
		}
	}
	return nil
}

// unsealFor opens a message unless it is sealed for another identity too. It is listed by
// its class again where submissions up to it were counted.
func (tx *Tx) unsealFor(id iis.SubmissionID, sealed iis.PersonID, counted iis.SubmissionID) error {
	if err := tx.Exec(`DELETE FROM sealed_about WHERE sealed_id = $1 AND submission_id = $2`, sealed, id); err != nil {
		return err
	}
	others := false
	err := tx.Select(db.Query{
		SQL: `SELECT sealed_id FROM sealed_about WHERE submission_id = $1 LIMIT 1`, Args: []any{id},
		Each: func(db.Row) error { others = true; return nil },
	})
	if err != nil || others {
		return err
	}
	if err := tx.moveMessage(id, false); err != nil || id > counted {
		return err
	}
	return tx.classAgain(id)
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
