package iis

import (
	"time"

	"openiis/internal/cal"
)

// Informed is a user's word that a person, or a parent or guardian, was informed of the
// registry and of the right to object. It changes nothing else in the record.
type Informed struct {
	Person   PersonID
	ID       InformedID
	Sender   SenderID // the site that informed; 0: the programme
	By       UserID   // who wrote it down
	Day      cal.Date // on which they were informed
	How      []string // the ways, by their codes, as the pages offer them
	Language string   // ISO 639-2; "" when that was not written down
	At       time.Time
	// Withdrawn, WithdrawnBy and Why say that it was wrong; zero while it holds.
	Withdrawn   time.Time
	WithdrawnBy UserID
	Why         string
	// Source is what the site reports of the person, with which it goes; 0 when that cannot be
	// told. Parted is as of a Concern.
	Source SourceID
	Parted DecisionID
}

// How somebody was informed where the registry itself writes it down: nobody chooses these.
const (
	InformedByNotice  = "notice" // by the letter to parents of newborns, when it was marked as sent
	InformedWhenAsked = "asked"  // told, and asked whether the record may be shared
)

// Holds reports that nobody has withdrawn it.
func (i *Informed) Holds() bool { return i.Withdrawn.IsZero() }
