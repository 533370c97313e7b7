package check

import (
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// identifier is a number of the patient's (CX).
type identifier struct {
	in         hl7.Segment
	field, rep int
	text       []byte // as sent
	word       word
	kind       idKind
}

// idKind is what a number is, by its type (table 0203), as far as it is known
// how such a number is made.
type idKind uint8

const (
	ownNumber idKind = iota // of the sender's or somebody else's making
	socialSecurity
	medicaid
)

func (id *identifier) at() iis.Where { return id.in.AtField(id.field, id.rep, 1) }

// lookAtIdentifiers has every number of the patient looked at.
func (r *run) lookAtIdentifiers(s hl7.Segment, field int) {
	for n, rep := range s.Field(field).All() {
		var space [5]hl7.Value
		parts := rep.Parts(space[:])
		if len(parts) == 0 || blank(parts[0]) {
			continue
		}
		text := leaf(parts[0])
		r.identifier = identifier{in: s, field: field, rep: n, text: text, word: wordOf(text)}
		if len(parts) == len(space) {
			r.identifier.kind = kindOfID(parts[4])
		}
		ofIdentifier.look(r, &r.identifier)
	}
}

func kindOfID(typ hl7.Value) idKind {
	switch string(leaf(typ)) {
	case "SS":
		return socialSecurity
	case "MA", "MCD":
		return medicaid
	}
	return ownNumber
}
