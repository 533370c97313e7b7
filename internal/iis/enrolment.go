package iis

import (
	"time"

	"openiis/internal/cal"
)

// ApplicationID numbers an application by which a site asks to take part.
type ApplicationID int64

// Public is the number under which an application is known to staff.
func (id ApplicationID) Public() string { return publicNumber(int64(id)) }

// ParseApplicationID reads an application's public number.
func ParseApplicationID(s string) (ApplicationID, bool) {
	n, ok := parsePublic(s)
	return ApplicationID(n), ok
}

// AgreementID numbers a form that was signed.
type AgreementID int64

// Public is the number under which a signed form is known outside.
func (id AgreementID) Public() string { return publicNumber(int64(id)) }

// ParseAgreementID reads a signed form's public number.
func ParseAgreementID(s string) (AgreementID, bool) {
	n, ok := parsePublic(s)
	return AgreementID(n), ok
}

// ApplicationStatus is how far an application is.
type ApplicationStatus string

// The statuses of an application. The last three are final.
const (
	ApplicationDraft     ApplicationStatus = "draft"
	ApplicationSubmitted ApplicationStatus = "submitted"
	ApplicationAsked     ApplicationStatus = "changes asked" // the applicant is to answer
	ApplicationApproved  ApplicationStatus = "approved"
	ApplicationDeclined  ApplicationStatus = "declined"
	ApplicationWithdrawn ApplicationStatus = "withdrawn"
)

var applicationStatusWords = map[ApplicationStatus]string{
	ApplicationDraft: "Not sent yet", ApplicationSubmitted: "Waits for review", ApplicationAsked: "Changes are asked for",
	ApplicationApproved: "Approved", ApplicationDeclined: "Declined", ApplicationWithdrawn: "Withdrawn",
}

// Words is the status in words; "" of none.
func (s ApplicationStatus) Words() string { return applicationStatusWords[s] }

// Open reports a status in which the applicant may change the application.
func (s ApplicationStatus) Open() bool { return s == ApplicationDraft || s == ApplicationAsked }

// Final reports a status that nothing follows.
func (s ApplicationStatus) Final() bool {
	return s == ApplicationApproved || s == ApplicationDeclined || s == ApplicationWithdrawn
}

// Contact is a person of a site, of whom the registry knows how they are reached.
type Contact struct {
	Name  string `json:",omitempty"`
	Title string `json:",omitempty"`
	Phone string `json:",omitempty"`
	Email string `json:",omitempty"`
}

// Applicant is somebody whom an application names as a user of its site.
type Applicant struct {
	Contact
	Username string `json:",omitempty"` // that they shall sign in with
	Role     string `json:",omitempty"` // of roles/roles.yaml
}

// Enrolment is what an application says: of a site, of how it reports, and of its
// people. What is not said is "".
type Enrolment struct {
	Kind     OrganizationKind `json:",omitempty"`
	Name     string           `json:",omitempty"`
	Street   string           `json:",omitempty"`
	City     string           `json:",omitempty"`
	State    string           `json:",omitempty"`
	Zip      string           `json:",omitempty"`
	County   string           `json:",omitempty"`
	Phone    string           `json:",omitempty"`
	NPI      string           `json:",omitempty"`
	PIN      string           `json:",omitempty"`
	Under    string           `json:",omitempty"` // name of the parent organization
	Reports  string           `json:",omitempty"` // a ReportingWay
	Vendor   string           `json:",omitempty"` // who makes its record system
	Product  string           `json:",omitempty"`
	Volume   string           `json:",omitempty"` // vaccinations a month that are expected
	Contact  Contact
	Official Contact // the senior official, who signs
	Users    []Applicant
}

// Ways in which a site reports.
const (
	ReportsHL7     = "hl7"
	ReportsFile    = "file"
	ReportsHand    = "hand"    // it enters vaccinations on these pages
	ReportsNothing = "nothing" // it looks records up alone: a school, say
)

// Application is an application as it stands.
type Application struct {
	ID           ApplicationID
	Status       ApplicationStatus
	Says         Enrolment
	Region       string         // by its county, by the state's file of then; "": none
	Organization OrganizationID // that came of it; 0: none yet
	Created      time.Time
	Changed      time.Time
	Submitted    time.Time // the last time; zero: never
}

