package store

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"openiis/internal/store/db"
)

// Verdict is what a verification of the audit found.
type Verdict struct {
	Rows, Seals int64
	// Unsealed counts the rows that no seal covers. Those of the last minute are
	// ordinary; OldUnsealed are older.
	Unsealed, OldUnsealed int64
	// Waiting are those of OldUnsealed that are in order: they came after the
	// last seal and within a minute. A program that is killed leaves such rows,
	// and the next one seals them.
	Waiting  int64
	LastSeal Head
	// Notes say what is unusual and may be in order.
	Notes []string
	// Broken says what was changed, removed or inserted, or was left unsealed.
	Broken []string
	// More counts the sentences left out of Notes and Broken, which hold a
	// hundred each.
	More int
}

// What a verification goes by.
const (
	sealWithin   = time.Minute               // every row is sealed within, whatever the load
	clockWithin  = time.Hour                 // a row's own time agrees with that of its id
	verifyBits   = nodeBits + countBits + 20 // stretches of 17 minutes
	maxSentences = 100
)

// verifier is one verification.
type verifier struct {
	Verdict
	s       *Store
	now     time.Time
	ledger  ledger
	seen    int64     // the highest id under a seal
	latest  time.Time // of the seals so far
	anchors map[int64][]anchor
}

// anchor is a seal that the chain must have.
type anchor struct {
	Head
	by string // who says so
}

// VerifyAudit recomputes the chain and looks for what it does not cover. Each
// anchor is a head that was kept elsewhere: the chain must still have it. It
// finds
//
//  1. rows under a seal that were changed or removed, and seals changed or
//     removed between others;
//  2. an end that was cut off, as far as the registry's own record of its last
//     seal and the anchors go;
//  3. rows that were inserted behind the last seal, or that nobody sealed;
//  4. messages that changed a record and have no row.
//
// The registry may be running. An error is a failure to read; what was found is
// in the Verdict.
func (s *Store) VerifyAudit(ctx context.Context, now time.Time, anchors ...Head) (Verdict, error) {
	v := &verifier{s: s, now: now, ledger: newLedger(verifyBits), seen: math.MinInt64, anchors: map[int64][]anchor{}}
	for _, h := range anchors {
		v.anchors[h.Seal] = append(v.anchors[h.Seal], anchor{h, "the anchor"})
	}
	for _, step := range []func(context.Context) error{v.expectRecorded, v.walk, v.findUnsealed, v.findUnaudited} {
		if err := step(ctx); err != nil {
			return v.Verdict, fmt.Errorf("verify the audit: %w", err)
		}
	}
	v.missAnchors()
	return v.Verdict, nil
}

func (v *verifier) broken(format string, args ...any) { v.say(&v.Broken, format, args) }
func (v *verifier) note(format string, args ...any)   { v.say(&v.Notes, format, args) }

func (v *verifier) say(list *[]string, format string, args []any) {
	if len(*list) == maxSentences {
		v.More++
		return
	}
	*list = append(*list, fmt.Sprintf(format, args...))
}

// expectRecorded makes an anchor of the registry's own record.
func (v *verifier) expectRecorded(ctx context.Context) error {
	return v.s.Read(ctx, func(tx *Tx) error {
		seals := int64(0)
		err := tx.Select(db.Query{SQL: `SELECT coalesce(max(seq), 0) FROM audit_seal`, Each: func(r db.Row) error { seals = r.Int(0); return nil }})
		if err != nil {
			return err
		}
		h, err := tx.recordedHead()
		if seals > 0 && h.Seal == 0 {
			v.broken("the registry's own record of its last seal is gone")
		}
		v.anchors[h.Seal] = append(v.anchors[h.Seal], anchor{h, "the registry's own record"})
		return err
	})
}

