package store

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// both runs an insert and a delete: a row whose key begins with its person moves
// by these two.
func (tx *Tx) both(insertArgs []any, insert string, deleteArgs []any, delete string) error {
	if err := tx.Exec(insert, insertArgs...); err != nil {
		return err
	}
	return tx.Exec(delete, deleteArgs...)
}

// MoveSource moves what a person has by one source to another person: reports,
// link, notices and pins. Keys are for MoveKeys, what is derived for PutDerived, what
// was decided of a death for MoveAlive.
func (tx *Tx) MoveSource(from, to iis.PersonID, source iis.SourceID) error {
	err := tx.both(
		[]any{to, from, source}, `
		INSERT INTO report (person_id, id, source_id, sender_id, submission_id, received, body)
		SELECT CAST($1 AS BIGINT), id, source_id, sender_id, submission_id, received, body
		FROM report WHERE person_id = $2 AND source_id = $3`,
		[]any{from, source}, `
		DELETE FROM report WHERE person_id = $1 AND source_id = $2`)
	if err != nil {
		return err
	}
	err = tx.both(
		[]any{to, from, source}, `
		INSERT INTO link (person_id, source_id, method, score, why, since, actor)
		SELECT CAST($1 AS BIGINT), source_id, method, score, why, since, actor
		FROM link WHERE person_id = $2 AND source_id = $3`,
		[]any{from, source}, `
		DELETE FROM link WHERE person_id = $1 AND source_id = $2`)
	if err != nil {
		return err
	}
	for _, id := range []iis.PersonID{from, to} {
		if err := tx.rankAnew(id); err != nil {
			return err
		}
	}
	if err := tx.moveNotices(from, to, source); err != nil {
		return err
	}
	return tx.both(
		[]any{to, from, source}, `
		INSERT INTO identity_pin (person_id, decision_id, source_id, kind, side)
		SELECT CAST($1 AS BIGINT), decision_id, source_id, kind, side
		FROM identity_pin WHERE person_id = $2 AND source_id = $3 AND kind <> 'alive'`,
		[]any{from, source}, `
		DELETE FROM identity_pin WHERE person_id = $1 AND source_id = $2 AND kind <> 'alive'`)
}

// MoveDosePin moves a word on two reports to another person.
func (tx *Tx) MoveDosePin(from, to iis.PersonID, id int64) error {
	return tx.both(
		[]any{to, from, id}, `
		INSERT INTO dose_pin (person_id, id, a, b, verdict, said_by, why, at)
		SELECT CAST($1 AS BIGINT), id, a, b, verdict, said_by, why, at
		FROM dose_pin WHERE person_id = $2 AND id = $3`,
		[]any{from, id}, `
		DELETE FROM dose_pin WHERE person_id = $1 AND id = $2`)
}

// MoveKeys makes those keys of a source that lead to it lead to another person.
// Keys that are not the source's (any more) stay as they are.
func (tx *Tx) MoveKeys(to iis.PersonID, source iis.SourceID, sender iis.SenderID, own []string, keys []int64) error {
	for _, k := range own {
		err := tx.Exec(`
			UPDATE source_key SET person_id = $1 WHERE sender_id = $2 AND k = $3 AND source_id = $4`, to, sender, k, source)
		if err != nil {
			return err
		}
	}
	for _, k := range keys {
		if err := tx.Exec(`UPDATE match_key SET person_id = $1 WHERE k = $2 AND source_id = $3`, to, k, source); err != nil {
			return err
		}
	}
	return nil
}

// DropBare makes a sender's number, of which a part was left out, lead nowhere:
// two persons have had it (AddKeys).
func (tx *Tx) DropBare(sender iis.SenderID, number string) error {
	return tx.Exec(`UPDATE source_key SET person_id = 0, source_id = 0 WHERE sender_id = $1 AND k = $2`, sender, number)
}

// Linked is a source of a person, with whose it is.
type Linked struct {
	Source iis.SourceID
	Sender iis.SenderID // 0 of one that has reported nothing yet
	Since  time.Time
	Method string // by which it was placed
	Why    string // the verdict, in JSON
}

