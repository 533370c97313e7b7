package store

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Question is the doses of one person of which some may be one shot.
type Question struct {
	Person iis.PersonID
	QuestionPlace
	Given cal.Date // the day of the dose that has the place
}

// QuestionPlace is a place in the queue of doses: that of the dose of a person that
// stands before the others.
type QuestionPlace struct {
	Risk int64 // the lower, the sooner; from 1
	Dose iis.DoseID
}

// QuestionFilter says whose doses in question a list is of.
type QuestionFilter struct {
	Senders []iis.SenderID // of whom one's report one of the doses shows; none: anyone's
	For     iis.SenderID   // as in PairFilter
	After   QuestionPlace  // behind this one; zero: from the beginning
	Now     time.Time
}

// unplaced is dose.review of a dose in question whose risk is not worked out yet. That
// of others is by so much more than their risk.
const unplaced = 1

// Questions lists persons with doses in question, by the risk of the dose that stands
// first, and within a risk by which came first. With a sender it is by that sender's
// doses alone. Those whose risk is not worked out yet are in no list.
func (tx *Tx) Questions(f QuestionFilter, limit int) ([]Question, error) {
	args := []any{max(f.After.Risk+unplaced, unplaced+1), f.After.Dose}
	of, first := ``, ``
	if len(f.Senders) > 0 {
		var marks []string
		for _, id := range f.Senders {
			args = append(args, id)
			marks = append(marks, fmt.Sprint("$", len(args)))
		}
		in := `sender_id IN (` + strings.Join(marks, ", ") + `) AND `
		of, first = `m.`+in, `e.`+in
	}
	n := len(args)
	args = append(args, f.For, f.Now.UnixMicro(), limit)
	var out []Question
	err := tx.Select(db.Query{
		SQL: fmt.Sprintf(`
			SELECT m.person_id, m.review, m.id, m.given_on
			FROM dose m
			WHERE m.review > 0 AND (m.review, m.id) > ($1, $2) AND `+of+`NOT EXISTS (
				SELECT 1 FROM dose e
				WHERE `+first+`e.person_id = m.person_id AND e.review > 1 AND (e.review, e.id) < (m.review, m.id))
			AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.person_id = m.person_id AND p.other_id = 0 AND p.sender_id = $%d AND p.until > $%d)
			ORDER BY m.review, m.id LIMIT $%d`, n+1, n+2, n+3),
		Args: args,
		Each: func(r db.Row) error {
			out = append(out, Question{iis.PersonID(r.Int(0)), QuestionPlace{r.Int(1) - unplaced, iis.DoseID(r.Int(2))}, cal.Date(r.Int(3))})
			return nil
		},
	})
	return out, err
}

// Unplaced are persons with doses in question whose risk is not worked out yet, in
// their order: those of so many doses at most.
func (tx *Tx) Unplaced(limit int) ([]iis.PersonID, error) {
	var out []iis.PersonID
	err := tx.Select(db.Query{
		SQL:  `SELECT m.person_id FROM dose m WHERE m.review > 0 AND m.review = 1 ORDER BY m.id LIMIT $1`,
		Args: []any{limit},
		Each: func(r db.Row) error { out = append(out, iis.PersonID(r.Int(0))); return nil },
	})
	slices.Sort(out)
	return slices.Compact(out), err
}

// PutDoseRisk gives a dose that is in question its risk, from 1.
func (tx *Tx) PutDoseRisk(person iis.PersonID, dose iis.DoseID, risk int64) error {
	return tx.Exec(`UPDATE dose SET review = $1 WHERE person_id = $2 AND id = $3 AND review > 0`, risk+unplaced, person, dose)
}
