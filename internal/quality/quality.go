// Package quality is the act of watching what senders send: how much, how it
// was answered, how late, how complete, and what is found most; and the reviews
// in which a site and the programme settle it.
//
// It reads no message at intake: Desk.Tally counts afterwards what came since
// it last looked. It says nothing of a patient but the number of a submission.
// Start at Desk.Tally, Desk.Sender and Desk.OpenReview.
package quality

import (
	"time"

	"openiis/internal/codeset"
	"openiis/internal/store"
)

// Desk counts, tells and keeps reviews. It is safe for concurrent use.
type Desk struct {
	store  *store.Store
	codes  *codeset.Tables
	limits limits
	now    func() time.Time
}

// New makes the desk of a registry.
func New(s *store.Store, codes *codeset.Tables) *Desk {
	return &Desk{store: s, codes: codes, limits: builtInLimits(), now: s.Now}
}
