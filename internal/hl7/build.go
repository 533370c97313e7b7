package hl7

import (
	"bytes"
	"slices"
)

// Builder writes a message with the standard delimiters and CR after each
// segment, in UTF-8, and says so in MSH-18 when there is more than ASCII in it.
// What it writes parses back to the values it was given. The zero Builder is
// ready to use.
//
//	b.Segment("MSA").Field(1, "AA").Field(2, id)
//	b.Segment("PID").Field(3, mrn).Comp(4, "", oid, "ISO").Comp(5, "MR").Add(3, ssn)
//
// Fields must be written in ascending order, and so must the components of a
// field. Separators are written on the way to content only, so that what is
// empty leaves nothing behind.
type Builder struct {
	buf   []byte
	field int  // the field that the text stands in
	comp  int  // the component of it
	to    int  // the field that is being written; the text is not there before content is
	again bool // a repetition separator is due before the next content
}

// Grow makes room for n more bytes, for who knows how much will be written.
func (b *Builder) Grow(n int) *Builder {
	b.buf = slices.Grow(b.buf, n)
	return b
}

// Bytes ends the message and returns its text.
func (b *Builder) Bytes() []byte {
	b.endSegment()
	if bytes.HasPrefix(b.buf, []byte("MSH")) && !isASCII(b.buf) {
		b.buf = declareUTF8(b.buf)
	}
	return b.buf
}

func (b *Builder) endSegment() {
	if len(b.buf) > 0 && b.buf[len(b.buf)-1] != '\r' {
		b.buf = append(b.buf, '\r')
	}
}

// Header begins the message: MSH with its delimiters.
func (b *Builder) Header() *Builder { return b.begin(`MSH|^~\&`, 2) }

// Segment begins a segment.
func (b *Builder) Segment(name string) *Builder { return b.begin(name, 0) }

// begin begins a segment with text that ends in one of its fields.
func (b *Builder) begin(text string, field int) *Builder {
	b.endSegment()
	b.buf = append(b.buf, text...)
	b.field, b.to, b.again = field, field, false
	return b
}

// Field goes to field n and writes its components.
func (b *Builder) Field(n int, components ...string) *Builder {
	b.to, b.again = n, false
	return b.components(components)
}

// Add is Field for a field that may repeat: when something was written there
// already, the components begin a new repetition.
func (b *Builder) Add(n int, components ...string) *Builder {
	b.to, b.again = n, b.field == n
	return b.components(components)
}

func (b *Builder) components(all []string) *Builder {
	for i, c := range all {
		if c != "" {
			b.seek(i + 1)
			b.buf = appendEscaped(b.buf, c)
		}
	}
	return b
}

// Comp writes component n, after those that Field or Add wrote, from its
// subcomponents.
func (b *Builder) Comp(n int, subcomponents ...string) *Builder {
	at := 1
	for i, s := range subcomponents {
		if s == "" {
			continue
		}
		b.seek(n)
		for ; at <= i; at++ {
			b.buf = append(b.buf, '&')
		}
		b.buf = appendEscaped(b.buf, s)
	}
	return b
}

// Raw writes field n as it stands, already encoded with standard delimiters:
// for echoing what another sent.
func (b *Builder) Raw(n int, encoded []byte) *Builder {
	b.to, b.again = n, false
	if len(encoded) > 0 {
		b.seek(1)
		b.buf = append(b.buf, encoded...)
	}
	return b
}

// Line writes a whole segment as it stands.
func (b *Builder) Line(encoded []byte) *Builder {
	b.endSegment()
	b.buf = append(b.buf, encoded...)
	return b
}

// seek writes the separators up to component n of the field that is being
// written.
func (b *Builder) seek(n int) {
	for b.field < b.to {
		b.buf = append(b.buf, '|')
		b.field, b.comp = b.field+1, 1
	}
	if b.again {
		b.buf = append(b.buf, '~')
		b.comp, b.again = 1, false
	}
	for ; b.comp < n; b.comp++ {
		b.buf = append(b.buf, '^')
	}
}

// Escaped is a text as a Builder writes it: the text itself when it holds
// nothing that means something to the encoding.
func Escaped(s string) string {
	for i := range len(s) {
		if needsEscape(s, i) {
			return string(appendEscaped(nil, s))
		}
	}
	return s
}

func appendEscaped(dst []byte, s string) []byte {
	from := 0
	for i := range len(s) {
		if needsEscape(s, i) {
			dst = append(dst, s[from:i]...)
			dst = append(dst, escapes[s[i]]...)
			from = i + 1
		}
	}
	return append(dst, s[from:]...)
}

// needsEscape reports a character that cannot be written as it is: a delimiter,
// a control character, a blank at either end, which readers trim.
func needsEscape(s string, i int) bool {
	c := s[i]
	return special[c] && (c != ' ' || i == 0 || i == len(s)-1)
}

// escapes are the sequences for special characters (HL7 v2.5.1, 2.7). Control
// characters without one are never sent: they end segments and frames.
var escapes = [256]string{
	'|': `\F\`, '^': `\S\`, '&': `\T\`, '~': `\R\`, '\\': `\E\`,
	'\n': `\X0A\`, '\r': `\X0D\`, '\t': `\X09\`, ' ': `\X20\`,
}

var special = func() (of [256]bool) {
	for c, sequence := range escapes {
		of[c] = sequence != "" || c < ' ' || c == 0x7f
	}
	return of
}()
