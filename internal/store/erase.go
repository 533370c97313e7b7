package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/klauspost/compress/s2"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// What an opt-out erases (docs/opt-out.md). The audit stays: it holds numbers and keyed
// digests alone.

// erasedTables are those whose rows of a person are removed, with what they are, in
// words. A test holds them against the catalogue.
var erasedTables = []struct{ table, words string }{
	{"report", "reports"},
	{"link", "sources"},
	{"dose", "doses"},
	{"dose_pin", "decisions about doses"},
	{"identity_pin", "what was held apart or together"},
	{"notice", "notices to parents"},
	{"concern", "notes that something looks wrong"},
	{"concern_evidence", "files that prove a petition"},
	{"informed", "what was written down of informing"},
	{"roster_entry", "entries on rosters"},
	{"broken_glass", "openings of what was not shared"},
	{"standing", "where the person stands by the schedule"},
	{"watched_record", "marks of a watched record"},
	{"opt_out_doubt", "questions whether it is of somebody who opted out"},
	{"identity_decision", "decisions about who is who"},
}

// ErasedNote is what is left of a message of which nothing else is.
const ErasedNote = "Erased: the person opted out of the registry."

// Erasing is whose everything is removed, with by what that is found, and counts what it
// was.
type Erasing struct {
	Persons []iis.PersonID // every number that the record had, the present one last
	Had     SearchKeys
	// Redact takes the person's name and numbers out of a text that is about somebody else,
	// Names the name alone: out of what is JSON, where a number may be anything.
	Redact, Names func(string) string
	Erased        map[string]int
}

func (e *Erasing) now() iis.PersonID { return e.Persons[len(e.Persons)-1] }

func (e *Erasing) is(id iis.PersonID) bool { return id != 0 && slices.Contains(e.Persons, id) }

// Count counts what was erased.
func (e *Erasing) Count(words string, n int) {
	if e.Erased == nil {
		e.Erased = map[string]int{}
	}
	if n > 0 {
		e.Erased[words] += n
	}
}

// Thoroughly has SQLite write zeros over what this transaction removes, for as long as fn
// runs; PostgreSQL leaves it to VACUUM (db.Scrub).
func (tx *Tx) Thoroughly(fn func() error) error {
	if tx.Engine() != db.SQLite {
		return fn()
	}
	set := func(how string) error {
		return tx.Select(db.Query{SQL: `PRAGMA secure_delete = ` + how, Each: func(db.Row) error { return nil }})
	}
	if err := set("ON"); err != nil {
		return err
	}
	return errors.Join(fn(), set("OFF"))
}

// ErasePerson removes a person's rows, what is derived and what is queued. Keys by which
// sources are found, messages and files are for EraseKeys, EraseSubmission and CutFile.
func (tx *Tx) ErasePerson(e *Erasing) error {
	queued, err := tx.Queued(e.Persons...)
	if err != nil {
		return err
	}
	for _, q := range queued {
		if err := tx.Unqueue(q); err != nil {
			return err
		}
	}
	e.Count("pairs in the queue of possible matches", len(queued))
	if err := tx.eraseDecisions(e); err != nil {
		return err
	}
	for _, id := range e.Persons {
		for _, t := range erasedTables {
			n, err := tx.Count(`DELETE FROM `+t.table+` WHERE person_id = $1`, id)
			if err != nil {
				return err
			}
			e.Count(t.words, int(n))
		}
		for _, table := range []string{"person_alias", "put_off"} {
			if err := tx.Exec(`DELETE FROM `+table+` WHERE person_id = $1`, id); err != nil {
				return err
			}
		}
	}
	e.Count("words by which the person was searched", len(e.Had))
	if err := tx.Exec(`DELETE FROM kept_form`); err != nil { // sealed: whose data is in them is not told, and they are of the last half hour
		return err
	}
	return tx.RemoveDerived(e.now(), e.Had)
}

// EraseKeys removes all by which a source is found. A number alone that two persons had
// leads nowhere and stays the other's.
func (tx *Tx) EraseKeys(source iis.SourceID, sender iis.SenderID, own []string, keys []int64) error {
	for _, k := range own {
		if err := tx.Exec(`DELETE FROM source_key WHERE sender_id = $1 AND k = $2 AND source_id = $3`, sender, k, source); err != nil {
			return err
		}
	}
	return tx.RemoveMatchKeys(source, keys)
}

