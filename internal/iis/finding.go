package iis

import (
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Severity is how much a finding matters to the sender (HL7 table 0516).
type Severity string

// The severities, worst first.
const (
	Error       Severity = "E" // something was not stored: correct it and send again
	Warning     Severity = "W" // stored, but something was lost or is doubtful
	Information Severity = "I" // stored; worth knowing
)

func (s Severity) rank() int {
	switch s {
	case Error:
		return 0
	case Warning:
		return 1
	}
	return 2
}

// Where is a place in a message: a segment's name and number, then field,
// repetition, component and subcomponent, each 1-based and 0 when the place is
// not that narrow.
type Where struct {
	Segment   string `json:",omitempty"`
	Sequence  int    `json:",omitempty"` // the n-th segment of that name in the message
	Field     int    `json:",omitempty"`
	Rep       int    `json:",omitempty"`
	Component int    `json:",omitempty"`
	Sub       int    `json:",omitempty"`
}

// IsZero reports a finding that has no place.
func (w Where) IsZero() bool { return w.Segment == "" }

// ERL is the place as ERR-2 writes it (HL7 v2.5.1, 2.A.28 ERL): RXA^1^5^1^2.
// A component is never written without its repetition.
func (w Where) ERL() string {
	if w.Segment == "" {
		return ""
	}
	rep := w.Rep
	if rep == 0 && w.Component > 0 {
		rep = 1
	}
	parts := []int{max(w.Sequence, 1), w.Field, rep, w.Component, w.Sub}
	var b strings.Builder
	b.WriteString(w.Segment)
	for _, n := range parts {
		if n == 0 {
			break
		}
		b.WriteByte('^')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

// String is the place as people write it: RXA-5.1.
func (w Where) String() string {
	if w.Segment == "" {
		return ""
	}
	s := w.Segment
	for i, n := range []int{w.Field, w.Component, w.Sub} {
		if n == 0 {
			break
		}
		s += string("-.."[i]) + strconv.Itoa(n)
	}
	return s
}

// HL7 error codes of table 0357 (HL7 v2.5.1, ERR-3).
const (
	CodeAccepted     = "0"
	CodeSequence     = "100" // segment sequence: missing or out of order
	CodeRequired     = "101" // required field missing
	CodeType         = "102" // data type
	CodeTable        = "103" // table value not found
	CodeMessageType  = "200"
	CodeEvent        = "201"
	CodeProcessingID = "202"
	CodeVersion      = "203"
	CodeUnknownKey   = "204"
	CodeDuplicateKey = "205"
	CodeInternal     = "207"
	CodeApplication  = "999"
)

// Application error codes of table 0533 (ERR-5).
const (
	AppIllogicalDate   = "1"
	AppInvalidDate     = "2"
	AppIllogicalValue  = "3"
	AppInvalidValue    = "4"
	AppTable           = "5"
	AppObservation     = "6"
	AppRequiredMissing = "7"
	AppIgnored         = "8"
)

// Finding is something wrong, doubtful or worth knowing about what was sent.
// It is not a failure of ours (that is a fault).
type Finding struct {
	Rule     string   // the check that made it: a short name, stable
	Severity Severity // what it means for the sender
	Where    Where    `json:",omitzero"`
	HL7      string   // table 0357
	App      string   `json:",omitempty"` // table 0533
	Say      string   // one plain sentence for the sender; never a patient's value
	// Fact says that it tells what is so and nobody can correct: it takes nothing
	// else its place, and nothing takes its.
	Fact bool `json:",omitempty"`
}

// Rule is what a table of findings has of each, before it is found at a place.
type Rule struct {
	Name     string
	Severity Severity
	Source   string // where it comes from: for docs/checks.md, which has them all
	HL7, App string // as in Finding
	Say      string // "" where whoever finds it has the words
}

// At is the finding at a place, which is none when it is about no message.
func (r Rule) At(where Where) Finding {
	return Finding{Rule: r.Name, Severity: r.Severity, Where: where, HL7: r.HL7, App: r.App, Say: r.Say}
}

// IsFirstPass reports a finding for which the message is refused before its
// content is read (IG 1.5, 3: MSA-1 = AR).
func (f Finding) IsFirstPass() bool {
	return len(f.HL7) == 3 && f.HL7[0] == '2' && f.HL7 <= CodeVersion
}

// Findings is what is known about one message.
type Findings []Finding

// Worst is the worst severity, or "" when there is no finding.
func (fs Findings) Worst() Severity {
	worst := Severity("")
	for _, f := range fs {
		if worst == "" || f.Severity.rank() < worst.rank() {
			worst = f.Severity
		}
	}
	return worst
}

// OnePerPlace keeps the worst finding of each place and every fact, and orders them
// worst first: one remark on a value is enough to look at it, but what is said
// beside a fact does not say the fact. Findings without a place all stay.
func (fs Findings) OnePerPlace() Findings {
	at := make(map[string]int, len(fs))
	out := make(Findings, 0, len(fs))
	for _, f := range fs {
		key := f.Where.ERL()
		i, seen := at[key]
		switch {
		case f.Fact:
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		case key == "" || !seen:
			at[key] = len(out)
			out = append(out, f)
		case f.Severity.rank() < out[i].Severity.rank():
			out[i] = f
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Severity.rank() < out[j].Severity.rank() })
	return out
}
