package mllp

import (
	"bytes"
	"strings"

	"openiis/internal/hl7"
)

// credential is what a sender proves itself with.
type credential struct{ username, password string }

func (c credential) isZero() bool { return c == credential{} }

// maxCredential is the longest MSH-8, in bytes, that is worth checking: hashing
// a longer one would be work for a stranger.
const maxCredential = 2048

// credentialOf reads MSH-8: username:password, or the two as components. The
// first of the two separators counts, so a password may hold the other; MSH-8's
// delimiters may be escaped as everywhere in HL7. It is zero when the field is
// absent or empty.
func credentialOf(raw []byte) credential {
	m, err := hl7.Parse(firstLine(raw))
	if err != nil {
		return credential{}
	}
	field := m.MSH().Field(8).Raw()
	if len(bytes.TrimSpace(field)) == 0 {
		return credential{}
	}
	if len(field) > maxCredential {
		field = field[:maxCredential] // wrong, and quickly so
	}
	d := m.Delims()
	at := bytes.IndexAny(field, ":"+string(rune(d.Component)))
	if at < 0 {
		return credential{username: unescaped(field, d)}
	}
	return credential{unescaped(field[:at], d), unescaped(field[at+1:], d)}
}

// firstLine is the text up to the end of its first segment.
func firstLine(raw []byte) []byte {
	start := headerStart(raw)
	if end := bytes.IndexAny(raw[start:], lineEnds); end >= 0 {
		return raw[start : start+end]
	}
	return raw[start:]
}

// unescaped is a piece of a field as text, without cutting it further.
func unescaped(piece []byte, d hl7.Delimiters) string {
	esc := string(rune(d.Escape))
	// One pass: what an escape stands for is never read as one.
	return strings.NewReplacer(
		esc+"F"+esc, string(rune(d.Field)),
		esc+"S"+esc, string(rune(d.Component)),
		esc+"T"+esc, string(rune(d.Sub)),
		esc+"R"+esc, string(rune(d.Repetition)),
		esc+"E"+esc, esc,
	).Replace(strings.TrimSpace(string(piece)))
}

const lineEnds = "\r\n\f\x1c" // as package hl7 has them

// withoutSecurity is a text in which field 8 (Security) of every header segment
// is empty: of MSH, and of the FHS and BHS of a batch. It is raw itself when
// there is nothing to blank.
func withoutSecurity(raw []byte) []byte {
	var out []byte
	kept := 0 // raw up to here is in out
	for at := 0; at < len(raw); {
		start := at + headerStart(raw[at:])
		end := len(raw)
		if i := bytes.IndexAny(raw[start:], lineEnds); i >= 0 {
			end = start + i
		}
		if from, to := security(raw[start:end]); from < to {
			out = append(out, raw[kept:start+from]...)
			kept = start + to
		}
		at = end
	}
	if kept == 0 {
		return raw
	}
	return append(out, raw[kept:]...)
}

// headerStart passes over what package hl7 passes over before a segment: line
// ends, framing, blanks and a byte order mark.
func headerStart(b []byte) int {
	at := 0
	for at < len(b) {
		switch {
		case b[at] <= ' ':
			at++
		case bytes.HasPrefix(b[at:], []byte("\xef\xbb\xbf")):
			at += 3
		default:
			return at
		}
	}
	return at
}

// security is where field 8 of a header segment stands in its line; from equals
// to when the line is none or has no such field.
func security(line []byte) (from, to int) {
	if len(line) < 4 {
		return 0, 0
	}
	switch string(line[:3]) {
	case "MSH", "FHS", "BHS":
	default:
		return 0, 0
	}
	at := 3 // the separator, which is field 1
	for range 6 {
		next := bytes.IndexByte(line[at+1:], line[3])
		if next < 0 {
			return 0, 0
		}
		at += 1 + next
	}
	from = at + 1
	if end := bytes.IndexByte(line[from:], line[3]); end >= 0 {
		return from, from + end
	}
	return from, len(line)
}
