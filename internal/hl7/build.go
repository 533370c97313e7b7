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
	dst := b.buf
	for i, c := range all {
		if c != "" {
			dst = appendEscaped(b.seek(dst, i+1), c)
		}
	}
	b.buf = dst
	return b
}

// Comp writes component n, after those that Field or Add wrote, from its
// subcomponents.
func (b *Builder) Comp(n int, subcomponents ...string) *Builder {
	dst, at := b.buf, 0
	for i, s := range subcomponents {
		if s == "" {
			continue
		}
		dst = b.seek(dst, n)
		for ; at < i; at++ {
			dst = append(dst, '&')
		}
		dst = appendEscaped(dst, s)
	}
	b.buf = dst
	return b
}

// Raw writes field n as it stands, already encoded with standard delimiters:
// for echoing what another sent.
func (b *Builder) Raw(n int, encoded []byte) *Builder {
	b.to, b.again = n, false
	if len(encoded) > 0 {
		b.buf = append(b.seek(b.buf, 1), encoded...)
	}
	return b
}

// Line writes a whole segment as it stands.
func (b *Builder) Line(encoded []byte) *Builder {
	b.endSegment()
	b.buf = append(b.buf, encoded...)
	return b
}

// seek adds to the text the separators up to component n of the field that is
// being written.
func (b *Builder) seek(dst []byte, n int) []byte {
	if b.field < b.to {
		for ; b.field < b.to; b.field++ {
			dst = append(dst, '|')
		}
		b.comp = 1
	}
	if b.again {
		dst = append(dst, '~')
		b.comp, b.again = 1, false
	}
	for ; b.comp < n; b.comp++ {
		dst = append(dst, '^')
	}
	return dst
}

// Escaped is a text as a Builder writes it: the text itself when it holds
// nothing that means something to the encoding.
func Escaped(s string) string {
	if isPlain(s) {
		return s
	}
	return string(appendEscaped(nil, s))
}

func appendEscaped(dst []byte, s string) []byte {
	if isPlain(s) {
		return append(dst, s...) // nearly always
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c == ' ' && (i == 0 || i == len(s)-1):
			dst = append(dst, `\X20\`...) // readers trim blanks at the ends
		case special[c] != 0:
			dst = append(dst, escapes[c]...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// isPlain reports a text that is written as it is.
func isPlain(s string) bool {
	found := byte(0)
	for i := range len(s) {
		found |= special[s[i]]
	}
	return found == 0 && (s == "" || s[0] != ' ' && s[len(s)-1] != ' ')
}

// escapes are the sequences for special characters (HL7 v2.5.1, 2.7): delimiters
// and control characters. Of the latter, those without one are never sent, for
// they end segments and frames.
var escapes = [256]string{
	'|': `\F\`, '^': `\S\`, '&': `\T\`, '~': `\R\`, '\\': `\E\`, '\n': `\X0A\`, '\r': `\X0D\`, '\t': `\X09\`,
}

// special is 1 for the characters that are not written as they are.
var special = func() (of [256]byte) {
	for c, sequence := range escapes {
		if sequence != "" || c < ' ' || c == 0x7f {
			of[c] = 1
		}
	}
	return of
}()
