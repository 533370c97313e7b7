package store

import (
	"math"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// AddInformed stores that somebody was informed.
func (tx *Tx) AddInformed(i *iis.Informed) error {
	return tx.Exec(`
		INSERT INTO informed (person_id, id, sender_id, account, day, how, language, at, withdrawn, withdrawn_by, why, source_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, '', $9)`,
		i.Person, i.ID, i.Sender, i.By, int64(i.Day), strings.Join(i.How, ","), i.Language, i.At.UnixMicro(), i.Source)
}

// WithdrawInformed says that it was wrong; fault.Conflict when it is not there or was
// withdrawn already.
func (tx *Tx) WithdrawInformed(person iis.PersonID, id iis.InformedID, by iis.UserID, why string, now time.Time) error {
	n, err := tx.Count(`
		UPDATE informed SET withdrawn = $1, withdrawn_by = $2, why = $3
		WHERE person_id = $4 AND id = $5 AND withdrawn = 0`,
		now.UnixMicro(), by, why, person, id)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "This was withdrawn already, or is not in this record. Open the page again. Nothing was changed.")
	}
	return err
}

// mostInformed is how many are read of one person.
const mostInformed = 200

// InformedOf is that a person was informed, the newest first, at most 200.
func (tx *Tx) InformedOf(person iis.PersonID) ([]iis.Informed, error) {
	return tx.informed(person, mostInformed)
}

// AllInformed is InformedOf without a limit.
func (tx *Tx) AllInformed(person iis.PersonID) ([]iis.Informed, error) {
	return tx.informed(person, math.MaxInt32)
}

func (tx *Tx) informed(person iis.PersonID, most int) ([]iis.Informed, error) {
	var out []iis.Informed
	err := tx.Select(db.Query{
		SQL: `
			SELECT person_id, id, sender_id, account, day, how, language, at, withdrawn, withdrawn_by, why, source_id, parted
			FROM informed WHERE person_id = $1 ORDER BY id DESC LIMIT $2`,
		Args: []any{person, most},
		Each: func(r db.Row) error {
			i := iis.Informed{
				Person: iis.PersonID(r.Int(0)), ID: iis.InformedID(r.Int(1)), Sender: iis.SenderID(r.Int(2)), By: iis.UserID(r.Int(3)), Day: cal.Date(r.Int(4)),
				How: strings.Split(r.Text(5), ","), Language: r.Text(6), At: time.UnixMicro(r.Int(7)).UTC(), WithdrawnBy: iis.UserID(r.Int(9)), Why: r.Text(10),
				Source: iis.SourceID(r.Int(11)), Parted: iis.DecisionID(r.Int(12)),
			}
			if r.Int(8) != 0 {
				i.Withdrawn = time.UnixMicro(r.Int(8)).UTC()
			}
			out = append(out, i)
			return nil
		},
	})
	return out, err
}

// CountInformed is how often somebody was informed by some senders between two days, both
// included. What was withdrawn does not count.
func (tx *Tx) CountInformed(from, to cal.Date, senders ...iis.SenderID) (map[iis.SenderID]int64, error) {
	out := map[iis.SenderID]int64{}
	var queries []db.Query
	for _, id := range senders {
		queries = append(queries, db.Query{
			SQL:  `SELECT COUNT(*) FROM informed WHERE sender_id = $1 AND day >= $2 AND day <= $3 AND withdrawn = 0`,
			Args: []any{id, int64(from), int64(to)},
			Each: func(r db.Row) error { out[id] = r.Int(0); return nil },
		})
	}
	if len(queries) == 0 {
		return out, nil
	}
	return out, tx.Select(queries...)
}

// InformedIDs are all of a person, withdrawn ones included.
func (tx *Tx) InformedIDs(person iis.PersonID) ([]iis.InformedID, error) {
	var out []iis.InformedID
	err := tx.Select(db.Query{
		SQL: `SELECT id FROM informed WHERE person_id = $1 ORDER BY id`, Args: []any{person},
		Each: func(r db.Row) error { out = append(out, iis.InformedID(r.Int(0))); return nil },
	})
	return out, err
}

// MoveInformed moves one to another person.
func (tx *Tx) MoveInformed(from, to iis.PersonID, id iis.InformedID) error {
	return tx.both(
		[]any{to, from, id}, `
		INSERT INTO informed (person_id, id, sender_id, account, day, how, language, at, withdrawn, withdrawn_by, why, source_id, parted)
		SELECT CAST($1 AS BIGINT), id, sender_id, account, day, how, language, at, withdrawn, withdrawn_by, why, source_id, parted
		FROM informed WHERE person_id = $2 AND id = $3`,
		[]any{from, id}, `
		DELETE FROM informed WHERE person_id = $1 AND id = $2`)
}

// SenderDaysOf are the days of some senders, both ends included, the oldest first.
func (tx *Tx) SenderDaysOf(from, to cal.Date, senders ...iis.SenderID) (map[iis.SenderID][]SenderDay, error) {
	out := map[iis.SenderID][]SenderDay{}
	var queries []db.Query
	for _, id := range senders {
		queries = append(queries, dayQuery(id, from, to, func(d SenderDay) error {
			out[id] = append(out[id], d)
			return nil
		}))
	}
	if len(queries) == 0 {
		return out, nil
	}
	return out, tx.Select(queries...)
}
