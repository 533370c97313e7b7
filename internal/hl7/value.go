package hl7

import (
	"bytes"
	"iter"
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

// nature is what a piece is: its level, and the classes of its characters if
// known is among them; else nobody has looked.
type nature struct {
	level level
	seen  class
}

// Raw is the text as it came, escapes and all.
func (v Value) Raw() []byte {
	if v.m == nil {
		return nil
	}
	return v.m.raw[v.start:v.end]
}

// IsEmpty reports a value in which nothing but delimiters was sent.
func (v Value) IsEmpty() bool {
	return v.start == v.end || !v.hasContent()
}

func (v Value) hasContent() bool {
	if v.level == levelSub {
		return len(bytes.Trim(v.Raw(), blanks)) > 0
	}
	if v.seen&known != 0 {
		return v.seen&content != 0
	}
	of := v.m.classes
	for _, c := range v.m.raw[v.start:v.end] {
		if of[c]&content != 0 {
			return true
		}
	}
	return false
}

// IsNull reports the two double quotes with which a sender asks to delete a
// value (HL7 v2.5.1, 2.5.3).
func (v Value) IsNull() bool {
	return v.end-v.start == 2 && v.m.text[v.start:v.end] == `""`
}

// Reps is the number of repetitions of a field; 0 when it is empty.
func (v Value) Reps() int {
	if v.start == v.end {
		return 0
	}
	if v.level != levelField {
		return 1
	}
	return 1 + bytes.Count(v.Raw(), []byte{v.m.delims.Repetition})
}

// Rep is the n-th repetition of a field, 1-based.
func (v Value) Rep(n int) Value {
	if v.level != levelField {
		if n == 1 {
			return v
		}
		return Value{}
	}
	return v.cut(n, levelRep)
}

// All gives the repetitions of a field one after the other, numbered from 1, in
// one pass: Rep(n) in a loop would be quadratic in a field of many repetitions.
func (v Value) All() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if v.level != levelField {
			if v.start < v.end {
				yield(1, v)
			}
			return
		}
		for n := 1; v.start < v.end; n++ {
			one := Value{v.m, v.start, v.end, nature{level: levelRep}}
			v.start = v.end
			if i := bytes.IndexByte(one.Raw(), v.m.delims.Repetition); i >= 0 {
				one.end = one.start + uint32(i)
				v.start = one.end + 1
			}
			if !yield(n, one) {
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
	return v.cut(n, levelComponent)
}

// Parts puts the components of a repetition, or of the first repetition of a
// field, into dst, as many as have room there, and returns those: Comp for many
// of them in one pass. Empty components before the last are among them.
func (v Value) Parts(dst []Value) []Value {
	if v.start == v.end || len(dst) == 0 {
		return dst[:0]
	}
	if v.level > levelRep {
		dst[0] = v
		return dst[:1]
	}
	ends := component
	if v.level == levelField {
		ends |= repetition
	}
	n, start, of, seen := 0, v.start, v.m.classes, known
	for i, c := range v.m.raw[v.start:v.end] {
		is := of[c]
		if is&ends == 0 {
			seen |= is
			continue
		}
		end := v.start + uint32(i)
		dst[n] = Value{v.m, start, end, nature{levelComponent, seen}}
		start, seen = end+1, known
		if n++; n == len(dst) || is&ends&repetition != 0 {
			return dst[:n]
		}
	}
	dst[n] = Value{v.m, start, v.end, nature{levelComponent, seen}}
	return dst[:n+1]
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
	return v.cut(n, levelSub)
}

// Comps is the number of components of a repetition, empty ones included.
func (v Value) Comps() int {
	if v.level == levelField {
		v = v.Rep(1)
	}
	if v.start == v.end {
		return 0
	}
	if v.level != levelRep {
		return 1
	}
	return 1 + bytes.Count(v.Raw(), []byte{v.m.delims.Component})
}

// cut is the n-th piece of a value, which becomes one of the next level.
func (v Value) cut(n int, to level) Value {
	if v.m == nil || n < 1 {
		return Value{}
	}
	sep := v.m.delims.Sub
	switch to {
	case levelRep:
		sep = v.m.delims.Repetition
	case levelComponent:
		sep = v.m.delims.Component
	}
	rest := v.Raw()
	for ; n > 1; n-- {
		i := bytes.IndexByte(rest, sep)
		if i < 0 {
			return Value{}
		}
		rest = rest[i+1:]
	}
	if len(rest) == 0 {
		return Value{}
	}
	start, end := v.end-uint32(len(rest)), v.end
	if i := bytes.IndexByte(rest, sep); i >= 0 {
		end = start + uint32(i)
	}
	return Value{v.m, start, end, nature{level: to}}
}

// String is the value as text: its first repetition, component and
// subcomponent, unescaped, without surrounding blanks, in valid UTF-8 without
// control characters other than line breaks and tabs. Bytes that are not UTF-8,
// or that MSH-18 says are not, are read as Windows-1252.
func (v Value) String() string {
	end, seen := v.scan(leafEnds[v.level])
	return v.text(end, seen)
}

// Text is the whole repetition as text, delimiters included: for values that
// cannot be taken apart.
func (v Value) Text() string {
	end, seen := v.scan(leafEnds[v.level] & repetition)
	return v.text(end, seen)
}

// Leaf is what String reads, as it came: only the blanks around it are cut off.
func (v Value) Leaf() []byte {
	end, seen := v.scan(leafEnds[v.level])
	v.end = end
	if seen&(blank|unclean) == 0 {
		return v.Raw()
	}
	return bytes.Trim(v.Raw(), blanks)
}

// scan finds the first character of a class, or else the value's end, and the
// classes of those before it.
func (v Value) scan(stop class) (end uint32, seen class) {
	if v.start == v.end || v.seen&(known|stop) == known {
		return v.end, v.seen
	}
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

// text is the value up to end, which has characters of the classes seen.
func (v Value) text(end uint32, seen class) string {
	switch {
	case v.start == end:
		return ""
	case seen&(escape|blank|unclean) == 0:
		return v.m.text[v.start:end]
	}
	return v.m.decode(v.start, end, seen)
}
