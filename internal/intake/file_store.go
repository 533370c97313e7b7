package intake

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"openiis/internal/dedupe"
	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/iis"
	"openiis/internal/match"
	"openiis/internal/store"
)

// filePart is how many messages are taken between two notes of what became of them:
// what an interruption makes to be done again.
const filePart = 200

// maxFileMessage is the longest message that rows can come to.
const maxFileMessage = 4 << 20

// FileResult is what became of a file.
type FileResult struct {
	Rows    int
	Counts  map[iis.RowResult]int
	Warned  int            // of the rows that were stored, those with warnings
	Reasons map[string]int // of the rows that were refused, by the rule that refused them
}

func newFileResult() FileResult {
	return FileResult{Counts: map[iis.RowResult]int{}, Reasons: map[string]int{}}
}

// Stored are the rows that are on record.
func (r FileResult) Stored() int {
	n := 0
	for result, rows := range r.Counts {
		if result.Stored() {
			n += rows
		}
	}
	return n
}

func (r *FileResult) add(row iis.FileRow) {
	r.Rows++
	r.Counts[row.Result]++
	if row.Result.Stored() && row.Worst() == iis.Warning {
		r.Warned++
	}
	if row.Result != iis.RowRefused {
		return
	}
	for _, p := range row.Problems {
		if p.Severity == iis.Error {
			r.Reasons[p.Rule]++
			return
		}
	}
}

// StoreFile makes messages of the rows of a file and takes each as any message is
// taken:
//
//  1. claim the file: nobody else stores it meanwhile (fault.Conflict);
//  2. leave out the people all of whose rows were answered before an interruption;
//  3. part by part: make messages, take them, note what became of each row.
//
// Every row is answered. each hears of the answers, part by part. When ctx is done,
// what was begun is finished, and storing the file again goes on from there; a file
// that was stored whole is taken anew, which does no harm: what is known stays.
func (d *Desk) StoreFile(ctx context.Context, by iis.Actor, f *File, m flat.Mapping, each func([]iis.FileRow)) (FileResult, error) {
	plan := d.planOf(f, m)
	if len(plan.Lacking) > 0 {
		return FileResult{}, lacking(plan)
	}
	s := fileStoring{d: d, f: f, plan: plan, each: each, result: newFileResult()}
	if err := s.claim(ctx, by, m.Text()); err != nil {
		return FileResult{}, fmt.Errorf("store file %d: %w", f.ID, err)
	}
	err := s.all(ctx)
	err = errors.Join(err, d.cutOptedOut(context.WithoutCancel(ctx), f.ID))
	whole := err == nil && s.result.Counts[iis.RowFailed] == 0
	released := d.store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		return tx.ReleaseFile(f.ID, d.store.Now(), whole)
	})
	if err = errors.Join(err, released); err != nil {
		return s.result, fmt.Errorf("store file %d: %w", f.ID, err)
	}
	return s.result, nil
}

// cutOptedOut takes the rows of those who opted out of the registry out of a file: nothing
// of them is kept.
func (d *Desk) cutOptedOut(ctx context.Context, id iis.FileID) error {
	return d.store.Write(ctx, func(tx *store.Tx) error {
		lines, err := tx.FileLinesOf(id, iis.RowOptedOut)
		if err != nil || len(lines) == 0 {
			return err
		}
		raw, err := tx.FileContent(id)
		if err != nil {
			return err
		}
		return tx.Thoroughly(func() error { return tx.CutFile(id, flat.Without(raw, lines), lines) })
	})
}

// lacking is fault.Invalid: columns that every row needs are not there.
func lacking(p *flat.Plan) error {
	say := "Nothing can be stored yet. No column holds: "
	for i, l := range p.Lacking {
		if i > 0 {
			say += "; "
		}
		say += l
	}
	return fault.New(fault.Invalid, "%s. Choose the column for each, or add it to the file.", say)
}

