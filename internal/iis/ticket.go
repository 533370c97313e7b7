package iis

import "time"

// TicketID numbers a ticket of the help desk. Ids are ordered by time.
type TicketID int64

// Public is the number under which a ticket is known outside.
func (id TicketID) Public() string { return publicNumber(int64(id)) }

// ParseTicketID reads a ticket's public number.
func ParseTicketID(s string) (TicketID, bool) {
	n, ok := parsePublic(s)
	return TicketID(n), ok
}

// TicketStatus is how far a ticket is.
type TicketStatus string

// The statuses: the help desk is asked; it has answered, and whoever asked is next; all
// is said.
const (
	TicketOpen     TicketStatus = "open"
	TicketAnswered TicketStatus = "answered"
	TicketClosed   TicketStatus = "closed"
)

// TicketStatuses are all statuses.
var TicketStatuses = []TicketStatus{TicketOpen, TicketAnswered, TicketClosed}

// Words is the status in words; "" of none.
func (s TicketStatus) Words() string {
	return map[TicketStatus]string{TicketOpen: "Open", TicketAnswered: "Answered", TicketClosed: "Closed"}[s]
}

// TicketPriority is how much a ticket hurries: the less the more.
type TicketPriority int

// The priorities.
const (
	Urgent   TicketPriority = 1 // nobody can work, or privacy is at stake
	High     TicketPriority = 2
	Ordinary TicketPriority = 3
	Low      TicketPriority = 4
)

// TicketPriorities are all priorities, the most pressing first.
var TicketPriorities = []TicketPriority{Urgent, High, Ordinary, Low}

// Words is the priority in words; "" of none.
func (p TicketPriority) Words() string {
	return map[TicketPriority]string{Urgent: "Urgent", High: "High", Ordinary: "Ordinary", Low: "Low"}[p]
}

// TicketTopic is what a ticket is about, roughly. A code, once used, keeps its meaning.
type TicketTopic struct{ Code, Words string }

// TicketTopics are those that may be chosen by users; PublicTopics by others.
var TicketTopics = []TicketTopic{
	{"page", "A page does not do what I expect"},
	{"record", "A record: finding it, or reading it"},
	{"message", "A message and its answer, or a file"},
	{"access", "Signing in, or what I may do"},
	{"training", "Training"},
	{"privacy", "Privacy: something was seen or given that should not have been"},
	{"enrol", "Our site would like to take part"},
	{"mine", "My own or my child’s record"},
	{"other", "Something else"},
}

// PublicTopics are those for people without an account.
var PublicTopics = []string{"mine", "enrol", "privacy", "other"}

// TicketTopicWords is a topic in words; the code itself of one that is not known.
func TicketTopicWords(code string) string {
	for _, t := range TicketTopics {
		if t.Code == code {
			return t.Words
		}
	}
	return code
}

// TicketAct is what was done of a ticket.
type TicketAct string

// The acts.
const (
	TicketAsked    TicketAct = "asked"
	TicketSaid     TicketAct = "said more" // by whoever asked, or their site
	TicketAnswer   TicketAct = "answered"
	TicketNoted    TicketAct = "noted" // for the help desk alone
	TicketMoved    TicketAct = "moved" // its status, priority or to whom it is assigned
	TicketPointed  TicketAct = "pointed to an answer"
	TicketFinished TicketAct = "closed"
	TicketAgain    TicketAct = "opened again"
)

// Ticket is a question to the help desk. No patient is in it, but by number.
type Ticket struct {
	ID     TicketID
	By     UserID // 0: somebody without an account
	Sender SenderID
	// Name and Contact are of somebody without an account; Name of a user when tickets
	// are listed.
	Name, Contact string
	Topic         string // a code of TicketTopics
	Subject       string
	Route         string // the pattern of the page from which it was asked; "": none
	Role          string
	Agent         string
	Reference     string   // of an error page; "": none
	Record        PersonID // that it is about, by the number of then; 0: none
	Status        TicketStatus
	Priority      TicketPriority
	Assigned      UserID
	AssignedName  string // when tickets are listed
	Site          string // the name of Sender, when tickets are listed
	Opened        time.Time
	Changed       time.Time
}

// TicketEntry is a thing that was said or done of a ticket.
type TicketEntry struct {
	Ticket   TicketID
	ID       int64
	At       time.Time
	By       UserID // 0: somebody without an account
	Name     string // of By
	Role     string
	Act      TicketAct
	Internal bool // for the help desk alone
	Say      string
}
