package inbox

import (
	"context"
	"slices"
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
	"openiis/internal/store"
)

// perPage is how many submissions a page of the list has.
const perPage = 50

// Filter says which submissions a list is of. The zero Filter is all of them.
type Filter struct {
	Sender iis.SenderID
	Answer string // AA, AE, AR, refused (nothing was stored), unanswered
	Kind   string // VXU, QBP, test, form, other
	Day    cal.Date
	Before iis.SubmissionID // only older ones
}

// Choice is a value of a filter with its words.
type Choice struct{ Value, Words string }

// Answers are the answers to choose from.
var Answers = []Choice{
	{"AA", "AA: accepted"}, {"AE", "AE: something was found"}, {"AR", "AR: rejected unread"},
	{"refused", "AE or AR: nothing was stored"}, {"unanswered", "Not answered"},
}

// Kinds are the kinds of message to choose from.
var Kinds = []Choice{{"VXU", "Vaccination update (VXU)"}, {"QBP", "Query (QBP)"}, {"test", "Test message"}, {"form", "Form on these pages"}, {"other", "Other, or not readable"}}

var answersOf = map[string][]iis.Answer{
	"AA": {iis.Accepted}, "AE": {iis.Doubted, iis.InPart, iis.Unstored}, "AR": {iis.Rejected},
	"refused": {iis.Unstored, iis.Rejected}, "unanswered": {iis.Unanswered},
}

var kindsOf = map[string][]iis.Kind{"VXU": {iis.KindUpdate}, "QBP": {iis.KindQuery}, "form": {iis.KindForm}, "other": {iis.KindOther}, "test": iis.TestKinds}

// Line is a submission in a list.
type Line struct {
	store.SubmissionLine
	SenderName string
	Result     string // what became of it, in words
	First      string // the worst finding's sentence
	More       int    // further findings
}

// List is a page of the list, the newest first.
type List struct {
	Lines   []Line
	Next    iis.SubmissionID // Before of the next page; 0: this is the last
	Senders []store.SenderProfile
}

// List lists the submissions that are within a scope. A filter that names what
// there is not, or is not within it, is as if it named nothing.
func (d *Desk) List(ctx context.Context, in iis.Scope, f Filter) (*List, error) {
	senders := in.Home.Of(in.Sender)
	switch {
	case !in.Everyone && len(senders) == 0:
		return &List{}, nil
	case in.Everyone && f.Sender == 0:
		senders = nil
	case in.Everyone || f.Sender != 0 && slices.Contains(senders, f.Sender):
		senders = []iis.SenderID{f.Sender}
	}
	of := store.SubmissionFilter{Senders: senders, Kinds: kindsOf[f.Kind], Answers: answersOf[f.Answer], Before: f.Before}
	if in.Tests {
		of.Kinds = iis.TestKinds
	}
	if f.Day != cal.None {
		of.From, of.To = midnight(f.Day), midnight(f.Day.AddDays(1))
	}
	lines, err := d.store.Submissions(ctx, of, perPage+1)
	if err != nil {
		return nil, err
	}
	out := &List{}
	err = d.store.Read(ctx, func(tx *store.Tx) (err error) {
		out.Senders, err = tx.SenderProfiles()
		out.Senders = slices.DeleteFunc(out.Senders, func(s store.SenderProfile) bool { return !in.Has(s.ID) })
		return err
	})
	if len(lines) > perPage {
		lines = lines[:perPage]
		out.Next = lines[perPage-1].ID
	}
	names := map[iis.SenderID]string{}
	for _, s := range out.Senders {
		names[s.ID] = s.Name
	}
	for _, l := range lines {
		out.Lines = append(out.Lines, lineOf(l, names[l.Sender]))
	}
	return out, err
}

func lineOf(l store.SubmissionLine, sender string) Line {
	out := Line{SubmissionLine: l, SenderName: sender, Result: resultWords(l.Kind, l.Answer)}
	if sender == "" {
		out.SenderName = "A sender no longer known"
	}
	if sorted := l.Findings.OnePerPlace(); len(sorted) > 0 {
		out.First, out.More = sorted[0].Say, len(sorted)-1
	}
	return out
}

// midnight is when a day begins by the server's calendar.
func midnight(d cal.Date) time.Time {
	y, m, day := d.YMD()
	return time.Date(y, m, day, 0, 0, 0, 0, time.Local)
}

// resultWords say what became of a submission.
func resultWords(k iis.Kind, a iis.Answer) string {
	switch {
	case a == iis.Unanswered:
		return "Not answered"
	case a == iis.Rejected:
		return "Rejected unread"
	case a == iis.Unstored && k == iis.KindForm:
		return "Form refused: it changed nothing"
	case a == iis.Unstored:
		return "Refused"
	case k == iis.KindTestQuery:
		return "Answered with nobody"
	case k == iis.KindQuery:
		return "Answered"
	case k == iis.KindTest:
		return map[iis.Answer]string{iis.InPart: "Could be stored in part", iis.Doubted: "Could be stored, with warnings", iis.Accepted: "Could be stored"}[a]
	case a == iis.InPart:
		return "Stored in part"
	case a == iis.Doubted:
		return "Stored, with warnings"
	}
	return "Stored"
}