// fileStoring is a file being stored.
type fileStoring struct {
	d      *Desk
	f      *File
	plan   *flat.Plan
	each   func([]iis.FileRow)
	before map[int]iis.FileRow // by line: answered before an interruption
	result FileResult
}

// claim makes the file this program's to store, and reads what was answered before.
func (s *fileStoring) claim(ctx context.Context, by iis.Actor, mapping string) error {
	d := s.d
	now := d.store.Now()
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.ClaimFile(s.f.ID, mapping, len(s.plan.Table.Rows), now, now.Add(holdFor)); err != nil {
			return err
		}
		return tx.AddAudit(store.Audit{At: now, Actor: by, Act: actStoreFile, Subject: int64(s.f.ID), Written: []byte(mapping)})
	})
	if err != nil || !s.f.Finished.IsZero() || s.f.Mapping != mapping {
		return err
	}
	return d.store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.FileRows(s.f.ID, 0, len(s.plan.Table.Rows)+1)
		s.before = map[int]iis.FileRow{}
		for _, r := range rows {
			if r.Result != iis.RowFailed {
				s.before[r.Line] = r
			}
		}
		return err
	})
}

// all takes the file part by part.
func (s *fileStoring) all(ctx context.Context) error {
	for part := range slices.Chunk(s.plan.Groups, filePart) {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := s.part(context.WithoutCancel(ctx), part)
		if err != nil {
			return err
		}
		for _, r := range rows {
			s.result.add(r)
		}
		if s.each != nil {
			s.each(rows)
		}
	}
	return nil
}

// answeredBefore are the answers to a group, when all of it was answered.
func (s *fileStoring) answeredBefore(group []int) ([]iis.FileRow, bool) {
	var out []iis.FileRow
	for _, at := range group {
		r, ok := s.before[s.plan.Table.Rows[at].Line]
		if !ok {
			return nil, false
		}
		out = append(out, r)
	}
	return out, true
}

// part takes some groups, and stores the answers to their rows.
func (s *fileStoring) part(ctx context.Context, groups [][]int) ([]iis.FileRow, error) {
	d := s.d
	var rows []iis.FileRow
	var fresh []*flat.Message
	for _, g := range groups {
		if done, ok := s.answeredBefore(g); ok {
			rows = append(rows, done...)
			continue
		}
		fresh = append(fresh, s.plan.Message(g, s.f.ID.Public(), d.store.Now()))
	}
	answers, err := s.take(ctx, fresh)
	if err != nil {
		return nil, err
	}
	until := d.store.Now().Add(holdFor)
	err = d.store.Write(ctx, func(tx *store.Tx) error { return tx.AddFileRows(s.f.ID, answers, until) })
	rows = append(rows, answers...)
	slices.SortFunc(rows, func(a, b iis.FileRow) int { return cmp.Compare(a.Line, b.Line) })
	return rows, err
}

// take takes messages, and answers their rows.
func (s *fileStoring) take(ctx context.Context, messages []*flat.Message) ([]iis.FileRow, error) {
	d := s.d
	var text bytes.Buffer
	for _, m := range messages {
		text.Write(m.Raw)
	}
	var taken []Taken
	_, err := d.Batch(ctx, Batch{From: s.f.From, Door: iis.DoorFile, Max: maxFileMessage, Each: func(t Taken) { taken = append(taken, t) }}, &text, io.Discard)
	if err != nil {
		return nil, err
	}
	receipts, sealed, err := d.receiptsOf(ctx, taken)
	if err != nil {
		return nil, err
	}
	var out []iis.FileRow
	for _, m := range messages {
		var t Taken
		if m.Raw != nil {
			if len(taken) == 0 {
				return nil, errors.New("a message of a row was not answered") // never: each has one
			}
			t, taken = taken[0], taken[1:]
		}
		r := receipts[t.Reply.Submission]
		if sealed[t.Reply.Submission] { // there is no page of it
			t.Reply.Submission = 0
		}
		out = append(out, answers(m, t, r)...)
	}
	return out, nil
}

