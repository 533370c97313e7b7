package store

import (
	"fmt"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// CarriedRecord is a record as it is in the registry that one replaces that was restored from a
// backup: what came for it since is put into the restored one (record.CarryHidden).
type CarriedRecord struct {
	Folder  *Folder // of a sealed identity only its number
	Links   []Link
	Reports []Report // all, in their order
	// messages are those by which reports came since the backup, with what became of them.
	messages map[iis.SubmissionID][]*tableRows
}

// earlier is how long before the moment of a backup a report may have its number that is not in
// it: it is made before the transaction that stores it.
const earlier = time.Hour

// ReportsSince calls a function with each report that may have come since a backup. It reads all
// reports: it is for a registry that is replaced.
func (tx *Tx) ReportsSince(taken time.Time, each func(*Report)) error {
	q := reportsSince(`SELECT person_id, id, source_id, sender_id, submission_id, received, body FROM report WHERE id >= $1 ORDER BY id`, each)
	q.Args = []any{idAt(taken.Add(-earlier))}
	return tx.Select(q)
}

func reportsSince(sql string, each func(*Report)) db.Query {
	return db.Query{SQL: sql, Each: func(row db.Row) error {
		r := Report{
			Person: iis.PersonID(row.Int(0)), ID: row.Int(1), Source: iis.SourceID(row.Int(2)), Sender: iis.SenderID(row.Int(3)),
			Submission: iis.SubmissionID(row.Int(4)), Received: row.Int(5),
		}
		err := decode(row.Text(6), &r, walkNewReport)
		if err == nil {
			each(&r)
		}
		return err
	}}
}

// linksOf are the links of a person in one of two tables.
func (tx *Tx) linksOf(table string, person iis.PersonID) (out []Link, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT source_id, method, score, why, since, actor FROM ` + table + ` WHERE person_id = $1 ORDER BY source_id`, Args: []any{person},
		Each: func(r db.Row) error {
			out = append(out, Link{
				Person: person, Source: iis.SourceID(r.Int(0)), Method: r.Text(1), Bits: float64(r.Int(2)) / 1000, Why: slices.Clone(r.Bytes(3)),
				Since: time.UnixMicro(r.Int(4)).UTC(), Actor: r.Text(5),
			})
			return nil
		},
	})
	return out, err
}

// LinksOf are the links of a person, and those of a sealed identity.
func (tx *Tx) LinksOf(person iis.PersonID) ([]Link, error) {
	open, err := tx.linksOf("link", person)
	if err != nil {
		return nil, err
	}
	sealed, err := tx.linksOf("sealed_link", person)
	return append(open, sealed...), err
}

// CarriedRecord reads a record of a registry that is replaced.
func (tx *Tx) CarriedRecord(person iis.PersonID, taken time.Time) (*CarriedRecord, error) {
	f, err := tx.Folder(person)
	if err != nil {
		return nil, err
	}
	out := &CarriedRecord{Folder: f}
	if out.Links, err = tx.linksOf("link", f.ID); err != nil {
		return nil, err
	}
	if out.Reports, err = tx.Reports(f.ID); err != nil {
		return nil, err
	}
	return out, tx.readMessages(out, taken, "submission", "receipt")
}

// CarriedSealed reads a sealed identity of a registry that is replaced.
func (tx *Tx) CarriedSealed(person iis.PersonID, taken time.Time) (out *CarriedRecord, err error) {
	out = &CarriedRecord{Folder: &Folder{ID: person}}
	if out.Links, err = tx.linksOf("sealed_link", person); err != nil {
		return nil, err
	}
	if out.Reports, err = tx.SealedReports(person); err != nil {
		return nil, err
	}
	return out, tx.readMessages(out, taken, "sealed_submission", "sealed_receipt")
}

// readMessages reads the messages of reports that may have come since a backup.
func (tx *Tx) readMessages(in *CarriedRecord, taken time.Time, submission, receipt string) error {
	in.messages = map[iis.SubmissionID][]*tableRows{}
	for i := range in.Reports {
		r := &in.Reports[i]
		if r.ID < idAt(taken.Add(-earlier)) || r.Submission == 0 || in.messages[r.Submission] != nil {
			continue
		}
		for table, where := range map[string]string{submission: `id = $1`, receipt: `submission_id = $1`} {
			rows, err := tx.rowsOf(table, where, r.Submission)
			if err != nil {
				return fmt.Errorf("read a message: %w", err)
			}
			in.messages[r.Submission] = append(in.messages[r.Submission], rows)
		}
	}
	return nil
}

// PutMessage stores the message by which a report of a carried record came, as of whom it is
// here. It is there already when another report came by it.
func (tx *Tx) PutMessage(from *CarriedRecord, id iis.SubmissionID, person iis.PersonID) error {
	for _, t := range from.messages[id] {
		of := slices.IndexFunc(t.columns, func(c column) bool { return c.name == "person_id" || c.name == "about_id" })
		for _, row := range t.rows {
			if of >= 0 && row[of] != nil {
				row[of] = int64(person)
			}
		}
		if err := t.put(tx); err != nil {
			return fmt.Errorf("carry a message over: %w", err)
		}
	}
	return nil
}

// MessageIsOf has a message that was put be one about a sealed identity.
func (tx *Tx) MessageIsOf(id iis.SubmissionID, sealed iis.PersonID) error {
	return tx.Exec(`INSERT INTO sealed_about (sealed_id, submission_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, sealed, id)
}
