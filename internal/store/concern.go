package store

import (
	"encoding/base64"
	"math"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// AddConcern stores a new concern.
func (tx *Tx) AddConcern(c iis.Concern) error {
	return tx.Exec(`
		INSERT INTO concern (person_id, id, reason, say, raised, raised_by, answer, asks_for, asker, source_id) VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9)`,
		c.Person, c.ID, c.Reason, c.Say, c.Raised.UnixMicro(), c.By, c.AskedFor, c.Asker, c.Source)
}

// SettleConcern closes an open concern with an answer; fault.Conflict when it
// is not open (any more).
func (tx *Tx) SettleConcern(person iis.PersonID, id iis.ConcernID, by iis.UserID, verdict iis.Verdict, answer string, now time.Time) error {
	n, err := tx.Count(`
		UPDATE concern SET settled = $1, settled_by = $2, answer = $3, verdict = $4
		WHERE person_id = $5 AND id = $6 AND settled IS NULL`,
		now.UnixMicro(), by, answer, string(verdict), person, id)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "This note is closed already. Open the list again to see what is left.")
	}
	return err
}

// concernColumns are what readConcern reads.
const concernColumns = `person_id, id, reason, say, raised, raised_by, settled, settled_by, answer, asks_for, asker, verdict, source_id, parted`

func readConcern(r db.Row) iis.Concern {
	c := iis.Concern{
		Person: iis.PersonID(r.Int(0)), ID: iis.ConcernID(r.Int(1)), Reason: r.Text(2), Say: r.Text(3),
		Raised: time.UnixMicro(r.Int(4)).UTC(), By: iis.UserID(r.Int(5)), SettledBy: iis.UserID(r.Int(7)), Answer: r.Text(8),
		AskedFor: r.Text(9), Asker: r.Text(10), Verdict: iis.Verdict(r.Text(11)), Source: iis.SourceID(r.Int(12)), Parted: iis.DecisionID(r.Int(13)),
	}
	if !r.Null(6) {
		c.Settled = time.UnixMicro(r.Int(6)).UTC()
	}
	return c
}

// Concerns are what was said of a person's record, the newest first.
func (tx *Tx) Concerns(person iis.PersonID) ([]iis.Concern, error) {
	return tx.concerns(db.Query{
		SQL:  `SELECT ` + concernColumns + ` FROM concern WHERE person_id = $1 ORDER BY id DESC LIMIT 200`,
		Args: []any{person},
	})
}

// OpenConcerns are those that nobody has settled, after one of them (0: from the oldest), the
// oldest first, so many at most.
func (tx *Tx) OpenConcerns(after iis.ConcernID, limit int) ([]iis.Concern, error) {
	return tx.concerns(db.Query{
		SQL:  `SELECT ` + concernColumns + ` FROM concern WHERE settled IS NULL AND id > $1 ORDER BY id LIMIT $2`,
		Args: []any{after, limit},
	})
}

// SettledConcerns are those that somebody has settled, after one of them (0: from the newest),
// the newest first, so many at most.
func (tx *Tx) SettledConcerns(after iis.ConcernID, limit int) ([]iis.Concern, error) {
	if after == 0 {
		after = math.MaxInt64
	}
	return tx.concerns(db.Query{
		SQL:  `SELECT ` + concernColumns + ` FROM concern WHERE settled IS NOT NULL AND id < $1 ORDER BY id DESC LIMIT $2`,
		Args: []any{after, limit},
	})
}

// ConcernsBy are those that a user has raised, after one of them (0: from the newest),
// the newest first, so many at most.
func (tx *Tx) ConcernsBy(user iis.UserID, before iis.ConcernID, limit int) ([]iis.Concern, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return tx.concerns(db.Query{
		SQL:  `SELECT ` + concernColumns + ` FROM concern WHERE raised_by = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
		Args: []any{user, before, limit},
	})
}

// Concern is one concern of a person; fault.NotFound when there is none.
func (tx *Tx) Concern(person iis.PersonID, id iis.ConcernID) (iis.Concern, error) {
	found, err := tx.concerns(db.Query{SQL: `SELECT ` + concernColumns + ` FROM concern WHERE person_id = $1 AND id = $2`, Args: []any{person, id}})
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no such note.")
	}
	if err != nil {
		return iis.Concern{}, err
	}
	return found[0], nil
}

// AddEvidence stores a file that proves a petition, which is given its number.
func (tx *Tx) AddEvidence(e *iis.Evidence) error {
	e.ID, e.Size = iis.EvidenceID(tx.s.NewID()), len(e.Content)
	return tx.Exec(`
		INSERT INTO concern_evidence (person_id, id, concern_id, name, kind, size, content, at, account_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.Person, e.ID, e.Concern, e.Name, e.Kind, e.Size, base64.StdEncoding.EncodeToString(e.Content), e.At.UnixMicro(), e.By)
}

// evidenceColumns are what readEvidence reads.
const evidenceColumns = `person_id, id, concern_id, name, kind, size, at, account_id`

func readEvidence(r db.Row) iis.Evidence {
	return iis.Evidence{
		Person: iis.PersonID(r.Int(0)), ID: iis.EvidenceID(r.Int(1)), Concern: iis.ConcernID(r.Int(2)), Name: r.Text(3), Kind: r.Text(4),
		Size: int(r.Int(5)), At: time.UnixMicro(r.Int(6)).UTC(), By: iis.UserID(r.Int(7)),
	}
}

// Evidence is what proves the petitions about a person, without content, the oldest
// first.
func (tx *Tx) Evidence(person iis.PersonID) ([]iis.Evidence, error) {
	var out []iis.Evidence
	err := tx.Select(db.Query{
		SQL: `SELECT ` + evidenceColumns + ` FROM concern_evidence WHERE person_id = $1 ORDER BY id LIMIT 600`, Args: []any{person},
		Each: func(r db.Row) error { out = append(out, readEvidence(r)); return nil },
	})
	return out, err
}

// EvidenceContent is a piece of evidence about a person with its content;
// fault.NotFound when there is none.
func (tx *Tx) EvidenceContent(person iis.PersonID, id iis.EvidenceID) (e iis.Evidence, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT ` + evidenceColumns + `, content FROM concern_evidence WHERE person_id = $1 AND id = $2`, Args: []any{person, id},
		Each: func(r db.Row) (err error) {
			e = readEvidence(r)
			e.Content, err = base64.StdEncoding.DecodeString(r.Text(8))
			return err
		},
	})
	if err == nil && e.ID == 0 {
		err = fault.New(fault.NotFound, "There is no such file.")
	}
	return e, err
}

func (tx *Tx) concerns(q db.Query) ([]iis.Concern, error) {
	var out []iis.Concern
	q.Each = func(r db.Row) error { out = append(out, readConcern(r)); return nil }
	return out, tx.Select(q)
}

// UserNames are the names of some who sign in.
func (tx *Tx) UserNames(ids []iis.UserID) (map[iis.UserID]string, error) {
	names := map[iis.UserID]string{}
	var queries []db.Query
	for _, id := range ids {
		if _, asked := names[id]; asked {
			continue
		}
		names[id] = ""
		queries = append(queries, db.Query{
			SQL: `SELECT name FROM account WHERE id = $1`, Args: []any{id},
			Each: func(r db.Row) error { names[id] = r.Text(0); return nil },
		})
	}
	if len(queries) == 0 {
		return names, nil
	}
	return names, tx.Select(queries...)
}
