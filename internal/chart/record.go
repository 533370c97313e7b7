package chart

import (
	"time"

	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Record is all that the registry holds of one person, in words.
type Record struct {
	ID          iis.PersonID
	Name        string // as it is spoken
	FamilyFirst string
	OtherNames  []Labelled
	Birth       cal.Date
	Age         string // today, or when the person died
	Died        bool
	Death       cal.Date // None when only the fact is known
	Sex         string
	About       []Labelled // race, language, twins, mother's maiden name, …
	Addresses   []Address
	Contacts    []Labelled // telephones and e-mail
	Kin         []Kin
	Numbers     []Number
	// Protected says that sharing of this record is limited (PD1-12 = Y, by at
	// least one source). People in the registry still see it.
	Protected bool
	Groups    []Group
	// Doses is how many doses there are: a combination stands in several
	// groups and counts once.
	Doses       int
	Refusals    []Statement
	Facts       []Statement
	Sources     []Source
	Submissions []Submission
	Access      []Access
}

// Labelled is a value with what it is.
type Labelled struct{ Label, Value string }

// Address is where a person lives or gets mail.
type Address struct {
	Label string
	Lines []string
}

// Kin is a next of kin or guardian.
type Kin struct {
	Name, Relation string
	Contacts       []string
}

// Number is an identifier that somebody gave the person. Social security
// numbers show their end only.
type Number struct{ Label, Value, From string }

// Group is the doses of one vaccine group in order of date.
type Group struct {
	Name  string // in plain words
	Doses []Dose
}

// Dose is one shot, whoever reported it.
type Dose struct {
	ID      iis.DoseID
	Date    cal.Date
	Age     string // at the dose
	Vaccine string // CDC's short name, or what was sent when the code is unknown
	// FullName is CDC's full name, when it says more than Vaccine.
	FullName   string
	Product    string // brand name, when vaccine and maker leave only one
	AlsoIn     []string
	Lot        string
	Expiration cal.Date
	Maker      string
	How        string // amount, route and body site
	// GivenHere says that the one who reports it gave it; otherwise History
	// says where the knowledge comes from.
	GivenHere bool
	By        string // who reports it
	Where     string // where it was given, when that is not By
	History   string
	AlsoBy    []string // others who report the same shot
	Partial   bool     // given in part only
	Notes     []string // reactions and other facts that came with the dose
	// Review is why a person should look at it; empty when nobody need.
	Review string
}

// Statement is a refusal, or a fact such as an immunity or a contraindication.
type Statement struct {
	Date cal.Date
	What string
	Why  []string
	By   []string
}

// Source is what one sender has said of the person.
type Source struct {
	Sender   string
	Received time.Time // of its newest version
	Name     string    // the name it uses
}

// Submission is one message that made this record what it is.
type Submission struct {
	ID       iis.SubmissionID
	Sender   string
	Kind     string
	Answered time.Time
	Result   string
	Findings []Finding
}

// Finding is one thing that was wrong with a submission, in words.
type Finding struct{ Severity, Where, Say string }

// Access is one line of the person's access log.
type Access struct {
	At   time.Time
	Who  string
	What string
}
