package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// SubmissionLine is a submission as a list shows it, without its content.
type SubmissionLine struct {
	ID        iis.SubmissionID
	Sender    iis.SenderID
	Door      iis.Door
	Received  time.Time
	Kind      iis.Kind
	Answer    iis.Answer
	Ack       string // AA, AE, AR; "" when it was never answered
	ControlID string
	Findings  iis.Findings
}

// SubmissionFilter says which submissions a list is of. The zero filter is all
// of them.
type SubmissionFilter struct {
	Senders  []iis.SenderID   // none: all
	Kinds    []iis.Kind       // none: all
	Answers  []iis.Answer     // none: all
	From, To time.Time        // received from, and before; zero: no limit
	Before   iis.SubmissionID // only older ones; 0: from the newest
}

// Submissions lists submissions, the newest first. However many there are, it
// reads about as many rows as it gives: those that a job has classed by their
// class (submission_class), and the few newest one by one.
func (s *Store) Submissions(ctx context.Context, f SubmissionFilter, limit int) ([]SubmissionLine, error) {
	var out []SubmissionLine
	err := s.Read(ctx, func(tx *Tx) error {
		out = nil
		if len(f.Senders) == 0 && len(f.Kinds) == 0 && len(f.Answers) == 0 {
			return tx.newest(f, limit, func(l SubmissionLine) error { out = append(out, l); return nil })
		}
		classed, err := tx.tallied()
		if err != nil {
			return err
		}
		err = tx.newestOf(f, classed, func(l SubmissionLine) error {
			out = append(out, l)
			if len(out) == limit {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		if err != nil {
			return err
		}
		ids, err := tx.classedSubmissions(f, min(f.before(), classed+1), limit-len(out))
		if err != nil {
			return err
		}
		return tx.submissionLines(ids, &out)
	})
	if err != nil {
		return nil, fmt.Errorf("list submissions: %w", err)
	}
	return out, nil
}

// errEnough ends a query that has given what was wanted.
var errEnough = errors.New("enough")

// takes reports a line that the filter is of, but for its time.
func (f SubmissionFilter) takes(l SubmissionLine) bool {
	return (len(f.Senders) == 0 || slices.Contains(f.Senders, l.Sender)) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, l.Kind)) &&
		(len(f.Answers) == 0 || slices.Contains(f.Answers, l.Answer))
}

// from and before are the limits as ids, which are ordered by time.
func (f SubmissionFilter) from() iis.SubmissionID {
	if f.From.IsZero() {
		return 0
	}
	return iis.SubmissionID(idAt(f.From))
}

func (f SubmissionFilter) before() iis.SubmissionID {
	before := iis.SubmissionID(math.MaxInt64)
	if !f.To.IsZero() {
		before = iis.SubmissionID(idAt(f.To))
	}
	if f.Before != 0 {
		before = min(before, f.Before)
	}
	return before
}

// classes are the classes that a filter is of.
func (f SubmissionFilter) classes() []iis.Class {
	kinds, answers := f.Kinds, f.Answers
	if len(kinds) == 0 {
		kinds = iis.Kinds
	}
	if len(answers) == 0 {
		answers = iis.Answers
	}
	var out []iis.Class
	for _, k := range kinds {
		for _, a := range answers {
			out = append(out, iis.ClassOf(k, a))
		}
	}
	return out
}

// lineColumns are what readLine reads of a submission and its receipt.
const lineColumns = `s.id, s.sender_id, s.door, s.received, r.kind, r.ack, r.control_id, r.person_id, r.findings`

// newest lists submissions by their time alone.
func (tx *Tx) newest(f SubmissionFilter, limit int, each func(SubmissionLine) error) error {
	return tx.Select(db.Query{
		SQL: `
			SELECT ` + lineColumns + `
			FROM submission s LEFT JOIN receipt r ON r.submission_id = s.id
			WHERE s.id >= $1 AND s.id < $2 ORDER BY s.id DESC LIMIT $3`,
		Args: []any{f.from(), f.before(), limit},
		Each: eachLine(each),
	})
}

// newestOf lists the filter's submissions among those that are not classed. It
// looks at each of them: they are those of the last minute or so.
func (tx *Tx) newestOf(f SubmissionFilter, classed iis.SubmissionID, each func(SubmissionLine) error) error {
	where, args := `s.id >= $1 AND s.id < $2`, []any{max(f.from(), classed+1), f.before()}
	if len(f.Senders) > 0 {
		where += ` AND s.sender_id IN (` + marksFrom(len(args)+1, len(f.Senders)) + `)`
		for _, id := range f.Senders {
			args = append(args, id)
		}
	}
	return tx.Select(db.Query{
		SQL: `
			SELECT ` + lineColumns + `
			FROM submission s LEFT JOIN receipt r ON r.submission_id = s.id
			WHERE ` + where + f.acks() + ` ORDER BY s.id DESC`,
		Args: args,
		Each: eachLine(func(l SubmissionLine) error {
			if !f.takes(l) {
				return nil
			}
			return each(l)
		}),
	})
}

// acks narrows a query to the acknowledgement codes that the filter's answers
// may have had; what AE means is told by more than the code.
func (f SubmissionFilter) acks() string {
	if len(f.Answers) == 0 {
		return ""
	}
	codes := map[iis.Answer]string{iis.Accepted: "r.ack = 'AA'", iis.Rejected: "r.ack = 'AR'", iis.Unanswered: "r.ack IS NULL"}
	var anyOf []string
	for _, a := range f.Answers {
		anyOf = append(anyOf, cmp.Or(codes[a], "r.ack = 'AE'"))
	}
	return " AND (" + strings.Join(anyOf, " OR ") + ")"
}

func eachLine(each func(SubmissionLine) error) func(db.Row) error {
	return func(r db.Row) error {
		l, err := readLine(r)
		if err != nil {
			return err
		}
		return each(l)
	}
}

// classedSubmissions are the newest ids of the filter's classes, each class
// asked for alone: every one is a range of the table's key.
func (tx *Tx) classedSubmissions(f SubmissionFilter, before iis.SubmissionID, limit int) ([]iis.SubmissionID, error) {
	var ids []iis.SubmissionID
	var queries []db.Query
	senders := f.Senders
	if len(senders) == 0 {
		senders = []iis.SenderID{0} // under which each is classed too
	}
	for _, sender := range senders {
		for _, c := range f.classes() {
			queries = append(queries, db.Query{
				SQL: `
				SELECT submission_id FROM submission_class
				WHERE sender_id = $1 AND class = $2 AND submission_id >= $3 AND submission_id < $4
				ORDER BY submission_id DESC LIMIT $5`,
				Args: []any{sender, c, f.from(), before, limit},
				Each: func(r db.Row) error { ids = append(ids, iis.SubmissionID(r.Int(0))); return nil },
			})
		}
	}
	if err := tx.Select(queries...); err != nil {
		return nil, err
	}
	slices.SortFunc(ids, func(a, b iis.SubmissionID) int { return cmp.Compare(b, a) })
	return ids[:min(len(ids), limit)], nil
}

// submissionLines adds the lines of some submissions, in their order.
func (tx *Tx) submissionLines(ids []iis.SubmissionID, out *[]SubmissionLine) error {
	queries := make([]db.Query, len(ids))
	for i, id := range ids {
		queries[i] = db.Query{
			SQL: `
				SELECT ` + lineColumns + `
				FROM submission s LEFT JOIN receipt r ON r.submission_id = s.id WHERE s.id = $1`,
			Args: []any{id},
			Each: func(r db.Row) error {
				l, err := readLine(r)
				*out = append(*out, l)
				return err
			},
		}
	}
	if len(queries) == 0 {
		return nil
	}
	return tx.Select(queries...)
}

func readLine(r db.Row) (SubmissionLine, error) {
	l := SubmissionLine{
		ID: iis.SubmissionID(r.Int(0)), Sender: iis.SenderID(r.Int(1)), Door: iis.Door(r.Text(2)),
		Received: time.UnixMicro(r.Int(3)).UTC(), Kind: iis.KindOther, Answer: iis.Unanswered,
	}
	if r.Null(4) {
		if l.Door == iis.DoorWeb {
			l.Kind = iis.KindForm
		}
		return l, nil
	}
	l.Ack, l.ControlID = r.Text(5), r.Text(6)
	err := json.Unmarshal([]byte(r.Text(8)), &l.Findings)
	answered := StoredReceipt{Kind: r.Text(4), Ack: l.Ack, Person: iis.PersonID(r.Int(7)), Findings: l.Findings}
	l.Kind, l.Answer = answered.Class()
	return l, err
}

// Revealed are the persons whom the answer to a query named, by the audit of
// the moment in which it was answered.
func (tx *Tx) Revealed(id iis.SubmissionID, answered time.Time) ([]iis.PersonID, error) {
	var out []iis.PersonID
	err := tx.Select(db.Query{
		SQL: `
			SELECT person_id FROM audit
			WHERE id >= $1 AND id < $2 AND subject_id = $3 AND act = 'answer query' AND person_id IS NOT NULL
			ORDER BY id`,
		Args: []any{idAt(answered.Add(-revealedWithin)), idAt(answered.Add(revealedWithin)), id},
		Each: func(r db.Row) error { out = append(out, iis.PersonID(r.Int(0))); return nil },
	})
	return out, err
}

// revealedWithin is how far from its receipt the audit of an answer may be:
// both are written together.
const revealedWithin = 5 * time.Second

// timeOf is the instant at which an id was made, to the millisecond.
func timeOf(id int64) time.Time {
	return idEpoch.Add(time.Duration(id>>(nodeBits+countBits)) * time.Millisecond)
}
