package hl7

import (
	"math/bits"
	"sync"
)

// mark is a separator of fields, repetitions or components, or the end of a
// segment: what is between two of them is a component. Its lowest bits are
// flags, the others its offset in the text.
type mark uint32

const (
	odd   mark = 1 << iota // before it are subcomponents, escapes, or what is to be made clean text
	again                  // it separates repetitions
	flags = iota
)

// maxText is the length of a text whose offsets do not fit a mark.
const maxText = 1 << (32 - flags)

func (m mark) at() uint32 { return uint32(m) >> flags }

// What is kept of a field is the number of the mark before it, twice, and one more if
// it has several repetitions; after the last of a segment, of the mark that ends it.
// It is of type mark, for both are kept in one piece of memory.

func (m mark) before() uint32 { return uint32(m) >> 1 }
func (m mark) repeats() bool  { return m&1 != 0 }

// indexer is where a message is indexed before its length is known. It is used
// again: what a message keeps is a copy that has no room to spare.
type indexer struct {
	segs   []segment
	marks  []mark
	fields []mark
}

var indexers = sync.Pool{New: func() any { return new(indexer) }}

// mostKept is how many marks an indexer keeps room for: more than nearly every
// message has.
const mostKept = 1 << 14

// index finds the segments of a text and what separates their parts.
func (m *Message) index(at int) {
	x := indexers.Get().(*indexer)
	for at < len(m.raw) {
		at = skipFraming(m.raw, x.segment(m.raw, at, m.classes))
	}
	m.keep(x)
	if cap(x.marks) <= mostKept && cap(x.fields) <= mostKept {
		x.segs, x.marks, x.fields = x.segs[:0], x.marks[:0], x.fields[:0]
		indexers.Put(x)
	}
}

// keep copies what an indexer found: little memory, and few pieces of it.
func (m *Message) keep(x *indexer) {
	m.segs = append(m.segArray[:0], x.segs...)
	marks := len(x.marks)
	x.marks = append(x.marks, x.fields...)
	numbers := append([]mark(nil), x.marks...) // memory that is not cleared first
	m.marks, m.fields = numbers[:marks:marks], numbers[marks:]
}

// segment indexes the one that starts here, and gives the place of what ends it.
func (x *indexer) segment(raw []byte, start int, of *classes) int {
	s := segment{start: uint32(start), index: uint32(len(x.segs)), field: uint32(len(x.fields)), name: nameOf(raw[start:])}
	s.header = s.name == nameMSH || s.name == nameFHS || s.name == nameBHS
	marks := len(x.marks)
	at := x.line(&s, raw, of)
	end := trimEnd(raw, start, at)
	if end < at { // seldom: what is cut off must leave no mark
		x.marks, x.fields = x.marks[:marks], x.fields[:s.field]
		x.line(&s, raw[:end], of)
	}
	s.end, s.count = uint32(end), uint32(len(x.fields))-s.field-1
	x.segs = append(x.segs, s)
	return at
}

// line marks the separators of a segment up to the end of its line, and gives the
// place of that. A character with two meanings separates what is larger.
func (x *indexer) line(s *segment, text []byte, of *classes) (end int) {
	marks, fields := x.marks, x.fields
	before := mark(0) // odd, if what was seen since the last mark is
	from, filled, bit := int(s.start), uint64(0), uint64(1)
	if s.header {
		bit <<= 1 // its name is followed by its first field, which is always there
	}
	at := of.skip(text, from)
parts:
	for ; at < len(text); at = of.skip(text, at+1) {
		is := of[text[at]]
		switch {
		case is&fieldSeparator != 0:
			fields = append(fields, mark(len(marks)<<1))
			marks = append(marks, mark(at)<<flags|before)
			if from < at {
				filled |= bit
			}
			from, bit = at+1, bits.RotateLeft64(bit, 1)
		case is&repetition != 0:
			if len(fields) > int(s.field) {
				fields[len(fields)-1] |= 1
			}
			marks = append(marks, mark(at)<<flags|before|again)
		case is&component != 0:
			marks = append(marks, mark(at)<<flags|before)
		case is&lineEnd != 0:
			break parts
		default:
			before = odd
			continue
		}
		before = 0
	}
	if from < at {
		filled |= bit
	}
	s.filled = filled
	x.fields = append(fields, mark(len(marks)<<1))
	x.marks = append(marks, mark(at)<<flags|before)
	return at
}

// skip is the place of the first character, from one on, that ends a component
// or a line, or makes the component odd.
func (of *classes) skip(text []byte, at int) int {
	for at < len(text) && of[text[at]]&(fieldSeparator|separators|escape|unclean|lineEnd) == 0 {
		at++
	}
	return at
}
