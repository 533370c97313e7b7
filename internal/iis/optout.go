package iis

import (
	"time"

	"openiis/internal/cal"
)

// OptOutID is a request to be left out of the registry.
type OptOutID int64

// Public is the number under which a request is known outside.
func (id OptOutID) Public() string { return publicNumber(int64(id)) }

// ParseOptOutID reads the public number of a request.
func ParseOptOutID(s string) (OptOutID, bool) {
	n, ok := parsePublic(s)
	return OptOutID(n), ok
}

// OptOutState is what was done by a request to be left out.
type OptOutState string

// The states.
const (
	OptOutWaiting OptOutState = "waiting"  // the record is closed, and is to be erased
	OptOutClosed  OptOutState = "closed"   // the record is closed, and kept
	OptOutErased  OptOutState = "erased"   // the record is erased but for a stub
	OptOutNone    OptOutState = "left out" // no record was there: there is a stub
	OptOutBack    OptOutState = "back"     // it was taken back: nothing prevents a record any more
)

// OptOutStates are all states, in the order of a list.
var OptOutStates = []OptOutState{OptOutWaiting, OptOutClosed, OptOutErased, OptOutNone, OptOutBack}

// OptOut is a request to be left out of the registry, and what was done.
type OptOut struct {
	ID     OptOutID
	Person PersonID // the number that the record had; 0: there was none
	State  OptOutState
	How    string // call, form or certificate
	// Relation is who asked, to the person, and Checked how their identity was checked:
	// words of lists, and never a name or number.
	Relation, Checked string
	Asked             cal.Date
	Said              string // who asked, by name; "" once the record is erased
	Form              []byte // keyed digest of the signed form; nil: none
	At                time.Time
	By                Actor
	Due               time.Time // from when on it is erased; zero: it is not to be
	Done              time.Time // when it was; zero: it is not
	Back              time.Time // when it was taken back; zero: it was not
	BackBy            UserID
}

// OptOutRelations are who may ask, to the person, as stored and in words.
var OptOutRelations = []Coded{
	{Code: "self", Text: "The person"},
	{Code: "mother", Text: "Mother"},
	{Code: "father", Text: "Father"},
	{Code: "guardian", Text: "Guardian"},
	{Code: "representative", Text: "Legal representative"},
}

// OptOutChecks are how the identity of who asks may have been checked, as stored and in
// words. There is no place for a number: nothing of the person is to be left.
var OptOutChecks = []Coded{
	{Code: "photo", Text: "A photo identification was seen"},
	{Code: "notary", Text: "The form was notarized"},
	{Code: "called back", Text: "They were called back at a telephone number of the record"},
	{Code: "questions", Text: "They answered questions that only the family can answer"},
	{Code: "known", Text: "They are known to the staff"},
	{Code: "certificate", Text: "The office of vital records took it"},
}

// AnsweredOptedOut is the Match of a Receipt of what is about somebody who opted out:
// nothing of it is kept.
const AnsweredOptedOut = "opted out"
