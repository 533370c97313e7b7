package hl7

import "openiis/internal/iis"

// Segment is one line of a message. The zero Segment is absent and has only
// empty fields.
type Segment struct {
	m *Message
	g *segment // nil: absent
}

// IsZero reports a segment that is not there.
func (s Segment) IsZero() bool { return s.m == nil }

// Name is the segment's three-character name, "" for a line that has none.
func (s Segment) Name() string {
	if s.m == nil {
		return ""
	}
	if name := s.g.name; name != nameOther {
		return names[name]
	}
	return string(s.first3())
}

// Is reports a segment of a name.
func (s Segment) Is(name string) bool {
	if s.m == nil {
		return false
	}
	if is := s.g.name; is != nameOther {
		return names[is] == name
	}
	return string(s.first3()) == name
}

// first3 are the characters of its name, none of a line that is shorter.
func (s Segment) first3() []byte {
	if b := s.Raw(); len(b) >= 3 {
		return b[:3]
	}
	return nil
}

// IsNamed reports a segment whose name is one: a letter and two letters or
// digits, then a field separator or the end. A stray line break inside a field
// leaves a line that is not.
func (s Segment) IsNamed() bool {
	if s.m == nil {
		return false
	}
	b := s.Raw()
	if len(b) < 3 || (len(b) > 3 && b[3] != s.m.delims.Field) {
		return false
	}
	for i, c := range b[:3] {
		if !('A' <= c && c <= 'Z') && (i == 0 || !('0' <= c && c <= '9')) {
			return false
		}
	}
	return true
}

// Seq is the segment's 1-based number among those of its name.
func (s Segment) Seq() int {
	if s.m == nil {
		return 0
	}
	return int(s.g.seq)
}

// Index is the segment's 0-based place in the message.
func (s Segment) Index() int {
	if s.g == nil {
		return 0
	}
	return int(s.g.index)
}

// Raw is the segment's text without its terminator.
func (s Segment) Raw() []byte {
	if s.m == nil {
		return nil
	}
	return s.m.raw[s.g.start:s.g.end]
}

// Fields is the number of the last field that is there, empty or not.
func (s Segment) Fields() int {
	if s.m == nil {
		return 0
	}
	if s.g.header {
		return int(s.g.count) + 1
	}
	return int(s.g.count)
}

// Field is the n-th field with all its repetitions, 1-based; absent fields are
// empty. MSH-1 and MSH-2 are the delimiters themselves and are never split.
func (s Segment) Field(n int) (v Value) {
	if s.g != nil && s.g.filled>>(n&63)&1 != 0 {
		v = s.sent(n) // about every other one that is asked for; the others cost no call
	}
	return
}

// sent is the n-th field.
func (s Segment) sent(n int) Value {
	g := s.g
	if g.header {
		switch n {
		case 1, 2:
			return s.delimiters(n)
		}
		n--
	}
	if n < 1 || n > int(g.count) {
		return Value{}
	}
	m, i := s.m, int(g.field)+n
	this, next := m.fields[i-1], m.fields[i]
	v := m.between(this.before(), next.before(), levelField)
	v.many = this.repeats()
	return v
}

// Filled has a bit for each field in which something was sent, be it blanks or
// delimiters only, by the lowest six bits of its number: 1<<8 for the eighth, and for
// the seventy-second.
func (s Segment) Filled() uint64 {
	if s.g == nil {
		return 0
	}
	return s.g.filled
}

// delimiters are the first or second field of a header.
func (s Segment) delimiters(n int) Value {
	g := s.g
	switch {
	case n == 1 && g.end-g.start >= 4:
		return Value{s.m, g.start + 3, g.start + 4, nature{level: levelSub}}
	case n == 2 && g.count > 0:
		f := s.m.fields[g.field:][:2]
		return s.m.between(f[0].before(), f[1].before(), levelSub)
	}
	return Value{}
}

// At is the place of the segment, for a finding.
func (s Segment) At() iis.Where {
	return iis.Where{Segment: s.Name(), Sequence: s.Seq()}
}

// AtField is the place of the n-th field; rep and component may be 0.
func (s Segment) AtField(n, rep, component int) iis.Where {
	return iis.Where{Segment: s.Name(), Sequence: s.Seq(), Field: n, Rep: rep, Component: component}
}
