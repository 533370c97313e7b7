// Package policy is what a state's law and programme decide, as its folder under
// states/ says it: who tells of births, what parents are told, whether they may
// opt out, whether a record is shared when nobody said, and which regions it has.
//
// It decides nothing about a record: package record and the acts ask it. A policy
// that was read is never changed and may be shared by everyone. Start at Policy,
// Read, Named and Neutral.
package policy

import (
	"errors"
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
	Regions    []Region   // in the order of their file; none when the state has none
	Users      *Users     // nil: as the neutral policy has it
	Enrolment  *Enrolment // nil: sites are added by the programme alone, and sign nothing here
	Training   []Requirement
	// alerts are the rules of the file; nil when it says nothing of them (Alerts).
	alerts *[]Alert
	// Contact is whom people turn to with a question, for papers; "" when the file does
	// not say.
	Contact, ContactSource string
	// Text and RegionsText are the files, of a folder of one's own; "" of one that is
	// part of the program. PapersText are its forms and materials, by their paths.
	Text, RegionsText string
	PapersText        map[string]string
	papers            *form.Set // of its own folder; Papers tells which hold
	// Lessons are the state's own courses, and questions and answers: texts by the names
	// of their files in its folder, such as training/NAME/course.yaml. Package course reads
	// them.
	Lessons map[string]string
}

// Sharing is whether a record may be shared when nobody said.
type Sharing struct {
	Default bool
	Source  string // law or document, here and below
}

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
	Source string
}

// OptOut is whether parents may have their child left out of the registry.
type OptOut struct {
	Possible bool
	How      []string // of OptOutWays
	Contact  string
	Closes   bool // the record of a child who has one is closed; else the row is refused
	Source   string
}

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
		text, err := fs.ReadFile(states.Files, name)
		if err != nil {
			return nil, err
		}
		dir := strings.TrimSuffix(name, File)
		regions, err := fs.ReadFile(states.Files, dir+RegionsFile)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		papers, err := papersIn(dir)
		if err != nil {
			return nil, err
		}
		lessons, err := LessonsIn(states.Files, dir)
		if err != nil {
			return nil, err
		}
		p, err := ReadFolder("states/"+dir, Folder{text, regions, papers, lessons})
		if err != nil {
			return nil, err
		}
		p.Text, p.RegionsText, p.PapersText = "", "", nil
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