// receiptsOf are what became of each message that was stored, and which are sealed.
func (d *Desk) receiptsOf(ctx context.Context, taken []Taken) (out map[iis.SubmissionID]iis.Receipt, sealed map[iis.SubmissionID]bool, err error) {
	out = map[iis.SubmissionID]iis.Receipt{}
	var ids []iis.SubmissionID
	for _, t := range taken {
		if t.Err == nil {
			ids = append(ids, t.Reply.Submission)
		}
	}
	err = d.store.Read(ctx, func(tx *store.Tx) error {
		all, of, err := tx.TakenReceipts(ids...)
		sealed = of
		for _, r := range all {
			var got iis.Receipt
			if err := json.Unmarshal(r.Outcome, &got); err != nil {
				return fmt.Errorf("read the receipt of submission %d: %w", r.Submission, err)
			}
			out[r.Submission] = got
		}
		return err
	})
	return out, sealed, err
}

// answers are the answers to the rows of a message.
func answers(m *flat.Message, t Taken, r iis.Receipt) []iis.FileRow {
	m.Tell(t.Reply.Findings)
	outcomes, doubts := map[int]iis.Outcome{}, map[int]string{}
	for _, dose := range r.Doses {
		if outcomes[dose.Order], doubts[dose.Order] = dose.Outcome, dose.Rule; !r.Open { // others' reports are not theirs to know
			outcomes[dose.Order] = dose.Outcome.Closed()
		}
	}
	possible := r.Open && r.OpenOther && r.Match == string(match.Possible) // as record.Told says it
	var out []iis.FileRow
	for i := range m.Rows {
		u := &m.Rows[i]
		row := iis.FileRow{Line: u.Line, Result: resultOf(u, t, r, outcomes)}
		if !u.Refused && !u.Passed {
			row.Submission = t.Reply.Submission
		}
		for _, p := range u.Problems {
			row.Problems = append(row.Problems, iis.RowProblem{Column: p.Column + 1, Severity: p.Severity, Rule: p.Rule, Say: p.Say})
		}
		if row.Result.Stored() && possible {
			row.Problems, possible = append(row.Problems, mayBeKnown), false
		}
		if row.Result == iis.RowAdded && outcomes[u.Order] == iis.OutcomeApart {
			row.Problems = append(row.Problems, keptApart(doubts[u.Order]))
		}
		if row.Result == iis.RowFailed {
			row.Problems = append(row.Problems, iis.RowProblem{Severity: iis.Error, Rule: notTaken.Rule, Say: "Something went wrong on our side and the row was not stored. Store the file again."})
		}
		out = append(out, row)
	}
	return out
}

// mayBeKnown tells of a patient who was stored apart from somebody who may be the same, with
// the first row that was stored.
var mayBeKnown = iis.RowProblem{
	Severity: iis.Information, Rule: "possible patient",
	Say: "The patient has a record of its own, and may be somebody who is known already: the programme’s staff will look.",
}

// keptApart tells of a dose that was added and may be the same as another.
func keptApart(rule string) iis.RowProblem {
	return iis.RowProblem{
		Severity: iis.Information, Rule: "dose kept apart",
		Say: "Added, and kept apart from another report, which may be of the same dose: the two count as two until somebody has looked. " + dedupe.Say(rule),
	}
}

