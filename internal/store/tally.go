package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/klauspost/compress/s2"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// Arrived is a submission with what became of it, to be counted.
type Arrived struct {
	iis.Submission
	Receipt *StoredReceipt // nil when it was never answered
}

// talliedUpTo is the setting that holds the last submission that was counted.
const talliedUpTo = "tallied up to"

// tallyLock excludes two servers that count at once.
const tallyLock = 0x7A11_0000

func (tx *Tx) tallied() (iis.SubmissionID, error) {
	text, err := tx.setting(talliedUpTo)
	n, _ := strconv.ParseInt(text, 10, 64) // "" at first
	return iis.SubmissionID(n), err
}

// untalliedBytes is how much of messages Untallied reads at once: a run of the
// longest ones would take all memory.
const untalliedBytes = 4 << 20

// Untallied are the oldest submissions that nobody counted yet and that came
// before an instant, with the one after which they come: limit of them at most,
// and fewer when they are long.
func (s *Store) Untallied(ctx context.Context, before time.Time, limit int) (after iis.SubmissionID, out []Arrived, err error) {
	err = s.Read(ctx, func(tx *Tx) error {
		out = nil
		if after, err = tx.tallied(); err != nil {
			return err
		}
		bytes := int64(0)
		err := tx.Select(db.Query{
			SQL: `
				SELECT s.id, s.sender_id, s.received, s.raw, r.kind, r.ack, r.person_id, r.findings, r.outcome, s.size, s.door
				FROM submission s LEFT JOIN receipt r ON r.submission_id = s.id
				WHERE s.id > $1 AND s.id < $2 ORDER BY s.id LIMIT $3`,
			Args: []any{after, idAt(before), limit},
			Each: func(r db.Row) error {
				if bytes += r.Int(9); bytes > untalliedBytes && len(out) > 0 {
					return errEnough
				}
				a, err := readArrived(r)
				out = append(out, a)
				return err
			},
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("read what is not counted: %w", err)
	}
	return after, out, err
}

func readArrived(r db.Row) (a Arrived, err error) {
	a.ID, a.Sender.ID, a.Door = iis.SubmissionID(r.Int(0)), iis.SenderID(r.Int(1)), iis.Door(r.Text(10))
	a.Received = time.UnixMicro(r.Int(2)).UTC()
	if a.Raw, err = s2.Decode(nil, r.Bytes(3)); err != nil {
		return a, fmt.Errorf("submission %d: %w", a.ID, err)
	}
	if r.Null(4) {
		return a, nil
	}
	a.Receipt = &StoredReceipt{
		Submission: a.ID, Sender: a.Sender.ID, Kind: r.Text(4), Ack: r.Text(5), Person: iis.PersonID(r.Int(6)),
		Outcome: json.RawMessage(r.Text(8)),
	}
	err = json.Unmarshal([]byte(r.Text(7)), &a.Receipt.Findings)
	return a, err
}

// Tally is what a run of submissions comes to.
type Tally struct {
	After, UpTo iis.SubmissionID // of those behind After, up to UpTo
	Days        []SenderDay      // one for each sender and day
	Classes     []Classed
}

// Classed is a submission with its class.
type Classed struct {
	Submission iis.SubmissionID
	Sender     iis.SenderID
	Class      iis.Class
}

// AddTally adds a tally to the figures, unless another server has counted the
// same since it was read: then nothing changes and it is false.
func (s *Store) AddTally(ctx context.Context, t Tally) (added bool, err error) {
	rows := t.classRows()
	days, ok, err := s.mergedDays(ctx, t)
	if err != nil || !ok {
		return false, err
	}
	err = s.Write(ctx, func(tx *Tx) error {
		added = false
		if err := tx.Lock(tallyLock); err != nil {
			return err
		}
		at, err := tx.tallied()
		if err != nil || at != t.After {
			return err
		}
		for i := range days {
			if err := tx.putDay(&days[i]); err != nil {
				return err
			}
		}
		next := 0
		err = tx.Copy("submission_class", []string{"sender_id", "class", "submission_id"}, func(row []any) (bool, error) {
			if next == len(rows) {
				return false, nil
			}
			copy(row, rows[next])
			next++
			return true, nil
		})
		if err != nil {
			return err
		}
		added = true
		return tx.setSetting(talliedUpTo, strconv.FormatInt(int64(t.UpTo), 10))
	})
	if err != nil {
		return false, fmt.Errorf("add what was counted after %d: %w", t.After, err)
	}
	return added, nil
}

// classRows are the rows of submission_class in the order of its key: each
// submission is listed under its sender and under all.
func (t Tally) classRows() [][]any {
	rows := make([][]any, 0, 2*len(t.Classes))
	for _, c := range t.Classes {
		rows = append(rows, []any{int64(0), int64(c.Class), int64(c.Submission)}, []any{int64(c.Sender), int64(c.Class), int64(c.Submission)})
	}
	slices.SortFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(int64), b[0].(int64)), cmp.Compare(a[1].(int64), b[1].(int64)), cmp.Compare(a[2].(int64), b[2].(int64)))
	})
	return rows
}

