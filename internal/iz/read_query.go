package iz

import (
	"bytes"
	"strconv"
	"strings"

	"openiis/internal/codeset"
	"openiis/internal/hl7"
	"openiis/internal/iis"
)

// ReadQuery reads a query that passed FirstPass. It asks for little: which
// query, a tag, and somebody to look for. It never fails: what is wrong is in
// the findings.
func ReadQuery(m *hl7.Message, t *codeset.Tables) *Query {
	h := ReadHeader(m)
	r := &reader{codes: t, written: h.Time}
	r.charset(m)
	q := &Query{Header: h, Limit: limit(m.First("RCP"))}
	if qpd := m.First("QPD"); qpd.IsZero() {
		r.find(ruleQPDMissing, iis.Where{Segment: "QPD", Sequence: 1})
	} else {
		r.query(qpd, q)
		q.QPD = m.UTF8(standard(qpd.Raw(), m.Delims()))
	}
	q.Findings = r.findings
	q.Refused = q.Findings.Worst() == iis.Error
	return q
}

// query reads QPD (IG 1.5, 7.1.2: QPD-3 to QPD-11 describe the person).
func (r *reader) query(qpd hl7.Segment, q *Query) {
	if q.Profile = strings.ToUpper(text(qpd.Field(1))); q.Profile == "" {
		q.Profile = q.Header.Profile
	}
	if q.Profile != ProfileAskHistory && q.Profile != ProfileAskEval {
		r.find(ruleQueryUnknown, qpd.AtField(1, 0, 0))
	}
	if q.Tag = text(qpd.Field(2)); q.Tag == "" {
		r.find(ruleTagMissing, qpd.AtField(2, 0, 0))
	}
	p := &q.Person
	p.IDs = r.identifiers(qpd, 3, nil)
	p.Names = r.names(qpd, 4, nil)
	p.MotherMaiden, _ = name(qpd.Field(5))
	p.Birth = r.date(qpd, 6)
	p.Sex = r.sex(qpd, 7)
	p.Addresses = r.addresses(qpd, 8, nil)
	p.Telecoms = r.telecoms(qpd, 9, nil, nil, "PRN")
	p.MultipleBirth = r.yesNo(qpd, 10)
	p.BirthOrder = r.birthOrder(qpd, 11)
	if len(p.IDs) == 0 && (len(p.Names) == 0 || p.Birth.IsZero()) {
		r.find(ruleNobodyAskedFor, qpd.AtField(4, 0, 0))
	}
}

// limit is RCP-2.1, the most candidates that the asker takes; 0 when it is not
// said or not a number above zero. RCP-2 is left out by many (IG 1.5, RCP).
func limit(rcp hl7.Segment) int {
	n, err := strconv.Atoi(text(rcp.Field(2)))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// standard is a segment's text with the standard delimiters: the text itself
// when it has them.
func standard(raw []byte, d hl7.Delimiters) []byte {
	if d == hl7.Standard {
		return bytes.Clone(raw)
	}
	out := make([]byte, 0, len(raw)+16)
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case d.Field:
			out = append(out, hl7.Standard.Field)
		case d.Component:
			out = append(out, hl7.Standard.Component)
		case d.Repetition:
			out = append(out, hl7.Standard.Repetition)
		case d.Sub:
			out = append(out, hl7.Standard.Sub)
		case d.Escape:
			if i+2 < len(raw) && raw[i+2] == d.Escape {
				if meant, ok := escapedDelimiter(raw[i+1], d); ok {
					out = appendPlain(out, meant)
					i += 2
					continue
				}
			}
			out = append(out, hl7.Standard.Escape)
		default:
			out = appendPlain(out, c)
		}
	}
	return out
}

// escapedDelimiter is the character that an escape sequence of one letter
// stands for (HL7 v2.5.1, 2.7): a delimiter of that message.
func escapedDelimiter(letter byte, d hl7.Delimiters) (byte, bool) {
	switch letter {
	case 'F':
		return d.Field, true
	case 'S':
		return d.Component, true
	case 'R':
		return d.Repetition, true
	case 'E':
		return d.Escape, true
	case 'T':
		return d.Sub, true
	}
	return 0, false
}

// appendPlain adds a character that is not a delimiter where it was sent, and
// must not become one.
func appendPlain(out []byte, c byte) []byte {
	s := hl7.Standard
	switch c {
	case s.Field:
		return append(out, `\F\`...)
	case s.Component:
		return append(out, `\S\`...)
	case s.Repetition:
		return append(out, `\R\`...)
	case s.Escape:
		return append(out, `\E\`...)
	case s.Sub:
		return append(out, `\T\`...)
	}
	return append(out, c)
}
