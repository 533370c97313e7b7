package iis

import "time"

// CourseNeed is a course that somebody is to have completed, and the oldest of its
// versions that still counts.
type CourseNeed struct {
	Course string // its code
	Least  int
}

// CourseNeeds are the courses that are required, by the role of those who are to
// complete them.
type CourseNeeds map[string][]CourseNeed

// CourseResult is a try of a course's quiz, or a session that counts as the course. It
// stays as it was noted.
type CourseResult struct {
	User      UserID
	ID        int64
	Course    string // its code
	Version   int
	Title     string // as it was called then
	Role      string // the user's then
	Event     EventID
	Score     int // right answers
	Questions int // of so many
	Passed    bool
	At        time.Time
	NotedBy   UserID // the user themselves, or who marked attendance; 0: the command
}

// CourseLack is a user who has not completed courses that are required of their role.
type CourseLack struct {
	User     UserID
	Username string
	Name     string
	Role     string
	Sender   SenderID
	Lacks    []string // codes of courses, in the order of the requirements; never empty
}

// EventID numbers a session of training. Ids are ordered by time.
type EventID int64

// Public is the number under which a session is known outside.
func (id EventID) Public() string { return publicNumber(int64(id)) }

// ParseEventID reads a session's public number.
func ParseEventID(s string) (EventID, bool) {
	n, ok := parsePublic(s)
	return EventID(n), ok
}

// EventKind is where a session takes place. A kind, once used, keeps its meaning.
type EventKind string

// The kinds of sessions.
const (
	Webinar       EventKind = "webinar"
	SiteEvent     EventKind = "site"
	RegionalEvent EventKind = "region"
)

// EventKinds are all kinds.
var EventKinds = []EventKind{Webinar, SiteEvent, RegionalEvent}

// Words is the kind in words; "" of none.
func (k EventKind) Words() string {
	return map[EventKind]string{Webinar: "Webinar", SiteEvent: "Session at a site", RegionalEvent: "Session in a region"}[k]
}

// EventStatus is how far a session is.
type EventStatus string

// The statuses of a session: asked for, planned or declined; called off, or over with
// attendance marked.
const (
	EventAsked     EventStatus = "asked"
	EventPlanned   EventStatus = "planned"
	EventDeclined  EventStatus = "declined"
	EventCalledOff EventStatus = "called off"
	EventHeld      EventStatus = "held"
)

// Words is the status in words; "" of none.
func (s EventStatus) Words() string {
	return map[EventStatus]string{
		EventAsked: "Asked for", EventPlanned: "Planned", EventDeclined: "Declined", EventCalledOff: "Called off", EventHeld: "Held",
	}[s]
}

// Event is a session of training.
type Event struct {
	ID           EventID
	Kind         EventKind
	Title, Say   string
	Course       string    // attending counts as this course; "": as none
	Begins       time.Time // zero: not planned yet
	Minutes      int
	Place, Link  string
	Seats        int            // 0: without limit
	Organization OrganizationID // for whose users alone; 0: everybody's
	Region       string         // for the users of whose region alone, a code of the state's file; "": everybody's
	Status       EventStatus
	Wish         string // when and for how many, as whoever asked wrote
	Why          string // why it was declined or called off
	AskedBy      UserID // 0: the programme plans it by itself
	Asked        time.Time
	Changed      time.Time
	ChangedBy    UserID
}

// SeatStatus is what somebody has of a session.
type SeatStatus string

// The statuses of a seat.
const (
	SeatTaken    SeatStatus = "taken"
	SeatWaiting  SeatStatus = "waiting" // until somebody gives theirs back
	SeatGivenUp  SeatStatus = "given up"
	SeatAttended SeatStatus = "attended"
	SeatAbsent   SeatStatus = "absent"
)

// Seat is somebody's place in a session.
type Seat struct {
	Event     EventID
	User      UserID
	ID        int64 // in the order in which they came
	Status    SeatStatus
	Changed   time.Time
	ChangedBy UserID
	// Name, Role and Site are the user's, and Sender is the site, when the seats of a
	// session are listed.
	Name, Role, Site string
	Sender           SenderID
}
