package hl7

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// mark is a separator of fields, repetitions or components, or the end of a
// segment: what is between two of them is a component. Its lowest bits are
// flags, the others its offset in the text.
type mark uint32

const (
	odd      mark = 1 << iota // before it are subcomponents, escapes, or what is to be made clean text
	again                     // it separates repetitions
	fieldEnd                  // it separates fields, or ends a segment
	flags    = iota
)

// maxText is the length of a text whose offsets do not fit a mark.
const maxText = 1 << (32 - flags)

func (m mark) at() uint32 { return uint32(m) >> flags }

// field is the number of the mark before a field, twice, and one more if it has
// several repetitions; after the last of a segment, of the mark that ends it.
type field uint32

func (f field) mark() uint32  { return uint32(f) >> 1 }
func (f field) repeats() bool { return f&1 != 0 }

// finder finds the separators of a text, eight characters at a time.
type finder struct {
	raw                   []byte
	field, component, rep uint64 // the separator, eight times
	escape, sub           uint64 // likewise
	plain                 bool   // the text has neither escapes nor subcomponents
	marks                 []mark // with room at its end; n of them are there
	n                     int
	fields                []field
}

// ones is a word of eight ones: times a character, it is that eight times.
const ones = 0x0101010101010101

// lows and highs are the lower bits of eight characters, and the highest.
const lows, highs = 0x7f * ones, 0x80 * ones

// finder makes that of a text that begins with MSH at an offset.
func (m *Message) finder(msh int) finder {
	d := m.delims
	rest := m.raw[min(msh+len(`MSH|^~\&`), len(m.raw)):]
	return finder{
		raw:   m.raw,
		field: ones * uint64(d.Field), component: ones * uint64(d.Component), rep: ones * uint64(d.Repetition),
		escape: ones * uint64(d.Escape), sub: ones * uint64(d.Sub),
		plain: bytes.IndexByte(rest, d.Escape) < 0 && bytes.IndexByte(rest, d.Sub) < 0,
		// every fourth character of a message, or one less, is a separator, and every
		// seventh one of fields
		marks: make([]mark, 96+len(m.raw)/4), fields: make([]field, 0, 64+len(m.raw)/7),
	}
}

// segment marks the separators of the segment from start to before end. A
// character with two meanings separates what is larger.
func (f *finder) segment(start, end int) {
	n, first := f.n, len(f.fields)
	before := mark(0) // odd, if what was seen since the last mark is
	for at := start; at < end; at += 8 {
		if n+9 > len(f.marks) {
			f.marks = append(f.marks, make([]mark, len(f.marks))...)
		}
		marks, w := f.marks, wordAt(f.raw, at, end)
		fields, reps := zeros(w^f.field), zeros(w^f.rep)
		hits := fields | reps | zeros(w^f.component)
		special := uncleanOf(w)
		if !f.plain {
			special |= zeros(w^f.escape) | zeros(w^f.sub)
		}
		special &^= hits
		for ; hits != 0; hits &= hits - 1 {
			bit := bits.TrailingZeros64(hits) // the highest of a character
			m := mark(at<<flags+bit&^(1<<flags-1)) | before
			before = 0
			if passed := uint64(1)<<bit - 1; special&passed != 0 {
				m, special = m|odd, special&^passed
			}
			switch is := uint64(1) << bit; {
			case fields&is != 0:
				m |= fieldEnd
				f.fields = append(f.fields, field(n<<1))
			case reps&is != 0:
				m |= again
				if len(f.fields) > first {
					f.fields[len(f.fields)-1] |= 1
				}
			}
			marks[n] = m
			n++
		}
		if special != 0 {
			before = odd
		}
	}
	if n == len(f.marks) {
		f.marks = append(f.marks, make([]mark, n+1)...)
	}
	f.marks[n] = mark(end)<<flags | fieldEnd | before
	f.fields = append(f.fields, field(n<<1))
	f.n = n + 1
}

// wordAt is the text from at on, the first character lowest; what is at end or
// behind are blanks.
func wordAt(raw []byte, at, end int) uint64 {
	if at+8 <= end {
		return binary.LittleEndian.Uint64(raw[at:])
	}
	w := uint64(0)
	for i, c := range raw[at:end] {
		w |= uint64(c) << (8 * i)
	}
	return w | ' '*ones<<(8*(end-at))
}

// zeros has the highest bit of every character of w that is 0, and no other.
func zeros(w uint64) uint64 { return ^(w&lows + lows | w | lows) }

// uncleanOf has the highest bit of every character of w that is not ASCII, or a
// control character.
func uncleanOf(w uint64) uint64 {
	lower := w & lows
	return (w | ^(lower + 0x60*ones) | (lower + ones)) & highs
}
