package iis

import "time"

// Concern is a user's word that a record looks wrong, for the registry's staff.
// It changes nothing in the record.
type Concern struct {
	Person  PersonID
	ID      ConcernID
	Reason  string // one of those that the pages offer
	Say     string // in the user's own words; a patient's data
	Raised  time.Time
	By      UserID
	Settled time.Time // when staff had dealt with it; zero while it is open
	// SettledBy and Answer say who dealt with it, and what they did.
	SettledBy UserID
	Answer    string
	// AskedFor is what the record should say instead: it makes of a note a petition for
	// correction. Asker is for whom it is made, of Askers; "" for the user alone.
	AskedFor string
	Asker    string
	// Verdict is what staff decided of a petition; "" while it is open, and of a note.
	Verdict Verdict
	// Source is whose word in the record it was raised about: that of the site of who raised
	// it, with which it goes; 0 when that cannot be told. Parted is the decision by which
	// sources left the record, or came to it, while that could not be told; 0: none.
	Source SourceID
	Parted DecisionID
}

// IsPetition reports a concern that asks for a certain correction.
func (c Concern) IsPetition() bool { return c.AskedFor != "" }

// Verdict is what was decided of a petition for correction. One, once used, keeps its
// meaning.
type Verdict string

// The verdicts.
const (
	Corrected  Verdict = "corrected"
	PartlyDone Verdict = "in part"
	NotDone    Verdict = "not corrected"
)

// Verdicts are all verdicts.
var Verdicts = []Verdict{Corrected, PartlyDone, NotDone}

// Words is the verdict in words; "" of none.
func (v Verdict) Words() string {
	return map[Verdict]string{
		Corrected: "The record was corrected as asked", PartlyDone: "The record was corrected in part", NotDone: "The record stays as it is",
	}[v]
}

// For whom a petition is made.
const (
	AskedByPerson = "person"
	AskedByParent = "parent"
)

// EvidenceID numbers a piece of evidence. Ids are ordered by time.
type EvidenceID int64

// Public is the number under which a piece of evidence is known outside.
func (id EvidenceID) Public() string { return publicNumber(int64(id)) }

// ParseEvidenceID reads the public number of a piece of evidence.
func ParseEvidenceID(s string) (EvidenceID, bool) {
	n, ok := parsePublic(s)
	return EvidenceID(n), ok
}

// Evidence is a file that proves a petition. It is a patient's data.
type Evidence struct {
	Person  PersonID
	ID      EvidenceID
	Concern ConcernID
	Name    string // as it was given, made harmless
	Kind    string // its media type
	Size    int    // bytes
	Content []byte // nil where only what it is was read
	At      time.Time
	By      UserID
}

// IsOpen reports a concern that nobody has dealt with.
func (c Concern) IsOpen() bool { return c.Settled.IsZero() }
