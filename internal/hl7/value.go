package hl7

import (
	"bytes"
	"iter"
	"strings"
)

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
	m          *Message
	start, end uint32 // its text in m.raw
	nature            // apart: the compiler keeps a struct of up to four fields in registers
}

// nature is what a piece is.
type nature struct {
	before uint32 // the mark that it follows; means nothing of a subcomponent
	level  level
	many   bool // a field: it has several repetitions
}

// Raw is the text as it came, escapes and all.
func (v Value) Raw() []byte {
	if v.m == nil {
		return nil
	}
	return v.m.raw[v.start:v.end]
}

// IsEmpty reports a value in which nothing but delimiters was sent.
func (v Value) IsEmpty() bool { return v.start == v.end || !v.hasContent() }

func (v Value) hasContent() bool {
	of := v.m.classes
	if of[v.m.raw[v.start]]&content != 0 {
		return true // nearly always
	}
	if v.level == levelSub {
		return len(bytes.Trim(v.Raw(), blanks)) > 0
	}
	for _, c := range v.Raw() {
		if of[c]&content != 0 {
			return true
		}
	}
	return false
}

// IsNull reports the two double quotes with which a sender asks to delete a
// value (HL7 v2.5.1, 2.5.3).
func (v Value) IsNull() bool {
	return v.end-v.start == 2 && v.m.text[v.start:v.end] == null
}

// IsBlank reports a value that is empty or null: it says nothing.
func (v Value) IsBlank() bool { return v.start == v.end || !v.says() }

func (v Value) says() bool {
	first := v.m.raw[v.start]
	if v.m.classes[first]&content != 0 && first != null[0] {
		return true // nearly always
	}
	return v.hasContent() && !v.IsNull()
}

// Reps is the number of repetitions of a field; 0 when it is empty.
func (v Value) Reps() int {
	switch {
	case v.start == v.end:
		return 0
	case !v.many:
		return 1
	}
	n := 1
	for i := v.before; !v.isLast(i); n++ {
		i = v.repEnd(i)
	}
	return n - 1
}

// repEnd is the mark that ends the repetition that follows mark i.
func (v Value) repEnd(i uint32) uint32 {
	for i++; v.m.marks[i]&again == 0 && !v.isLast(i); i++ {
	}
	return i
}

// isLast reports the mark that ends the value.
func (v Value) isLast(i uint32) bool { return v.m.marks[i].at() >= v.end }

// between is what stands between two marks.
func (m *Message) between(i, j uint32, level level) Value {
	marks := m.marks
	return Value{m, marks[i].at() + 1, marks[j].at(), nature{before: i, level: level}}
}

// Rep is the n-th repetition of a field, 1-based.
func (v Value) Rep(n int) Value {
	switch {
	case n == 1 && !v.many:
		v.level = max(v.level, levelRep)
		return v
	case n < 1 || !v.many:
		return Value{}
	}
	i := v.before
	for ; n > 1; n-- {
		if i = v.repEnd(i); v.isLast(i) {
			return Value{}
		}
	}
	return v.m.between(i, v.repEnd(i), levelRep)
}

// All gives the repetitions of a field one after the other, numbered from 1, in
// one pass: Rep(n) in a loop would be quadratic in a field of many repetitions.
// One that is empty is not given when it is the last.
func (v Value) All() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if !v.many {
			if v.start < v.end {
				yield(1, v.Rep(1))
			}
			return
		}
		i := v.before
		for n := 1; ; n++ {
			end := v.repEnd(i)
			rep := v.m.between(i, end, levelRep)
			if rep.start == v.end || !yield(n, rep) || v.isLast(end) {
				return
			}
			i = end
		}
	}
}

// Comp is the n-th component, 1-based; of a field, that of its first
// repetition.
func (v Value) Comp(n int) Value {
	if v.many {
		v = v.Rep(1)
	}
	if v.level >= levelComponent {
		if n == 1 {
			return v
		}
		return Value{}
	}
	i := v.before + uint32(n)
	if v.start == v.end || n < 1 || i >= uint32(len(v.m.marks)) || v.m.marks[i].at() > v.end {
		return Value{}
	}
	return v.m.between(i-1, i, levelComponent)
}

// Parts puts the components of a repetition, or of the first repetition of a
// field, into dst, as many as have room there, and returns those: Comp for many
// of them in one pass. Empty components before the last are among them.
func (v Value) Parts(dst []Value) []Value {
	if v.start == v.end || len(dst) == 0 {
		return dst[:0]
	}
	if v.many {
		v = v.Rep(1)
	}
	if v.level >= levelComponent {
		dst[0] = v
		return dst[:1]
	}
	n, start, marks := 0, v.start, v.m.marks[v.before:]
	for n < len(dst) && start <= v.end {
		end := marks[n+1].at()
		dst[n] = Value{v.m, start, end, nature{before: v.before + uint32(n), level: levelComponent}}
		start = end + 1
		n++
	}
	return dst[:n]
}