// walk checks the seals after the last one that was checked.
func (v *verifier) walk(ctx context.Context) error {
	for {
		var page []seal
		err := v.s.Read(ctx, func(tx *Tx) error {
			err := tx.Select(db.Query{
				SQL:  `SELECT ` + sealColumns + ` FROM audit_seal WHERE seq > $1 ORDER BY seq LIMIT 64`,
				Args: []any{v.LastSeal.Seal},
				Each: func(r db.Row) error { page = append(page, scanSeal(r)); return nil },
			})
			if err != nil {
				return err
			}
			return v.check(tx, page)
		})
		if err != nil || len(page) == 0 {
			return err
		}
	}
}

// check recomputes seals that follow one another.
func (v *verifier) check(tx *Tx, page []seal) error {
	checks := make([]*sealCheck, len(page))
	var queries []db.Query
	before := v.LastSeal
	for i, s := range page {
		checks[i] = &sealCheck{seal: s, link: newLink(before.Hash, s.Seal, s.At)}
		queries = append(queries, checks[i].queries()...)
		before = s.Head
	}
	if err := tx.Select(queries...); err != nil {
		return err
	}
	for _, c := range checks {
		v.judge(c)
	}
	return nil
}

// sealCheck is a seal with what is there of its rows.
type sealCheck struct {
	seal
	link      *link // over the rows that are there
	next      int   // of ids
	backdated int64 // rows whose own time is not that of their id
}

// queries read the rows from the lowest id of the seal to the highest, but not
// what lies between a late row and the next.
func (c *sealCheck) queries() []db.Query {
	var out []db.Query
	for from, to := 0, 0; from < len(c.ids); from = to {
		for to = from + 1; to < len(c.ids) && c.ids[to]-c.ids[to-1] < 1<<stretchBits; {
			to++
		}
		out = append(out, db.Query{
			SQL:  `SELECT ` + auditColumns + ` FROM audit WHERE id >= $1 AND id <= $2 ORDER BY id`,
			Args: []any{c.ids[from], c.ids[to-1]},
			Each: c.row,
		})
	}
	return out
}

// row adds a row when it is one of the seal's.
func (c *sealCheck) row(r db.Row) error {
	id := r.Int(0)
	for c.next < len(c.ids) && c.ids[c.next] < id {
		c.next++
	}
	if c.next == len(c.ids) || c.ids[c.next] != id {
		return nil
	}
	if apart := time.UnixMicro(r.Int(1)).Sub(idTime(id)); apart.Abs() > clockWithin {
		c.backdated++
	}
	return c.link.add(r)
}

// judge says what is wrong with a seal and goes on to the next.
func (v *verifier) judge(c *sealCheck) {
	name := fmt.Sprintf("seal %d of %s", c.Seal, stamp(c.At))
	missing := c.Seal - v.LastSeal.Seal - 1
	if missing > 0 {
		v.broken("%s missing before %s, from %d on: what they covered was removed or cannot be checked", many(missing, "seal is", "seals are"), name, v.LastSeal.Seal+1)
	}
	switch there := len(c.link.ids); {
	case c.torn:
		v.broken("%s was changed: it no longer says what it covers", name)
	case there < len(c.ids):
		v.broken("%s: %s missing of its %d", name, many(int64(len(c.ids)-there), "row is", "rows are"), len(c.ids))
	case missing == 0 && !bytes.Equal(c.link.hash.Sum(nil), c.Hash):
		v.broken("%s: it was changed, or a row of its %d", name, there)
	}
	if late, _ := slices.BinarySearch(c.ids, idAt(v.latest.Add(-sealWithin))); v.Seals > 0 && late > 0 {
		v.note("%s came more than a minute late for %s, the first of %s: a transaction took long, clocks differ, or somebody inserted rows",
			name, many(int64(late), "row", "rows"), stamp(idTime(c.ids[0])))
	}
	if c.backdated > 0 {
		v.note("%s covers %s of which the time is more than an hour from that of the id", name, many(c.backdated, "row", "rows"))
	}
	for _, a := range v.anchors[c.Seal] {
		if !a.equal(c.Head) {
			v.broken("%s is not the one of %s: the chain was made anew", name, a.by)
		}
	}
	delete(v.anchors, c.Seal)
	v.ledger.note(c.Seal, c.ids)
	if len(c.ids) > 0 {
		v.seen = max(v.seen, c.ids[len(c.ids)-1])
	}
	if c.At.After(v.latest) {
		v.latest = c.At
	}
	v.Rows += int64(len(c.link.ids))
	v.Seals++
	v.LastSeal = c.Head
}

