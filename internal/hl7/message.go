// Package hl7 reads and writes HL7 v2 messages in their vertical-bar encoding
// (ER7, HL7 v2.5.1 chapter 2): text in, segments and fields out, and back.
//
// It knows delimiters, escapes, repetitions and positions, and nothing of what
// a field means: that is package iz. Start at Parse; to write, at Builder; to
// split a file into messages, at Splitter.
package hl7

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// Delimiters are the separators that MSH-1 and MSH-2 declare.
type Delimiters struct {
	Field, Component, Repetition, Escape, Sub byte
}

// Standard are the delimiters that the national guide fixes: |^~\&.
var Standard = Delimiters{'|', '^', '~', '\\', '&'}

// ErrNoMSH is returned for a text that does not begin with an MSH segment.
var ErrNoMSH = errors.New("hl7: the text does not begin with an MSH segment")

// Message is a parsed message: the text as it came and an index over it. It is
// immutable and safe for concurrent use. Fields are cut on demand, and most
// values are pieces of one copy of the text: whoever keeps a value for long
// keeps that copy, and should clone the value (strings.Clone).
type Message struct {
	raw     []byte
	text    string // raw once more, for the values that need no decoding
	delims  Delimiters
	classes *classes // of delims
	set     charset  // what MSH-18 says
	plain   bool     // there is nothing but ASCII
	latin1  bool     // its bytes are 8859/1, as MSH-18 says, and not UTF-8 after all
	segs    []segment
	marks   []mark
	// fields holds, segment after segment, where each field begins, and the end of
	// the last, in the same memory as the marks.
	fields   []mark
	segArray [16]segment // those of nearly every message
}

type segment struct {
	start, end uint32 // the segment's text in raw, without its terminator
	field      uint32 // index into fields of its first separator
	count      uint32 // number of separators
	seq        uint32 // 1-based number among segments of the same name
	index      uint32 // its 0-based place in the message
	// filled has a bit for each field that is not empty, by the lowest six bits of its
	// number: most of the fields that are asked for are empty or absent.
	filled uint64
	name   name
	header bool // MSH, FHS and BHS: the first field is the separator itself
}

// Parse indexes a message. It takes CR, LF and CRLF as segment ends, a leading
// byte order mark, and VT, FF and FS (MLLP framing) around segments; empty
// lines are passed over. A text without an MSH segment at its beginning is
// ErrNoMSH, one of 1 GB or more ErrTooLong; nothing else is an error, for
// whatever is wrong inside is for the checks to report. Parse keeps raw and never
// changes it.
func Parse(raw []byte) (*Message, error) {
	at := skipFraming(raw, 0)
	if !isMSH(raw[at:]) {
		return nil, ErrNoMSH
	}
	if len(raw) >= maxText {
		return nil, ErrTooLong
	}
	m := &Message{raw: raw, text: string(raw), delims: delimitersOf(raw[at:])}
	m.classes = m.delims.classes()
	m.index(at)
	m.number()
	m.set, m.plain = m.charset(), isASCII(raw)
	m.latin1 = m.set == latin1Set && (m.plain || !utf8.Valid(raw))
	return m, nil
}

// isMSH reports "MSH" and a separator that can be one.
func isMSH(b []byte) bool {
	return len(b) >= 4 && b[0] == 'M' && b[1] == 'S' && b[2] == 'H' && isPunctuation(b[3])
}

func isPunctuation(c byte) bool {
	return c > ' ' && c < 0x7f && !('0' <= c && c <= '9') && !('A' <= c && c <= 'Z') && !('a' <= c && c <= 'z')
}

// delimitersOf reads MSH-1 and MSH-2. A delimiter that is missing, not
// punctuation or given twice falls back to the standard one.
func delimitersOf(msh []byte) Delimiters {
	d := Standard
	d.Field = msh[3]
	var seen [256]bool
	seen[d.Field] = true
	for i, p := range []*byte{&d.Component, &d.Repetition, &d.Escape, &d.Sub} {
		if 4+i >= len(msh) || msh[4+i] == d.Field || !isPunctuation(msh[4+i]) || seen[msh[4+i]] {
			break
		}
		*p = msh[4+i]
		seen[*p] = true
	}
	return d
}

// skipFraming passes over line ends, framing bytes, blanks and a byte order
// mark before a segment.
func skipFraming(b []byte, at int) int {
	for at < len(b) {
		switch {
		case b[at] <= ' ':
			at++
		case b[at] == 0xef && bytes.HasPrefix(b[at:], bom):
			at += len(bom)
		default:
			return at
		}
	}
	return at
}

var bom = []byte("\xef\xbb\xbf")

func trimEnd(b []byte, start, end int) int {
	for end > start && b[end-1] < ' ' {
		end--
	}
	return end
}

// number gives each segment its place among those of its name.
func (m *Message) number() {
	var last [len(names)]uint32
	var others map[[3]byte]uint32 // those of segments whose names are not ours
	for i := range m.segs {
		s := &m.segs[i]
		if s.name != nameOther {
			last[s.name]++
			s.seq = last[s.name]
			continue
		}
		if others == nil {
			others = map[[3]byte]uint32{}
		}
		var id [3]byte // zeros when the line is shorter
		if s.end-s.start >= 3 {
			id = [3]byte(m.raw[s.start:])
		}
		others[id]++
		s.seq = others[id]
	}
}

// Raw is the text that was parsed, as it came.
func (m *Message) Raw() []byte { return m.raw }

// Delims are the delimiters of this message.
func (m *Message) Delims() Delimiters { return m.delims }

// Len is the number of segments.
func (m *Message) Len() int { return len(m.segs) }

// Segment is the i-th segment, counted from 0.
func (m *Message) Segment(i int) Segment { return Segment{m, &m.segs[i]} }

// First is the first segment of a name; its IsZero is true when there is none.
func (m *Message) First(name string) Segment {
	for i := range m.segs {
		if s := (Segment{m, &m.segs[i]}); s.Is(name) {
			return s
		}
	}
	return Segment{}
}

// MSH is the message header.
func (m *Message) MSH() Segment { return Segment{m, &m.segs[0]} }
