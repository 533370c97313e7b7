package hl7

import (
	"bytes"
	"iter"

	"openiis/internal/iis"
)

// Segment is one line of a message. The zero Segment is absent and has only
// empty fields.
type Segment struct {
	m *Message
	i int
}

// IsZero reports a segment that is not there.
func (s Segment) IsZero() bool { return s.m == nil }

// Name is the segment's three-character name, "" for a line that has none.
func (s Segment) Name() string {
	if s.m == nil {
		return ""
	}
	n := s.m.name(s.i)
	return segmentName(n)
}

// segmentName returns common names without allocating.
func segmentName(n [3]byte) string {
	switch string(n[:]) {
	case "MSH":
		return "MSH"
	case "PID":
		return "PID"
	case "PD1":
		return "PD1"
	case "NK1":
		return "NK1"
	case "PV1":
		return "PV1"
	case "ORC":
		return "ORC"
	case "RXA":
		return "RXA"
	case "RXR":
		return "RXR"
	case "OBX":
		return "OBX"
	case "NTE":
		return "NTE"
	case "\x00\x00\x00":
		return ""
	}
	return string(n[:])
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
	return int(s.m.segs[s.i].seq)
}

// Index is the segment's 0-based place in the message.
func (s Segment) Index() int { return s.i }

// Raw is the segment's text without its terminator.
func (s Segment) Raw() []byte {
	if s.m == nil {
		return nil
	}
	g := s.m.segs[s.i]
	return s.m.raw[g.start:g.end]
}

// Fields is the number of the last field that is there, empty or not.
func (s Segment) Fields() int {
	if s.m == nil {
		return 0
	}
	n := int(s.m.segs[s.i].count)
	if s.isHeader() {
		n++
	}
	return n
}

// isHeader reports MSH, FHS and BHS, whose first field is the separator itself.
func (s Segment) isHeader() bool {
	n := s.m.name(s.i)
	return n == [3]byte{'M', 'S', 'H'} || n == [3]byte{'F', 'H', 'S'} || n == [3]byte{'B', 'H', 'S'}
}

// Field is the n-th field with all its repetitions, 1-based; absent fields are
// empty. MSH-1 and MSH-2 are the delimiters themselves and are never split.
func (s Segment) Field(n int) Value {
	if s.m == nil || n < 1 {
		return Value{}
	}
	v := Value{m: s.m, level: levelField}
	if s.isHeader() {
		if n == 1 {
			g := s.m.segs[s.i]
			if g.end-g.start < 4 {
				return Value{}
			}
			return Value{m: s.m, raw: s.m.raw[g.start+3 : g.start+4], level: levelSub}
		}
		n--
		if n == 1 {
			v.level = levelSub
		}
	}
	g := &s.m.segs[s.i]
	if n > int(g.count) {
		return Value{}
	}
	start, end := s.m.fields[int(g.field)+n-1]+1, g.end
	if n < int(g.count) {
		end = s.m.fields[int(g.field)+n]
	}
	v.raw = s.m.raw[start:end]
	return v
}

// At is the place of the segment, for a finding.
func (s Segment) At() iis.Where {
	return iis.Where{Segment: s.Name(), Sequence: s.Seq()}
}

// AtField is the place of the n-th field; rep and component may be 0.
func (s Segment) AtField(n, rep, component int) iis.Where {
	return iis.Where{Segment: s.Name(), Sequence: s.Seq(), Field: n, Rep: rep, Component: component}
}

type level uint8

const (
	levelField level = iota
	levelRep
	levelComponent
	levelSub
)

// Value is a piece of a segment: a field with its repetitions, one repetition,
// a component or a subcomponent. The zero Value is empty.
type Value struct {
	m     *Message
	raw   []byte
	level level
}

// Raw is the text as it came, escapes and all.
func (v Value) Raw() []byte { return v.raw }

// IsEmpty reports a value in which nothing but delimiters was sent.
func (v Value) IsEmpty() bool {
	if len(v.raw) == 0 {
		return true
	}
	if v.level == levelSub {
		return len(bytes.TrimSpace(v.raw)) == 0
	}
	d := v.m.delims
	for _, c := range v.raw {
		if c != d.Component && c != d.Sub && c != d.Repetition && c > ' ' {
			return false
		}
	}
	return true
}

