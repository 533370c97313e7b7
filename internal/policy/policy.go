// Package policy is what a state's law and programme decide, as its folder under
// states/ says it: who tells of births, what parents are told, whether they may
// opt out, whether a record is shared when nobody said, and which regions it has.
//
// It decides nothing about a record: package record and the acts ask it. A policy
// that was read is never changed and may be shared by everyone. Start at Policy,
// Read, Named and Neutral.
package policy

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"openiis/internal/cal"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/states"
)

// File is the name of the file in a state's folder.
const File = "policy.yaml"

// Policy is the policy of one state.
type Policy struct {
	State      string // its code, such as mn
	Name       string
	Registry   string // what its registry is called
	Department string // who runs it
	Sharing    Sharing
	Births     BirthFeed
	Notice     *Notice // nil: parents are sent nothing
	OptOut     OptOut
	Reporting  *Reporting // nil: the state says nothing of it
	Regions    []Region   // in the order of their file; none when the state has none
	Regional   *Regional  // nil: staff of a region see no record
	Rosters    []Roster   // the kinds of sites that keep one
	Users      *Users     // nil: as the neutral policy has it
	Tests      *Tests     // nil: as the neutral policy has it
	Training   []Requirement
	Enrolment  *Enrolment // nil: sites are added by the programme alone, and sign nothing here
	// alerts are the rules of the file; nil when it says nothing of them (Alerts).
	alerts *[]Alert
	// Contact is whom people turn to with a question, for papers; "" when the file does
	// not say.
	Contact, ContactSource string
	// Text and RegionsText are the files, of a folder of one's own; "" of one that is
	// part of the program.
	Text, RegionsText string
	// Files are the folder's other files (Folder).
	Files  map[string]string
	papers *form.Set // of its own folder; Papers tells which hold
}

// Reporting is within which time doses are to be reported.
type Reporting struct {
	Hours   int // after a dose was given
	Newborn int // after a birth dose; 0: as other doses
	Source  string
}

// Days are so many hours as whole days, rounded up: what can be measured where doses
// have a day and no time of day.
func Days(hours int) int { return (hours + 23) / 24 }

// Users is what holds for everyone who signs in.
type Users struct {
	IdleDays int // after so many days without signing in an account lets nobody in until somebody lets it
	Source   string
}

// Idle is how long an account may go without signing in, in days.
func (p *Policy) Idle() int {
	if p.Users == nil {
		return Neutral().Users.IdleDays
	}
	return p.Users.IdleDays
}

// Tests is what holds for test messages of sites that are not live.
type Tests struct {
	KeepDays int // for so many days what was sent is kept
	Source   string
}

// KeepTests is for how many days test messages are kept.
func (p *Policy) KeepTests() int {
	if p.Tests == nil {
		return Neutral().Tests.KeepDays
	}
	return p.Tests.KeepDays
}

// BirthFeed is who tells of births.
type BirthFeed struct {
	Senders []string // facility codes of offices of vital records
	Newborn int      // for so many days after the birth a child counts as a newborn
	Source  string
}

// Notice is what parents are sent when a birth record enrols their child.
type Notice struct {
	Title     string
	Within    int // days after the enrollment, by which it is to be sent
	Languages []Language
	Parts     []Part
	Source    string
}

// Language is one that a notice is in.
type Language struct {
	Code string // ISO 639-2, as PID-15 has it
	Name string
}

// Part is one thing that parents are given.
type Part struct {
	Name   string
	Given  string // how: by mail, in the hospital, …
	Paper  string // the code of the form or material that it is, to be printed; "" of none
	Source string
}

// OptOut is whether somebody may be left out of the registry, or parents may have their
// child left out.
type OptOut struct {
	Possible bool
	How      []string // of OptOutWays
	Contact  string
	Closes   bool // what a birth record says closes the record of a child who has one; else the row is refused
	// Erases says what a request does with what is held: it is erased but for a stub, and
	// closed until then; else it is closed and kept.
	Erases bool
	// Identity says that how the identity of who asked was checked must be noted.
	Identity bool
	// TakeBack is for how many days a request may be taken back before what is held is
	// erased; 0: it is erased at once.
	TakeBack int
	Source   string
}

// Takes reports that a request may be made in a way.
func (o *OptOut) Takes(way string) bool { return o.Possible && slices.Contains(o.How, way) }

// OptOutWays are the ways in which parents may opt out.
var OptOutWays = []string{"call", "form", "certificate"}

// IsBirthSender reports that a facility code is of an office of vital records.
func (p *Policy) IsBirthSender(facility string) bool {
	return slices.ContainsFunc(p.Births.Senders, func(s string) bool { return strings.EqualFold(s, facility) })
}

// IsNewborn reports that somebody born on a day counts as a newborn on another.
func (p *Policy) IsNewborn(birth, on cal.Date) bool {
	return birth != cal.None && birth <= on && on <= birth.AddDays(p.Births.Newborn)
}

// Language is in which language a notice goes to somebody: the code of their own
// when it is in that, or else the first.
func (n *Notice) Language(own iis.Coded) string {
	for _, l := range n.Languages {
		if strings.EqualFold(l.Code, own.Code) {
			return l.Code
		}
	}
	return n.Languages[0].Code
}

// LanguageName is the name of a language of the notice; the code itself of one that
// is not (any more).
func (p *Policy) LanguageName(code string) string {
	if p.Notice != nil {
		for _, l := range p.Notice.Languages {
			if l.Code == code {
				return l.Name
			}
		}
	}
	return code
}

// PartNames are the names of the parts.
func (n *Notice) PartNames() []string {
	out := make([]string, len(n.Parts))
	for i, p := range n.Parts {
		out[i] = p.Name
	}
	return out
}

// neutralState is the policy that holds without a state.
const neutralState = "neutral"

// all are the policies that are part of the program, by their codes.
var all = sync.OnceValues(func() (map[string]*Policy, error) {
	names, err := fs.Glob(states.Files, "*/"+File)
	if err != nil {
		return nil, err
	}
	out := map[string]*Policy{}
	for _, name := range names {
		dir := strings.TrimSuffix(name, File)
		f, err := FolderIn(states.Files, dir)
		if err != nil {
			return nil, err
		}
		p, err := ReadFolder("states/"+dir, f)
		if err != nil {
			return nil, err
		}
		p.Text, p.RegionsText = "", ""
		out[strings.TrimSuffix(dir, "/")] = p
	}
	return out, nil
})

// Named is the policy of a state that is part of the program; nil when there is none
// of that code.
func Named(state string) *Policy {
	list, err := all()
	if err != nil {
		panic(err) // the files are part of the program, and a test reads them
	}
	return list[state]
}

// Neutral is the policy that holds without a state.
func Neutral() *Policy { return Named(neutralState) }

// States are the codes of the states that are part of the program.
func States() []string {
	var out []string
	list, _ := all() // Named tells
	for code := range list {
		if code != neutralState {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return out
}

// NoSuchState is the error for a state of which there is no policy.
func NoSuchState(state string) error {
	known := States()
	last := len(known) - 1
	return fmt.Errorf("there is no state %q: want %s or %s, or a folder of your own with a %s", state, strings.Join(known[:last], ", "), known[last], File)
}
