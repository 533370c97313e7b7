package check

import (
	"bytes"

	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/match"
)

// A name that nobody bears makes a record that is not found again and is never
// matched with the person's others.

// The components of a name (XPN).
const (
	familyName = 1
	givenName  = 2
	middleName = 3
)

// part is a component of a name, of which something was sent.
type part struct {
	in                    hl7.Segment
	field, rep, component int
	text                  []byte // as sent
	word                  word
}

func (p *part) at() iis.Where { return p.in.AtField(p.field, p.rep, p.component) }

// names are a family and a given name that stand together.
type names struct {
	in            hl7.Segment
	field, rep    int
	family, given word
}

// at is the place of one of the names, or of both (0).
func (n *names) at(component int) iis.Where { return n.in.AtField(n.field, n.rep, component) }

// lookAtNames has every name of the patient looked at, part by part and whole.
func (r *run) lookAtNames(s hl7.Segment, field int) {
	for n, rep := range s.Field(field).All() {
		var space [3]hl7.Value
		r.names = names{in: s, field: field, rep: n}
		for i, v := range rep.Parts(space[:]) {
			text := leaf(v)
			r.part = part{s, field, n, i + 1, text, wordOf(text)}
			switch i + 1 {
			case familyName:
				r.names.family = r.part.word
			case givenName:
				r.names.given = r.part.word
			}
			if len(text) > 0 && !v.IsNull() {
				ofNamePart.look(r, &r.part)
			}
		}
		if r.names.family.n > 0 && r.names.given.n > 0 {
			ofNames.look(r, &r.names)
		}
	}
}

// lookAtNameParts has the family and given name of somebody else looked at.
func (r *run) lookAtNameParts(s hl7.Segment, field int, rules list[part]) {
	var space [2]hl7.Value
	for i, v := range s.Field(field).Parts(space[:]) {
		text := leaf(v)
		r.part = part{s, field, 1, i + 1, text, wordOf(text)}
		rules.look(r, &r.part)
	}
}

// isNewborn reports what stands for the given name of a child without one, also
// with more behind it (BABY BOY OF ADA): who is asked to look does no harm.
func isNewborn(given []byte) bool {
	return match.Default().IsUnnamed(string(given)) ||
		bytes.HasPrefix(given, []byte("BABY")) || bytes.HasPrefix(given, []byte("NEWBORN")) || bytes.HasPrefix(given, []byte("INFANT"))
}
