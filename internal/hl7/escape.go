package hl7

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// blanks are cut off around a value. Others, such as the no-break space, are part
// of it: what is written must read back the same in any character set.
const blanks = " \t\n\v\f\r"

// decode unescapes a leaf value and makes it clean text. Seen are the classes
// of its characters: text that needs neither is not copied.
func (m *Message) decode(start, end uint32, seen class) string {
	if seen&(escape|unclean) == 0 {
		return strings.Trim(m.text[start:end], blanks)
	}
	raw := bytes.Trim(m.raw[start:end], blanks)
	if seen&escape != 0 {
		raw = unescape(raw, m.delims)
	}
	return m.clean(raw)
}

// unescape replaces the escape sequences of HL7 v2.5.1, 2.7: the delimiters (F
// S T R E), hexadecimal data (X…), line breaks (.br) and highlighting (H, N,
// dropped). A sequence it does not know stays as it was sent.
func unescape(raw []byte, d Delimiters) []byte {
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, d.Escape)
		if i < 0 {
			return append(out, raw...)
		}
		out = append(out, raw[:i]...)
		raw = raw[i:]
		end := bytes.IndexByte(raw[1:], d.Escape)
		if end < 0 {
			return append(out, raw...)
		}
		seq := raw[1 : 1+end]
		text, known := escapeSequence(seq, d)
		if !known {
			// keep the first escape character; the second may open a sequence
			out = append(out, raw[:1+end]...)
			raw = raw[1+end:]
			continue
		}
		out = append(out, text...)
		raw = raw[2+end:]
	}
	return out
}

func escapeSequence(seq []byte, d Delimiters) (text []byte, known bool) {
	if len(seq) == 0 {
		return nil, false
	}
	switch string(seq) {
	case "F":
		return []byte{d.Field}, true
	case "S":
		return []byte{d.Component}, true
	case "T":
		return []byte{d.Sub}, true
	case "R":
		return []byte{d.Repetition}, true
	case "E":
		return []byte{d.Escape}, true
	case "H", "N":
		return nil, true
	case ".br":
		return []byte{'\n'}, true
	}
	if seq[0] == 'X' {
		return hexBytes(seq[1:])
	}
	return nil, false
}

func hexBytes(digits []byte) ([]byte, bool) {
	if len(digits) == 0 || len(digits)%2 != 0 {
		return nil, false
	}
	out := make([]byte, 0, len(digits)/2)
	for i := 0; i < len(digits); i += 2 {
		hi, lo := hexDigit(digits[i]), hexDigit(digits[i+1])
		if hi < 0 || lo < 0 {
			return nil, false
		}
		out = append(out, byte(hi<<4|lo))
	}
	return out, true
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// clean makes text that every store and page can hold: valid UTF-8 and no
// control characters other than line breaks and tabs.
func (m *Message) clean(b []byte) string {
	plain := true
	for _, c := range b {
		if isUnclean(c) {
			plain = false
			break
		}
	}
	if plain {
		return string(b)
	}
	if m.latin1 || !utf8.Valid(b) {
		return dropControls(fromWindows1252(b))
	}
	return dropControls(string(b))
}

func isUnclean(c byte) bool {
	return c >= 0x7f || (c < ' ' && c != '\n' && c != '\r' && c != '\t')
}

func dropControls(s string) string {
	return strings.Map(func(r rune) rune {
		if (r < ' ' && r != '\n' && r != '\r' && r != '\t') || (r >= 0x7f && r < 0xa0) {
			return -1
		}
		return r
	}, s)
}

// high are the characters of Windows-1252 from 0x80 to 0x9f; 0 is undefined.
var high = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

func fromWindows1252(b []byte) string {
	var s strings.Builder
	s.Grow(len(b) + len(b)/4)
	for _, c := range b {
		switch {
		case c >= 0x80 && c < 0xa0:
			if r := high[c-0x80]; r != 0 {
				s.WriteRune(r)
			}
		default:
			s.WriteRune(rune(c))
		}
	}
	return s.String()
}
