// Package inbox is the act of looking at what was sent: the list of
// submissions, and one message with every part named, what was found at its
// place, the reply, and what became of it.
//
// It changes nothing. Its callers say whose messages somebody may look at (a
// scope); what is not within it is not shown. A list
// shows nothing of a patient; opening a message is audited before it is shown.
// Start at Desk.List and Desk.Open.
package inbox

import (
	"time"

	"openiis/internal/codeset"
	"openiis/internal/record"
	"openiis/internal/store"
)

// What the audit says of a look.
const (
	actOpen = "open message"
	actCopy = "copy message"

	actReceipt = "read receipt"
)

// Desk looks submissions up for people. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	keeper *record.Keeper
	codes  *codeset.Tables
	name   string
	now    func() time.Time
}

// New makes the desk of a registry that calls itself by a name in its replies.
func New(s *store.Store, codes *codeset.Tables, name string) *Desk {
	return &Desk{store: s, keeper: record.New(s, codes), codes: codes, name: name, now: s.Now}
}
