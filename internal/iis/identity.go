package iis

import "time"

// DecisionID is a decision about who is who.
type DecisionID int64

// DecisionKind is what was decided of who is who.
type DecisionKind string

// The kinds of decisions.
const (
	DecidedMerge    DecisionKind = "merge"    // Other's sources became Person's: they are one
	DecidedMove     DecisionKind = "move"     // some sources went from Other to Person
	DecidedApart    DecisionKind = "apart"    // Person and Other are two, whatever comes later
	DecidedTogether DecisionKind = "together" // two sources of Person belong together; with Other, all of the two persons, who are one
	DecidedFlag     DecisionKind = "flag"     // Person and Other may be one: someone should look
	DecidedAlive    DecisionKind = "alive"    // Person is alive: the death that Sources tell of is another's
	DecidedUndo     DecisionKind = "undo"     // what Undoes names holds no more
)

// IdentityDecision is one decision of a person about who is who. Decisions are
// kept for ever: one that was wrong is undone by another.
type IdentityDecision struct {
	ID     DecisionID
	Kind   DecisionKind
	Person PersonID // as it was known then, like Other
	Other  PersonID // 0 when only one is concerned
	// Sources are those that moved, that belong together, or whose death is set aside.
	Sources []SourceID
	Why     string // a sentence; may say something of a patient
	At      time.Time
	By      Actor
	Undoes  DecisionID // of an undo
	// UndoneBy is the decision that undid this one; 0 while it stands.
	UndoneBy DecisionID
}

// Stands reports a decision that holds.
func (d *IdentityDecision) Stands() bool { return d.UndoneBy == 0 && d.Kind != DecidedUndo }