// Linked are all sources of a person, those included that said nothing of who it
// is, in their order.
func (tx *Tx) Linked(person iis.PersonID) ([]Linked, error) {
	var out []Linked
	add := func(s iis.SourceID) *Linked {
		i := slices.IndexFunc(out, func(l Linked) bool { return l.Source == s })
		if i < 0 {
			i, out = len(out), append(out, Linked{Source: s})
		}
		return &out[i]
	}
	err := tx.Select(db.Query{
		SQL: `SELECT source_id, since, method, why FROM link WHERE person_id = $1`, Args: []any{person},
		Each: func(r db.Row) error {
			l := add(iis.SourceID(r.Int(0)))
			l.Since, l.Method, l.Why = time.UnixMicro(r.Int(1)).UTC(), r.Text(2), r.Text(3)
			return nil
		},
	}, db.Query{
		SQL: `SELECT DISTINCT source_id, sender_id FROM report WHERE person_id = $1`, Args: []any{person},
		Each: func(r db.Row) error {
			add(iis.SourceID(r.Int(0))).Sender = iis.SenderID(r.Int(1))
			return nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("read the sources of person %d: %w", person, err)
	}
	slices.SortFunc(out, func(a, b Linked) int { return cmp.Compare(a.Source, b.Source) })
	return out, nil
}

// SearchKeys are what a person is found by from the search box.
type SearchKeys map[searchKey]bool

// Add adds what a folder is found by as it is.
func (s SearchKeys) Add(f *Folder) {
	for _, k := range f.findable().keys() {
		s[k] = true
	}
}

// PutDerived stores what a person's reports come to after some came or went: the
// folder, its doses, and what it is found by, which was had before.
func (tx *Tx) PutDerived(f *Folder, had, want SearchKeys, now time.Time) error {
	var rows [][]any
	for k := range want {
		if !had[k] {
			rows = append(rows, k.row(f.ID))
		}
	}
	if err := tx.insertSearchKeys(rows); err != nil {
		return fmt.Errorf("add search keys: %w", err)
	}
	for k := range had {
		if !want[k] {
			if err := tx.removeSearchKey(k, f.ID); err != nil {
				return err
			}
		}
	}
	if err := tx.Exec(`DELETE FROM dose WHERE person_id = $1`, f.ID); err != nil {
		return err
	}
	return tx.putPerson(f, now)
}

// RemoveDerived removes what was derived of a person who has no reports any more.
func (tx *Tx) RemoveDerived(id iis.PersonID, had SearchKeys) error {
	for k := range had {
		if err := tx.removeSearchKey(k, id); err != nil {
			return err
		}
	}
	for _, sql := range []string{
		`DELETE FROM dose WHERE person_id = $1`, `DELETE FROM standing WHERE person_id = $1`, `DELETE FROM person WHERE id = $1`,
		`DELETE FROM person_said WHERE person_id = $1`,
	} {
		if err := tx.Exec(sql, id); err != nil {
			return err
		}
	}
	return nil
}

// MoveConcern moves a concern to another person, with what was given to prove it.
func (tx *Tx) MoveConcern(from, to iis.PersonID, id iis.ConcernID) error {
	err := tx.both(
		[]any{to, from, id}, `
		INSERT INTO concern (person_id, id, reason, say, raised, raised_by, settled, settled_by, answer, asks_for, asker, verdict, source_id, parted)
		SELECT CAST($1 AS BIGINT), id, reason, say, raised, raised_by, settled, settled_by, answer, asks_for, asker, verdict, source_id, parted
		FROM concern WHERE person_id = $2 AND id = $3`,
		[]any{from, id}, `
		DELETE FROM concern WHERE person_id = $1 AND id = $2`)
	if err != nil {
		return err
	}
	return tx.both(
		[]any{to, from, id}, `
		INSERT INTO concern_evidence (person_id, id, concern_id, name, kind, size, content, at, account_id)
		SELECT CAST($1 AS BIGINT), id, concern_id, name, kind, size, content, at, account_id
		FROM concern_evidence WHERE person_id = $2 AND concern_id = $3`,
		[]any{from, id}, `
		DELETE FROM concern_evidence WHERE person_id = $1 AND concern_id = $2`)
}

// ConcernIDs are the concerns of a person, settled ones included.
func (tx *Tx) ConcernIDs(person iis.PersonID) ([]iis.ConcernID, error) {
	var out []iis.ConcernID
	err := tx.Select(db.Query{
		SQL: `SELECT id FROM concern WHERE person_id = $1 ORDER BY id`, Args: []any{person},
		Each: func(r db.Row) error { out = append(out, iis.ConcernID(r.Int(0))); return nil },
	})
	return out, err
}

// Queued are the possible matches in which any of some persons is named, on either
// side, in one round trip.
func (tx *Tx) Queued(persons ...iis.PersonID) ([]Queued, error) {
	var out []Queued
	seen := map[Pair]bool{}
	each := func(r db.Row) error {
		q := Queued{
			Person: iis.PersonID(r.Int(0)), Other: iis.PersonID(r.Int(1)), Submission: iis.SubmissionID(r.Int(2)),
			Why: json.RawMessage(r.Bytes(3)), Created: r.Int(4),
		}
		if p := (Pair{q.Person, q.Other}); !seen[p] {
			seen[p], out = true, append(out, q)
		}
		return nil
	}
	var queries []db.Query
	for _, id := range persons {
		queries = append(queries, db.Query{
			SQL:  `SELECT person_id, other_id, submission_id, why, created FROM possible_match WHERE person_id = $1 ORDER BY other_id`,
			Args: []any{id}, Each: each,
		}, db.Query{
			SQL:  `SELECT person_id, other_id, submission_id, why, created FROM possible_match WHERE other_id = $1 ORDER BY person_id`,
			Args: []any{id}, Each: each,
		})
	}
	if len(queries) == 0 {
		return nil, nil
	}
	return out, tx.Select(queries...)
}

// Unqueue takes a row off the queue of possible matches, and off the queues of
// senders, with what was put off of it.
func (tx *Tx) Unqueue(q Queued) error {
	for _, sql := range []string{
		`DELETE FROM possible_match WHERE person_id = $1 AND other_id = $2`,
		`DELETE FROM possible_match_sender WHERE person_id = $1 AND other_id = $2`,
		`DELETE FROM put_off WHERE person_id = $1 AND other_id = $2`,
	} {
		if err := tx.Exec(sql, q.Person, q.Other); err != nil {
			return err
		}
	}
	return nil
}

// Queue puts a row back into the queue of possible matches, or under another
// name.
func (tx *Tx) Queue(q Queued) error {
	return tx.AddPossibleMatch(q.Person, q.Other, q.Submission, q.Why, time.UnixMicro(q.Created))
}
