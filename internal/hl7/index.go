package hl7

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

// field is the number of the mark before a field, twice, and one more if it has
// several repetitions; after the last of a segment, of the mark that ends it.
type field uint32

func (f field) mark() uint32  { return uint32(f) >> 1 }
func (f field) repeats() bool { return f&1 != 0 }

// index marks the separators of the segment from start to before end. A character
// with two meanings separates what is larger.
func (m *Message) index(start, end int) {
	text, marks, first := m.raw[:end], m.marks, len(m.fields)
	before := mark(0) // odd, if what was seen since the last mark is
	for at := m.classes.skip(text, start); at < end; at = m.classes.skip(text, at+1) {
		is := m.classes[text[at]]
		switch {
		case is&fieldSeparator != 0:
			m.fields = append(m.fields, field(len(marks)<<1))
			marks = append(marks, mark(at)<<flags|before)
		case is&repetition != 0:
			if len(m.fields) > first {
				m.fields[len(m.fields)-1] |= 1
			}
			marks = append(marks, mark(at)<<flags|before|again)
		case is&component != 0:
			marks = append(marks, mark(at)<<flags|before)
		default:
			before = odd
			continue
		}
		before = 0
	}
	m.fields = append(m.fields, field(len(marks)<<1))
	m.marks = append(marks, mark(end)<<flags|before)
}

// skip is the place of the first character, from one on, that ends a component
// or makes it odd.
func (of *classes) skip(text []byte, at int) int {
	for at < len(text) && of[text[at]]&(fieldSeparator|separators|escape|unclean) == 0 {
		at++
	}
	return at
}
