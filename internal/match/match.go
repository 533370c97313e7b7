// Package match decides whether a person that a source describes is one the
// registry knows: a match, perhaps, or nobody.
//
// It weighs evidence by Fellegi and Sunter's model, by what the files of
// matching/ say (README.md there tells how), after a sender's own number and the
// registry's have been heard. It compares values, reads nothing and stores
// nothing. Start at Profile.Decide, Profile.Compare and Rules.Keys.
package match

import (
	"openiis/internal/cal"
	"openiis/internal/iis"
)

// Outcome is one of the three answers to "who is this".
type Outcome string

// The outcomes.
const (
	Match    Outcome = "match"    // this person, without a doubt that a person should look at
	Possible Outcome = "possible" // perhaps one of these: stored apart, and queued for a person
	New      Outcome = "new"      // nobody we know
)

// How a person was found without comparing, or before it.
const (
	// Opened is a record that somebody had open.
	Opened = "record open"
	// OwnNumber is a sender's own number for its patient.
	OwnNumber = "own number"
	// RegistryNumber is the registry's own number for a person.
	RegistryNumber = "registry number"
	// BirthNumber is the number of a person's birth certificate, which the office that
	// sent it names in the certificate of the death.
	BirthNumber = "birth certificate number"
	// SaidBefore is a patient without a number whom its sender had described by the
	// same words.
	SaidBefore = "said before"
	// NotKnown is nobody: what was told concerns only people who are known.
	NotKnown = "not known"
)

// byProfile is how a rule begins that is a comparison by a profile.
const byProfile = "profile "

// Unsaid reports a description by number alone, as a query may be.
func Unsaid(in *iis.Person) bool { return len(in.Names) == 0 && in.Birth == cal.None }
