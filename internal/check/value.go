package check

import (
	"bytes"
	"time"

	"openiis/internal/cal"
	"openiis/internal/hl7"
)

// How values are read: what HL7 and its data types say of a text.

// leaf is a value's first component and subcomponent as sent, without blanks.
func leaf(v hl7.Value) []byte { return v.Leaf() }

// says compares a leaf with a code.
func says(v hl7.Value, code string) bool {
	raw := v.Raw()
	if len(raw) < len(code) || (raw[0] > ' ' && string(raw[:len(code)]) != code) {
		return false // the leaf is a part of raw, and begins where it begins
	}
	return string(leaf(v)) == code
}

// blank reports a value that says nothing: empty, or the null that asks to
// delete, which the guide does not use.
func blank(v hl7.Value) bool { return v.IsBlank() }

// inAnyTriplet asks for the code of either triplet of a coded value (CE.1,
// CE.4). A value of text alone has no code to be wrong.
func inAnyTriplet(v hl7.Value, known func(code []byte) bool) bool {
	first := leaf(v)
	if len(first) > 0 && known(first) {
		return true
	}
	second := leaf(v.Comp(4))
	if len(second) > 0 && known(second) {
		return true
	}
	return len(first) == 0 && len(second) == 0
}

// isTime reports an HL7 time (HL7 v2.5.1, 2.A.21: YYYY[MM[DD[HH[MM[SS[.S]]]]]]
// and a zone) of at least so many digits that names a moment that exists.
func isTime(b []byte, atLeast int) bool {
	if len(b) == 8 && atLeast <= 8 && allDigits(b) {
		return isDay(b) // nearly always
	}
	if i := zoneAt(b); i >= 0 {
		if z := b[i+1:]; len(z) != 4 || !allDigits(z) || string(z[:2]) > "14" || string(z[2:]) > "59" {
			return false
		}
		b = b[:i]
	}
	if i := bytes.IndexByte(b, '.'); i >= 0 {
		if i != 14 || len(b) > 19 || !allDigits(b[i+1:]) {
			return false
		}
		b = b[:i]
	}
	if len(b) < atLeast || len(b) > 14 || len(b)%2 != 0 || len(b) < 4 || !allDigits(b) {
		return false
	}
	for i, limit := range [...]string{"23", "59", "59"} {
		if at := 8 + 2*i; len(b) >= at+2 && string(b[at:at+2]) > limit {
			return false
		}
	}
	return isDay(b)
}

// zoneAt is where the sign of a time's zone stands, or -1.
func zoneAt(b []byte) int {
	for i, c := range b {
		if c == '+' || c == '-' {
			return i
		}
	}
	return -1
}

// isDay checks the leading year, month and day, as many of them as there are.
func isDay(b []byte) bool {
	year, m, d := int(b[0]-'0')*1000+int(b[1]-'0')*100+int(b[2]-'0')*10+int(b[3]-'0'), 1, 1
	if len(b) >= 6 {
		m = int(b[4]-'0')*10 + int(b[5]-'0')
	}
	if len(b) >= 8 {
		d = int(b[6]-'0')*10 + int(b[7]-'0')
	}
	if 1 <= year && 1 <= m && m <= 12 && 1 <= d && d <= 28 {
		return true // a day of every month
	}
	return cal.Of(year, time.Month(m), d) != cal.None
}

// isNumber reports an NM (HL7 v2.5.1, 2.A.47): a sign, digits, a decimal point.
func isNumber(b []byte) bool {
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		b = b[1:]
	}
	whole, part, _ := bytes.Cut(b, []byte("."))
	return len(whole)+len(part) > 0 && (len(whole) == 0 || allDigits(whole)) && (len(part) == 0 || allDigits(part))
}

func isPositive(b []byte) bool { return allDigits(b) && (b[0] != '0' || !allZeros(b)) }

func allDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// allZeros reports a number that is nought.
func allZeros(b []byte) bool { return len(bytes.Trim(b, "0.")) == 0 }

// isOneDigit reports a number without a digit, or one digit over and over.
func isOneDigit(b []byte) bool {
	var only byte
	for _, c := range b {
		if c < '0' || c > '9' {
			continue
		}
		if only != 0 && c != only {
			return false
		}
		only = c
	}
	return only == 0 || len(b) > 1
}

// miscounts reports a number other than n. What is no number at all has its own
// finding.
func miscounts(v hl7.Value, n int) bool {
	b := leaf(v)
	if !isPositive(b) || len(b) > 9 {
		return false
	}
	sent := 0
	for _, c := range b {
		sent = sent*10 + int(c-'0')
	}
	return sent != n
}