// ApplicationEntry is one thing that was done with an application. Nothing of it is
// changed or removed.
type ApplicationEntry struct {
	Application ApplicationID
	ID          int64
	At          time.Time
	By          Actor
	Name        string // of the user who did it, when it is read
	Act         string // an ApplicationAct
	Said        string
	Asked       []FieldNote // what is asked for, field by field
	Fields      []FieldChange
}

// FieldNote is what a reviewer says of one field of an application.
type FieldNote struct {
	Field string // its key
	Label string // what it was called
	Say   string
}

// What is done with applications. An act, once used, keeps its meaning.
const (
	ApplicationBegun      = "begun"
	ApplicationSent       = "sent for review"
	ApplicationAskedFor   = "asked for changes"
	ApplicationSigned     = "signed a form"
	ApplicationUploaded   = "uploaded a signed form"
	ApplicationLinked     = "made a link for signing"
	ApplicationAccepted   = "approved"
	ApplicationRefused    = "declined"
	ApplicationTakenBack  = "withdrawn"
	ApplicationRefusedDoc = "refused a signed form"
)

// Agreement is a form that somebody has signed. It is kept for ever: what takes its
// place is another.
type Agreement struct {
	ID           AgreementID
	Form         string // the code of the form's file
	Version      string
	Application  ApplicationID  // by which it came; 0: by renewal
	Organization OrganizationID // of which it holds; 0: the application is not approved yet
	Person       string         // user name of whom it is about; "": the site
	Document     string         // form.Document (JSON): its words, what was asked and answered, who signed
	Digest       string         // of what was signed, SHA-256 in hexadecimal
	Signer       string         // typed name, or whose signature a document has
	Title        string
	How          string // a SigningWay
	Account      UserID // who was signed in; 0: nobody, it was by a link
	Address      string // from where it was signed
	At           time.Time
	Day          cal.Date // that is written beside the signature
	Expires      cal.Date // the last day on which it holds; None: it does not end
	Replaced     time.Time
	File         int64 // the document that was uploaded; 0: none
}

// Ways in which a form is signed.
const (
	SignedTyped    = "typed"
	SignedUploaded = "uploaded"
)

// Document is a signed form as it was uploaded.
type Document struct {
	ID      int64
	Name    string
	Type    string // of media
	Content []byte
}

// Extension is that the programme lets an agreement hold for longer, or asks for one by
// a day.
type Extension struct {
	ID           int64
	Organization OrganizationID
	Form         string
	Person       string   // as in Agreement
	Until        cal.Date // the last day
	Why          string
	At           time.Time
	By           Actor
	Name         string // of the user who did it, when it is read
}

// Granted reports that there is time until a day: it is not to be signed first.
func (e Extension) Granted() bool { return e.Until != SignedFirst }

// SignedFirst is the last day of an Extension by which a site that the programme adds is asked to sign a
// form before it is used at all: it is over, and before every day.
const SignedFirst cal.Date = 1

// SigningLink is a link by which somebody signs who has no account.
type SigningLink struct {
	ID           int64
	Application  ApplicationID  // of which forms; 0: of an organization's renewals
	Organization OrganizationID // 0: of an application
	Person       string         // whose own form: a user name; "": the senior official's forms
	Signer       Contact        // for whom it was made
	By           Actor
	At           time.Time
	Expires      time.Time
	Closed       time.Time // zero: it can be used
}

// InformingPlan is how a site tells patients of the registry, as it has said itself.
type InformingPlan struct {
	Organization OrganizationID
	ID           int64
	At           time.Time
	By           Actor
	Name         string // of the user who wrote it, when it is read
	How          []string
	Text         string
	Designated   string // who changes the data sharing status of patients
}

// GoLive is that a site went live.
type GoLive struct {
	Organization OrganizationID
	ID           int64
	At           time.Time
	By           Actor
	Name         string
	Day          cal.Date
	Items        []CheckItem // as they were then
	Why          string
	Override     bool // not all of them were done
}

// CheckItem is one thing that is to be done before a site goes live.
type CheckItem struct {
	Key  string
	What string
	Done bool
	Say  string `json:",omitempty"` // figures, who and when
	Do   string `json:",omitempty"` // what is still to be done
}
