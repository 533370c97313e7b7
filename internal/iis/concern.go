package iis

import "time"

// Concern is a user's word that a record looks wrong, for the registry's staff.
// It changes nothing in the record.
type Concern struct {
	Person  PersonID
	ID      ConcernID
	Reason  string // one of those that the pages offer
	Say     string // in the user's own words; a patient's data
	Raised  time.Time
	By      UserID
	Settled time.Time // when staff had dealt with it; zero while it is open
	// SettledBy and Answer say who dealt with it, and what they did.
	SettledBy UserID
	Answer    string
}

// IsOpen reports a concern that nobody has dealt with.
func (c Concern) IsOpen() bool { return c.Settled.IsZero() }
