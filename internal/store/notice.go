package store

import (
	"encoding/json"
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// noticeColumns are what readNotice reads.
const noticeColumns = `person_id, id, source_id, kind, parts, language, due_by, state, why, created, changed`

func readNotice(r db.Row) (iis.Notice, error) {
	n := iis.Notice{
		Person: iis.PersonID(r.Int(0)), ID: iis.NoticeID(r.Int(1)), Source: iis.SourceID(r.Int(2)), Kind: iis.NoticeKind(r.Text(3)),
		Language: r.Text(5), DueBy: cal.Date(r.Int(6)), State: iis.NoticeState(r.Text(7)), Why: r.Text(8),
		Created: time.UnixMicro(r.Int(9)).UTC(), Changed: time.UnixMicro(r.Int(10)).UTC(),
	}
	if err := json.Unmarshal([]byte(r.Text(4)), &n.Parts); err != nil {
		return n, fmt.Errorf("read notice %d: %w", n.ID, err)
	}
	return n, nil
}

// AddNotice stores a new notice.
func (tx *Tx) AddNotice(n *iis.Notice) error {
	parts, err := json.Marshal(n.Parts)
	if err != nil {
		return fmt.Errorf("notice %d: %w", n.ID, err)
	}
	return tx.Exec(`
		INSERT INTO notice (person_id, id, source_id, kind, parts, language, due_by, state, why, created, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		n.Person, n.ID, n.Source, string(n.Kind), string(parts), n.Language, int64(n.DueBy), string(n.State), n.Why,
		n.Created.UnixMicro(), n.Changed.UnixMicro())
}

// NoticeDigest is what a line of the audit keeps a digest of, of a notice.
func NoticeDigest(n *iis.Notice) []byte {
	return fmt.Appendf(nil, "%d %s %s %s %s %s", n.ID, n.Kind, n.State, n.Language, n.DueBy, n.Why)
}

// PutNotice stores what may change of a notice: its state, why, and in which
// language it is.
func (tx *Tx) PutNotice(n *iis.Notice) error {
	return tx.Exec(`
		UPDATE notice SET state = $1, why = $2, language = $3, changed = $4
		WHERE person_id = $5 AND id = $6`,
		string(n.State), n.Why, n.Language, n.Changed.UnixMicro(), n.Person, n.ID)
}

// Notices are those of a person, the oldest first.
func (tx *Tx) Notices(person iis.PersonID) ([]iis.Notice, error) {
	return tx.notices(db.Query{
		SQL:  `SELECT ` + noticeColumns + ` FROM notice WHERE person_id = $1 ORDER BY id`,
		Args: []any{person},
	})
}

// NoticeByID is a notice by its number; nil when there is none.
func (tx *Tx) NoticeByID(id iis.NoticeID) (*iis.Notice, error) {
	found, err := tx.notices(db.Query{SQL: `SELECT ` + noticeColumns + ` FROM notice WHERE id = $1`, Args: []any{id}})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (tx *Tx) notices(q db.Query) (out []iis.Notice, err error) {
	q.Each = func(r db.Row) error {
		n, err := readNotice(r)
		out = append(out, n)
		return err
	}
	return out, tx.Select(q)
}

// NoticePlace is a place in the list of notices.
type NoticePlace struct {
	DueBy cal.Date
	ID    iis.NoticeID
}

// NoticeFilter says which notices are wanted.
type NoticeFilter struct {
	State iis.NoticeState
	Until cal.Date    // due by this day or before
	After NoticePlace // behind this place; zero: from the beginning
}

// NoticesBy are notices in a state, by the day by which they are due, at most n.
func (tx *Tx) NoticesBy(f NoticeFilter, n int) ([]iis.Notice, error) {
	return tx.notices(db.Query{
		SQL: `
			SELECT ` + noticeColumns + ` FROM notice
			WHERE state = $1 AND due_by <= $2 AND (due_by > $3 OR due_by = $3 AND id > $4)
			ORDER BY due_by, id LIMIT $5`,
		Args: []any{string(f.State), int64(f.Until), int64(f.After.DueBy), f.After.ID, n},
	})
}

// NoticeCounts are how many notices wait in a state, and how many of them are late.
type NoticeCounts struct{ All, Late int64 }

// CountNotices counts those in some states, as of a day.
func (tx *Tx) CountNotices(today cal.Date, states ...iis.NoticeState) (map[iis.NoticeState]NoticeCounts, error) {
	out := map[iis.NoticeState]NoticeCounts{}
	var queries []db.Query
	for _, s := range states {
		queries = append(queries, db.Query{
			SQL:  `SELECT COUNT(*), COALESCE(SUM(CASE WHEN due_by < $1 THEN 1 ELSE 0 END), 0) FROM notice WHERE state = $2`,
			Args: []any{int64(today), string(s)},
			Each: func(r db.Row) error { out[s] = NoticeCounts{r.Int(0), r.Int(1)}; return nil },
		})
	}
	return out, tx.Select(queries...)
}

// moveNotices moves the notices of a source to another person.
func (tx *Tx) moveNotices(from, to iis.PersonID, source iis.SourceID) error {
	return tx.both(
		[]any{to, from, source}, `
		INSERT INTO notice (person_id, id, source_id, kind, parts, language, due_by, state, why, created, changed)
		SELECT CAST($1 AS BIGINT), id, source_id, kind, parts, language, due_by, state, why, created, changed
		FROM notice WHERE person_id = $2 AND source_id = $3`,
		[]any{from, source}, `
		DELETE FROM notice WHERE person_id = $1 AND source_id = $2`)
}