// missAnchors tells of anchors that the walk did not meet.
func (v *verifier) missAnchors() {
	delete(v.anchors, 0) // of a registry without seals
	for _, n := range slices.Sorted(maps.Keys(v.anchors)) {
		for _, a := range v.anchors[n] {
			v.broken("%s has seal %d of %s, and the chain ends at %d: rows were cut off, or the database was set back", a.by, n, stamp(a.At), v.LastSeal.Seal)
		}
	}
}

// findUnsealed tells of rows that should be under a seal and are not.
func (v *verifier) findUnsealed(ctx context.Context) error {
	u, err := v.unsealed(ctx)
	if err == nil && u.passed.n > 0 { // unless the sealer has found them since the walk
		if err = v.walk(ctx); err == nil {
			u, err = v.unsealed(ctx)
		}
	}
	if err != nil {
		return err
	}
	v.OldUnsealed = u.passed.n + u.waiting.n
	v.Unsealed = v.OldUnsealed + u.fresh.n
	v.Rows += v.Unsealed
	if u.passed.n > 0 {
		v.broken("without a seal, although later rows have one: %s; inserted, or left behind by a seal that was removed", u.passed)
	}
	if w := u.waiting; w.n > 0 && idTime(w.last).Sub(idTime(w.first)) > sealWithin {
		v.broken("without a seal since the last one: %s; nothing sealed while they were written, or their seals were removed", w)
	} else {
		v.Waiting = w.n
	}
	if u.fresh.n > 0 && idTime(u.fresh.last).Sub(v.now) > clockWithin {
		v.note("not yet sealed, and the last of the future: %s", u.fresh)
	}
	return nil
}

// unsealedRows are the rows without a seal: those that a later row's seal has
// passed, those that came after the last seal, and those of the last minute.
type unsealedRows struct{ passed, waiting, fresh rowSpan }

// rowSpan is a number of rows, and their lowest and highest id.
type rowSpan struct{ n, first, last int64 }

// String tells the rows and their times.
func (s rowSpan) String() string {
	return fmt.Sprintf("%s, from %s to %s", many(s.n, "row", "rows"), stamp(idTime(s.first)), stamp(idTime(s.last)))
}

func (s *rowSpan) add(n, first, last int64) {
	if s.n == 0 {
		s.first, s.last = first, last
	}
	s.n, s.first, s.last = s.n+n, min(s.first, first), max(s.last, last)
}

// unsealed finds the rows without a seal.
func (v *verifier) unsealed(ctx context.Context) (unsealedRows, error) {
	var u unsealedRows
	fresh := idAt(v.now.Add(-sealWithin)) - 1 // the highest id that is not
	passed := int64(math.MinInt64)
	if v.Seals > 0 {
		passed = min(fresh, idAt(v.latest.Add(-sealWithin))-1)
	}
	err := v.s.Read(ctx, func(tx *Tx) error {
		under, err := tx.auditAbove(math.MinInt64, v.seen)
		if err != nil {
			return err
		}
		err = tx.unsealed(&v.ledger, under.first, under.last, func(id int64) {
			switch {
			case id <= passed:
				u.passed.add(1, id, id)
			case id <= fresh:
				u.waiting.add(1, id, id)
			default:
				u.fresh.add(1, id, id)
			}
		})
		if err != nil {
			return err
		}
		above := v.seen
		for _, next := range []struct {
			rows *rowSpan
			upTo int64
		}{{&u.passed, passed}, {&u.waiting, fresh}, {&u.fresh, math.MaxInt64}} {
			rows, err := tx.auditAbove(above, next.upTo)
			if err != nil {
				return err
			}
			if rows.n > 0 {
				next.rows.add(rows.n, rows.first, rows.last)
			}
			above = max(above, next.upTo)
		}
		return nil
	})
	return u, err
}