// IsNull reports the two double quotes with which a sender asks to delete a
// value (HL7 v2.5.1, 2.5.3).
func (v Value) IsNull() bool { return len(v.raw) == 2 && v.raw[0] == '"' && v.raw[1] == '"' }

// Reps is the number of repetitions of a field; 0 when it is empty.
func (v Value) Reps() int {
	if len(v.raw) == 0 {
		return 0
	}
	if v.level != levelField {
		return 1
	}
	return 1 + bytes.Count(v.raw, []byte{v.m.delims.Repetition})
}

// Rep is the n-th repetition of a field, 1-based.
func (v Value) Rep(n int) Value {
	if v.level != levelField {
		if n == 1 {
			return v
		}
		return Value{}
	}
	return v.cut(v.delim(levelField), n, levelRep)
}

// All gives the repetitions of a field one after the other, numbered from 1, in
// one pass: Rep(n) in a loop would be quadratic in a field of many repetitions.
func (v Value) All() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if v.level != levelField {
			if len(v.raw) > 0 {
				yield(1, v)
			}
			return
		}
		rest, sep := v.raw, v.delim(levelField)
		for n := 1; len(rest) > 0; n++ {
			one := rest
			if i := bytes.IndexByte(rest, sep); i >= 0 {
				one, rest = rest[:i], rest[i+1:]
			} else {
				rest = nil
			}
			if !yield(n, Value{m: v.m, raw: one, level: levelRep}) {
				return
			}
		}
	}
}

// Comp is the n-th component, 1-based; of a field, that of its first
// repetition.
func (v Value) Comp(n int) Value {
	if v.level == levelField {
		v = v.Rep(1)
	}
	if v.level != levelRep {
		if n == 1 {
			return v
		}
		return Value{}
	}
	return v.cut(v.delim(levelRep), n, levelComponent)
}

// Sub is the n-th subcomponent, 1-based; of a field or repetition, that of its
// first component.
func (v Value) Sub(n int) Value {
	if v.level < levelComponent {
		v = v.Comp(1)
	}
	if v.level != levelComponent {
		if n == 1 {
			return v
		}
		return Value{}
	}
	return v.cut(v.delim(levelComponent), n, levelSub)
}

// Comps is the number of components of a repetition, empty ones included.
func (v Value) Comps() int {
	if v.level == levelField {
		v = v.Rep(1)
	}
	if len(v.raw) == 0 {
		return 0
	}
	if v.level != levelRep {
		return 1
	}
	return 1 + bytes.Count(v.raw, []byte{v.m.delims.Component})
}

func (v Value) delim(l level) byte {
	if v.m == nil {
		return 0
	}
	switch l {
	case levelField:
		return v.m.delims.Repetition
	case levelRep:
		return v.m.delims.Component
	}
	return v.m.delims.Sub
}

func (v Value) cut(sep byte, n int, to level) Value {
	rest := v.raw
	for ; n > 1; n-- {
		i := bytes.IndexByte(rest, sep)
		if i < 0 {
			return Value{}
		}
		rest = rest[i+1:]
	}
	if n < 1 || len(rest) == 0 {
		return Value{}
	}
	if i := bytes.IndexByte(rest, sep); i >= 0 {
		rest = rest[:i]
	}
	return Value{m: v.m, raw: rest, level: to}
}

// String is the value as text: its first repetition, component and
// subcomponent, unescaped, without surrounding blanks, in valid UTF-8 without
// control characters other than line breaks and tabs. Bytes that are not UTF-8
// are read as Windows-1252.
func (v Value) String() string {
	leaf := v
	if leaf.level < levelSub {
		leaf = leaf.Sub(1)
	}
	return decode(leaf)
}

// Text is the whole repetition as text, delimiters included: for values that
// cannot be taken apart.
func (v Value) Text() string {
	if v.level == levelField {
		v = v.Rep(1)
	}
	v.level = levelSub
	return decode(v)
}
