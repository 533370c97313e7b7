package soap

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// plainText takes the text up to the next tag straight from the source and
// moves the XML reader past it. The reader goes byte by byte, which costs more
// than everything else about a message; it takes nothing ahead from a source of
// bytes (xml.NewDecoder), so that its place can be moved between two tokens.
// Whatever is not quite plain stays where it is, for the reader to judge.
func (e *envelope) plainText() []byte {
	if e.converted {
		return nil // the reader reads a converted copy
	}
	at := len(e.text) - e.rest.Len()
	if at >= 2 && e.text[at-2] == '/' {
		return nil // <element/> has no text: what follows is outside it
	}
	n := bytes.IndexByte(e.text[at:], '<')
	if n < 0 {
		return nil
	}
	out, ok := unescape(e.text[at : at+n])
	if !ok {
		return nil
	}
	e.rest.Reset(e.text[at+n:])
	return out
}

// unescape is character data as an XML reader gives it out: references
// resolved, line ends made line feeds (XML 1.0, 2.11). It is false for
// anything that is wrong or rare.
func unescape(in []byte) ([]byte, bool) {
	if !utf8.Valid(in) || bytes.Contains(in, []byte("]]>")) {
		return nil, false
	}
	out := make([]byte, 0, len(in))
	for i := 0; i < len(in); i++ {
		switch c := in[i]; {
		case c == '&':
			char, n := reference(in[i+1:])
			if n == 0 {
				return nil, false
			}
			out = append(out, char)
			i += n
		case c == '\r':
			out = append(out, '\n')
			if i+1 < len(in) && in[i+1] == '\n' {
				i++
			}
		case c < ' ' && c != '\t' && c != '\n':
			return nil, false
		case c == 0xef && i+2 < len(in) && in[i+1] == 0xbf && in[i+2] >= 0xbe:
			return nil, false // U+FFFE and U+FFFF are no characters
		default:
			out = append(out, c)
		}
	}
	return out, true
}

// reference reads what follows an ampersand: one of XML's five entities or the
// number of an ASCII character. n is the bytes it takes, 0 for any other.
func reference(in []byte) (char byte, n int) {
	n = bytes.IndexByte(in[:min(len(in), 8)], ';') + 1
	if n == 0 {
		return 0, 0
	}
	switch name := string(in[:n-1]); name {
	case "amp":
		return '&', n
	case "lt":
		return '<', n
	case "gt":
		return '>', n
	case "quot":
		return '"', n
	case "apos":
		return '\'', n
	default:
		return numbered(name, n)
	}
}

// numbered reads #13 or #xD.
func numbered(name string, n int) (byte, int) {
	base := 10
	switch {
	case len(name) > 2 && name[:2] == "#x":
		name, base = name[2:], 16
	case len(name) > 1 && name[0] == '#':
		name = name[1:]
	default:
		return 0, 0
	}
	code, err := strconv.ParseUint(name, base, 7)
	if err != nil || code < ' ' && code != '\t' && code != '\n' && code != '\r' {
		return 0, 0
	}
	return byte(code), n
}