// Texts puts the text of components, each as String gives it, into dst, as many as
// have room there, and leaves the rest of dst alone: Comp and String for many of
// them in one pass. It is for a repetition or the first one of a field. A null is no
// text. The answer is false when a component may say more than its text: it has
// subcomponents, or something else that is not read as it stands.
func (v Value) Texts(dst []string) (whole bool) {
	if v.start == v.end || len(dst) == 0 {
		return true
	}
	if v.many {
		v = v.Rep(1)
	}
	if v.level >= levelComponent {
		dst[0] = v.notNull()
		return false
	}
	whole = true
	text, start, marks := v.m.text, v.start, v.m.marks[v.before:]
	for n := 0; n < len(dst) && start <= v.end; n++ {
		mark := marks[n+1]
		end := mark.at()
		switch {
		case start == end:
		case mark&odd != 0:
			whole = false
			dst[n] = Value{v.m, start, end, nature{before: v.before + uint32(n), level: levelComponent}}.notNull()
		default:
			s := text[start:end]
			if s[0] <= null[0] || s[len(s)-1] <= ' ' { // blank or quote, or what is no worse for a second look
				if s = trimmed(s); s == null {
					break
				}
			}
			dst[n] = s
		}
		start = end + 1
	}
	return whole
}

// null is what a sender writes to delete a value (HL7 v2.5.1, 2.5.3).
const null = `""`

func (v Value) notNull() string {
	if s := v.String(); s != null {
		return s
	}
	return ""
}

// Sub is the n-th subcomponent, 1-based; of a field or repetition, that of its
// first component.
func (v Value) Sub(n int) Value {
	if v.level < levelComponent {
		v = v.Comp(1)
	}
	if v.level == levelComponent && v.start < v.end && v.m.marks[v.before+1]&odd != 0 {
		return v.cut(n)
	}
	if n == 1 {
		return v
	}
	return Value{}
}

// Comps is the number of components of a repetition, empty ones included.
func (v Value) Comps() int {
	if v.many {
		v = v.Rep(1)
	}
	if v.start == v.end {
		return 0
	}
	if v.level >= levelComponent {
		return 1
	}
	n := 1
	for i := v.before + 1; !v.isLast(i); i++ {
		n++
	}
	return n
}

// cut is the n-th subcomponent of a component.
func (v Value) cut(n int) Value {
	if n < 1 {
		return Value{}
	}
	rest := v.Raw()
	for ; n > 1; n-- {
		i := bytes.IndexByte(rest, v.m.delims.Sub)
		if i < 0 {
			return Value{}
		}
		rest = rest[i+1:]
	}
	start, end := v.end-uint32(len(rest)), v.end
	if i := bytes.IndexByte(rest, v.m.delims.Sub); i >= 0 {
		end = start + uint32(i)
	}
	return Value{v.m, start, end, nature{level: levelSub}}
}

// String is the value as text: its first repetition, component and
// subcomponent, unescaped, without surrounding blanks, in valid UTF-8 without
// control characters other than line breaks and tabs. Bytes that are not UTF-8,
// or that MSH-18 says are not, are read as Windows-1252.
func (v Value) String() string {
	if v.start == v.end {
		return ""
	}
	end, plain := v.first()
	if plain {
		return trimmed(v.m.text[v.start:end])
	}
	return v.decode(separators)
}

// Text is the whole repetition as text, delimiters included: for values that
// cannot be taken apart.
func (v Value) Text() string {
	if v.start == v.end {
		return ""
	}
	if end, plain := v.first(); plain && end == v.end {
		return trimmed(v.m.text[v.start:end])
	}
	return v.decode(repetition)
}

// Leaf is what String reads, as it came: only the blanks around it are cut off.
func (v Value) Leaf() []byte {
	if v.start == v.end {
		return nil
	}
	end, plain := v.first()
	if !plain {
		end, _ = v.scan(separators)
	}
	b := v.m.raw[v.start:end]
	if len(b) > 0 && (b[0] <= ' ' || b[len(b)-1] <= ' ') {
		return bytes.Trim(b, blanks)
	}
	return b
}

// first is the end of the value's first component, and whether that is read as
// it stands.
func (v Value) first() (end uint32, plain bool) {
	if v.level == levelSub {
		return v.end, false
	}
	m := v.m.marks[v.before+1]
	return m.at(), m&odd == 0
}

// trimmed is a text without the blanks around it.
func trimmed(s string) string {
	if s != "" && (s[0] <= ' ' || s[len(s)-1] <= ' ') {
		return strings.Trim(s, blanks)
	}
	return s
}

// decode is the text of what comes before the first character of a class, as far
// as the value's level knows that one as a separator.
func (v Value) decode(stop class) string {
	end, seen := v.scan(stop)
	return v.m.decode(v.start, end, seen)
}

// scan finds the first character of a class that separates at the value's level,
// or else the value's end, and the classes of those before it.
func (v Value) scan(stop class) (end uint32, seen class) {
	stop &= leafEnds[v.level]
	of := v.m.classes
	for i, c := range v.m.raw[v.start:v.end] {
		is := of[c]
		if is&stop != 0 {
			return v.start + uint32(i), seen
		}
		seen |= is
	}
	return v.end, seen
}
