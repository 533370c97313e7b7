// Package iis holds the nouns of an immunization information system and their
// invariants: persons, doses, submissions, findings.
//
// It computes nothing beyond what a noun says about itself, and knows neither
// HL7 nor SQL. Start at Person and Dose; what is wrong with sent data is a
// Finding.
package iis

// Identities are types of their own, so that one thing's number cannot be
// passed for another's. All are made by the application, ordered by time, and
// mean nothing to a person outside.
type (
	// PersonID is a consolidated person.
	PersonID int64
	// SourceID is one sender's record of a person (all its versions).
	SourceID int64
	// DoseID is a consolidated dose: the id of its oldest source dose.
	DoseID int64
	// SourceDoseID is one version of one sender's report of a dose or fact.
	SourceDoseID int64
	// SubmissionID is one message, form or row as it was received.
	SubmissionID int64
	// SenderID is a sending facility.
	SenderID int64
	// InformedID is a user's word that somebody was informed of the registry.
	InformedID int64
	// ConcernID is a user's word that a record looks wrong.
	ConcernID int64
	// AlertID is an access that a rule calls unusual.
	AlertID int64
	// UserID is someone who signs in.
	UserID int64
	// InvitationID is a link by which somebody sets a password once.
	InvitationID int64
	// PasskeyID is the public key of an authenticator by which somebody signs in.
	PasskeyID int64
	// CertificateID is what of a certificate makes it a sender's.
	CertificateID int64
	// SessionID is a sign-in.
	SessionID int64
	// ReviewID is a review of a sender's data quality.
	ReviewID int64
)

// Coded is a coded value as it was sent: a code, its text and its code system,
// twice (HL7 v2.5.1 CE, 2.A.8). Nothing in it is corrected.
type Coded struct {
	Code      string
	Text      string
	System    string
	AltCode   string
	AltText   string
	AltSystem string
}

// IsZero reports that neither code nor text was sent.
func (c Coded) IsZero() bool {
	return c.Code == "" && c.Text == "" && c.AltCode == "" && c.AltText == ""
}

// Ref is an identifier that somebody assigned (HL7 EI, 2.A.28): unique only
// within its authority and, for us, within its sender.
type Ref struct {
	ID        string
	Authority string // namespace, or universal id when there is no namespace
}

// Provider is a person who ordered, gave or entered something (HL7 XCN).
type Provider struct {
	ID        string
	Authority string
	IDType    string // identifier type, table 0203: PRN, NPI, MD
	Family    string
	Given     string
	Middle    string
	Suffix    string
	NameType  string // table 0200
	Degree    string // professional suffix, XCN.21
}

// IsZero reports that nothing was sent.
func (p Provider) IsZero() bool { return p == Provider{} }
