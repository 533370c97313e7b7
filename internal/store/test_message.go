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

// testsErasedUpTo and sealedTestsErasedUpTo are the settings that hold the last test message
// that was erased, of those that are listed and of those that are sealed.
const (
	testsErasedUpTo       = "tests erased up to"
	sealedTestsErasedUpTo = "sealed tests erased up to"
)

// testsAtOnce is how many test messages are erased in one transaction.
const testsAtOnce = 200

// EraseTests erases what was sent as tests before an instant, the oldest first and some at
// once, and returns how many they were. That they came, what was found and how they were
// answered stays. Those that nobody counted yet wait until somebody has. Of those that are
// sealed with a former identity the audit does not say which they were.
func (s *Store) EraseTests(ctx context.Context, by iis.Actor, before, now time.Time) (n int, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		listed, err := tx.testsToErase(before)
		if err != nil {
			return err
		}
		sealed, err := tx.sealedTestsToErase(before)
		if err != nil {
			return err
		}
		if n = len(listed) + len(sealed); n == 0 {
			return nil
		}
		line := Audit{At: now, Actor: by, Act: "erase test messages"}
		if len(listed) > 0 {
			line.Subject = int64(listed[len(listed)-1])
		}
		if err := tx.eraseTests(testsErasedUpTo, listed); err != nil {
			return err
		}
		if err := tx.eraseTests(sealedTestsErasedUpTo, sealed); err != nil {
			return err
		}
		return tx.AddAudit(line)
	})
	if err != nil {
		return 0, fmt.Errorf("erase test messages: %w", err)
	}
	return n, nil
}

// eraseTests erases what some messages said, in their order, and notes up to which one.
func (tx *Tx) eraseTests(mark string, ids []iis.SubmissionID) error {
	if len(ids) == 0 {
		return nil
	}
	if err := tx.setSetting(mark, strconv.FormatInt(int64(ids[len(ids)-1]), 10)); err != nil {
		return err
	}
	return tx.Thoroughly(func() error {
		for _, id := range ids {
			if err := tx.CutSubmission(id, []byte(TestErasedNote)); err != nil {
				return err
			}
		}
		return nil
	})
}

// testsErased is the last test message that was erased, by its setting.
func (tx *Tx) testsErased(mark string) (int64, error) {
	text, err := tx.setting(mark)
	after, _ := strconv.ParseInt(text, 10, 64) // "" at first
	return after, err
}

// testsToErase are the oldest test messages that came before an instant and are not erased,
// testsAtOnce of them at most: each class is a range of the key of submission_class.
func (tx *Tx) testsToErase(before time.Time) ([]iis.SubmissionID, error) {
	after, err := tx.testsErased(testsErasedUpTo)
	if err != nil {
		return nil, err
	}
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

// sealedTestsToErase are testsToErase among what is sealed, which no class lists: there is little
// of it. Whoever seals may have sealed a test, for it named the former identity.
func (tx *Tx) sealedTestsToErase(before time.Time) (ids []iis.SubmissionID, err error) {
	after, err := tx.testsErased(sealedTestsErasedUpTo)
	if err != nil {
		return nil, err
	}
	err = tx.Select(db.Query{
		SQL: `
			SELECT submission_id FROM sealed_receipt
			WHERE submission_id > $1 AND submission_id < $2 AND kind IN ($3, $4, $5)
			ORDER BY submission_id LIMIT $6`,
		Args: []any{after, idAt(before), iis.TestReceipt, iis.TestRefusedReceipt, iis.TestQueryReceipt, testsAtOnce},
		Each: func(r db.Row) error { ids = append(ids, iis.SubmissionID(r.Int(0))); return nil },
	})
	return ids, err
}
