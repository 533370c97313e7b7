package check

import (
	"bytes"
	"sync/atomic"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// unknownCode: the guide binds the field to a table of codes, and no table that
// it may be from lists what was sent.
var unknownCode = demand{
	name: "unknown code", fault: "unknown", source: "IG 1.5", severity: iis.Warning,
	hl7: iis.CodeTable, app: iis.AppTable,
	say: wanted,
}

// code wants a code of a table, or of the older tables named after it, whose
// codes have a successor in the first. The name of the code system is not
// relied on, for senders mix them up. A table is called by title.
func code(title string, names ...string) want {
	list := &codeList{tables: names}
	return want{&unknownCode, "has a code that " + title + " does not list; send a code from it", func(in *Input, v hl7.Value) bool {
		return in.Codes == nil || list.hasEither(in.Codes, v)
	}}
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
