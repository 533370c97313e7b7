package chart

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"openiis/internal/iis"
	"openiis/internal/record"
	"openiis/internal/store"
)

// How many lines of the record's own history are shown.
const (
	maxLog         = 50
	maxSubmissions = 50
)

// sources are who has said anything of the person, the newest word first.
func (r *reading) sources() []Source {
	var out []Source
	for _, s := range r.folder.Sources {
		from := Source{ID: s.Source, Sender: r.sender(s.Sender), Received: time.UnixMicro(s.Received).UTC(), Name: fullName(s.Person.LegalName()),
			BeforeLive: r.histories.BeforeLive(s.Sender, time.UnixMicro(s.Received))}
		if s.Person.Birth != r.folder.Golden.Birth {
			from.Birth = s.Person.Birth
		}
		if !slices.Contains([]string{"", "U", r.folder.Golden.Sex}, s.Person.Sex) {
			from.Sex = sex(s.Person.Sex)
		}
		out = append(out, from)
	}
	slices.SortStableFunc(out, func(a, b Source) int { return b.Received.Compare(a.Received) })
	return out
}

// submissionIDs are the submissions of what sources and doses say now, and those
// that the access log names.
func (r *reading) submissionIDs() []iis.SubmissionID {
	var ids []iis.SubmissionID
	for _, s := range r.folder.Sources {
		ids = append(ids, s.Submission)
	}
	for i := range r.folder.Doses {
		ids = append(ids, r.folder.Doses[i].Submission)
	}
	for _, a := range r.log {
		if r.narrow() { // others' lines are among them
			break
		}
		if slices.Contains(madeBy, a.Act) {
			ids = append(ids, iis.SubmissionID(a.Subject))
		}
	}
	slices.SortFunc(ids, func(a, b iis.SubmissionID) int { return cmp.Compare(b, a) })
	ids = slices.Compact(ids)
	return ids[:min(len(ids), maxSubmissions)]
}

// madeBy are the acts of submissions that made a record what it is.
var madeBy = []string{record.ActTake, actSay, actWithdraw, record.ActAddPerson, record.ActEnter, record.ActCorrect, record.ActDelete}

func (r *reading) submissions() []Submission {
	var out []Submission
	for _, got := range r.receipts {
		s := Submission{
			ID: got.Submission, Sender: r.sender(got.Sender), From: got.Sender, Answered: got.Answered,
			Kind: kindWords(got.Kind), Result: resultWords(got), Reason: reasonOf(got),
			BeforeLive: r.histories.BeforeLive(got.Sender, got.Answered),
		}
		for _, f := range got.Findings {
			s.Findings = append(s.Findings, Finding{severityWords(f.Severity), f.Where.String(), f.Say})
		}
		out = append(out, s)
	}
	return out
}

// reasonOf is why somebody corrected or deleted a vaccination on a page; "" of anything else.
func reasonOf(r store.StoredReceipt) string {
	var got struct{ Reason string }
	if json.Unmarshal(r.Outcome, &got) != nil {
		return ""
	}
	return short(got.Reason, maxShownNote)
}

func kindWords(kind string) string {
	switch kind {
	case "VXU":
		return "Vaccination message"
	case "QBP":
		return "Query"
	case iis.TestReceipt, iis.TestRefusedReceipt, iis.TestQueryReceipt:
		return "Test message"
	case iis.FormReceipt:
		return "Form filled in on these pages"
	case iis.ImportReceipt:
		return "Rows of an old registry"
	}
	return "Message"
}

// resultWords say what became of a submission (MSA-1, HL7 table 0008).
func resultWords(r store.StoredReceipt) string {
	switch {
	case r.Ack == "AR":
		return "Refused"
	case r.Ack == "AE":
		return "Taken, but something in it must be corrected"
	case len(r.Findings) > 0:
		return "Taken, with remarks"
	}
	return "Taken"
}

func severityWords(s iis.Severity) string {
	switch s {
	case iis.Error:
		return "Error"
	case iis.Warning:
		return "Warning"
	}
	return "Note"
}
