// Package nist validates messages against NIST's machine-readable profiles of
// the national immunization guide (release 1.5): profile, constraints and value
// sets, read from the public test sets.
//
// It is for tests only, and a port of tools/nistval.py of those sets, verdict
// by verdict: a test holds the two together. It does not know what a field
// means, and what the profiles leave to plug-ins it takes for fulfilled. Start
// at Load and Profile.Validate.
package nist

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"openiis/internal/shared"
)

// Finding is one way in which a message departs from its profile.
type Finding struct {
	Severity string // E for structure, usage and constraints, W for a length, VS for a code outside its value set
	Where    string // RXA[1]-5[1].2: segment[number]-field[repetition].component
	What     string
}

// String is the finding as the Python tool prints it.
func (f Finding) String() string { return f.Severity + " " + f.Where + " " + f.What }

// Profile is one message profile with its constraints and value sets. It does
// not change after Load.
type Profile struct {
	message    *element
	segments   map[string]*element
	datatypes  map[string]*element
	predicates map[place][]*element
	checks     map[place][]*element
	formats    map[string]*regexp.Regexp
	values     map[string]map[string]bool
}

// place is where a constraint applies: Segment, Datatype, Group or Message, and
// its name.
type place struct{ kind, id string }

// files names the files of each profile.
var files = map[string]string{
	"Z22": "VXU-Z22", "Z23": "ACK-Z23", "Z34": "QBP-Z34", "Z44": "QBP-Z44",
	"Z31": "RSP-Z31", "Z32": "RSP-Z32", "Z33": "RSP-Z33", "Z42": "RSP-Z42",
}

// Load reads a profile (Z22, Z23, …) from the public test sets; without them
// the test is skipped.
func Load(t testing.TB, profile string) *Profile {
	t.Helper()
	name, known := files[profile]
	if !known {
		t.Fatalf("nist: there is no profile %q", profile)
	}
	part := func(suffix string) *element {
		return parseXML(t, shared.File(t, "hl7", "nist-profiles", name+"_"+suffix+".xml"))
	}
	p := &Profile{}
	p.readStructure(part("Profile"))
	p.readConstraints(part("Constraints"))
	p.readValues(part("ValueSetLibrary"))
	return p
}

// Of is the profile that a message claims in MSH-21, or that its type means
// when it claims none. It need not be one that Load knows.
func Of(message []byte) string {
	lines := segmentsOf(message)
	if len(lines) == 0 {
		return ""
	}
	msh := strings.Split(lines[0], "|")
	if len(msh) > 20 {
		if z, _, _ := strings.Cut(msh[20], "^"); strings.TrimSpace(z) != "" {
			return strings.TrimSpace(z)
		}
	}
	if len(msh) > 8 && strings.HasPrefix(msh[8], "ACK") {
		return "Z23"
	}
	return "Z22"
}

// Known reports a profile that Load knows.
func Known(profile string) bool { return files[profile] != "" }

// Validate lists how the message departs from the profile; nothing when it
// conforms.
func (p *Profile) Validate(message []byte) []Finding {
	v := &validation{p: p, lines: segmentsOf(message), seen: map[string]int{}}
	root := &node{kind: "Message", id: p.message.attr("ID"), at: "MSG"}
	v.structure(p.message.kids, root)
	if v.next < len(v.lines) {
		v.add("E", "MSG", "unexpected segment "+prefix(v.lines[v.next], 3)+" at "+itoa(v.next+1))
	}
	v.check(root)
	return v.out
}

// validation is one run over one message.
type validation struct {
	p     *Profile
	lines []string
	next  int            // the next line to place
	seen  map[string]int // segments so far, by name
	out   []Finding
}

func (v *validation) add(severity, where, what string) {
	v.out = append(v.out, Finding{severity, where, what})
}

var lineEnd = regexp.MustCompile(`[\r\n]+`)

// segmentsOf cuts a message into its lines, without blank ones.
func segmentsOf(message []byte) []string {
	text := strings.TrimLeft(strings.ToValidUTF8(string(message), "\ufffd"), "\ufeff")
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	return slices.DeleteFunc(lineEnd.Split(text, -1), blank)
}

// prefix is at most the first n bytes; segment names are ASCII.
func prefix(s string, n int) string { return s[:min(n, len(s))] }