// auditAbove counts the rows above an id, up to another.
func (tx *Tx) auditAbove(above, upTo int64) (rowSpan, error) {
	var s rowSpan
	err := tx.Select(db.Query{
		SQL:  `SELECT count(*), coalesce(min(id), 0), coalesce(max(id), 0) FROM audit WHERE id > $1 AND id <= $2`,
		Args: []any{above, upTo},
		Each: func(r db.Row) error { s = rowSpan{r.Int(0), r.Int(1), r.Int(2)}; return nil },
	})
	return s, err
}

// findUnaudited tells of messages that changed a record and have no row. They
// were written in one transaction with it.
func (v *verifier) findUnaudited(ctx context.Context) error {
	var missing rowSpan
	for above, more := int64(0), true; more; {
		err := v.s.Read(ctx, func(tx *Tx) error {
			changes, upTo, err := tx.changesAfter(above)
			if more = upTo > above; err != nil || !more {
				return err
			}
			above = upTo
			if err := tx.dropAudited(changes); err != nil {
				return err
			}
			for c := range changes {
				missing.add(1, c.submission, c.submission)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if missing.n > 0 {
		v.broken("%s, received from %s to %s, changed a record without a row: it was removed",
			many(missing.n, "message", "messages"), stamp(idTime(missing.first)), stamp(idTime(missing.last)))
	}
	return nil
}

// change is a message with the person whose record it changed.
type change struct{ submission, person int64 }

// changesAfter are the messages of the next 10000 receipts that changed a record,
// and the last of these receipts.
func (tx *Tx) changesAfter(above int64) (changes map[change]bool, upTo int64, err error) {
	changes, upTo = map[change]bool{}, above
	err = tx.Select(db.Query{
		SQL:  `SELECT submission_id, person_id FROM receipt WHERE submission_id > $1 ORDER BY submission_id LIMIT 10000`,
		Args: []any{above},
		Each: func(r db.Row) error {
			if upTo = r.Int(0); !r.Null(1) {
				changes[change{upTo, r.Int(1)}] = true
			}
			return nil
		},
	})
	return changes, upTo, err
}

// dropAudited leaves those changes that have no row: it looks among the rows of
// the time in which the messages came, and then for each that is left. Receipts and
// audit are not joined: they may be on several servers.
func (tx *Tx) dropAudited(changes map[change]bool) error {
	if len(changes) == 0 {
		return nil
	}
	first, last := int64(math.MaxInt64), int64(0)
	for c := range changes {
		first, last = min(first, c.submission), max(last, c.submission)
	}
	drop := func(r db.Row) error { delete(changes, change{r.Int(0), r.Int(1)}); return nil }
	err := tx.Select(db.Query{
		SQL: `
			SELECT subject_id, person_id FROM audit
			WHERE id >= $1 AND id <= $2 AND subject_id >= $3 AND subject_id <= $4 AND person_id IS NOT NULL`,
		Args: []any{idAt(idTime(first).Add(-clockWithin)), idAt(idTime(last).Add(clockWithin)), first, last},
		Each: drop,
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(slices.Collect(maps.Keys(changes)), 200) {
		queries := make([]db.Query, len(some))
		for i, c := range some {
			queries[i] = db.Query{
				SQL:  `SELECT subject_id, person_id FROM audit WHERE person_id = $1 AND subject_id = $2 LIMIT 1`,
				Args: []any{c.person, c.submission}, Each: drop,
			}
		}
		if err := tx.Select(queries...); err != nil {
			return err
		}
	}
	return nil
}

// stamp is an instant in a sentence.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// many is a number with what it counts.
func many(n int64, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
