package iis

import (
	"encoding/json"
	"time"
)

// Door is the way something came in.
type Door string

// The doors.
const (
	DoorSOAP Door = "soap"
	DoorHTTP Door = "http"
	DoorMLLP Door = "mllp"
	DoorFile Door = "file" // the import command
	DoorWeb  Door = "web"
	// DoorImport is the import of an old registry: a submission is a chunk of rows.
	DoorImport Door = "import"
)

// Sender is a facility that sends messages.
type Sender struct {
	ID       SenderID
	Facility string // the registry's code for it
	Name     string
	// Enforce refuses messages whose MSH-4 names another facility.
	Enforce bool
	Kind    SenderKind
	Proof   SenderProof
}

// SenderProof is by what a sender proves who it is.
type SenderProof string

// The proofs. A certificate is one that the operator's authority has signed and that was made
// known as the sender's.
const (
	ByPassword    SenderProof = "password"    // user name and password; a certificate is not looked at
	ByCertificate SenderProof = "certificate" // its certificate, and no password
	ByBoth        SenderProof = "both"        // user name and password, and its certificate
)

// CertificateKind is by what of it a certificate is known.
type CertificateKind string

// The kinds.
const (
	ByFingerprint CertificateKind = "sha256"  // SHA-256 of the certificate (DER), in hexadecimal digits: this one certificate
	BySubject     CertificateKind = "subject" // its subject as a distinguished name (RFC 2253): whichever has it
	ByName        CertificateKind = "san"     // one of its other names, with its type before it, as in dns:ehr.example.org (RFC 5280, 4.2.1.6)
)

// SenderKind is what a sender is to the registry.
type SenderKind string

// The kinds of senders.
const (
	SendsVaccinations SenderKind = "provider"      // it gives vaccinations, or knows of them
	SendsCertificates SenderKind = "vital-records" // an office of vital records (package vital)
)

// Submission is one message, form or row as it came in. It is kept before it is
// read.
type Submission struct {
	ID       SubmissionID
	Sender   Sender
	Door     Door
	Received time.Time
	Raw      []byte
}

// Outcome says what became of one reported dose or fact.
type Outcome string

// The outcomes of one order group.
const (
	OutcomeAdded   Outcome = "added"   // new to the record
	OutcomeKnown   Outcome = "known"   // another report of a dose already there
	OutcomeApart   Outcome = "apart"   // new to the record, and perhaps the same shot as another: both count until someone has looked
	OutcomeUpdated Outcome = "updated" // replaced this sender's earlier report
	OutcomeSame    Outcome = "same"    // this sender had reported exactly this
	OutcomeDeleted Outcome = "deleted" // this sender's report was withdrawn
	OutcomeNothing Outcome = "nothing" // nothing to do: a delete of what was never reported
	OutcomeTested  Outcome = "tested"  // of a test: it could be stored, and was not
)

// Closed is the outcome as it is told to a sender who may not know of the record: what
// others said of a dose is not for it to know.
func (o Outcome) Closed() Outcome {
	if o == OutcomeKnown || o == OutcomeApart {
		return OutcomeAdded
	}
	return o
}

// What the Match of a Receipt of a test says: that the message could be stored, that nothing
// of it could be, and that it was a query. Nobody was looked for.
const (
	AnsweredTest        = "test"
	AnsweredTestRefused = "test, refused"
	AnsweredTestQuery   = "test, query"
)

// Receipt says what happened to a submission: for whom it was and what became
// of each dose.
type Receipt struct {
	Submission SubmissionID
	Person     PersonID
	Source     SourceID
	// Match says how the person was found: "new", "possible" (stored apart until
	// someone has looked), or the rule that matched.
	Match string
	// Why is the reason: match.Verdict of the candidate who fits best, also where a
	// person must decide. There is none where nobody was like the one described, or
	// where a sender said again what it had said of its own patient.
	Why json.RawMessage `json:",omitempty"`
	// Crowded says that everything by which the person could be found is shared by
	// too many people to compare anybody.
	Crowded bool `json:",omitempty"`
	// NumberTaken says that the sender's number for the person is that of
	// another patient of its own, from whom this one was kept apart.
	NumberTaken bool `json:",omitempty"`
	// Open says that the sender might know of the record then, and not only of what it
	// had told of the person itself.
	Open bool `json:",omitempty"`
	// OpenOther says, of a possible match, that the sender might know of one of those
	// whom it may be.
	OpenOther bool `json:",omitempty"`
	// Reason is why somebody corrected or deleted a dose on a page, in their words.
	Reason string `json:",omitempty"`

	Doses []DoseReceipt
}

// DoseReceipt is the fate of one order group of a submission.
type DoseReceipt struct {
	Order   int // 1-based order group
	Outcome Outcome
	Source  SourceDoseID
	Dose    DoseID // the consolidated dose it belongs to now; 0 for facts
	// Rule is why it is of that dose with other reports or, when it is kept apart, why
	// it may be the same shot as another (dedupe.Say).
	Rule string `json:",omitempty"`
}

// Actor is who did something, for the audit.
type Actor struct {
	Kind   string // sender, user, command, job; applicant and signer, who have a secret link
	Sender SenderID
	User   UserID
	// SeesClosed says that they see closed records too (Person.Closed): they are of
	// the programme's staff. It is not part of who they are, and not stored.
	SeesClosed bool
	// Site is whose own patients a user sees whatever others may not see (0: nobody's),
	// and SeesAll says that they act for the programme, from whom no choice of sharing
	// hides anything. Nor are these stored.
	Site    SenderID
	SeesAll bool
	// Home are the senders of the site that Site is one of (Owns); what they type is kept in the
	// name of Site alone. Nor is this stored.
	Home *Home
	// Reach is to whom they are held who look after a region; nil: they are held to none.
	// Nor is this stored.
	Reach *Reach
	// Roster says that they see nobody but whom their site has on its roster.
	Roster bool
}

// Scope is whose messages somebody may open: those of one sender and its site, of everyone,
// or, when it is zero, of nobody.
type Scope struct {
	Sender   SenderID
	Home     *Home // the senders of its site; nil: of it alone
	Everyone bool
	Reach    *Reach // of whoever looks after a region: those of its senders; nil: of none more
	Tests    bool   // of these those alone that were tests
}

// Has reports that a sender's messages are within the scope.
func (s Scope) Has(sender SenderID) bool {
	return s.Everyone || s.Sender != 0 && sender != 0 && (s.Sender == sender || s.Home.Has(sender)) || s.Reach.Holds() && s.Reach.HasSender(sender)
}
