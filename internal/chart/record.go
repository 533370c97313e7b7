package chart

import (
	"slices"
	"strings"
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
	// Protected says that sharing of this record is limited: others than those who
	// reported it see nothing of it, as the state's policy has it.
	Protected bool
	Sharing   Sharing
	// Closed says that the parents opted out: only the programme's staff sees it.
	Closed bool
	// Doses are in order of date, Groups the same by vaccine group: there a
	// combination stands in several.
	Doses    []Dose
	Groups   []Group
	Refusals []Statement
	Facts    []Statement
	Outlook  Outlook
	// Change is what an entry does to the outlook, when that was asked for.
	Change *Change
	// The rest is where the record comes from; nothing of it is printed.
	Sources     []Source
	Submissions []Submission
	Concerns    []Concern   // the newest first
	Informed    []Informing // likewise: that somebody was informed of the registry
	Access      []Access
	OlderAccess int64 // the last line of Access when there are older ones; or 0
}

// Guardian is the name of a parent or guardian; empty when none is known.
func (r *Record) Guardian() string {
	for _, k := range r.Kin {
		if k.Guardian {
			return k.Name
		}
	}
	return ""
}

// ByDate are all doses in order of date, as a group without a name.
func (r *Record) ByDate() Group { return Group{Doses: r.Doses} }

// Waiting reports a concern that staff have not dealt with.
func (r *Record) Waiting() bool {
	return slices.ContainsFunc(r.Concerns, func(c Concern) bool { return c.Open })
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
	Guardian       bool // a parent or guardian, as against other kin
}

// Number is an identifier that somebody gave the person. Social security
// numbers show their end only.
type Number struct {
	Label, Value, From string
	Type               string // table 0203
}

// Group is the doses of one vaccine group in order of date.
type Group struct {
	Name  string // in plain words
	Doses []Dose
}

// FactsToPrint reports that there are facts that families may read.
func (r *Record) FactsToPrint() bool {
	return slices.ContainsFunc(r.Facts, func(s Statement) bool { return !s.Confidential })
}

// Tells reports a group in which a dose is confidential: how the others count, and of what they
// may be the same, would tell of it.
func (g Group) Tells() bool {
	return slices.ContainsFunc(g.Doses, func(d Dose) bool { return d.Confidential })
}

// Confidential reports a group all doses of which are confidential: its heading would tell
// of them.
func (g Group) Confidential() bool {
	return !slices.ContainsFunc(g.Doses, func(d Dose) bool { return !d.Confidential })
}

// Last is the day of the group's last dose.
func (g Group) Last() cal.Date { return g.Doses[len(g.Doses)-1].Date }

// Dose is one shot, whoever reported it.
type Dose struct {
	ID         iis.DoseID
	Date       cal.Date
	Age        string // at the dose
	Vaccine    string // CDC's short name in plain words, or what was sent when the code is unknown
	Product    string // brand name, when vaccine and maker leave only one
	Groups     []string
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
	// Reports are all reports of it, when there are several, the one that is
	// shown first; Why is why they are one shot, when not each of them tells.
	Reports []DoseReport
	Why     string
	Partial bool // given in part only
	// BeforeLive says that every report of it came before its sender went live.
	BeforeLive bool
	// Confidential says that it is not on what families print; Mine that the reader’s site
	// reported it.
	Confidential, Mine bool
	// Entered are those of its reports that were entered on a page.
	Entered []Entered
	Notes   []string // reactions and other facts that came with the dose
	// Review are other doses that may be this same shot. All are counted until
	// someone has looked.
	Review   []Doubt
	verdicts []Verdict
}

// Besides are the groups that a dose is of beside one of them; Verdicts say whether
// it counts there.
func (d Dose) Besides(group string) string {
	others := slices.DeleteFunc(slices.Clone(d.Groups), func(g string) bool { return g == group })
	return strings.Join(others, "; ")
}

// Doubt is another dose of the record that may be the same shot.
type Doubt struct {
	Other iis.DoseID
	Date  cal.Date
	Why   string // a sentence
}

// DoseReport is one report of a dose.
type DoseReport struct {
	By        string
	OtherDay  cal.Date // the day that it names, when it is not that of the dose
	GivenHere bool
	History   string // where the knowledge comes from, when it was not given there
	Vaccine   string
	Lot       string
	Received  time.Time
	// BeforeLive says that it came before its sender went live.
	BeforeLive bool
	Why        string // why it is of the shot, as a sentence; empty of the first
	NotShown   string // why not it is shown but the first, as a part of a sentence; empty of the first
}

// Statement is a refusal, or a fact such as an immunity or a contraindication.
type Statement struct {
	Date    cal.Date
	Until   cal.Date // the last day on which it holds; None: not known
	Ended   bool     // Until is over
	What    string
	Why     []string
	By      []string
	Entries []Entered // those of its reports that were entered on a page
	// Confidential says that it is not on what families print.
	Confidential bool
}

// Entered is a report that was entered on a page.
type Entered struct {
	Number string
	Sender iis.SenderID // whose report it is
	By     string       // that sender
}

// Source is what one sender has said of the person.
type Source struct {
	ID       iis.SourceID
	Sender   string
	Received time.Time // of its newest version
	Name     string    // the name it uses
	// Birth and Sex are what it says otherwise than the record; None and empty
	// where it says the same, or nothing.
	Birth cal.Date
	Sex   string
	// BeforeLive reports that all of it came before its sender went live.
	BeforeLive bool
}

// Submission is one message that made this record what it is.
type Submission struct {
	ID       iis.SubmissionID
	Sender   string
	From     iis.SenderID // that sender
	Kind     string
	Answered time.Time
	Result   string
	Reason   string // why somebody corrected or deleted a vaccination on a page; "" else
	// BeforeLive reports that it came before its sender went live.
	BeforeLive bool
	Findings   []Finding
}

// Finding is one thing that was wrong with a submission, in words.
type Finding struct{ Severity, Where, Say string }

// AccessLog is a part of a person's access log, the newest line first.
type AccessLog struct {
	ID     iis.PersonID
	Access []Access
	Older  int64 // the last line when there are older ones; or 0
}

// Access is one line of the person's access log.
type Access struct {
	At   time.Time
	Who  string // a user's or a sender's name
	Role string // of a user, as it is now; "": it was no user, or one no longer known
	Site string // the site that the user belongs to now; "": none
	What string
	Kind string // roughly what was done, in words
}
