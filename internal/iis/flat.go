package iis

import "time"

// FileID is a file of rows as it was received.
type FileID int64

// Public is the number under which a file is known outside.
func (id FileID) Public() string { return publicNumber(int64(id)) }

// ParseFileID reads a file's public number.
func ParseFileID(s string) (FileID, bool) {
	n, ok := parsePublic(s)
	return FileID(n), ok
}

// File is a file of rows: whose it is and how far it was stored.
type File struct {
	ID       FileID
	Sender   SenderID
	By       UserID         // who uploaded it; 0: the command
	Roster   OrganizationID // whose roster it is; 0: it is a file of vaccinations
	Received time.Time
	Name     string // as its owner called it
	Size     int
	Mapping  string    // with which it was stored; "" when it was not
	Rows     int       // that it has; 0 when it was never stored
	HeldTo   time.Time // until when a program is storing it
	Finished time.Time // when its last row was answered; zero when it was not
}

// RowResult says what became of a row.
type RowResult string

// The results of a row.
const (
	RowAdded   RowResult = "added"   // a dose new to the record
	RowKnown   RowResult = "known"   // a dose that was there already, from whomever
	RowUpdated RowResult = "updated" // it replaced what this sender had said of the dose
	RowDeleted RowResult = "deleted" // a dose was withdrawn
	RowNothing RowResult = "nothing" // there was no dose to withdraw
	RowPerson  RowResult = "person"  // it has no dose; the person was stored
	RowPassed  RowResult = "passed"  // it is no dose: a fee, or nothing given
	RowRefused RowResult = "refused" // nothing of it was stored
	RowFailed  RowResult = "failed"  // we failed to store it: send it again
	// RowOptedOut is a row of somebody who opted out: nothing of it is kept.
	RowOptedOut RowResult = "opted out"
)

// What becomes of a row of a roster.
const (
	RowNew     RowResult = "new on the roster"
	RowThere   RowResult = "on the roster already"
	RowMoved   RowResult = "moved" // to another grade or room, or has another number
	RowNobody  RowResult = "not found"
	RowTwice   RowResult = "twice" // it means somebody whom a row before means
	RowInvalid RowResult = "invalid"
	// RowRace is of somebody who could be put on the roster when the file was looked at, and
	// no more when it was taken over.
	RowRace RowResult = "not any more"
)

// RosterResults are those of rows of a roster, in the order in which they are told.
var RosterResults = []RowResult{RowNew, RowMoved, RowThere, RowNobody, RowTwice, RowInvalid, RowRace}

// RowResults are all results of rows of vaccinations, in the order in which they are told.
var RowResults = []RowResult{RowAdded, RowKnown, RowUpdated, RowDeleted, RowNothing, RowPerson, RowPassed, RowRefused, RowFailed, RowOptedOut}

// Stored reports a row that is on record, or was taken off it.
func (r RowResult) Stored() bool {
	switch r {
	case RowAdded, RowKnown, RowUpdated, RowDeleted, RowPerson:
		return true
	}
	return false
}

// FileRow is the answer to one row of a file.
type FileRow struct {
	Line       int
	Submission SubmissionID // 0: none
	Result     RowResult
	Problems   []RowProblem
}

// RowProblem is something wrong with a row, in a sentence without any value of it.
type RowProblem struct {
	Column   int `json:",omitempty"` // from 1, as in the file; 0: it is no column's
	Severity Severity
	Rule     string
	Say      string
}

// Worst is the worst severity of a row's problems; "" when it has none.
func (r FileRow) Worst() Severity {
	var all Findings
	for _, p := range r.Problems {
		all = append(all, Finding{Severity: p.Severity})
	}
	return all.Worst()
}