// resultOf is what became of a row.
func resultOf(u *flat.Understood, t Taken, r iis.Receipt, outcomes map[int]iis.Outcome) iis.RowResult {
	switch {
	case u.Passed:
		return iis.RowPassed
	case u.Refused:
		return iis.RowRefused
	case t.Err != nil:
		return iis.RowFailed
	case r.Match == iis.AnsweredOptedOut:
		return iis.RowOptedOut
	case r.Match == "":
		return iis.RowRefused
	case u.Order == 0:
		return iis.RowPerson
	}
	switch outcomes[u.Order] {
	case iis.OutcomeAdded, iis.OutcomeApart: // both are on record; keptApart says of the second why
		return iis.RowAdded
	case iis.OutcomeKnown, iis.OutcomeSame:
		return iis.RowKnown
	case iis.OutcomeUpdated:
		return iis.RowUpdated
	case iis.OutcomeDeleted:
		return iis.RowDeleted
	case iis.OutcomeNothing:
		return iis.RowNothing
	}
	return iis.RowRefused
}

// RehearseFile says what would become of the rows of a file if it were stored now,
// each message by itself: nothing is kept and nothing stored. The audit says that it
// was tried, and whose records the rows met, before anybody learns of it.
func (d *Desk) RehearseFile(ctx context.Context, by iis.Actor, f *File, m flat.Mapping, each func([]iis.FileRow)) (FileResult, error) {
	plan := d.planOf(f, m)
	if len(plan.Lacking) > 0 {
		return FileResult{}, lacking(plan)
	}
	now := d.store.Now()
	if err := d.store.AuditRead(store.Audit{At: now, Actor: by, Act: actRehearseFile, Subject: int64(f.Sender), Written: []byte(m.Text())}); err != nil {
		return FileResult{}, fmt.Errorf("audit that a file of sender %d is tried: %w", f.Sender, err)
	}
	result := newFileResult()
	for part := range slices.Chunk(plan.Groups, filePart) {
		var rows []iis.FileRow
		var met []store.Audit
		for _, group := range part {
			if err := ctx.Err(); err != nil {
				return result, err
			}
			msg := plan.Message(group, "DRY-RUN", now)
			var t Taken
			var r iis.Receipt
			if msg.Raw != nil {
				tried, err := d.rehearse(ctx, f.From, iis.DoorFile, msg.Raw)
				if err != nil {
					return result, fmt.Errorf("try a file of sender %d: %w", f.Sender, err)
				}
				if t.Reply, r = tried.Reply, tried.Receipt; r.Person != 0 {
					met = append(met, store.Audit{At: now, Actor: by, Act: actRehearseFile, Person: r.Person, Subject: int64(f.Sender)})
				}
			}
			rows = append(rows, answers(msg, t, r)...)
		}
		for _, row := range rows {
			result.add(row)
		}
		if err := d.store.AuditRead(met...); err != nil { // whose records the rows met
			return result, fmt.Errorf("audit whom a file of sender %d met: %w", f.Sender, err)
		}
		if each != nil {
			each(rows)
		}
	}
	return result, nil
}

// ImportedFile is the file for a command to store: the one with the same content that
// an interruption cut, or else this one, which is kept.
func (d *Desk) ImportedFile(ctx context.Context, by iis.Actor, from iis.Sender, name string, raw []byte) (*File, error) {
	var cut iis.File
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		cut, err = tx.CommandFile(from.ID, raw)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for the file: %w", err)
	}
	id := cut.ID
	if id == 0 || !cut.Finished.IsZero() {
		if id, err = d.KeepFile(ctx, by, from, name, raw); err != nil {
			return nil, err
		}
	}
	return d.OpenFile(ctx, Owner{Actor: by, Everyone: true}, id, CommandLimits)
}

// ReadFile reads a file that is not kept, for a rehearsal.
func (d *Desk) ReadFile(ctx context.Context, from iis.Sender, name string, raw []byte) (*File, error) {
	f := &File{File: iis.File{Sender: from.ID, Name: name, Size: len(raw)}, From: from}
	err := d.store.Read(ctx, func(tx *store.Tx) (err error) {
		f.Said, err = tx.FileMapping(from.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, f.read(raw, CommandLimits)
}

func sortRows(rows []PreviewRow) {
	slices.SortStableFunc(rows, func(a, b PreviewRow) int { return cmp.Compare(a.Line, b.Line) })
}
