package check

import (
	"bytes"
	"sync/atomic"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// want is what a value must be. Its function gets one repetition or component
// that is not blank; it allocates nothing for a good value.
type want struct {
	fault    string // names the rule: PID-8 unknown
	hl7, app string
	say      string // completes "PID-8 (sex) …"
	ok       func(in *Input, v hl7.Value) bool
}

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

var (
	day = want{
		fault: "unreadable", hl7: iis.CodeType, app: iis.AppInvalidDate,
		say: "is not a date that can be read; send YYYYMMDD",
		ok:  func(_ *Input, v hl7.Value) bool { return isTime(leaf(v), 8) },
	}
	month = want{
		fault: "unreadable", hl7: iis.CodeType, app: iis.AppInvalidDate,
		say: "is not a date that can be read; send YYYYMMDD or YYYYMM",
		ok:  func(_ *Input, v hl7.Value) bool { return isTime(leaf(v), 6) },
	}
	number = want{
		fault: "unreadable", hl7: iis.CodeType, app: iis.AppInvalidValue,
		say: "is not a number; send digits, with a decimal point where needed",
		ok:  func(_ *Input, v hl7.Value) bool { return isNumber(leaf(v)) },
	}
	positive = want{
		fault: "unreadable", hl7: iis.CodeType, app: iis.AppInvalidValue,
		say: "is not a positive whole number; send digits only",
		ok:  func(_ *Input, v hl7.Value) bool { return isPositive(leaf(v)) },
	}
	digits = want{
		fault: "unreadable", hl7: iis.CodeType, app: iis.AppInvalidValue,
		say: "has other characters than digits; send digits only",
		ok:  func(_ *Input, v hl7.Value) bool { return allDigits(leaf(v)) },
	}
	maker = want{
		fault: "unknown", hl7: iis.CodeTable, app: iis.AppTable,
		say: "has a code that MVX does not list; send an MVX code",
		ok: func(in *Input, v hl7.Value) bool {
			return in.Codes == nil || inAnyTriplet(v, func(code []byte) bool {
				_, ok := in.Codes.MVX(string(code))
				return ok
			})
		},
	}
)

// constant wants what the guide fixes.
func constant(text string) want { return oneOf(text, text) }

// oneOf wants one of some texts, which are called by title.
func oneOf(title string, texts ...string) want {
	return want{
		fault: "differs", hl7: iis.CodeTable, app: iis.AppInvalidValue,
		say: "is not what the guide fixes; send " + title,
		ok: func(_ *Input, v hl7.Value) bool {
			for _, t := range texts {
				if says(v, t) {
					return true
				}
			}
			return false
		},
	}
}

// code wants a code of a table, or of the older tables named after it, whose
// codes have a successor in the first. The name of the code system is not
// relied on, for senders mix them up. A table is called by title.
func code(title string, names ...string) want {
	list := &codeList{tables: names}
	return want{
		fault: "unknown", hl7: iis.CodeTable, app: iis.AppTable,
		say: "has a code that " + title + " does not list; send a code from it",
		ok: func(in *Input, v hl7.Value) bool {
			return in.Codes == nil || list.hasEither(in.Codes, v)
		},
	}
}

// table is code for a single HL7 table that is called by its number.
func table(name string) want { return code("table "+name, name) }

// codeList is the codes of some HL7 tables together.
type codeList struct {
	tables []string
	last   atomic.Pointer[listed]
}

// listed are the codes of a list in one release. The last one used is kept: a
// process has one release, tests a few.
type listed struct {
	in    *codeset.Tables
	codes codes
}

// hasEither reports a code of the list in either triplet of a coded value, or a
// value of text alone.
func (l *codeList) hasEither(in *codeset.Tables, v hl7.Value) bool {
	first := leaf(v) // as inAnyTriplet, and without a call for each code
	if len(first) > 0 && l.has(in, first) {
		return true
	}
	second := leaf(v.Comp(4))
	if len(second) > 0 {
		return l.has(in, second)
	}
	return len(first) == 0
}

// has reports a code of the list, as sent or in capitals.
func (l *codeList) has(in *codeset.Tables, code []byte) bool {
	is := l.last.Load()
	if is == nil || is.in != in {
		var all []string
		for _, table := range l.tables {
			for _, e := range in.HL7Table(table) {
				all = append(all, e.Code)
			}
		}
		is = &listed{in, codesOf(all)}
		l.last.Store(is)
	}
	return is.codes.has(code) || is.codes.has(bytes.ToUpper(code))
}

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
