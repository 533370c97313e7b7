package iis

import "openiis/internal/cal"

// Sharing is whether a person's record is shared with other providers than those who
// reported it (docs/sharing.md).
type Sharing string

// The statuses of data sharing.
const (
	SharingYes     Sharing = "yes"     // others may see it
	SharingNo      Sharing = "no"      // somebody objected: others may not
	SharingUnknown Sharing = "unknown" // nobody has told the person of the registry yet
)

// Words are a status as pages show it.
func (s Sharing) Words() string {
	switch s {
	case SharingNo:
		return "No"
	case SharingUnknown:
		return "Unknown"
	}
	return "Yes"
}

// ChoiceKind is what was chosen.
type ChoiceKind string

// The kinds of choices. An objection and its withdrawal are of the person, or of a parent
// or guardian; an answer was given when a user of the registry asked. Those about a dose are
// of the provider who gave it.
const (
	Objects   ChoiceKind = "objection"
	Withdraws ChoiceKind = "withdrawal"
	AnswerYes ChoiceKind = "answer yes" // the person was told of the registry, and does not object
	AnswerNo  ChoiceKind = "answer no"
	Confides  ChoiceKind = "confidential"     // a dose is not for families and schools
	Discloses ChoiceKind = "not confidential" // it is, after all
)

// OfSharing reports a choice about the sharing of the record, as against one about a dose.
func (k ChoiceKind) OfSharing() bool { return k != Confides && k != Discloses }

// Choice is what was chosen about a record on a page: a report of a source like any other,
// so that it goes wherever its source goes. Nothing of it is ever changed.
type Choice struct {
	ID         int64 // of the report: they are ordered in time
	Source     SourceID
	Sender     SenderID     // in whose name: the site's, or the programme's
	Submission SubmissionID // the form as it was entered
	Received   int64        // Unix microseconds

	Kind ChoiceKind
	From cal.Date // the day on which it was signed or said
	By   UserID   // who recorded it
	// Paper is the media type of the signed paper that was uploaded with it and is in its
	// form; "" when it was signed on the page, or when none was needed.
	Paper string
	// Lifts are the sources whose objections a withdrawal takes back: those that the
	// record had then. What another record brings in later is not among them.
	Lifts []SourceID
	Dose  SourceDoseID // of a choice about a dose: the first report of it (its Origin)
}
