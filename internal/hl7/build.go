package hl7

// Builder writes a message with the standard delimiters and CR after each
// segment. What it writes parses back to the values it was given. The zero
// Builder is ready to use.
//
//	b.Segment("MSA").Field(1, "AA").Field(2, id)
//
// Fields must be written in ascending order; empty trailing separators are
// never written.
type Builder struct {
	buf   []byte
	field int // the field the buffer stands in
	mark  int // where trailing separators may be cut back to
}

// Bytes ends the message and returns its text.
func (b *Builder) Bytes() []byte {
	b.endSegment()
	return b.buf
}

func (b *Builder) endSegment() {
	if len(b.buf) == 0 || b.buf[len(b.buf)-1] == '\r' {
		return
	}
	b.buf = append(b.buf[:b.mark], '\r')
}

// Header begins the message: MSH with its delimiters.
func (b *Builder) Header() *Builder {
	b.endSegment()
	b.buf = append(b.buf, `MSH|^~\&`...)
	b.field, b.mark = 2, len(b.buf)
	return b
}

// Segment begins a segment.
func (b *Builder) Segment(name string) *Builder {
	b.endSegment()
	b.buf = append(b.buf, name...)
	b.field, b.mark = 0, len(b.buf)
	return b
}

// seek writes separators up to field n.
func (b *Builder) seek(n int) {
	for b.field < n {
		b.buf = append(b.buf, '|')
		b.field++
	}
}

// Field writes field n from its components, escaped; trailing empty components
// are left out and an empty field is not written.
func (b *Builder) Field(n int, components ...string) *Builder {
	return b.Rep(n, 1, components...)
}

// Rep writes the rep-th repetition of field n.
func (b *Builder) Rep(n, rep int, components ...string) *Builder {
	last := -1
	for i, c := range components {
		if c != "" {
			last = i
		}
	}
	if last < 0 {
		return b
	}
	b.seek(n)
	if rep > 1 {
		b.buf = append(b.buf, '~')
	}
	for i, c := range components[:last+1] {
		if i > 0 {
			b.buf = append(b.buf, '^')
		}
		b.buf = appendEscaped(b.buf, c)
	}
	b.mark = len(b.buf)
	return b
}

// Raw writes field n as it stands, already encoded with standard delimiters:
// for echoing what another sent.
func (b *Builder) Raw(n int, encoded []byte) *Builder {
	if len(encoded) == 0 {
		return b
	}
	b.seek(n)
	b.buf = append(b.buf, encoded...)
	b.mark = len(b.buf)
	return b
}

// Line writes a whole segment as it stands.
func (b *Builder) Line(encoded []byte) *Builder {
	b.endSegment()
	b.buf = append(b.buf, encoded...)
	b.mark = len(b.buf)
	return b
}

func appendEscaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '|':
			dst = append(dst, `\F\`...)
		case '^':
			dst = append(dst, `\S\`...)
		case '&':
			dst = append(dst, `\T\`...)
		case '~':
			dst = append(dst, `\R\`...)
		case '\\':
			dst = append(dst, `\E\`...)
		case '\n':
			dst = append(dst, `\X0A\`...)
		case '\r':
			dst = append(dst, `\X0D\`...)
		case '\t':
			dst = append(dst, `\X09\`...)
		case ' ':
			if i == 0 || i == len(s)-1 { // readers trim blanks at the ends
				dst = append(dst, `\X20\`...)
				continue
			}
			dst = append(dst, c)
		default:
			if c < ' ' || c == 0x7f {
				continue // never sent: control characters end segments and frames
			}
			dst = append(dst, c)
		}
	}
	return dst
}