// eraseDecisions leaves of what was decided of others together with the person that it
// was decided, without its reason and what undoing it would bring back of the person.
// What names the person in the reason of a decision about others is taken out.
func (tx *Tx) eraseDecisions(e *Erasing) error {
	type changed struct {
		person, id int64
		why, moved string
	}
	var all []changed
	err := tx.Select(db.Query{
		SQL: `SELECT person_id, id, first_id, other_id, why, moved FROM identity_decision`,
		Each: func(r db.Row) error {
			if e.is(iis.PersonID(r.Int(0))) {
				return nil // removed whole
			}
			c := changed{r.Int(0), r.Int(1), e.Redact(r.Text(4)), r.Text(5)}
			if e.is(iis.PersonID(r.Int(2))) || e.is(iis.PersonID(r.Int(3))) {
				c.why = ""
			}
			var m Moved
			if err := json.Unmarshal(r.Bytes(5), &m); err != nil {
				return fmt.Errorf("read decision %d: %w", c.id, err)
			}
			e.leave(&m, c.why == "" && r.Text(4) != "")
			left, err := json.Marshal(m)
			if err != nil {
				return err
			}
			was := []byte(r.Text(5))
			if again, err := sameMoved(was); err != nil || !bytes.Equal(again, left) || c.why != r.Text(4) {
				c.moved = e.Names(string(left))
				all = append(all, c)
			}
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("read decisions: %w", err)
	}
	for _, c := range all {
		if err := tx.Exec(`UPDATE identity_decision SET why = $1, moved = $2 WHERE person_id = $3 AND id = $4`, c.why, c.moved, c.person, c.id); err != nil {
			return err
		}
	}
	e.Count("reasons of decisions about others together with the person", len(all))
	return nil
}

// sameMoved is what a decision changed, as this program writes it.
func sameMoved(text []byte) ([]byte, error) {
	var m Moved
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

// leave leaves of what a decision changed what is not of the person. What was decided of
// the person may hold a certificate, which is theirs.
func (e *Erasing) leave(m *Moved, theirs bool) {
	of := func(q Queued) bool { return e.is(q.Person) || e.is(q.Other) }
	for _, list := range []*[]Queued{&m.Settled, &m.Renamed, &m.HadToo} {
		*list = slices.DeleteFunc(*list, of)
		for i := range *list {
			(*list)[i].Why = json.RawMessage(e.Names(string((*list)[i].Why)))
		}
	}
	m.Retired = slices.DeleteFunc(m.Retired, func(r Retired) bool { return e.is(r.Person) })
	if theirs {
		m.Unmatched = nil
	}
}

// EraseUnmatched removes certificates of deaths that are the person's from the list of
// those without a record.
func (tx *Tx) EraseUnmatched(e *Erasing, theirs func(*UnmatchedDeath) bool) error {
	var gone []UnmatchedDeath
	err := tx.Select(db.Query{
		SQL: `SELECT ` + unmatchedWhole + ` FROM unmatched_death`,
		Each: func(r db.Row) error {
			u, err := readUnmatched(r)
			if err == nil && theirs(&u) {
				gone = append(gone, u)
			}
			return err
		},
	})
	if err != nil {
		return fmt.Errorf("read deaths without a record: %w", err)
	}
	for _, u := range gone {
		if err := tx.Exec(`DELETE FROM unmatched_death WHERE sender_id = $1 AND certificate = $2`, u.Sender, u.Certificate); err != nil {
			return err
		}
	}
	e.Count("deaths without a record", len(gone))
	return nil
}

// freeTexts are the columns in which people write of whom they like, each with the key of
// its table.
var freeTexts = []struct {
	table, texts string
	key          []string
}{
	{"concern", "say, answer, asks_for, asker", []string{"person_id", "id"}},
	{"dose_pin", "why", []string{"person_id", "id"}},
	{"review_entry", "said", []string{"review_id", "id"}},
	{"alert_entry", "note", []string{"alert_id", "id"}},
	{"watched_record", "why", []string{"person_id", "id"}},
	{"possible_match", "why", []string{"person_id", "other_id"}},
	{"unmatched_death", "why", []string{"id"}},
	{"severity_change", "reason", []string{"sender_id", "n"}},
	{"organization_change", "why", []string{"organization_id", "id"}},
	{"match_adoption", "reason", []string{"n"}},
	{"sealed", "why", []string{"person_id", "id"}},
	{"flat_file", "name", []string{"id"}},
	{"ticket", "subject, name, contact", []string{"id"}},
	{"ticket_entry", "say", []string{"ticket_id", "id"}},
	{"training_event", "wish, why", []string{"id"}},
	{"broken_glass", "say", []string{"person_id", "id"}},
	{"informed", "why", []string{"person_id", "id"}},
	{"roster_entry", "why", []string{"person_id", "id"}},
	{"application_entry", "said", []string{"application_id", "id"}},
}

// RedactTexts takes the person's name and numbers out of what people wrote about others.
func (tx *Tx) RedactTexts(e *Erasing) error {
	for _, t := range freeTexts {
		texts := strings.Split(t.texts, ", ")
		type changed struct {
			column string
			to     string
			key    []int64
		}
		var all []changed
		err := tx.Select(db.Query{
			SQL: `SELECT ` + strings.Join(t.key, ", ") + `, ` + t.texts + ` FROM ` + t.table,
			Each: func(r db.Row) error {
				for i, column := range texts {
					was := r.Text(len(t.key) + i)
					redact := e.Redact
					if t.table == "possible_match" {
						redact = e.Names
					}
					to := redact(was)
					if to == was {
						continue
					}
					c := changed{column: column, to: to}
					for k := range t.key {
						c.key = append(c.key, r.Int(k))
					}
					all = append(all, c)
				}
				return nil
			},
		})
		if err != nil {
			return fmt.Errorf("read texts of %s: %w", t.table, err)
		}
		for _, c := range all {
			sql, args := `UPDATE `+t.table+` SET `+c.column+` = $1 WHERE `+t.key[0]+` = $2`, []any{c.to, c.key[0]}
			if len(t.key) > 1 {
				sql, args = sql+` AND `+t.key[1]+` = $3`, append(args, c.key[1])
			}
			if err := tx.Exec(sql, args...); err != nil {
				return err
			}
		}
		e.Count("mentions in what people wrote of others", len(all))
	}
	return nil
}

// SubmissionsAbout are the messages and answers about somebody who has these numbers: by
// their reports, and by the audit and the receipts. Of an import, where a message is
// rows of many, they are those of which one is theirs.
func (tx *Tx) SubmissionsAbout(persons []iis.PersonID, theirs func(iis.SourceID) bool) ([]iis.SubmissionID, error) {
	about := map[iis.SubmissionID]bool{}
	for _, table := range []string{"report", "sealed_report"} {
		for _, id := range persons {
			err := tx.Select(db.Query{
				SQL: `SELECT DISTINCT submission_id FROM ` + table + ` WHERE person_id = $1`, Args: []any{id},
				Each: func(r db.Row) error { about[iis.SubmissionID(r.Int(0))] = true; return nil },
			})
			if err != nil {
				return nil, fmt.Errorf("find the messages of %d: %w", id, err)
			}
		}
	}
	for _, id := range persons {
		if err := tx.received(id, theirs, about); err != nil {
			return nil, err
		}
	}
	delete(about, 0) // a report that no message brought
	return slices.Sorted(maps.Keys(about)), nil
}

// received adds the queries that were answered with a person, and the messages that were
// taken for them, as far as a source of theirs sent them.
func (tx *Tx) received(person iis.PersonID, theirs func(iis.SourceID) bool, into map[iis.SubmissionID]bool) error {
	var others []iis.SubmissionID
	err := tx.Select(db.Query{
		SQL: `SELECT subject_id, act FROM audit WHERE person_id = $1`, Args: []any{person},
		Each: func(r db.Row) error {
			if r.Text(1) == ActAnswerQuery {
				into[iis.SubmissionID(r.Int(0))] = true
			} else {
				others = append(others, iis.SubmissionID(r.Int(0)))
			}
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("find what the audit has of %d: %w", person, err)
	}
	slices.Sort(others)
	return tx.takenFor(person, slices.Compact(others), func(source iis.SourceID) bool { return source == 0 || theirs(source) }, into)
}

// TakenFor are the messages that were taken for a person and that some sources sent.
func (tx *Tx) TakenFor(person iis.PersonID, of func(iis.SourceID) bool) ([]iis.SubmissionID, error) {
	var all []iis.SubmissionID
	err := tx.Select(db.Query{
		SQL: `SELECT DISTINCT subject_id FROM audit WHERE person_id = $1 ORDER BY subject_id`, Args: []any{person},
		Each: func(r db.Row) error { all = append(all, iis.SubmissionID(r.Int(0))); return nil },
	})
	if err != nil {
		return nil, fmt.Errorf("find what the audit has of %d: %w", person, err)
	}
	out := map[iis.SubmissionID]bool{}
	err = tx.takenFor(person, all, of, out)
	return slices.Sorted(maps.Keys(out)), err
}

// takenFor adds those of some submissions that were taken for a person and are of some
// sources.
func (tx *Tx) takenFor(person iis.PersonID, all []iis.SubmissionID, of func(iis.SourceID) bool, into map[iis.SubmissionID]bool) error {
	receipts, _, err := tx.TakenReceipts(all...)
	if err != nil {
		return fmt.Errorf("find the receipts of %d: %w", person, err)
	}
	for _, r := range receipts {
		var said iis.Receipt
		if err := json.Unmarshal(r.Outcome, &said); err != nil {
			return fmt.Errorf("read the receipt of submission %d: %w", r.Submission, err)
		}
		// a form that was refused is of no record, and what became of it names whose it was to be
		if (r.Person == person || r.Kind == iis.FormReceipt && said.Person == person) && of(said.Source) {
			into[r.Submission] = true
		}
	}
	return nil
}

// AnySubmission is a message, sealed or not; found is false when there is none.
func (tx *Tx) AnySubmission(id iis.SubmissionID) (sub iis.Submission, found bool, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT sender_id, door, received, raw FROM submission WHERE id = $1`, Args: []any{id},
		Each: func(row db.Row) (err error) {
			found = true
			sub, err = readSubmission(id, row)
			return err
		},
	})
	if err != nil || found {
		return sub, found, err
	}
	return tx.SealedSubmission(id)
}

// EraseSubmission leaves of a message that it came from that sender at that time.
func (tx *Tx) EraseSubmission(id iis.SubmissionID) error {
	if err := tx.CutSubmission(id, []byte(ErasedNote)); err != nil {
		return err
	}
	err := tx.Exec(`UPDATE receipt SET control_id = '', person_id = NULL, findings = '[]', outcome = '{}' WHERE submission_id = $1`, id)
	if err != nil {
		return err
	}
	err = tx.Exec(`UPDATE sealed_receipt SET control_id = '', about_id = NULL, findings = '[]', outcome = '{}' WHERE submission_id = $1`, id)
	if err != nil {
		return err
	}
	return tx.Exec(`DELETE FROM sealed_about WHERE submission_id = $1`, id)
}

// CutSubmission puts what is left of a message in its place.
func (tx *Tx) CutSubmission(id iis.SubmissionID, left []byte) error {
	for _, table := range []string{"submission", "sealed_submission"} {
		if err := tx.Exec(`UPDATE `+table+` SET size = $1, raw = $2 WHERE id = $3`, len(left), s2.EncodeBetter(nil, left), id); err != nil {
			return err
		}
	}
	return nil
}

// KeptFile is a file of rows with its content, sealed or not.
type KeptFile struct {
	iis.File
	Raw []byte
}

// KeptFiles are files with their content, in the order of their numbers, from behind one
// of them, at most so many.
func (tx *Tx) KeptFiles(after iis.FileID, limit int) (out []KeptFile, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT ` + fileColumns + `, raw FROM flat_file WHERE id > $1 ORDER BY id LIMIT $2`, Args: []any{after, limit},
		Each: func(r db.Row) error {
			raw, err := s2.Decode(nil, r.Bytes(11))
			out = append(out, KeptFile{readFile(r), raw})
			return err
		},
	})
	return out, err
}

// CutFile puts what is left of a file in its place, and leaves of some of its rows that
// they are erased.
func (tx *Tx) CutFile(id iis.FileID, left []byte, lines []int) error {
	err := tx.Exec(`UPDATE flat_file SET size = $1, digest = $2, raw = $3 WHERE id = $4`, len(left), tx.s.digest(left), s2.EncodeBetter(nil, left), id)
	if err != nil {
		return err
	}
	for _, line := range lines {
		err := tx.Exec(`UPDATE flat_row SET submission_id = 0, result = $1, problems = '[]' WHERE file_id = $2 AND line = $3`, string(iis.RowOptedOut), id, line)
		if err != nil {
			return err
		}
	}
	return nil
}

// FileLines are the lines of a file whose rows are of some messages.
func (tx *Tx) FileLines(id iis.FileID, about map[iis.SubmissionID]bool) (lines []int, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT line, submission_id FROM flat_row WHERE file_id = $1 ORDER BY line`, Args: []any{id},
		Each: func(r db.Row) error {
			if about[iis.SubmissionID(r.Int(1))] {
				lines = append(lines, int(r.Int(0)))
			}
			return nil
		},
	})
	return lines, err
}

// FileLinesOf are the lines of a file whose rows had a result.
func (tx *Tx) FileLinesOf(id iis.FileID, result iis.RowResult) (lines []int, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT line FROM flat_row WHERE file_id = $1 AND result = $2 ORDER BY line`, Args: []any{id, string(result)},
		Each: func(r db.Row) error { lines = append(lines, int(r.Int(0))); return nil },
	})
	return lines, err
}

// ImportedAfter are submissions that are rows of an import, in the order of their numbers,
// from behind one of them; up to is how far it was looked.
func (tx *Tx) ImportedAfter(after iis.SubmissionID, limit int) (out []iis.SubmissionID, err error) {
	err = tx.Select(db.Query{
		SQL: `
			SELECT id FROM submission WHERE id > $1 AND door = $2
			UNION ALL SELECT id FROM sealed_submission WHERE id > $1 AND door = $2
			ORDER BY id LIMIT $3`,
		Args: []any{after, string(iis.DoorImport), limit},
		Each: func(r db.Row) error { out = append(out, iis.SubmissionID(r.Int(0))); return nil },
	})
	return out, err
}

// EraseSealed removes everything of a former identity that is sealed behind a person.
// It is counted nowhere: whoever reads the counts may not know of it.
func (tx *Tx) EraseSealed(former iis.PersonID) error {
	aliases, err := tx.SealedFormer(former)
	if err != nil {
		return err
	}
	for _, id := range append(aliases, former) {
		for _, table := range []string{"sealed", "sealed_report", "sealed_link", "sealed_alias"} {
			if err := tx.Exec(`DELETE FROM `+table+` WHERE person_id = $1`, id); err != nil {
				return err
			}
		}
		for _, table := range []string{"sealed_file", "sealed_about"} {
			if err := tx.Exec(`DELETE FROM `+table+` WHERE sealed_id = $1`, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// SealedAbout are the messages that are sealed for an identity.
func (tx *Tx) SealedAbout(sealed iis.PersonID) (out []iis.SubmissionID, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT submission_id FROM sealed_about WHERE sealed_id = $1 ORDER BY submission_id`, Args: []any{sealed},
		Each: func(r db.Row) error { out = append(out, iis.SubmissionID(r.Int(0))); return nil },
	})
	return out, err
}

// SettleErased is Settle of a message or query of which nothing is kept, since it is
// about somebody who opted out. It must be kept before (db.Pending.Before).
func (tx *Tx) SettleErased(r StoredReceipt, lines ...Audit) error {
	if err := tx.Thoroughly(func() error { return tx.EraseSubmission(r.Submission) }); err != nil {
		return err
	}
	r.ControlID, r.Person, r.Outcome = "", 0, json.RawMessage(`{"Match":"`+iis.AnsweredOptedOut+`"}`)
	if err := tx.AddReceipt(r); err != nil {
		return err
	}
	return tx.addAudits(lines)
}
