package iis

import (
	"time"

	"openiis/internal/cal"
)

// NoticeID numbers a notice. Ids are ordered by time.
type NoticeID int64

// Public is the number under which a notice is known outside.
func (id NoticeID) Public() string { return publicNumber(int64(id)) }

// ParseNoticeID reads a notice's public number.
func ParseNoticeID(s string) (NoticeID, bool) {
	n, ok := parsePublic(s)
	return NoticeID(n), ok
}

// NoticeKind is what a notice is about. A kind, once used, keeps its meaning.
type NoticeKind string

// NoticeOfEnrollment tells parents that a birth record enrolled their child.
const NoticeOfEnrollment NoticeKind = "enrollment"

// NoticeState is how far a notice is.
type NoticeState string

// The states of a notice.
const (
	NoticeDue       NoticeState = "due"       // it is to be sent
	NoticeMade      NoticeState = "made"      // its letter is made, or handed to whoever makes it
	NoticeSent      NoticeState = "sent"      // it is on its way
	NoticeReturned  NoticeState = "returned"  // the mail brought it back
	NoticeWithdrawn NoticeState = "withdrawn" // it is not to be sent: Why says why
)

// NoticeStates are all states, in the order of a notice's life.
var NoticeStates = []NoticeState{NoticeDue, NoticeMade, NoticeSent, NoticeReturned, NoticeWithdrawn}

// Open reports a notice that is still to be sent.
func (s NoticeState) Open() bool { return s == NoticeDue || s == NoticeMade }

// Notice is what the parents of somebody are to be told, by the state's policy.
type Notice struct {
	Person   PersonID
	ID       NoticeID
	Source   SourceID // whose word made it due
	Kind     NoticeKind
	Parts    []string // what goes with it, by name, as the policy said then
	Language string   // ISO 639-2
	DueBy    cal.Date
	State    NoticeState
	Why      string // why it was withdrawn; else empty
	Created  time.Time
	Changed  time.Time // when the state last changed
}

// Late reports that a notice is still to be sent although its day has passed.
func (n *Notice) Late(today cal.Date) bool { return n.State.Open() && n.DueBy < today }
