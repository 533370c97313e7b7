package iis

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"openiis/internal/cal"
)

// RosterID numbers that somebody is, or was, on a roster.
type RosterID int64

// Public is the number as addresses and forms have it.
func (id RosterID) Public() string { return publicNumber(int64(id)) }

// ParseRosterID reads it.
func ParseRosterID(s string) (RosterID, bool) {
	n, ok := parsePublic(s)
	return RosterID(n), ok
}

// RosterEntry is that somebody is on the roster of a site: a student of a school, a child
// of a child care programme, a member of a health plan. It changes nothing in the record.
type RosterEntry struct {
	Person PersonID
	ID     RosterID
	Site   OrganizationID
	Own    string // the site's own number of the person; "": none
	Place  string // grade or room; "": none
	Since  cal.Date
	Until  cal.Date // the last day; None: on it still
	Why    string   // it ended
	// Added and Changed are when it was written, and changed last; By and ChangedBy who did.
	Added, Changed time.Time
	By, ChangedBy  UserID
	// Sources are those of the record that said what the person was described by who was put
	// there: the entry goes where they go.
	Sources []SourceID
	// Parted is the decision by which sources left the record while it could not be told whose
	// the entry is: it opens nothing. 0: none.
	Parted    DecisionID
	FormerOwn []string // what Own was before, the oldest first
}

// Holds reports that the person is on the roster still.
func (e *RosterEntry) Holds() bool { return e.Until == cal.None }

// RosterKinds are the kinds of sites that may have a roster.
var RosterKinds = []OrganizationKind{KindSchool, KindChildCare, KindHealthPlan}

// RosterKind is how the rosters of a kind of site speak of people and places.
type RosterKind struct{ Person, People, Place, Places, Number string }

// RosterWords are those of a kind of site: of a health plan there is no place.
func RosterWords(k OrganizationKind) RosterKind {
	switch k {
	case KindSchool:
		return RosterKind{"student", "students", "Grade", "grades", "Student number"}
	case KindHealthPlan:
		return RosterKind{"member", "members", "", "", "Member number"}
	}
	return RosterKind{"child", "children", "Room", "rooms", "Your own number"}
}

// Grades are those of schools, from the first to the last.
var Grades = []string{"PK", "K", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}

// GradeOf is a grade as people write it, by its name among Grades; "" of what is none, such as
// a room.
func GradeOf(text string) string {
	words := strings.Fields(strings.ToUpper(text))
	if len(words) > 1 && words[0] == "GRADE" {
		words = words[1:]
	}
	if len(words) == 2 && words[1] == "GRADE" {
		words = words[:1]
	}
	s := strings.Join(words, " ")
	switch s {
	case "K", "KG", "KINDERGARTEN", "0", "00":
		return "K"
	case "PK", "P", "PREK", "PRE-K", "PRE K", "PRESCHOOL", "PREKINDERGARTEN", "PRE-KINDERGARTEN":
		return "PK"
	}
	for _, end := range []string{"ST", "ND", "RD", "TH"} {
		s = strings.TrimSuffix(s, end)
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= 12 {
		return strconv.Itoa(n)
	}
	return ""
}

// HasRoster reports a kind of RosterKinds.
func (k OrganizationKind) HasRoster() bool { return slices.Contains(RosterKinds, k) }
