package iis

import "time"

// MailID is a mail to somebody who uses the registry, or asks to.
type MailID int64

// Public is the number under which a mail is known outside.
func (id MailID) Public() string { return publicNumber(int64(id)) }

// ParseMailID reads a mail's public number.
func ParseMailID(s string) (MailID, bool) {
	n, ok := parsePublic(s)
	return MailID(n), ok
}

// MailKind is what a mail is about, and the name of the file of its words.
type MailKind string

// The kinds.
const (
	MailInvitation  MailKind = "invitation"           // a link by which somebody becomes a user
	MailPassword    MailKind = "password-link"        // a link by which a user sets another password
	MailReceived    MailKind = "application-received" // an application came
	MailChanges     MailKind = "application-changes"  // changes to it are asked for
	MailApproved    MailKind = "application-approved"
	MailDeclined    MailKind = "application-declined"
	MailSign        MailKind = "agreement-to-sign" // a link by which somebody signs
	MailExpires     MailKind = "agreement-expires" // what was signed ends soon
	MailIdle        MailKind = "access-ends-idle"  // access is paused soon, for nobody used it
	MailNewDevice   MailKind = "sign-in-new-device"
	MailFailed      MailKind = "sign-ins-failed"
	MailReaddressed MailKind = "address-changed" // to the address that somebody had before
	MailTicketReply MailKind = "ticket-answered"
	MailSeat        MailKind = "session-seat" // somebody has a seat in a training session
	MailMoved       MailKind = "session-moved"
	MailCalledOff   MailKind = "session-called-off"
	MailSessionSoon MailKind = "session-soon" // a session begins in which they have a seat
)

// MailKinds are all kinds.
var MailKinds = []MailKind{
	MailInvitation, MailPassword, MailReceived, MailChanges, MailApproved, MailDeclined, MailSign, MailExpires, MailIdle, MailNewDevice, MailFailed, MailReaddressed, MailTicketReply,
	MailSeat, MailMoved, MailCalledOff, MailSessionSoon,
}

// Words are a kind as people read it.
func (k MailKind) Words() string {
	return map[MailKind]string{
		MailInvitation: "Invitation", MailPassword: "Link for a new password", MailReceived: "Application received", MailChanges: "Application: changes asked for",
		MailApproved: "Application approved", MailDeclined: "Application declined", MailSign: "Agreement to be signed", MailExpires: "Agreement ends soon",
		MailIdle: "Access will be paused", MailNewDevice: "Sign-in from a new device", MailFailed: "Failed sign-ins", MailReaddressed: "E-mail address changed", MailTicketReply: "Ticket answered",
		MailSeat: "Seat in a training session", MailMoved: "Training session changed", MailCalledOff: "Training session called off", MailSessionSoon: "Training session begins soon",
	}[k]
}

// MailStatus is how far a mail is.
type MailStatus string

// The statuses.
const (
	MailWaits   MailStatus = "waiting"
	MailSent    MailStatus = "sent"   // a relay has taken it
	MailGivenUp MailStatus = "failed" // it was refused, or not taken for days
	MailDropped MailStatus = "dropped"
)

// MailStatuses are all statuses, in the order in which they are listed.
var MailStatuses = []MailStatus{MailWaits, MailGivenUp, MailSent, MailDropped}

// Words are a status as people read it.
func (s MailStatus) Words() string {
	return map[MailStatus]string{MailWaits: "Waiting", MailSent: "Sent", MailGivenUp: "Failed", MailDropped: "Not needed any more"}[s]
}

// Mail is a mail to somebody who uses the registry, or asks to: never to a patient, and
// never with anything of one.
type Mail struct {
	ID       MailID
	Kind     MailKind
	To       Contact
	Says     map[string]string // what its words name, beside the state's own names
	Path     string            // of the page that it links to, such as /agreements; "": none
	Secret   []byte            // what ends that address, as it is kept: encrypted; nil: there is none
	Link     int64             // the number of the invitation, or of the link for signing, of the secret
	Once     string            // what makes another mail the same: that is not written; "": nothing does
	At       time.Time
	Status   MailStatus
	Attempts int
	Due      time.Time // when it is tried next
	Until    time.Time // when it is given up
	Done     time.Time // when it was sent or given up; zero: it waits
	Answer   string    // what the relay said last
}

// HasSecret reports a mail whose link is worth something to whoever has it.
func (k MailKind) HasSecret() bool {
	return k == MailInvitation || k == MailPassword || k == MailSign
}