// mergedDays are the figures that are there with those of a tally added. They
// hold as long as nothing else is counted: whoever writes them looks at that
// again. What takes time, reading and writing JSON, is done here, before the
// write that messages wait for. ok is false when somebody has counted already.
func (s *Store) mergedDays(ctx context.Context, t Tally) (out []storedDay, ok bool, err error) {
	at := ""
	queries := []db.Query{settingQuery(talliedUpTo, &at)}
	days := slices.Clone(t.Days)
	for i := range days {
		d := &days[i]
		queries = append(queries, dayQuery(d.Sender, d.Day, d.Day, func(have SenderDay) error {
			have.Sums.Add(d.Sums)
			have.DayDetail.Add(d.DayDetail)
			*d = have
			return nil
		}))
	}
	if err := s.Read(ctx, func(tx *Tx) error { return tx.Select(queries...) }); err != nil {
		return nil, false, fmt.Errorf("read the figures of days: %w", err)
	}
	for i := range days {
		detail, err := json.Marshal(days[i].DayDetail)
		if err != nil {
			return nil, false, err
		}
		out = append(out, storedDay{&days[i], string(detail)})
	}
	n, _ := strconv.ParseInt(at, 10, 64) // "" at first
	return out, iis.SubmissionID(n) == t.After, nil
}

// storedDay is a day with its detail as it is stored.
type storedDay struct {
	*SenderDay
	detail string
}

func (tx *Tx) putDay(d *storedDay) error {
	args := []any{d.Sender, d.Day}
	for _, c := range d.columns() {
		args = append(args, *c)
	}
	err := tx.Exec(`
		INSERT INTO sender_day (sender_id, day, `+sumColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (sender_id, day) DO UPDATE
		SET accepted = excluded.accepted, doubted = excluded.doubted, in_part = excluded.in_part, unstored = excluded.unstored,
		    rejected = excluded.rejected, unanswered = excluded.unanswered, queries = excluded.queries,
		    queries_refused = excluded.queries_refused, doses = excluded.doses, within_1 = excluded.within_1,
		    within_7 = excluded.within_7, within_30 = excluded.within_30`,
		args...)
	if err != nil {
		return err
	}
	return tx.Exec(`
		INSERT INTO sender_day_detail (sender_id, day, detail) VALUES ($1, $2, $3)
		ON CONFLICT (sender_id, day) DO UPDATE SET detail = excluded.detail`,
		d.Sender, d.Day, d.detail)
}

// CountedTo is until when everything that came is counted; the zero time when
// nothing ever was.
func (tx *Tx) CountedTo() (time.Time, error) {
	at, err := tx.tallied()
	if err != nil || at == 0 {
		return time.Time{}, err
	}
	return timeOf(int64(at)).UTC(), nil
}
