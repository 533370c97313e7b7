package record

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/store"
)

// Messages that are about nobody: refused ones, those of which nothing was stored, tests, and
// queries, whoever they named. They are looked through for the former identity by
// their words.
var aboutNobody = []store.SubmissionFilter{
	{Kinds: []iis.Kind{iis.KindQuery, iis.KindOther, iis.KindTest, iis.KindTestQuery}},
	{Kinds: []iis.Kind{iis.KindUpdate}, Answers: []iis.Answer{iis.Unstored, iis.Rejected, iis.Unanswered}},
}

// refusedForms are forms of our own pages that were kept and came to nothing, as where another
// was sent a moment before: they tell whose record was open by its number alone.
var refusedForms = store.SubmissionFilter{Kinds: []iis.Kind{iis.KindForm}, Answers: []iis.Answer{iis.Unanswered}}

// formAbout reports a form of our own pages about the record that has one of some numbers.
func formAbout(raw []byte, numbers []iis.PersonID) bool {
	f, ok := iis.ParseForm(raw)
	if !ok {
		return false
	}
	id, ok := iis.ParsePersonID(f.Value("Record"))
	return ok && slices.Contains(numbers, id)
}

// sweepAtOnce is how many messages are looked through at once.
const sweepAtOnce = 200

// Sweep seals messages of the senders of a sealed identity which name it and were
// stored with nobody, as refused ones and queries, and uploaded files of which a row
// names it; it returns how many. It reads each such message of theirs, in stretches, each
// file of theirs, and each of others that was never stored whole. It may be done again at
// any time.
func (k *Keeper) Sweep(ctx context.Context, id iis.SealID, by iis.Actor) (n int, err error) {
	var person iis.PersonID
	var reports []store.Report
	var numbers []iis.PersonID
	var roster []store.RosterNumber
	err = k.store.Read(ctx, func(tx *store.Tx) error {
		found, err := tx.Seal(id)
		if err != nil || found == nil {
			return orNoSeal(err)
		}
		person = found.Person
		if numbers, err = tx.SealedFormer(person); err != nil {
			return err
		}
		if roster, err = tx.SealedRosterNumbers(person); err != nil {
			return err
		}
		reports, err = tx.SealedReports(person)
		return err
	})
	if err != nil {
		return 0, err
	}
	words := namedBy(reports)
	named := func(raw []byte) bool { return names(raw, words) }
	var senders []iis.SenderID
	for i := range reports {
		senders = append(senders, reports[i].Sender)
	}
	slices.Sort(senders)
	senders = slices.Compact(senders)
	line := store.Audit{Actor: by, Act: ActSeal, Person: person, Subject: int64(id)}
	for _, sender := range senders {
		for _, f := range aboutNobody {
			f.Senders = []iis.SenderID{sender}
			found, err := k.sweep(ctx, line, f, named)
			if n += found; err != nil {
				return n, fmt.Errorf("look through what sender %d sent: %w", sender, err)
			}
		}
	}
	numbers = append(numbers, person)
	found, err := k.sweep(ctx, line, refusedForms, func(raw []byte) bool { return formAbout(raw, numbers) })
	if n += found; err != nil {
		return n, fmt.Errorf("look through forms: %w", err)
	}
	found, err = k.sweepFiles(ctx, line, senders, reports, roster)
	return n + found, err
}

// sweep seals those of a list of messages that name a sealed identity, with a line of
// the audit each time.
func (k *Keeper) sweep(ctx context.Context, line store.Audit, f store.SubmissionFilter, theirs func(raw []byte) bool) (n int, err error) {
	for {
		lines, err := k.store.Submissions(ctx, f, sweepAtOnce)
		if err != nil || len(lines) == 0 {
			return n, err
		}
		f.Before = lines[len(lines)-1].ID
		var all []iis.SubmissionID
		for _, l := range lines {
			sub, err := k.store.Submission(ctx, l.ID)
			if err != nil {
				return n, err
			}
			if theirs(sub.Raw) {
				all = append(all, l.ID)
			}
		}
		if len(all) == 0 {
			continue
		}
		err = k.store.Write(ctx, func(tx *store.Tx) error {
			for _, id := range all {
				if err := tx.SealSubmission(id, line.Person); err != nil {
					return err
				}
			}
			line.At = k.store.Now()
			return tx.AddAudit(line)
		})
		if n += len(all); err != nil {
			return n, err
		}
	}
}

// namedBy are the words by which a message names a person, all of one list together:
// the family and given name, or a number of four characters or more.
func namedBy(reports []store.Report) (out [][]string) {
	for i := range reports {
		p := reports[i].Said
		if p == nil {
			continue
		}
		for _, n := range p.Names {
			if n.Family != "" && n.Given != "" {
				out = append(out, []string{strings.ToUpper(n.Family), strings.ToUpper(n.Given)})
			}
		}
		for _, id := range p.IDs {
			if len(id.Value) >= 4 {
				out = append(out, []string{"|" + strings.ToUpper(id.Value) + "^"}, []string{"~" + strings.ToUpper(id.Value) + "^"})
			}
		}
	}
	return out
}

// names reports that a message has all words of one of some lists.
func names(raw []byte, words [][]string) bool {
	text := bytes.ToUpper(raw)
	return slices.ContainsFunc(words, func(all []string) bool {
		return !slices.ContainsFunc(all, func(w string) bool { return !bytes.Contains(text, []byte(w)) })
	})
}
