package inbox

import (
	"bytes"
	"strings"

	"openiis/internal/hl7"
)

// secret reports a value that must not be read off a screen: a social security
// number, and MSH-8, where some senders put a password.
func secret(s hl7.Segment, field int, rep hl7.Value) bool {
	switch s.Name() {
	case "MSH":
		return field == 8
	case "PID":
		return field == 19 || (2 <= field && field <= 4 && isSocialSecurity(rep))
	case "QPD":
		return field == 3 && isSocialSecurity(rep)
	case "NK1":
		return field == 37
	case "GT1":
		return field == 12
	case "IN2":
		return field == 2
	}
	return false
}

// isSocialSecurity reports an identifier whose type says so, in the spellings
// that reading takes for it.
func isSocialSecurity(id hl7.Value) bool {
	return strings.EqualFold(strings.TrimSpace(id.Comp(5).String()), "SS")
}

// hidden shows only the end of a number.
func hidden(s string) string {
	if len(s) <= 4 || strings.ContainsFunc(s, func(r rune) bool { return r > '9' }) {
		return "•••• (hidden)"
	}
	return "•••• " + s[len(s)-4:] + " (hidden)"
}

// withoutSecrets is a segment's text with its secrets made unreadable.
func withoutSecrets(s hl7.Segment, d hl7.Delimiters) []byte {
	raw := s.Raw()
	if s.Name() == "MSH" && !s.Field(8).IsEmpty() {
		return replaceField(raw, d, place(s, 8), hidden(""))
	}
	for n := 1; n <= s.Fields(); n++ {
		for i, rep := range s.Field(n).All() {
			if secret(s, n, rep) && !rep.IsEmpty() {
				raw = replaceLeaf(raw, d, place(s, n), i, hidden(rep.String()))
			}
		}
	}
	return raw
}

// place is where a field stands in a segment that is split at its separators:
// MSH-1 is the separator itself.
func place(s hl7.Segment, field int) int {
	if s.Is("MSH") {
		return field - 1
	}
	return field
}

// replaceField puts a text in the place of a whole field: a password may hold
// the other delimiters.
func replaceField(raw []byte, d hl7.Delimiters, field int, by string) []byte {
	fields := bytes.Split(raw, []byte{d.Field})
	fields[field] = []byte(by)
	return bytes.Join(fields, []byte{d.Field})
}

// replaceLeaf puts a text in the place of the first component of a field's
// repetition.
func replaceLeaf(raw []byte, d hl7.Delimiters, field, rep int, by string) []byte {
	fields := bytes.Split(raw, []byte{d.Field})
	reps := bytes.Split(fields[field], []byte{d.Repetition})
	_, rest, more := bytes.Cut(reps[rep-1], []byte{d.Component})
	reps[rep-1] = []byte(by)
	if more {
		reps[rep-1] = append(append(reps[rep-1], d.Component), rest...)
	}
	fields[field] = bytes.Join(reps, []byte{d.Repetition})
	return bytes.Join(fields, []byte{d.Field})
}
