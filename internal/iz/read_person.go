package iz

import (
	"strconv"
	"strings"

	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// person reads PID, PD1 and NK1 among the first end segments into p, and
// reports whether the person can be stored.
func (r *reader) person(m *hl7.Message, end int, p *iis.Person, room *personRoom) bool {
	pid := m.First("PID")
	if pid.Index() >= end {
		pid = hl7.Segment{} // it belongs to a second message
	}
	known := r.identity(pid, p, room)
	r.details(pid, p, room)
	kin, seenPD1 := 0, false
	for i := 1; i < end; i++ {
		s := m.Segment(i)
		switch s.Name() {
		case "PD1":
			if !seenPD1 {
				r.sharing(s, p)
			}
			seenPD1 = true
		case "NK1":
			if kin++; kin > maxKin {
				r.find(ruleTooManyKin, s.At())
				return known
			}
			r.kin(s, p, room)
		}
	}
	return known
}

// identity reads what a person is stored under: PID-3, PID-5 and PID-7.
func (r *reader) identity(pid hl7.Segment, p *iis.Person, room *personRoom) bool {
	if isBlank(pid) {
		r.find(rulePIDMissing, iis.Where{Segment: "PID", Sequence: 1})
		return false
	}
	p.IDs = r.identifiers(pid, 3, room.ids[:])
	p.Names = r.names(pid, 5, room.names[:])
	p.Birth, p.BirthTime = r.needMoment(pid, 7, ruleBirthMissing, ruleBirthUnreadable)
	if len(p.IDs) == 0 {
		r.find(ruleIDMissing, pid.AtField(3, 0, 0))
	}
	if len(p.Names) == 0 {
		r.find(ruleNameMissing, pid.AtField(5, 0, 0))
	} else {
		r.halfName(pid, p.Names[0])
	}
	return len(p.IDs) > 0 && len(p.Names) > 0 && !p.Birth.IsZero()
}

// halfName says which part of the leading name was not sent.
func (r *reader) halfName(s hl7.Segment, n iis.Name) {
	switch {
	case n.Family == "":
		r.find(ruleFamilyMissing, s.AtField(5, 1, 1))
	case n.Given == "":
		r.find(ruleGivenMissing, s.AtField(5, 1, 2))
	}
}

// identifiers reads the repetitions of a CX field. A repetition without a number is
// passed over; one without a type is kept, for nothing is invented.
func (r *reader) identifiers(s hl7.Segment, field int, room []iis.Identifier) []iis.Identifier {
	var ids []iis.Identifier
	for n, rep := range s.Field(field).All() {
		if r.capped(s, field, n) {
			break
		}
		id := identifier(rep)
		if id.Value == "" {
			continue
		}
		if id.Type == "" {
			r.find(ruleIDTypeMissing, s.AtField(field, n, 5))
		}
		ids = add(ids, room, id)
	}
	return ids
}

// names reads the repetitions of an XPN field. The first leads the record, and
// the guide wants the legal name there (IG 1.5, PID-5); when a sender puts it
// later, it is moved to the front.
func (r *reader) names(s hl7.Segment, field int, room []iis.Name) []iis.Name {
	var names []iis.Name
	for n, rep := range s.Field(field).All() {
		if r.capped(s, field, n) {
			break
		}
		one, ok := name(rep)
		if !ok {
			continue
		}
		names = add(names, room, one)
		if last := len(names) - 1; one.Type == "L" && names[0].Type != "L" && names[0].Type != "" {
			names[0], names[last] = names[last], names[0]
		}
	}
	return names
}

// details reads the rest of PID: nothing in it keeps the person from being
// stored.
func (r *reader) details(pid hl7.Segment, p *iis.Person, room *personRoom) {
	p.IDs = r.oldIdentifiers(pid, p.IDs)
	p.MotherMaiden, _ = name(pid.Field(6))
	p.Sex = r.sex(pid, 8)
	p.Races = r.codedList(pid, 10, room.races[:])
	p.Addresses = r.addresses(pid, 11, room.addresses[:])
	p.Telecoms = r.telecoms(pid, 13, nil, room.telecoms[:], "PRN")
	p.Telecoms = r.telecoms(pid, 14, p.Telecoms, room.telecoms[:], "WPN")
	coded(pid.Field(15), &p.Language)
	coded(pid.Field(22), &p.Ethnicity)
	p.BirthFacility = text(pid.Field(23))
	p.MultipleBirth = r.yesNo(pid, 24)
	p.BirthOrder = r.birthOrder(pid, 25)
	p.Death, p.DeathTime = r.moment(pid, 29)
	p.Dead = r.yesNo(pid, 30)
}

// oldIdentifiers adds what senders of v2.3.1 put into PID-2 (external id),
// PID-4 (alternate ids) and PID-19 (social security number); the guide no
// longer allows them (IG 1.5, PID: X), but they identify.
func (r *reader) oldIdentifiers(pid hl7.Segment, ids []iis.Identifier) []iis.Identifier {
	for _, field := range [...]int{2, 4} {
		for n, rep := range pid.Field(field).All() {
			if r.capped(pid, field, n) {
				break
			}
			ids = addIdentifier(ids, identifier(rep))
		}
	}
	return addIdentifier(ids, iis.Identifier{Value: content(pid.Field(19)), Type: "SS"})
}

// addIdentifier adds an identifier that is not already there.
func addIdentifier(ids []iis.Identifier, id iis.Identifier) []iis.Identifier {
	if id.Value == "" {
		return ids
	}
	for _, have := range ids {
		if have.Value == id.Value && (have.Type == id.Type || id.Type == "") {
			return ids
		}
	}
	return append(ids, id)
}

// sex reads table 0001: F, M, U and the newer X. Anything else is unknown.
func (r *reader) sex(s hl7.Segment, field int) string {
	switch v := strings.ToUpper(text(s.Field(field))); v {
	case "", "F", "M", "U", "X":
		return v
	}
	r.find(ruleSexUnknown, s.AtField(field, 0, 0))
	return "U"
}

// codedList reads the repetitions of a coded field (PID-10, RXA-18).
func (r *reader) codedList(s hl7.Segment, field int, room []iis.Coded) []iis.Coded {
	var out []iis.Coded
	for n, rep := range s.Field(field).All() {
		if r.capped(s, field, n) {
			break
		}
		var c iis.Coded
		if coded(rep, &c); !c.IsZero() {
			out = add(out, room, c)
		}
	}
	return out
}

func (r *reader) addresses(s hl7.Segment, field int, room []iis.Address) []iis.Address {
	var out []iis.Address
	for n, rep := range s.Field(field).All() {
		if r.capped(s, field, n) {
			break
		}
		if a, ok := address(rep); ok {
			out = add(out, room, a)
		}
	}
	return out
}

// telecoms adds the repetitions of an XTN field to out. The first number
// without a use has the use of its field: home or business (HL7 v2.5.1, PID-13
// and PID-14).
func (r *reader) telecoms(s hl7.Segment, field int, out, room []iis.Telecom, use string) []iis.Telecom {
	for n, rep := range s.Field(field).All() {
		if r.capped(s, field, n) {
			break
		}
		t, ok := telecom(rep)
		if !ok {
			continue
		}
		switch {
		case t.Use != "":
		case t.Email != "":
			t.Use = "NET"
		case n == 1:
			t.Use = use
		}
		out = add(out, room, t)
	}
	return out
}

// yesNo reads table 0136.
func (r *reader) yesNo(s hl7.Segment, field int) string {
	switch v := strings.ToUpper(text(s.Field(field))); v {
	case "", "Y", "N":
		return v
	}
	r.find(ruleYesNoUnknown, s.AtField(field, 0, 0))
	return ""
}

func (r *reader) birthOrder(s hl7.Segment, field int) int {
	v := text(s.Field(field))
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 99 {
		r.find(ruleBirthOrderUnreadable, s.AtField(field, 0, 0))
		return 0
	}
	return n
}

// sharing reads PD1: reminders, protection and registry status.
func (r *reader) sharing(pd1 hl7.Segment, p *iis.Person) {
	coded(pd1.Field(11), &p.Publicity)
	p.Protection = r.yesNo(pd1, 12)
	p.ProtectionFrom = r.date(pd1, 13)
	switch v := strings.ToUpper(text(pd1.Field(16))); v {
	case "", "A", "I", "L", "M", "P", "U": // table 0441
		p.Status = v
	default:
		r.find(ruleStatusUnknown, pd1.AtField(16, 0, 0))
	}
	p.StatusFrom = r.date(pd1, 17)
	p.PublicityFrom = r.date(pd1, 18)
}

// kin reads an NK1. Without a name it is dropped: there is nobody to store.
func (r *reader) kin(nk1 hl7.Segment, p *iis.Person, room *personRoom) {
	of := &room.ofKin
	if len(p.Kin) > 0 {
		of = new(kinRoom)
	}
	k := iis.Kin{Names: r.names(nk1, 2, of.names[:])}
	coded(nk1.Field(3), &k.Relation)
	if len(k.Names) == 0 {
		r.find(ruleKinNameMissing, nk1.AtField(2, 0, 0))
		return
	}
	if k.Relation.IsZero() {
		r.find(ruleKinRelationMissing, nk1.AtField(3, 0, 0))
	}
	k.Addresses = r.addresses(nk1, 4, of.addresses[:])
	k.Telecoms = r.telecoms(nk1, 5, nil, of.telecoms[:], "")
	k.Birth = r.date(nk1, 16)
	p.Kin = add(p.Kin, room.kin[:], k)
}
