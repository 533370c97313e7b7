// Package iz is the national immunization messaging guide (HL7 v2.5.1
// Implementation Guide for Immunization Messaging, release 1.5 with the 2018
// addendum) as code: messages into nouns, nouns into messages.
//
// It reads leniently and writes strictly: what it sends follows the guide's
// profiles as far as the stored data suffice, and nothing is invented to fill a
// field. It stores nothing, matches nobody, and leaves the guide's demands that
// change nothing of what is read to package check. Start at ReadVXU, ReadQuery
// and Responder.
package iz

import (
	"time"

	"openiis/internal/iis"
)

// Profiles of the guide that we take and send (MSH-21).
const (
	ProfileVXU        = "Z22" // unsolicited vaccination record update
	ProfileACK        = "Z23" // acknowledgement
	ProfileCandidates = "Z31" // several persons may be meant
	ProfileHistory    = "Z32" // complete immunization history
	ProfileNone       = "Z33" // no person, too many, or an error
	ProfileAskHistory = "Z34" // request immunization history
	ProfileForecast   = "Z42" // evaluated history and forecast
	ProfileAskEval    = "Z44" // request evaluated history and forecast
)

// Header is a message's MSH as read. Fields that a reply echoes are kept as
// they came, re-encoded with the standard delimiters.
type Header struct {
	SendingApp, SendingFacility     string // MSH-3, MSH-4: the namespace, or else the universal id
	ReceivingApp, ReceivingFacility string // MSH-5, MSH-6: likewise
	SendingOrg, ReceivingOrg        string // MSH-22, MSH-23: first component
	Time                            time.Time
	Code, Event, Structure          string // MSH-9.1, .2, .3
	ControlID                       string // MSH-10; "" when it was not sent
	Processing                      string // MSH-11.1: P, T or D
	Version                         string // MSH-12.1
	Profile                         string // MSH-21.1 of the first repetition that names a Z profile
}

// VXU is a vaccination message read.
type VXU struct {
	Header Header
	Person iis.Person
	Orders []Order
	// Findings are what reading found: E for what cannot be stored, W for a
	// value that was lost or is doubtful, I for what is worth knowing.
	Findings iis.Findings
	// Refused says that nothing of the message may be stored.
	Refused bool
}

// Order is one order group of a VXU, in the order sent.
type Order struct {
	Number int       // 1-based
	Where  iis.Where // its RXA, or its ORC when it has no RXA
	Dose   iis.Dose
	Usable bool // false: a finding of severity E says why it is not stored
}

// Query is a QBP^Q11 read.
type Query struct {
	Header  Header
	Profile string // Z34 or Z44, from QPD-1 or else MSH-21
	Tag     string // QPD-2
	// Person is who is asked for: QPD-3 to QPD-11 in the fields of a person.
	Person iis.Person
	Limit  int // RCP-2.1: how many candidates the asker takes; 0 when not said
	// QPD is the query's definition segment as it came, with the standard
	// delimiters and in UTF-8, to be echoed.
	QPD []byte
	// Findings are what reading found; whoever checks the query adds to them, and
	// the answer tells the worst.
	Findings iis.Findings
	// Refused says that the query cannot be answered (an E among the findings).
	Refused bool
}

// HistoryDose is one order group of a history that we send.
type HistoryDose struct {
	ID   string // the registry's own number for it, at most 15 characters
	Dose *iis.Dose
}

// History is what a Z32 says of one person.
type History struct {
	Person iis.Person // identifiers already chosen for the asker, our own SR first
	Doses  []HistoryDose
}

// Responder writes replies in the name of this registry.
type Responder struct {
	App      string // MSH-3 when the sender named nobody
	Facility string // MSH-4 likewise, and the authority of our own identifiers
	// NewID makes a fresh message control id.
	NewID func() string
	// Now is the instant of the reply; its location becomes the zone of MSH-7.
	Now func() time.Time
}
