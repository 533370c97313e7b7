package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// TestErasedNote is what is left of a test message that is kept no longer.
const TestErasedNote = "Erased: test messages are kept for a while only."

// testsErasedUpTo is the setting that holds the last test message that was erased.
const testsErasedUpTo = "tests erased up to"

// testsAtOnce is how many test messages are erased in one transaction.
const testsAtOnce = 200

// EraseTests erases what was sent as tests before an instant, the oldest first and some at
// once, and returns how many they were. That they came, what was found and how they were
// answered stays. Those that nobody counted yet wait until somebody has.
func (s *Store) EraseTests(ctx context.Context, by iis.Actor, before, now time.Time) (n int, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		ids, err := tx.testsToErase(before)
		if n = len(ids); err != nil || n == 0 {
			return err
		}
		last := ids[n-1]
		if err := tx.setSetting(testsErasedUpTo, strconv.FormatInt(int64(last), 10)); err != nil {
			return err
		}
		err = tx.Thoroughly(func() error {
			for _, id := range ids {
				if err := tx.CutSubmission(id, []byte(TestErasedNote)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return tx.AddAudit(Audit{At: now, Actor: by, Act: "erase test messages", Subject: int64(last)})
	})
	if err != nil {
		return 0, fmt.Errorf("erase test messages: %w", err)
	}
	return n, nil
}

// testsToErase are the oldest test messages that came before an instant and are not erased,
// testsAtOnce of them at most: each class is a range of the key of submission_class.
func (tx *Tx) testsToErase(before time.Time) ([]iis.SubmissionID, error) {
	text, err := tx.setting(testsErasedUpTo)
	if err != nil {
		return nil, err
	}
	after, _ := strconv.ParseInt(text, 10, 64) // "" at first
	var ids []iis.SubmissionID
	var queries []db.Query
	for _, c := range (SubmissionFilter{Kinds: iis.TestKinds}).classes() {
		queries = append(queries, db.Query{
			SQL: `
				SELECT submission_id FROM submission_class
				WHERE sender_id = $1 AND class = $2 AND submission_id > $3 AND submission_id < $4
				ORDER BY submission_id LIMIT $5`,
			Args: []any{0, c, after, idAt(before), testsAtOnce},
			Each: func(r db.Row) error { ids = append(ids, iis.SubmissionID(r.Int(0))); return nil },
		})
	}
	if err := tx.Select(queries...); err != nil {
		return nil, err
	}
	slices.SortFunc(ids, func(a, b iis.SubmissionID) int { return cmp.Compare(a, b) })
	return ids[:min(len(ids), testsAtOnce)], nil
}
